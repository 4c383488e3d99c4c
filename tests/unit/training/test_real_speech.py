"""The bundled checkpoint on real human speech, where such recordings lie beside the checkout."""

from pathlib import Path

import pytest
from rich.console import Console

from rsatalker.training.evaluate import EvaluateOptions, evaluate

pytestmark = pytest.mark.unit

SPEECH = Path(__file__).parents[3].parent / "shared" / "data" / "speech"


@pytest.fixture(scope="module")
def scores():
    if not (SPEECH / "alignment.json").is_file():
        pytest.skip(f"no aligned recordings in {SPEECH}")
    (lips,) = evaluate(EvaluateOptions(speech=SPEECH), Console(quiet=True))
    return lips.scores


def test_bundled_model_moves_like_the_phones_of_people(scores):
    assert scores["real speech"]["model"]["r8"] >= 0.69


def test_bundled_model_is_far_above_every_baseline(scores):
    for methods in scores.values():
        others = max(scores["r8"] for method, scores in methods.items() if method != "model")
        assert methods["model"]["r8"] > others + 0.2


def test_bundled_model_closes_lips_at_p_b_m(scores):
    assert scores["real speech"]["model"]["closure_recall"] >= 0.8
    assert scores["real speech"]["model"]["closure_precision"] >= 0.62


def test_bundled_model_is_in_time(scores):
    assert abs(scores["real speech"]["model"]["lag_ms"]) <= 34


def test_bundled_model_does_not_mind_quiet_recordings(scores):
    assert scores["real speech, -15 dB"]["model"]["r8"] > scores["real speech"]["model"]["r8"] - 0.03


def test_bundled_model_keeps_the_jaw_shut_in_silence_and_noise(scores):
    assert scores["real speech"]["model"]["silence_shut"] >= 0.9
    assert scores["real speech, noise at 10 dB"]["model"]["silence_shut"] >= 0.9


def test_bundled_model_moves_like_the_phones_in_noise(scores):
    assert scores["real speech, noise at 10 dB"]["model"]["r8"] >= 0.53
