from dataclasses import replace

import numpy as np
import pytest
import torch
from painted_ball import ball_head

from rsatalker.renderers.camera import look_at
from rsatalker.training import avatar_mesh_images
from rsatalker.training.avatar_mesh_images import NOTHING, MeshRasterizerName, see_mesh
from rsatalker.training.optional_pytorch3d import has_pytorch3d

pytestmark = pytest.mark.unit

TRIANGLE = np.array([[-0.1, -0.1, 0], [0.1, -0.1, 0.1], [0, 0.1, -0.1]], np.float32)
FACE = np.array([[0, 1, 2]], np.int32)


def front_camera(width=40, height=30):
    eye, target = np.array([0, 0, 1], np.float32), np.zeros(3, np.float32)
    return look_at(eye, target, vertical_fov_rad=0.3, width=width, height=height)


def test_points_that_are_seen_project_to_the_middle_of_their_pixels():
    camera = front_camera()
    image = see_mesh(TRIANGLE, FACE, camera)
    points = image.interpolated(TRIANGLE, FACE)
    in_camera = points @ camera.camera_from_world[:3, :3].T + camera.camera_from_world[:3, 3]
    pixels = in_camera @ camera.K.T
    rows, columns = np.nonzero(image.seen)
    assert len(rows) > 50
    np.testing.assert_allclose(pixels[:, 0] / pixels[:, 2], columns + 0.5, atol=1e-3)
    np.testing.assert_allclose(pixels[:, 1] / pixels[:, 2], rows + 0.5, atol=1e-3)
    np.testing.assert_allclose(image.depths[image.seen], in_camera[:, 2], atol=1e-5)


def test_the_nearer_triangle_is_seen_whichever_comes_first():
    behind = TRIANGLE * 2 - np.array([0, 0, 0.5], np.float32)
    vertices = np.concatenate([TRIANGLE, behind])
    for faces in ([[0, 1, 2], [3, 4, 5]], [[3, 4, 5], [0, 1, 2]]):
        image = see_mesh(vertices, np.array(faces, np.int32), front_camera())
        nearer = faces.index([0, 1, 2])
        alone = see_mesh(TRIANGLE, FACE, front_camera()).seen
        assert (image.faces[alone] == nearer).all()
        assert (image.faces[~alone] != nearer).all()


def test_both_sides_of_a_triangle_are_seen():
    turned = FACE[:, ::-1].copy()
    np.testing.assert_array_equal(
        see_mesh(TRIANGLE, FACE, front_camera()).seen, see_mesh(TRIANGLE, turned, front_camera()).seen
    )


def test_triangles_that_share_an_edge_leave_no_gap():
    head = ball_head()
    image = see_mesh(head.neutral_vertices, head.faces, front_camera(80, 80))
    filled = image.seen.any(1)
    for row in image.seen[filled]:
        first, last = np.flatnonzero(row)[[0, -1]]
        assert row[first : last + 1].all()


@pytest.mark.parametrize(("device", "installed"), [("cuda", True), ("cuda", False), ("cpu", True)])
def test_auto_takes_pytorch3d_on_cuda_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, device: str, installed: bool
):
    theirs = see_mesh(TRIANGLE, FACE, front_camera(4, 3))
    monkeypatch.setattr(avatar_mesh_images, "has_pytorch3d", lambda device: installed)
    monkeypatch.setattr(avatar_mesh_images, "_seen_by_pytorch3d", lambda *_: theirs)
    seen = see_mesh(TRIANGLE, FACE, front_camera(), "auto", torch.device(device))
    assert (seen is theirs) == (device == "cuda" and installed)


# Also skipped in CI: no registry has pytorch3d for Linux or Windows, built or as source. Run by hand on 28 November
# 2026, on a CPU: the C++ of 0.7.6 that this needs, under the Python modules of 0.7.4, 0.7.6 and 0.7.9.
needs_pytorch3d = pytest.mark.skipif(
    not has_pytorch3d(), reason="pytorch3d is not installed; it has no wheel for this system"
)


@pytest.mark.parametrize("name", ["own", pytest.param("pytorch3d", marks=needs_pytorch3d)])
def test_what_is_behind_the_camera_is_not_seen(name: MeshRasterizerName):
    image = see_mesh(TRIANGLE + np.array([0, 0, 1.05], np.float32), FACE, front_camera(), name)
    assert (image.faces == NOTHING).all()
    assert np.isinf(image.depths).all()


@needs_pytorch3d
def test_own_rasteriser_sees_what_pytorch3d_sees():
    head, front = ball_head(), front_camera()
    beside_the_middle = front.K + np.array([[0, 0, 3.3], [0, 0, -1.7], [0, 0, 0]], np.float32)
    camera = replace(front, K=beside_the_middle)
    own, theirs = (see_mesh(head.neutral_vertices, head.faces, camera, name) for name in ("own", "pytorch3d"))
    same = own.faces == theirs.faces
    assert same.mean() > 0.995  # pixels whose middle lies on an edge may fall to either side
    np.testing.assert_allclose(own.corners[same], theirs.corners[same], atol=1e-4)
    np.testing.assert_allclose(own.depths[same], theirs.depths[same], atol=1e-4)


@needs_pytorch3d
def test_own_rasteriser_leaves_out_what_pytorch3d_leaves_out():
    camera = front_camera()
    reaching_back = TRIANGLE.copy()
    reaching_back[1, 2] = 1 - camera.near / 2  # nearer than the near plane, and before the camera, which is at 1
    vertices, faces = np.concatenate([reaching_back, TRIANGLE]), np.array([[0, 1, 2], [3, 4, 5]], np.int32)
    own, theirs = (see_mesh(vertices, faces, camera, name) for name in ("own", "pytorch3d"))
    assert set(np.unique(theirs.faces)) == {NOTHING, 1}
    assert (own.faces == theirs.faces).mean() > 0.995
