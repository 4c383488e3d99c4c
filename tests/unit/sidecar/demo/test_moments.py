import numpy as np
import pytest

from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.pose import FlamePose
from sidecar.demo.moments import BestMoments, Moment, scores, who_speaks

pytestmark = pytest.mark.unit


def pose(**weights: float) -> FlamePose:
    neutral = FlamePose.neutral()
    for shape, weight in weights.items():
        neutral.arkit[ARKIT_INDEX[shape]] = weight
    return neutral


def picture(value: int) -> np.ndarray:
    return np.full((8, 8, 3), value, np.uint8)


def test_scores_tell_speaker_from_listener() -> None:
    found = scores(Moment(1.0, [pose(jawOpen=0.4), pose()], (True, False)))
    assert found["a speaks, b listens"] == pytest.approx(0.4)
    assert found["b speaks, a listens"] == found["both speak"] == 0


def test_blink_spoils_every_other_kind_of_moment() -> None:
    found = scores(Moment(1.0, [pose(jawOpen=0.4), pose(eyeBlinkLeft=1.0)], (True, False)))
    assert {kind for kind, score in found.items() if score > 0} == {"b blinks"}


def test_best_moments_keep_the_picture_of_the_highest_score() -> None:
    best = BestMoments()
    for index, opening in enumerate((0.1, 0.4, 0.2)):
        best.see(Moment(index / 25, [pose(jawOpen=opening), pose()], (True, False)), picture(index))
    (tile,) = best.tiles()
    assert (tile.label, int(tile.picture.max())) == ("0.04 s: a speaks, b listens", 1)


def test_best_moments_are_in_the_order_of_time() -> None:
    best = BestMoments()
    best.see(Moment(0.0, [pose(), pose(jawOpen=0.3)], (False, True)), picture(0))
    best.see(Moment(2.0, [pose(jawOpen=0.3), pose()], (True, False)), picture(1))
    assert [tile.label[:4] for tile in best.tiles()] == ["0.00", "2.00"]


def test_who_speaks_listens_around_the_instant() -> None:
    voices = np.zeros((2, 32_000), np.float32)
    voices[1, 16_000:] = 0.1
    assert who_speaks(voices, 16_000, 0.5) == (False, False)
    assert who_speaks(voices, 16_000, 1.5) == (False, True)
    assert who_speaks(voices, 16_000, 5.0) == (False, False)
