"""A made-up corpus, and tools that a test may need."""

import os
import shutil

import numpy as np
import pytest
from painted_ball import write_ball

from rsatalker.errors import ToolMissing
from rsatalker.training.corpus import example_of
from rsatalker.training.engines.voices import GROUPS, espeak
from rsatalker.training.examples import write_part
from rsatalker.training.phones import Segment, Viseme


def missing(what: str) -> None:
    """Skip on a user's machine, fail in CI."""
    sentence = f"{what} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{sentence}; CI must have it")
    pytest.skip(sentence)


@pytest.fixture
def flite():
    if shutil.which("flite") is None:
        missing("flite")


@pytest.fixture
def festival():
    if shutil.which("festival") is None:
        missing("festival")


@pytest.fixture
def espeak_library():
    try:
        return espeak()
    except ToolMissing:
        return missing("eSpeak NG's library")


def made_up_example(seed: int, group: int, seconds: float = 4.0):
    """A hum whose loudness follows the visemes: silence, ah, p, ee, in turn."""
    rng = np.random.default_rng(seed)
    segments, samples, start_s = [], [], 0.0
    while start_s < seconds:
        viseme = Viseme(int(rng.choice([Viseme.SILENCE, Viseme.AA, Viseme.P, Viseme.IY, Viseme.F])))
        length = int(rng.uniform(0.08, 0.25) * 16_000)
        pitch_hz = {Viseme.AA: 700, Viseme.IY: 2_500, Viseme.P: 150, Viseme.F: 5_000}.get(viseme, 100)
        loudness = {Viseme.SILENCE: 0.0, Viseme.P: 0.02}.get(viseme, 0.3)
        samples.append(loudness * np.sin(2 * np.pi * pitch_hz * np.arange(length) / 16_000))
        segments.append(Segment(viseme, start_s, start_s + length / 16_000))
        start_s += length / 16_000
    sound = np.concatenate(samples).astype(np.float32)
    return example_of(sound, segments, "hum", group, noisy=bool(seed % 2), keep_sound=True)


@pytest.fixture(scope="session")
def made_corpus(tmp_path_factory):
    """A folder with a corpus of hums, made once."""
    folder = tmp_path_factory.mktemp("corpus")
    for group in range(len(GROUPS)):
        write_part(folder / f"training-hum-{group}.npz", [made_up_example(10 * group + i, group) for i in range(6)])
    write_part(folder / "held-out-hum.npz", [made_up_example(100 + i, 1) for i in range(2)])
    return folder


@pytest.fixture
def corpus(made_corpus, tmp_path):
    """The corpus of hums in a folder of one's own."""
    return shutil.copytree(made_corpus, tmp_path, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def ball(tmp_path_factory):
    """Return a capture of a painted ball, which is only read."""
    folder = tmp_path_factory.mktemp("ball")
    write_ball(folder)
    return folder


@pytest.fixture
def folder(ball, tmp_path):
    """Return a copy of that capture, which may be damaged."""
    return shutil.copytree(ball, tmp_path / "ball")
