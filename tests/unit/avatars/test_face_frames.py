import numpy as np
import pytest

from rsatalker.avatars.face_frames import affine_frames, face_frames, vertex_normals
from rsatalker.errors import DegenerateMeshError

pytestmark = pytest.mark.unit

QUAD = np.array([[0, 0, 0], [0.02, 0, 0.001], [0.021, 0.03, 0.004], [0, 0.028, 0]])
QUADS = np.array([[0, 1, 2, 3]], np.int32)


def turned(points, angle=0.7, shift=(0.1, -0.2, 0.3)):
    cosine, sine = np.cos(angle), np.sin(angle)
    rotation = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]]) @ np.array(
        [[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]]
    )
    return points @ rotation.T + np.array(shift), rotation


def test_face_frame_is_orthonormal_and_right_handed():
    rotation = face_frames(QUAD, np.array([[0, 1, 2], [0, 2, 3]])).rotations
    np.testing.assert_allclose(rotation @ rotation.transpose(0, 2, 1), np.tile(np.eye(3), (2, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(rotation), 1)


def test_face_frame_has_first_edge_and_outward_normal():
    frames = face_frames(np.array([[0.0, 0, 0], [2, 0, 0], [0, 1, 0]]), np.array([[0, 1, 2]]))
    np.testing.assert_allclose(frames.rotations[0, :, 0], [1, 0, 0])
    np.testing.assert_allclose(frames.rotations[0, :, 1], [0, 0, 1])
    np.testing.assert_allclose(frames.scales, [1.5])  # mean of base 2 and height 1
    np.testing.assert_allclose(frames.centers[0], [2 / 3, 1 / 3, 0])


def test_gaussian_stays_put_on_its_face_when_the_mesh_moves_rigidly():
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    before = face_frames(QUAD, faces)
    point = np.array([0.012, 0.011, 0.003])
    local = np.einsum("fji,fj->fi", before.rotations, point - before.centers) / before.scales[:, None]
    moved, rotation = turned(QUAD)
    after = face_frames(moved, faces)
    world = np.einsum("fij,fj->fi", after.rotations, local * after.scales[:, None]) + after.centers
    expected = rotation @ point + np.array((0.1, -0.2, 0.3))
    np.testing.assert_allclose(world, np.tile(expected, (2, 1)), atol=1e-12)


def test_face_frames_name_the_triangles_without_area():
    with pytest.raises(DegenerateMeshError, match=r"1 of 2 triangles have no area \(first: \[1\]\)"):
        face_frames(QUAD, np.array([[0, 1, 2], [0, 2, 2]]))


def test_face_frames_refuse_vertices_that_are_not_numbers():
    broken = QUAD.copy()
    broken[1] = np.nan
    with pytest.raises(DegenerateMeshError):
        face_frames(broken, np.array([[0, 1, 2]]))


def test_affine_frame_follows_stretching():
    axes, origins = affine_frames(QUAD, QUADS)
    local = np.linalg.inv(axes[0].astype(float)) @ (np.array([0.012, 0.008, 0.0]) - origins[0])
    stretch = np.array([2.0, 1.0, 1.0])
    stretched_axes, stretched_origins = affine_frames(QUAD * stretch, QUADS)
    local[2] = 0  # in the plane of the triangle
    before = axes[0] @ local + origins[0]
    np.testing.assert_allclose(stretched_axes[0] @ local + stretched_origins[0], before * stretch, atol=1e-8)


def test_affine_frame_normal_grows_with_the_root_of_the_area():
    axes, _ = affine_frames(QUAD, QUADS)
    larger, _ = affine_frames(QUAD * 3, QUADS)
    np.testing.assert_allclose(larger[:, :, 2], axes[:, :, 2] * 3, rtol=1e-4)


def test_affine_frame_is_finite_when_a_triangle_has_no_area():
    axes, origins = affine_frames(QUAD, np.array([[0, 1, 2, 2]], np.int32))
    assert np.isfinite(axes).all()
    assert np.isfinite(origins).all()


def test_vertex_normals_point_outwards_with_unit_length():
    flat = QUAD * [1, 1, 0]
    np.testing.assert_allclose(vertex_normals(flat, QUADS), np.tile([0, 0, 1], (4, 1)), atol=1e-6)
