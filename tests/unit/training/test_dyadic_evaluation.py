"""Recorded faces against made ones, in the open and in the closed loop; and what a step costs."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from rsatalker.motion.checkpoint import load_checkpoint
from rsatalker.motion.dyadic_checkpoint import bundled_dyadic_model
from rsatalker.motion.dyadic_model import DyadicModel
from rsatalker.motion.model import MotionModel
from rsatalker.speech.audio import at_speech_rate, read_audio
from rsatalker.training import dyadic_evaluation
from rsatalker.training.cost_evaluation import SAMPLE_DIALOGUE, cost_section
from rsatalker.training.dialogue_corpus import Conversation
from rsatalker.training.dualtalk import Dyad
from rsatalker.training.dyadic_evaluation import dyadic_section, faces_by_method
from rsatalker.training.dyadic_faces import TRACKED_FACES, at_rate, conversation_of, make_faces, social_of

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def lips() -> MotionModel:
    return load_checkpoint()


@pytest.fixture(scope="module")
def faces_model() -> DyadicModel:
    torch.manual_seed(1)
    return DyadicModel(TRACKED_FACES).eval().requires_grad_(requires_grad=False)


@pytest.fixture(scope="module")
def dyad() -> Dyad:
    random = np.random.default_rng(3)
    voices = at_speech_rate(read_audio(SAMPLE_DIALOGUE))[:, : 4 * 16_000]  # people: the lips keep still in noise
    faces = np.cumsum(random.normal(0, 0.1, (2, 100, 56)), axis=1).astype(np.float32)
    return Dyad("made up", voices, faces, np.ones(2, bool), 25.0, None)


def test_faces_keep_their_time_at_another_rate() -> None:
    ramp = np.tile(np.arange(50, dtype=np.float32)[:, None], (2, 1, 3)) / 25  # value = seconds
    np.testing.assert_allclose(at_rate(ramp, 25, 30, 58)[0, :, 0], np.arange(58) / 30, atol=1e-5)


def test_recorded_dialogue_is_met_at_the_motion_rate(dyad: Dyad, lips: MotionModel) -> None:
    conversation = conversation_of(dyad, lips)
    assert len(conversation) == 119  # the last face is at 3.96 s
    np.testing.assert_array_equal(conversation.motion[:, 1:], conversation.values[:, :-1])
    assert conversation.voices.shape == (2, 119, 23)
    assert np.abs(conversation.voices[0] - conversation.voices[1]).max() > 0.1


def test_open_loop_sees_the_partner_and_the_closed_loop_does_not(
    dyad: Dyad, lips: MotionModel, faces_model: DyadicModel
) -> None:
    conversation = conversation_of(dyad, lips)
    other = Conversation(
        conversation.voices, conversation.motion + 1.0, conversation.chances, conversation.possible,
        conversation.values, conversation.known, conversation.present,
    )  # fmt: skip
    social = social_of(dyad)
    opened, moved = (make_faces(faces_model, c, social, "open") for c in (conversation, other))
    assert np.abs(opened - moved).max() > 1e-3
    closed = make_faces(faces_model, conversation, social, "closed")
    assert closed.shape == conversation.values.shape
    assert np.abs(closed[:, 1:] - opened[:, 1:]).max() > 1e-4


def test_section_compares_every_part_with_baselines(
    dyad: Dyad, lips: MotionModel, faces_model: DyadicModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dyadic_evaluation, "read_dyads", lambda folder: [dyad])
    section = dyadic_section(dyadic_evaluation.Path(), lips, faces_model)
    methods = {"zero", "mean", "copy partner", "model, other speech", "model, open loop", "model, closed loop"}
    assert set(section.scores) == methods
    assert [sheet.title for sheet in section.sheets] == ["FD", "P-FD", "MSE", "SID", "rPCC"]
    assert all(np.isfinite(row[1:]).all() for sheet in section.sheets for row in map(list, sheet.rows))


def test_model_of_events_is_compared_by_its_joints_only(dyad: Dyad, lips: MotionModel) -> None:
    speech = at_speech_rate(read_audio(SAMPLE_DIALOGUE))[:, : dyad.voices.shape[1]]
    made = faces_by_method(replace(dyad, voices=speech), lips, bundled_dyadic_model())["model, closed loop"]
    assert made.shape == dyad.faces.shape
    assert not made[..., :50].any()
    assert made[0, :, 50].max() > 0.05  # the first voice opens the first mouth


def test_cost_is_measured_for_two_speakers(lips: MotionModel) -> None:
    scores = cost_section(lips, bundled_dyadic_model()).scores
    steps = scores["step_ms"]
    assert isinstance(steps, dict)
    assert steps["dyadic model"]["p50"] < steps["audio to motion, both heads"]["p95"]
    assert scores["look_ahead_ms"] == pytest.approx(100)
