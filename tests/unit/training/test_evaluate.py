"""The report: sections for what there is to measure on, beside baselines, as table, JSON and pictures."""

import io
import json

import numpy as np
import pytest
import soundfile
from rich.console import Console

from rsatalker.errors import AssetError
from rsatalker.training.aligned_speech import aligned_recordings
from rsatalker.training.evaluate import EvaluateOptions, evaluate
from rsatalker.training.report import Chart, Section, Sheet, print_section, save_report
from rsatalker.training.train_speech import TrainSpeechOptions, train_speech

pytestmark = pytest.mark.unit

QUIET = Console(quiet=True)
METHODS = ["zero", "mean", "loudness", "MFCC", "model"]


@pytest.fixture
def checkpoint(corpus):
    small = {"batch_size": 2, "instants": 40, "channels": 16}
    train_speech(TrainSpeechOptions(corpus, folder=corpus / "run", steps=2, **small), QUIET)
    return corpus / "run" / "lips.safetensors"


@pytest.fixture
def speech(tmp_path):
    folder = tmp_path / "speech"
    folder.mkdir()
    soundfile.write(folder / "a.wav", np.random.default_rng(0).normal(0, 0.1, 22_050 * 2), 22_050)
    phones = [["sil", 0, 0.5], ["m", 0.5, 0.6], ["ay", 0.6, 1.0], ["f", 1.0, 1.1], ["sil", 1.1, 2.0]]
    (folder / "alignment.json").write_text(json.dumps({"a.wav": {"phones": phones}}))
    return folder


def test_lips_are_scored_beside_baselines_on_every_set(corpus, checkpoint, speech, tmp_path):
    evaluate(EvaluateOptions(checkpoint, corpus, speech, tmp_path / "report"), QUIET)
    scores = json.loads((tmp_path / "report" / "report.json").read_text())["lips"]
    gains = ["real speech, -15 dB", "real speech, +15 dB"]
    noises = [f"real speech, noise at {snr_db} dB" for snr_db in (20, 15, 10, 5, 0)]
    assert list(scores) == ["held-out voices", "real speech", *gains, *noises]
    assert all(list(methods) == METHODS for methods in scores.values())
    for picture in ("lips-r8", "lips-noise", "lips-mouth"):
        assert (tmp_path / "report" / f"{picture}.png").read_bytes().startswith(b"\x89PNG")


def test_still_mouths_have_no_correlation_and_close_nothing(corpus, checkpoint):
    (lips,) = evaluate(EvaluateOptions(checkpoint, corpus), QUIET)
    held_out = lips.scores["held-out voices"]
    for still in ("zero", "mean"):
        assert held_out[still]["r8"] == pytest.approx(0, abs=1e-4)
        assert held_out[still]["closure_recall"] == 0


def test_evaluate_without_anything_to_measure_on_says_what_to_give():
    with pytest.raises(AssetError, match="give --speech with a folder of aligned recordings, or --corpus"):
        evaluate(EvaluateOptions(), QUIET)


def test_evaluate_names_the_baselines_when_they_are_missing(corpus, checkpoint):
    checkpoint.with_suffix(".baselines.npz").unlink()
    with pytest.raises(AssetError, match=r"lips\.baselines\.npz cannot be read as fitted baselines"):
        evaluate(EvaluateOptions(checkpoint, corpus), QUIET)


def test_folder_without_an_alignment_is_told(tmp_path):
    with pytest.raises(AssetError, match=r"alignment\.json does not exist; `rsatalker evaluate --help` says"):
        list(aligned_recordings(tmp_path))


@pytest.mark.parametrize("content", ["not json", '{"a.wav": {"words": []}}', "[]"])
def test_alignment_that_cannot_be_read_is_explained(tmp_path, content):
    (tmp_path / "alignment.json").write_text(content)
    with pytest.raises(AssetError, match=r"alignment\.json cannot be read as alignments"):
        list(aligned_recordings(tmp_path))


def section() -> Section:
    sheet = Sheet("One", ("method", "score", "count"), (("model", 0.876, 12), ("zero", float("nan"), 3)))
    chart = Chart("line", lambda axes: axes.plot([0, 1], [1, 0]))
    return Section("thing", "A thing", {"model": {"score": 0.876, "gap": float("nan")}}, (sheet,), (chart,), ("Note.",))


def test_section_is_printed_with_its_tables_and_notes():
    shown = io.StringIO()
    print_section(section(), Console(file=shown, width=80))
    for words in ("A thing", "One", "0.88", "12", "-", "Note."):
        assert words in shown.getvalue()


def test_report_is_json_without_nan_and_pictures(tmp_path):
    save_report([section()], tmp_path / "report")
    assert json.loads((tmp_path / "report" / "report.json").read_text()) == {
        "thing": {"model": {"score": 0.876, "gap": None}}
    }
    assert (tmp_path / "report" / "line.png").stat().st_size > 1_000
