"""What heads are seen to do: measured from motion that is known, and drawn against time."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion, FlamePose
from rsatalker.training.social_marks import ROWS, Marks, Strip, marks_of, most_different

pytestmark = pytest.mark.unit

RATE_HZ, SECONDS = 25, 4
COUNT = RATE_HZ * SECONDS
TOWARD = np.array([0.8, 0.0], np.float32)
SILENT = np.zeros(SECONDS * 16_000, np.float32)
SPEAKS, LOOKS, SMILES, NODS = range(len(ROWS))


def measured(pose_at: Callable[[float], FlamePose], voice: np.ndarray = SILENT) -> Marks:
    """Marks of a head whose pose is a function of the time in seconds."""
    poses = [pose_at(index / MOTION_RATE_HZ) for index in range(SECONDS * MOTION_RATE_HZ)]
    return marks_of(FlameMotion.of(poses, 0, MOTION_RATE_HZ, "procedural-1"), voice, TOWARD, COUNT, RATE_HZ)


def with_neck(pitch: float, yaw: float = 0.8) -> FlamePose:
    return replace(FlamePose.neutral(), neck_pose=np.array([pitch, yaw, 0], np.float32))


def marked(**rows: range) -> Marks:
    seen = np.zeros((COUNT, len(ROWS)), bool)
    for name, pictures in rows.items():
        seen[list(pictures), [row for row, _ in ROWS].index(name)] = True
    return Marks(seen, np.zeros(COUNT))


def test_gaze_is_that_of_head_and_eyes_together() -> None:
    def turns_half_with_the_eyes_after_two_seconds(time_s: float) -> FlamePose:
        eyes = np.array([0, 0.4, 0, 0, 0.4, 0], np.float32) * (time_s >= 2)
        return replace(with_neck(0, yaw=0.4), eye_pose=eyes)

    looks = measured(turns_half_with_the_eyes_after_two_seconds).rows[:, LOOKS]
    assert not looks[: 2 * RATE_HZ - 1].any()
    assert looks[2 * RATE_HZ + 1 :].all()


def test_smile_at_rest_is_no_smile() -> None:
    def smiles_more(time_s: float) -> FlamePose:
        pose = with_neck(0)
        pose.arkit[ARKIT_INDEX["mouthSmileLeft"]] = 0.1 * time_s
        return pose

    smiles = measured(smiles_more).rows[:, SMILES]
    assert np.flatnonzero(smiles)[0] == pytest.approx(2.7 * RATE_HZ, abs=1)


def test_listener_nods_and_a_slow_look_down_is_no_nod() -> None:
    def nods_at_one_and_looks_down_at_three(time_s: float) -> FlamePose:
        nod = 0.07 * np.sin(np.pi * 2.5 * (time_s - 1)) ** 2 * (1 <= time_s < 1.4)
        return with_neck(nod + 0.1 * np.clip(time_s - 3, 0, 1))

    marks = measured(nods_at_one_and_looks_down_at_three)
    assert 0.75 * RATE_HZ <= np.flatnonzero(marks.rows[:, NODS]).min() <= RATE_HZ
    assert np.flatnonzero(marks.rows[:, NODS]).max() < 1.8 * RATE_HZ
    assert "nods 1" in marks.sentence("", COUNT)


def test_stress_of_the_own_voice_is_no_nod() -> None:
    voice = np.full(SECONDS * 16_000, 0.1, np.float32)
    marks = measured(lambda time_s: with_neck(0.04 * (time_s % 1 < 0.2)), voice)
    assert marks.rows[:, SPEAKS].all()
    assert not marks.rows[:, NODS].any()


def test_sentence_says_what_was_seen_up_to_now() -> None:
    marks = replace(marked(looks=range(50), smiles=range(50, 60)), pitch_rad=np.full(COUNT, np.radians(-2.0)))
    assert marks.sentence("senior", 50) == "senior: looks 100 %, smiles 0 %, nods 0, chin 2° up"
    assert marks.sentence("", COUNT) == "looks 50 %, smiles 10 %, nods 0, chin 2° up"


def test_moments_are_where_pairs_differ_and_apart() -> None:
    still, glances = marked(), marked(looks=range(40, 45), smiles=range(42, 44))
    assert most_different([(still, still), (still, glances)], apart=10, count=1) == [42]
    moments = most_different([(still, still), (still, glances)], apart=10, count=2)
    assert abs(moments[1] - moments[0]) >= 10


def test_strip_is_coloured_where_something_was_done_and_not_ahead_of_now() -> None:
    strip, color = Strip(300, 80, (0, 0, 0)), ROWS[LOOKS][1]
    picture = strip.drawn(marked(looks=range(20, 90)), now=60)
    columns = np.flatnonzero((picture[30] == color).all(-1))  # the second of four rows
    first, last = round(300 * 0.19), round(300 * 0.96)
    assert columns[0] == pytest.approx(first + 0.2 * (last - first), abs=2)
    assert columns[-1] == pytest.approx(first + 0.6 * (last - first), abs=2)
    assert not (picture[[10, 50, 70]] == color).all(-1).any()
