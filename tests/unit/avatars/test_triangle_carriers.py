import numpy as np
import pytest

from rsatalker.avatars.face_frames import face_frames
from rsatalker.avatars.triangle_carriers import MOST_STRETCH, TriangleCarriers
from rsatalker.errors import DegenerateMeshError

pytestmark = pytest.mark.unit

MESH = np.array([[0, 0, 0], [0.02, 0, 0.001], [0.021, 0.03, 0.004], [0, 0.028, 0]], np.float32)
FACES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
KINDS = ("rigid", "affine")


def carried(kind, vertices, neutral=MESH):
    carriers = TriangleCarriers(neutral, FACES, kind)
    carriers.follow(vertices.astype(np.float32))
    return carriers.axes.copy(), carriers.origins.copy()


@pytest.mark.parametrize("kind", KINDS)
def test_carriers_at_rest_are_the_frames_of_gaussian_avatars(kind):
    frames = face_frames(MESH.astype(np.float64), FACES)
    axes, origins = carried(kind, MESH)
    np.testing.assert_allclose(axes, frames.rotations * frames.scales[:, None, None], atol=1e-7)
    np.testing.assert_allclose(origins, frames.centers, atol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_a_gaussian_stays_put_on_its_triangle_when_the_mesh_moves_rigidly(kind):
    cosine, sine = np.cos(0.9), np.sin(0.9)
    rotation = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    local = np.array([0.3, 0.1, -0.4])
    axes, origins = carried(kind, MESH)
    moved_axes, moved_origins = carried(kind, MESH @ rotation.T + [0.1, -0.2, 0.3])
    expected = (axes @ local + origins) @ rotation.T + [0.1, -0.2, 0.3]
    np.testing.assert_allclose(moved_axes @ local + moved_origins, expected, atol=1e-6)


def test_rigid_carriers_of_a_stretched_mesh_are_its_own_frames():
    stretched = MESH * np.array([1.5, 1, 1], np.float32)
    frames = face_frames(stretched.astype(np.float64), FACES)
    np.testing.assert_allclose(
        carried("rigid", stretched)[0], frames.rotations * frames.scales[:, None, None], atol=1e-7
    )


def test_affine_carriers_keep_a_point_between_the_same_corners_when_skin_stretches():
    axes, origins = carried("affine", MESH)
    shares = np.array([0.2, 0.5, 0.3])
    local = np.linalg.solve(axes[0], shares @ MESH[FACES[0]] - origins[0])
    stretched = MESH * np.array([1.5, 0.8, 1], np.float32)
    axes, origins = carried("affine", stretched)
    np.testing.assert_allclose(axes[0] @ local + origins[0], shares @ stretched[FACES[0]], atol=1e-7)


def test_affine_carriers_stop_at_the_largest_stretch():
    carriers = TriangleCarriers(MESH, FACES, "affine")
    carriers.follow(MESH * np.float32(50))
    assert np.linalg.norm(carriers.axes, axis=1).max() <= carriers.scales.max() * MOST_STRETCH * 1.001


@pytest.mark.parametrize("kind", KINDS)
def test_carriers_survive_a_triangle_that_collapses(kind):
    collapsed = MESH.copy()
    collapsed[2] = collapsed[1]
    axes, origins = carried(kind, collapsed)
    assert np.isfinite(axes).all()
    assert np.isfinite(origins).all()


def test_carriers_refuse_a_triangle_without_area_at_rest():
    flat = MESH.copy()
    flat[2] = flat[1]
    with pytest.raises(DegenerateMeshError):
        TriangleCarriers(flat, FACES, "affine")
