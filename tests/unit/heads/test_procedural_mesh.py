import dataclasses

import numpy as np
import pytest

from rsatalker.heads.procedural.build import build_head
from rsatalker.heads.procedural.identity import Identity
from rsatalker.heads.procedural.person import shape_person
from rsatalker.heads.procedural.sculpture import average_head
from rsatalker.heads.regions import Region
from rsatalker.motion.expression_space import PROCEDURAL_1

pytestmark = pytest.mark.unit


def triangle_normals(vertices, faces):
    corners = vertices[faces].astype(float)
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def test_attributes_have_the_shapes_of_the_contract(average):
    vertex_count, quad_count = len(average.neutral_vertices), len(average.quads)
    assert average.expression_names == PROCEDURAL_1
    assert average.neutral_vertices.dtype == np.float32
    assert average.faces.shape == (2 * quad_count, 3)
    assert average.vertex_region.shape == (vertex_count,)
    assert average.quad_region.shape == (quad_count,)
    assert average.landmarks.shape == (68,)
    assert average.joints.shape == (5, 3)
    assert average.faces.max() < vertex_count


def test_faces_are_the_halves_of_the_quads(average):
    count = len(average.quads)
    np.testing.assert_array_equal(average.faces[:count], average.quads[:, [0, 1, 2]])
    np.testing.assert_array_equal(average.faces[count:], average.quads[:, [0, 2, 3]])


def test_every_vertex_belongs_to_a_quad(average):
    assert len(np.unique(average.quads)) == len(average.neutral_vertices)


def test_mesh_has_no_face_without_area(person):
    area_mm2 = np.linalg.norm(triangle_normals(person.neutral_vertices * 1e3, person.faces), axis=1) / 2
    assert area_mm2.min() > 1e-4


def test_halves_of_skin_quads_face_the_same_way(person):
    normals = triangle_normals(person.neutral_vertices, person.faces)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    count = len(person.quads)
    agreement = (normals[:count] * normals[count:]).sum(axis=1)
    smooth = [Region.FACE, Region.SCALP, Region.NECK, Region.BODY, Region.EYEBALL]
    assert agreement[np.isin(person.quad_region, smooth)].min() > 0.0
    assert np.mean(agreement[person.quad_region == Region.EAR] < 0) < 0.005  # the crease behind the lobe


def test_mesh_is_mirror_symmetric(person, reflection_of):
    partner = reflection_of(person)
    np.testing.assert_array_equal(person.neutral_vertices[partner], person.neutral_vertices * np.float32([-1, 1, 1]))
    quads = {tuple(sorted(quad)) for quad in person.quads.tolist()}
    assert {tuple(sorted(quad)) for quad in partner[person.quads].tolist()} == quads


def test_landmarks_are_distinct_and_lie_on_their_sides(average):
    points = average.neutral_vertices[average.landmarks]
    assert len(set(average.landmarks.tolist())) == 68
    assert np.all(points[[*range(8), *range(17, 22), *range(36, 42), 48, 49, 50, 58, 59, 60, 61, 67], 0] < 0)
    assert np.all(points[[*range(9, 17), *range(22, 27), *range(42, 48), 52, 53, 54, 55, 56, 63, 64, 65], 0] > 0)
    np.testing.assert_array_equal(points[[8, 27, 28, 29, 30, 33, 51, 57, 62, 66], 0], 0.0)


def test_lid_margins_run_from_the_outer_to_the_inner_corner(average):
    for (upper, lower), side in zip(average.lid_margins, (1, -1), strict=True):
        assert upper[0] == lower[0]
        assert upper[-1] == lower[-1]
        across = average.neutral_vertices[upper, 0] * side
        assert np.all(np.diff(across) < 0)
        assert average.neutral_vertices[upper, 1].max() > average.neutral_vertices[lower, 1].max()


def test_bust_ends_below_the_shoulders(average):
    assert average.neutral_vertices[:, 1].min() < -0.24
    assert np.abs(average.neutral_vertices[:, 0]).max() > 0.17


def test_building_twice_gives_the_same_head():
    identity = Identity(male=0.4, age=0.3, lips=0.2)
    first, second = build_head(identity), build_head(identity)
    np.testing.assert_array_equal(first.neutral_vertices, second.neutral_vertices)
    np.testing.assert_array_equal(first.rig.shapes.offsets, second.rig.shapes.offsets)


@pytest.mark.parametrize(
    "name", [field.name for field in dataclasses.fields(Identity) if not field.name.startswith("smile_")]
)
def test_every_identity_parameter_moves_the_skin(name):
    sculpture = average_head()
    changed, _ = shape_person(sculpture, Identity(**{name: 0.5}))
    assert np.linalg.norm(changed - sculpture.positions, axis=1).max() > 0.02  # cm


def test_betas_hold_the_parameters_in_order():
    betas = Identity(male=0.5, smile_skew=-0.25).betas
    assert betas[0] == 0.5
    assert betas[-1] == -0.25
    assert len(betas) == len(dataclasses.fields(Identity))


def test_ear_bends_to_the_head_at_top_and_lobule():
    sculpture = average_head()
    rim = sculpture.positions[sculpture.ear[8]]  # where its back turns into its front
    height = rim[:, 1]
    free = rim[:, 2] < rim[:, 2].mean()  # the half that is not grown to the cheek
    middle = np.abs(height - np.median(height)) < 1.0
    assert rim[free & middle, 0].max() > rim[height > height.max() - 0.4, 0].max() + 0.1
    assert rim[free & middle, 0].max() > rim[height < height.min() + 0.4, 0].max() + 0.3


def test_neck_turns_down_from_under_the_chin():
    skin = average_head().positions[: average_head().skin_count]
    midline = skin[(skin[:, 0] == 0.0) & (skin[:, 2] > 0)]
    chin, corner, larynx = (
        midline[np.abs(midline[:, 1:] - [y, z]).sum(1).argmin()] for y, z in ((-7.7, 9.5), (-8.85, 5.4), (-10.9, 4.6))
    )
    forward, down = chin - corner, larynx - corner
    angle = np.degrees(np.arccos(forward @ down / np.linalg.norm(forward) / np.linalg.norm(down)))
    assert 105 < angle < 138
