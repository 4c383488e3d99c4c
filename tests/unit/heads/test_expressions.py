import numpy as np
import pytest

from rsatalker.heads.procedural.build import build_head
from rsatalker.heads.procedural.eyeballs import cornea_bulge
from rsatalker.heads.procedural.identity import Identity
from rsatalker.heads.regions import Region
from rsatalker.motion.expression_space import GAZE_PITCH_RAD, PROCEDURAL_1

pytestmark = pytest.mark.unit

TOUCHING_MM = 2e-3  # what single precision leaves

CLOSING = [
    {},
    {"jaw": 1.0, "mouthClose": 1.0},
    {"jaw": 0.5, "mouthClose": 0.5},
    {"jaw": 0.13, "mouthClose": 0.13},
    {"jaw": 0.6, "mouthClose": 0.6, "side": 1.0},
    {"side": 1.0},
    {"mouthPress": 1.0},
    {"mouthPucker": 1.0},
    {"mouthRollLower": 1.0, "mouthRollUpper": 1.0},
    {"mouthSmile": 1.0},
    {"mouthSmileLeft": 1.0},
    {"mouthShrugLower": 1.0, "mouthShrugUpper": 1.0},
    {"jaw": 0.3, "mouthClose": 0.3, "mouthPress": 1.0, "mouthRollLower": 0.4},
    {"jaw": 0.3, "mouthClose": 0.3, "mouthFunnel": 1.0},
    {"jaw": 1.0, "mouthClose": 1.0, "mouthFunnel": 0.7, "mouthSmile": 0.5},
    {"jaw": 0.1, "mouthClose": 0.1, "mouthUpperUp": 1.0, "mouthLowerDownLeft": 1.0},
    {"mouthLeft": 1.0},
    {"mouthRight": 0.5, "mouthSmile": 0.5},
]


def lip_gap_mm(head, pose):
    vertices = head(pose)
    upper, lower = head.lip_contact
    return np.linalg.norm(vertices[upper] - vertices[lower], axis=1).max() * 1e3


def lid_gap_mm(head, pose):
    vertices = head(pose)
    return (
        max(np.linalg.norm(vertices[upper] - vertices[lower], axis=1).max() for upper, lower in head.lid_margins) * 1e3
    )


@pytest.mark.parametrize("shapes", CLOSING, ids=str)
def test_lips_touch_in_every_shape_that_closes(person, pose_of, shapes):
    assert lip_gap_mm(person, pose_of(**shapes)) < TOUCHING_MM


def test_lips_part_when_the_jaw_opens(person, pose_of):
    assert lip_gap_mm(person, pose_of(jaw=1.0)) > 25.0


def test_half_of_mouth_close_halves_the_opening(average, pose_of):
    opened = lip_gap_mm(average, pose_of(jaw=0.6))
    assert lip_gap_mm(average, pose_of(jaw=0.6, mouthClose=0.3)) == pytest.approx(opened / 2, rel=0.15)


def test_lids_meet_when_the_eyes_close(person, pose_of):
    assert lid_gap_mm(person, pose_of(eyeBlink=1.0)) < 1e-3


@pytest.mark.parametrize(
    "shapes", [{"eyeSquint": 1.0}, {"eyeWide": 1.0}, {"mouthSmile": 1.0, "cheekSquint": 1.0}], ids=str
)
@pytest.mark.parametrize("look", [-GAZE_PITCH_RAD, GAZE_PITCH_RAD])
def test_lids_meet_whatever_else_the_face_does(person, pose_of, shapes, look):
    assert lid_gap_mm(person, pose_of(eyeBlink=1.0, look_down_rad=look, **shapes)) < 1e-3


def test_half_of_mouth_close_halves_a_funnel(average, pose_of):
    parted = lip_gap_mm(average, pose_of(jaw=0.4, mouthFunnel=1.0))
    assert lip_gap_mm(average, pose_of(jaw=0.4, mouthFunnel=1.0, mouthClose=0.2)) == pytest.approx(parted / 2, rel=0.2)


@pytest.mark.parametrize("blink", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_lid_margins_stay_outside_the_cornea(person, pose_of, blink):
    highest_mm = person.eye_radius_m * 1e3 + 10.0 * cornea_bulge(np.array(0.0))
    for look in (-GAZE_PITCH_RAD, 0.0, GAZE_PITCH_RAD):
        vertices = person(pose_of(eyeBlink=blink, look_down_rad=look))
        for (upper, lower), center in zip(person.lid_margins, person.eye_centers, strict=True):
            margin = vertices[np.concatenate([upper, lower])]
            assert np.linalg.norm(margin - center, axis=1).min() * 1e3 > highest_mm


def test_closed_lids_hide_the_eyeball(person, pose_of):
    vertices = person(pose_of(eyeBlink=1.0)).astype(float)
    skin = np.isin(person.quad_region, [Region.FACE, Region.EYE_SOCKET])
    corners = vertices[person.faces[np.tile(skin, 2)]]
    ball = vertices[(person.vertex_region == Region.EYEBALL) & (person.neutral_vertices[:, 0] > 0)]
    front = ball[ball[:, 2] > person.eye_centers[0, 2] + 0.3 * person.eye_radius_m]
    for degrees in (-35.0, 0.0, 35.0):
        turn = np.radians(degrees)
        view = np.array([[np.cos(turn), 0.0, -np.sin(turn)], [0.0, 1.0, 0.0], [np.sin(turn), 0.0, np.cos(turn)]])
        assert covered(front @ view.T, corners @ view.T).all()


def covered(points, triangles):
    """Whether each point has a triangle in front of it, seen along -z."""
    near = np.abs(triangles[:, :, :2].mean(axis=1)[:, None] - points[None, :, :2]).max(axis=2).min(axis=1) < 0.01
    a, b, c = np.moveaxis(triangles[near], 1, 0)
    (ux, uy), (vx, vy) = (b - a)[:, :2].T, (c - a)[:, :2].T
    px, py = (points[:, None, :2] - a[None, :, :2]).transpose(2, 0, 1)
    area = ux * vy - uy * vx
    with np.errstate(divide="ignore", invalid="ignore"):
        s, t = (px * vy - py * vx) / area, (ux * py - uy * px) / area
    inside = (s >= -1e-9) & (t >= -1e-9) & (s + t <= 1 + 1e-9)
    depth = a[:, 2] + s * (b - a)[:, 2] + t * (c - a)[:, 2]
    return (inside & (depth > points[:, None, 2])).any(axis=1)


def test_upper_lid_follows_the_gaze(average, pose_of):
    upper = average.lid_margins[0][0]
    middle = upper[len(upper) // 2]
    height = [average(pose_of(look_down_rad=look))[middle, 1] * 1e3 for look in (-GAZE_PITCH_RAD, 0.0, GAZE_PITCH_RAD)]
    assert height[0] > height[1] + 0.8
    assert height[2] < height[1] - 2.5


@pytest.mark.parametrize("name", [name for name in PROCEDURAL_1 if name != "mouthClose"])
def test_every_shape_moves_the_mesh(average, pose_of, name):
    moved_mm = np.linalg.norm(average(pose_of(**{name: 1.0})) - average.neutral_vertices, axis=1).max() * 1e3
    assert 0.8 < moved_mm < 35.0


@pytest.mark.parametrize("name", [name for name in PROCEDURAL_1 if name.endswith("Left")])
def test_left_and_right_shapes_mirror_each_other(average, pose_of, reflection_of, name):
    left = average(pose_of(**{name: 1.0})) - average.neutral_vertices
    right = average(pose_of(**{name.removesuffix("Left") + "Right": 1.0})) - average.neutral_vertices
    np.testing.assert_allclose(left, right[reflection_of(average)] * [-1, 1, 1], atol=2e-6)


def test_upper_lip_rises_off_the_teeth_when_the_jaw_opens_wide(average, pose_of):
    middle = average.lip_contact[0][len(average.lip_contact[0]) // 2]
    assert average(pose_of(jaw=1.0))[middle, 1] > average.neutral_vertices[middle, 1] + 0.002


def test_open_mouth_is_a_rounded_rectangle(average, pose_of):
    vertices = average(pose_of(jaw=1.0))
    gap = (vertices[average.lip_contact[0]] - vertices[average.lip_contact[1]])[:, 1]
    assert gap.mean() > 0.84 * gap.max()


def test_smile_lifts_the_upper_lip_more_when_lips_are_parted(average, pose_of):
    middle = average.lip_contact[0][len(average.lip_contact[0]) // 2]

    def lift(jaw):
        return (average(pose_of(jaw=jaw, mouthSmile=1.0)) - average(pose_of(jaw=jaw)))[middle, 1]

    assert lift(0.2) > lift(0.0) + 0.002


def test_smile_goes_up_and_to_one_side_as_a_person_does(average, pose_of):
    smiler = build_head(Identity(smile_up=1.0, smile_skew=1.0))
    corners = average.lip_contact[0][[0, -1]]  # right, left
    plain, own = (head(pose_of(mouthSmile=1.0)) - head.neutral_vertices for head in (average, smiler))
    assert (own[corners, 1] > plain[corners, 1]).all()
    assert np.linalg.norm(own[corners[1]]) > 1.2 * np.linalg.norm(own[corners[0]])


def test_tongue_comes_out_between_the_lips(average, pose_of):
    vertices = average(pose_of(jaw=0.5, tongueOut=1.0))
    tongue = vertices[average.vertex_region == Region.TONGUE]
    lower = vertices[average.lip_contact[1]]
    assert tongue[:, 2].max() > lower[:, 2].max() + 0.005
