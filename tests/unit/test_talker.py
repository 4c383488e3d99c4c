"""The path from audio to motion, and from motion to a frame."""

from types import SimpleNamespace

import numpy as np
import pytest

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.avatars.light import studio_light
from rsatalker.motion.checkpoint import load_checkpoint
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.model import MotionModel
from rsatalker.motion.mood import Mood
from rsatalker.motion.pose import FIELDS, FlameMotion, FlamePose
from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.renderers.camera import look_at
from rsatalker.talker import Dialogue, Talker

pytestmark = pytest.mark.unit
SAMPLE_RATE_HZ = 16_000


@pytest.fixture(scope="module")
def model() -> MotionModel:
    return load_checkpoint()


def voices(seconds: float) -> np.ndarray:
    """Two noises that take turns: enough for motion to differ from rest."""
    random = np.random.default_rng(4)
    samples = random.normal(0, 0.1, (2, int(seconds * SAMPLE_RATE_HZ))).astype(np.float32)
    half = samples.shape[1] // 2
    samples[0, half:] = 0
    samples[1, :half] = 0
    return samples


def motion_of(dialogue: Dialogue, samples: np.ndarray, chunk: int) -> list[FlameMotion]:
    parts = [dialogue.push(samples[:, at : at + chunk]) for at in range(0, samples.shape[1], chunk)]
    parts.append(dialogue.finish())
    return [FlameMotion.joined([part[participant] for part in parts]) for participant in (0, 1)]


def test_dialogue_streams_what_it_gives_offline(model: MotionModel) -> None:
    samples = voices(3.0)
    whole = motion_of(Dialogue(model, Relationship(), 1), samples, samples.shape[1])
    chunked = motion_of(Dialogue(model, Relationship(), 1), samples, 639)
    for one, two in zip(whole, chunked, strict=True):
        assert len(one) == len(two) == 90
        for name in FIELDS:
            np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=1e-4)


def test_dialogue_hears_nothing_of_the_future(model: MotionModel) -> None:
    samples = voices(3.0)
    changed = samples.copy()
    changed[:, 2 * SAMPLE_RATE_HZ :] = 0.2
    look_ahead = model.config.look_ahead
    for one, two in zip(
        motion_of(Dialogue(model, Relationship(), 1), samples, 16_000),
        motion_of(Dialogue(model, Relationship(), 1), changed, 16_000),
        strict=True,
    ):
        np.testing.assert_array_equal(one.expression[: 60 - look_ahead], two.expression[: 60 - look_ahead])
        assert np.abs(one.expression[60:] - two.expression[60:]).max() > 1e-3


def test_two_dialogues_of_one_model_do_not_disturb_each_other(model: MotionModel) -> None:
    samples = voices(1.0)
    alone = motion_of(Dialogue(model, Relationship(), 1), samples, 640)[0]
    first, second = Dialogue(model, Relationship(), 1), Dialogue(model, Relationship(), 1)
    parts = []
    for at in range(0, samples.shape[1], 640):
        parts.append(first.push(samples[:, at : at + 640])[0])
        second.push(-0.5 * samples[::-1, at : at + 640].copy())
    parts.append(first.finish()[0])
    np.testing.assert_array_equal(FlameMotion.joined(parts).expression, alone.expression)


def test_fork_goes_on_as_its_dialogue_does_and_shares_its_weights(model: MotionModel) -> None:
    samples = voices(3.0)
    half = samples.shape[1] // 2
    dialogue = Dialogue(model, Relationship(), 1)
    dialogue.push(samples[:, :half])
    fork = dialogue.fork()
    for one, two in zip(
        motion_of(dialogue, samples[:, half:], 4000), motion_of(fork, samples[:, half:], 4000), strict=True
    ):
        assert one.start_us == two.start_us > 0
        for name in FIELDS:
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    for weight, other in zip(model.parameters(), fork._lips.parameters(), strict=True):
        assert weight.data_ptr() == other.data_ptr()


def test_heads_that_are_placed_look_at_each_other(model: MotionModel) -> None:
    dialogue = Dialogue(model, Relationship(), 1)
    anchors = np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))
    anchors[0, 0, 3], anchors[1, 0, 3] = -1.0, 1.0  # side by side, both facing +z
    anchors[:, 2, 3] = (0.0, 2.0)  # the second one stands further forward
    dialogue.place(anchors)
    first, second = (motion.neck_pose[-1, 1] for motion in motion_of(dialogue, np.zeros((2, 32_000), np.float32), 640))
    assert first > 0.2  # to its left, which is +x
    assert second < -0.2


@pytest.mark.parametrize("least_share", [1.0, 0.5, 0.25])
def test_talker_draws_what_its_avatar_shows(least_share: float) -> None:
    seen = {}

    def follow(
        vertices: np.ndarray,
        pose: FlamePose,
        light: object,
        eye: np.ndarray,
        anchor: np.ndarray,
        at_s: float | None,
        share: float,
    ) -> Gaussians:
        seen.update(vertices=vertices, eye=eye, share=share)
        empty = np.zeros((0, 3), np.float32)
        return Gaussians(empty, np.zeros((0, 6), np.float32), np.zeros(0, np.float32), empty, np.zeros(0, np.uint8))

    sphere = (np.zeros(3, np.float32), 0.2)
    avatar = SimpleNamespace(head=lambda pose: np.ones((5, 3), np.float32), follow=follow, bounding_sphere=sphere)
    renderer = SimpleNamespace(render=lambda gaussians, cameras, colors, depths: colors.fill(7))
    talker = Talker(avatar, renderer, least_share)  # type: ignore[arg-type]
    cameras = [
        look_at(np.array([x, 0, 1], np.float32), np.zeros(3, np.float32), width=8, height=8) for x in (-0.03, 0.03)
    ]
    colors, depths = np.zeros((2, 8, 8, 4), np.uint8), np.zeros((2, 8, 8), np.float32)
    anchor = np.eye(4, dtype=np.float32)
    talker.draw(FlamePose.neutral(), cameras, studio_light(), anchor, colors, depths)
    assert (colors == 7).all()
    np.testing.assert_allclose(seen["eye"], [0, 0, 1], atol=1e-6)  # between the two eyes
    assert seen["share"] == least_share  # in 8 pixels a head shows no more than it must


def test_relationship_changed_in_mid_conversation_changes_motion_from_then_on(model: MotionModel) -> None:
    samples = voices(8.0)
    stays, changes = (Dialogue(model, Relationship("blood", "equal"), 1) for _ in range(2))
    half = samples.shape[1] // 2
    before = [dialogue.push(samples[:, :half])[1] for dialogue in (stays, changes)]
    np.testing.assert_array_equal(before[0].neck_pose, before[1].neck_pose)
    changes.relate(SocialInput(Relationship("non-blood", "unequal", 0), strength=1.2))
    assert changes.relationship == Relationship("non-blood", "unequal", 0)
    after = [dialogue.push(samples[:, half:])[1] for dialogue in (stays, changes)]
    assert np.abs(after[0].neck_pose - after[1].neck_pose).max() > 0.02
    np.testing.assert_array_equal(after[0].jaw_pose, after[1].jaw_pose)


def test_mood_shows_in_one_face_and_leaves_the_other(model: MotionModel) -> None:
    samples = voices(4.0)
    plain, moved = Dialogue(model, Relationship(), 1), Dialogue(model, Relationship(), 1)
    moved.set_mood(0, Mood("surprised"))
    brow = ARKIT_INDEX["browInnerUp"]
    one, other = plain.push(samples), moved.push(samples)
    assert other[0].arkit[60:, brow].mean() > one[0].arkit[60:, brow].mean() + 0.4
    assert abs(other[1].arkit[60:, brow].mean() - one[1].arkit[60:, brow].mean()) < 0.2
