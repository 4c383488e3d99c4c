"""Lips and behaviour of both heads, put together."""

import numpy as np
import pytest

from rsatalker.motion.behaviour.gaze import AWAY_M, EYES_APART_M
from rsatalker.motion.dyadic_checkpoint import bundled_dyadic_model
from rsatalker.motion.dyadic_mind import DyadicMind
from rsatalker.motion.expression_space import ARKIT_INDEX, JAW_OPEN_RAD
from rsatalker.motion.generator import MotionGenerator
from rsatalker.motion.pose import FIELDS, FlameMotion
from rsatalker.motion.social import Relationship, SocialInput

pytestmark = pytest.mark.unit
STEPS = 150


def new_generator(seed: int, relationship: Relationship | None = None) -> MotionGenerator:
    return MotionGenerator(DyadicMind(bundled_dyadic_model(), SocialInput(relationship or Relationship())), seed)


def voices(seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Articulation, activity and loudness of two voices that speak at random."""
    random = np.random.default_rng(seed)
    activity = (np.sin(np.arange(STEPS) / 15)[None] * np.array([[1], [-1]]) > 0).astype(np.float32)
    articulation = (random.random((2, STEPS, 12)) * activity[..., None]).astype(np.float32)
    loudness = np.where(activity > 0, random.normal(-25, 5, (2, STEPS)), -70).astype(np.float32)
    return articulation, activity, loudness


def generate(chunks: list[int], seed: int = 1, relationship: Relationship | None = None) -> list[FlameMotion]:
    generator = new_generator(seed, relationship)
    generator.toward[:] = (0.4, 0.0)
    inputs, start = voices(), 0
    parts: tuple[list[FlameMotion], list[FlameMotion]] = ([], [])
    for length in chunks:
        for part, motion in zip(parts, generator.push(*(x[:, start : start + length] for x in inputs)), strict=True):
            part.append(motion)
        start += length
    return [FlameMotion.joined(part) for part in parts]


def test_generator_streams_what_it_gives_offline() -> None:
    for whole, chunked in zip(generate([STEPS]), generate([1, 0, 7, 42, STEPS - 50]), strict=True):
        for name in FIELDS:
            np.testing.assert_allclose(getattr(whole, name), getattr(chunked, name), atol=1e-6)


def test_generator_repeats_itself_with_the_same_seed_only() -> None:
    first, again, other = (generate([STEPS], seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.neck_pose, again.neck_pose)
    assert np.abs(first.neck_pose - other.neck_pose).max() > 0.01


def test_generator_is_causal() -> None:
    generator, changed = (new_generator(1) for _ in range(2))
    articulation, activity, loudness = voices()
    before = generator.push(articulation, activity, loudness)
    activity[:, 100:], articulation[:, 100:] = 1 - activity[:, 100:], 0.5
    after = changed.push(articulation, activity, loudness)
    for one, two in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.expression[:100], two.expression[:100])
        assert np.abs(one.expression[100:] - two.expression[100:]).max() > 0.01


def test_generator_listener_looks_toward_the_partner() -> None:
    generator = new_generator(5)
    generator.toward[:] = (0.5, 0.0)
    silent = np.zeros((2, 300, 12), np.float32), np.zeros((2, 300), np.float32), np.full((2, 300), -70, np.float32)
    motion = generator.push(*silent)[0]
    gaze_yaw = motion.neck_pose[60:, 1] + motion.eye_pose[60:, 1]
    assert np.median(np.abs(gaze_yaw - 0.5)) < 0.08


def test_heads_look_at_each_other_from_the_first_instant_on() -> None:
    generator = new_generator(5)
    generator.toward[:] = (0.5, 0.0)
    silent = np.zeros((2, 1, 12), np.float32), np.zeros((2, 1), np.float32), np.full((2, 1), -70, np.float32)
    motion = generator.push(*silent)[0]
    assert motion.neck_pose[0, 1] + motion.eye_pose[0, 1] == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("apart_m", [0.5, 1.2])
def test_eyes_meet_at_the_partner(apart_m: float) -> None:
    generator = new_generator(5)
    generator.apart_m = apart_m
    silent = np.zeros((2, 60, 12), np.float32), np.zeros((2, 60), np.float32), np.full((2, 60), -70, np.float32)
    eyes = generator.push(*silent)[0].eye_pose
    meet_m = EYES_APART_M / np.abs(np.tan(eyes[:, 4]) - np.tan(eyes[:, 1]))
    assert meet_m[0] == pytest.approx(apart_m, rel=0.02)  # from the first instant on
    assert meet_m.max() < AWAY_M * 1.02


def test_interrupted_mouth_rests_after_100_ms() -> None:
    generator = new_generator(1)
    wide_open = np.zeros((2, 10, 12), np.float32)
    wide_open[..., 0] = 1.0
    active, loud = np.ones((2, 10), np.float32), np.full((2, 10), -20, np.float32)
    generator.push(wide_open, active, loud)
    generator.interrupt(0)
    interrupted, other = generator.push(wide_open, active, loud)
    assert interrupted.jaw_pose[2, 0] < 0.02 * JAW_OPEN_RAD
    assert other.jaw_pose[2, 0] > 0.1 * JAW_OPEN_RAD


def test_generator_gives_empty_motion_for_no_instants() -> None:
    empty = new_generator(1).push(
        np.zeros((2, 0, 12), np.float32), np.zeros((2, 0), np.float32), np.zeros((2, 0), np.float32)
    )
    assert [len(motion) for motion in empty] == [0, 0]


def test_weights_stay_in_range() -> None:
    for motion in generate([STEPS]):
        assert motion.arkit.min() >= 0
        assert motion.arkit.max() <= 1
        assert motion.arkit[:, ARKIT_INDEX["eyeBlinkLeft"]].max() == 1.0
