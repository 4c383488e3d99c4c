"""People measure what `person` says of them, and the cast are people apart."""

from itertools import combinations, product

import numpy as np
import pytest

from rsatalker.avatars.cast import CHARACTERS
from rsatalker.heads.head import Head
from rsatalker.heads.procedural.anatomy import EYE_RADIUS
from rsatalker.heads.procedural.build import build_head
from rsatalker.heads.procedural.drive import SHAPE_INDEX, ProceduralDrive
from rsatalker.heads.procedural.expressions import LID_SHARES
from rsatalker.heads.procedural.eyeballs import cornea_bulge
from rsatalker.heads.procedural.fold_shapes import STROKES, fold_shapes
from rsatalker.heads.procedural.identity import Identity
from rsatalker.heads.procedural.lid_motion import lid_motion
from rsatalker.heads.procedural.person import shape_person
from rsatalker.heads.procedural.sculpture import average_head
from rsatalker.motion.expression_space import GAZE_PITCH_RAD

pytestmark = pytest.mark.unit

# Pairs of landmarks, and what man and woman shall measure, mm: see `person`.
MEASURES = {
    "breadth of the face": ((1, 15), 137.1, 129.9),
    "breadth of the jaw": ((4, 12), 97.1, 91.1),
    "breadth of the mouth": ((48, 54), 54.5, 50.2),
    "between the eyes": ((39, 42), 33.3, 31.8),
    "height below the nose": ((33, 8), 72.6, 64.3),
}
OF_THE_AVERAGE = {"fissure of the eye": ((42, 45), 31.0), "outer corners": ((36, 45), 89.5), "mouth": ((48, 54), 52.3)}


@pytest.fixture(scope="module")
def sexes() -> tuple[Head, Head]:
    return build_head(Identity(male=1.0)), build_head(Identity(male=-1.0))


def span_mm(head: Head, pair: tuple[int, int]) -> float:
    first, second = head.neutral_vertices[head.landmarks[list(pair)]] * 1e3
    return float(np.linalg.norm(first - second))


@pytest.mark.parametrize("name", MEASURES)
def test_man_and_woman_differ_as_described(sexes: tuple[Head, Head], name: str) -> None:
    pair, man, woman = MEASURES[name]
    assert span_mm(sexes[0], pair) / span_mm(sexes[1], pair) == pytest.approx(man / woman, abs=0.045)


@pytest.mark.parametrize("name", OF_THE_AVERAGE)
def test_average_measures_as_described(average: Head, name: str) -> None:
    pair, described = OF_THE_AVERAGE[name]
    assert span_mm(average, pair) == pytest.approx(described, rel=0.05)


def test_eyeballs_have_one_size_in_everyone(sexes: tuple[Head, Head]) -> None:
    assert sexes[0].eye_radius_m == sexes[1].eye_radius_m


@pytest.mark.parametrize(("one", "other"), list(combinations(CHARACTERS, 2)))
def test_characters_are_people_apart(one: str, other: str) -> None:
    sculpture = average_head()
    faces = [shape_person(sculpture, CHARACTERS[name].identity)[0][: sculpture.skin_count] for name in (one, other)]
    front = sculpture.positions[: sculpture.skin_count, 2] > 6.0
    apart_mm = np.linalg.norm(faces[0] - faces[1], axis=1)[front] * 10
    assert apart_mm.mean() > 1.0


@pytest.mark.parametrize("name", CHARACTERS)
def test_lids_of_the_cast_stay_outside_the_cornea(name: str, pose_of) -> None:
    """Of the left eye; the right one is its mirror image. A whole head would take seconds."""
    sculpture, drive = average_head(), ProceduralDrive()
    positions, eye_center = shape_person(sculpture, CHARACTERS[name].identity)
    margin = sculpture.template.eye_rings[-1]
    moves = {
        shape: lid_motion(sculpture, positions, eye_center, *shares)[margin] for shape, shares in LID_SHARES.items()
    }
    moves["blinkHalf"] = moves.pop("blinkMiddle") - 0.5 * moves["eyeBlink"]
    for blink, look, squint in product((0.0, 0.3, 0.6, 1.0), (-GAZE_PITCH_RAD, 0.0, GAZE_PITCH_RAD), (0.0, 1.0)):
        pose = pose_of(eyeBlink=blink, look_down_rad=look, eyeSquint=squint, mouthSmile=squint)
        weights = drive(pose).weights
        lids = positions[margin] + sum(weights[SHAPE_INDEX[f"{shape}Left"]] * move for shape, move in moves.items())
        assert np.linalg.norm(lids - eye_center, axis=1).min() > EYE_RADIUS + cornea_bulge(np.array(0.0))


def test_fold_hides_the_crease_of_the_lid() -> None:
    sculpture = average_head()
    middle = sculpture.template.eye_rings[0].size // 4  # over the pupil
    across = [ring[middle] for ring in sculpture.template.eye_rings[::-1][2:8]]

    def bend(identity: Identity) -> float:
        line = shape_person(sculpture, identity)[0][across]
        return float(np.abs(np.diff(line, 2, axis=0)).max())

    assert bend(Identity(eye_fold=1.0)) < 0.5 * bend(Identity())


@pytest.mark.parametrize("name", STROKES)
def test_folds_move_the_skin_and_leave_lids_and_lips(name: str) -> None:
    field, template = fold_shapes()[name], average_head().template
    moved_mm = np.linalg.norm(field, axis=1) * 10
    assert 0.2 < moved_mm.max() < 3.0
    assert moved_mm[np.concatenate([template.eye_rings[-1], template.mouth_rings[-1]])].max() == 0.0


def test_frown_draws_the_skin_between_the_brows_in(average: Head, pose_of) -> None:
    frown = average(pose_of(browDown=1.0)) - average.neutral_vertices
    x, y = (average.neutral_vertices[:, :2] * 100).T
    furrow = (np.abs(x - 0.58) < 0.15) & (np.abs(y - 5.5) < 0.4) & (average.neutral_vertices[:, 2] > 0.1)
    ridge = (np.abs(x) < 0.05) & (np.abs(y - 5.5) < 0.4) & (average.neutral_vertices[:, 2] > 0.1)
    assert frown[ridge, 2].mean() - frown[furrow, 2].mean() > 5e-4
