"""Heads are compared rightly: with themselves, with a real one, and where something shows that should not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rsatalker.avatars.cast import CHARACTERS, character_head
from rsatalker.heads.head import Head, SparseShapes
from rsatalker.heads.head_file import arkit_by_name
from rsatalker.heads.ict_facekit import ict_head
from rsatalker.heads.obj_file import ObjMesh
from rsatalker.heads.procedural.build import build_head
from rsatalker.heads.procedural.identity import Identity
from rsatalker.heads.rotations import matrix_from_axis_angle
from rsatalker.heads.shape_head import IdentitySpace, ShapeHead
from rsatalker.motion.expression_space import ARKIT_NAMES
from rsatalker.motion.pose import FlamePose
from rsatalker.training.compare_heads import BLINK, CLOSING, SQUINT, shape_sheet
from rsatalker.training.head_comparison import align, likenesses, shape_pose
from rsatalker.training.head_surface import eyeball_pixels, inverted_pixels, lip_gap_mm

pytestmark = pytest.mark.unit

PACK = Path(__file__).resolve().parents[4] / "shared" / "data" / "ict_facekit" / "ict_light.npz"
SHAPES = ("jawOpen", "mouthSmileLeft", "browInnerUp", "cheekPuff", "eyeBlinkLeft")
TURNED = matrix_from_axis_angle(np.array([0.03, -0.05, 0.02])).astype(np.float32)
MOVED = np.array([0.01, -0.02, 0.03], np.float32)


@pytest.fixture(scope="module")
def ours() -> Head:
    return build_head(Identity())


def as_shape_head(head: Head) -> ShapeHead:
    """The same head elsewhere, as a file would hold it."""
    fields = np.stack([head(shape_pose(name)) - head.neutral_vertices for name in SHAPES]) @ TURNED.T
    eyes = np.zeros((len(head.neutral_vertices), 5), np.float32)
    eyes[:, 0] = 1
    return ShapeHead(
        "twin", "twin", SHAPES, head.faces, head.neutral_vertices @ TURNED.T + MOVED, head.joints @ TURNED.T + MOVED,
        np.zeros((len(SHAPES), 5, 3), np.float32), SparseShapes.of(fields), eyes, arkit_by_name(SHAPES),
    )  # fmt: skip


def test_head_is_like_itself_wherever_it_stands(ours: Head) -> None:
    twin = as_shape_head(ours)
    alignment = align(ours, twin, None)
    assert alignment.distances_mm.max() < 0.2
    np.testing.assert_allclose(alignment.rotation, TURNED.T, atol=2e-3)
    found = likenesses(ours, twin, alignment)
    assert {shape.name for shape in found} == set(SHAPES)
    assert min(shape.cosine for shape in found) > 0.999


def test_identity_is_found_again(ours: Head) -> None:
    twin = as_shape_head(ours)
    wider = np.zeros((1, *twin.neutral_vertices.shape), np.float32)
    wider[0, :, 0] = 0.05 * twin.neutral_vertices[:, 0]
    other = replace(twin, neutral_vertices=twin.neutral_vertices - 0.8 * wider[0])
    space = IdentitySpace(wider, np.zeros((5, len(wider[0])), np.float32))
    assert align(ours, other, space).betas[0] == pytest.approx(0.8, abs=0.05)


@pytest.fixture(scope="module")
def real() -> tuple[ShapeHead, IdentitySpace]:
    if not PACK.is_file():
        pytest.skip(f"ICT-FaceKit's pack is not at {PACK}")
    with np.load(PACK) as pack:
        names = tuple(str(name) for name in pack["material_names"])
        mesh = ObjMesh(pack["vertices"].astype(float), pack["quads"], pack["quad_material"].astype(int), names)
        scale = pack["expression_scale"][:, None, None] / 32767
        shapes = dict(zip(map(str, pack["expression_names"]), pack["expression_q"] * scale, strict=True))
        modes = pack["identity_q"] * (pack["identity_scale"][:, None, None] / 32767)
    head, kept = ict_head(mesh, shapes)
    return head, IdentitySpace((modes[:, kept] * 0.01).astype(np.float32), np.zeros((5, len(kept)), np.float32))


def test_our_head_is_as_near_to_the_real_one_as_is_asked(ours: Head, real: tuple[ShapeHead, IdentitySpace]) -> None:
    alignment = align(ours, *real)
    assert alignment.distances_mm.mean() <= 3.0
    found = likenesses(ours, real[0], alignment)
    assert len(found) >= 40
    assert np.median([shape.cosine for shape in found]) >= 0.9
    assert found[0].cosine >= 0.7, found[0].name
    assert shape_sheet(ours, real[0], alignment, 24).std() > 10


@pytest.mark.parametrize("name", CHARACTERS)
def test_nothing_shows_of_a_character_that_should_not(name: str) -> None:
    head = character_head(name)
    assert max(lip_gap_mm(head, shape_pose(*names)) for names in CLOSING) < 1e-2
    assert eyeball_pixels(head, shape_pose(*BLINK)) == 0
    assert eyeball_pixels(head, shape_pose(*BLINK, *SQUINT)) == 0
    assert {shape: count for shape in ARKIT_NAMES if (count := inverted_pixels(head, shape_pose(shape)))} == {}


def test_what_should_not_show_is_counted_when_it_shows(ours: Head) -> None:
    assert eyeball_pixels(ours, FlamePose.neutral()) > 500
    assert lip_gap_mm(ours, shape_pose("jawOpen")) > 25
    quads = len(ours.faces) // 2
    cheek = ours.landmarks[2]
    touched = np.flatnonzero((ours.faces[:quads] == cheek).any(1))[:1]
    faces = ours.faces.copy()
    faces[touched] = faces[touched][:, ::-1]
    faces[touched + quads] = faces[touched + quads][:, ::-1]
    assert inverted_pixels(replace(ours, faces=faces), FlamePose.neutral()) > 10


def test_weights_of_gaze_turn_the_eyes() -> None:
    np.testing.assert_allclose(shape_pose("eyeLookOutLeft", "eyeLookDownLeft").eye_pose[:2], (0.42, 0.55), atol=1e-6)
    np.testing.assert_allclose(shape_pose("eyeLookInLeft", "eyeLookUpRight").eye_pose[:2], (-0.42, -0.55), atol=1e-6)
