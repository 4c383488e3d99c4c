"""CMU Flite: small recorded-speech voices; `-psdur` prints each phone and when it ends."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from rsatalker.training.engines.spoken import Spoken, run_engine, samples_of_wave
from rsatalker.training.phones import Shapes, segments_of, visemes_of_arpabet

PITCH_RANGES_HZ = {"kal16": (85, 140), "awb": (100, 160), "rms": (80, 125), "slt": (140, 220)}  # what sounds natural


@dataclass(frozen=True, slots=True)
class FliteStyle:
    """How a Flite voice speaks.

    Attributes:
        duration_stretch: 1 is the voice's own pace, 1.2 is slower.
        mean_pitch_hz: Mean of the pitch contour.
    """

    duration_stretch: float = 1.0
    mean_pitch_hz: float = 120.0


def speak_with_flite(text: str, voice: str, style: FliteStyle, *, as_phones: bool = False) -> Spoken:
    """Return the utterance of a Flite voice.

    Args:
        text: English; with `as_phones`, ARPAbet phones with spaces between.
        voice: A key of `PITCH_RANGES_HZ`.
        style: Pace and pitch.
        as_phones: Take the text as phones.

    Raises:
        ToolMissing: Flite is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder) / "spoken.wav"
        printed = run_engine([
            "flite", "-voice", voice, "-psdur",
            "--setf", f"duration_stretch={style.duration_stretch:.3f}",
            "--setf", f"int_f0_target_mean={style.mean_pitch_hz:.1f}",
            "-p" if as_phones else "-t", text, "-o", str(wave),
        ])  # fmt: skip
        samples = samples_of_wave(wave)
    return Spoken(samples, segments_of(_phones(printed)), f"flite-{voice}")


def _phones(printed: str) -> list[tuple[Shapes, float, float]]:
    """Return phones of a line such as `pau:0.224 m:0.252 ey:0.410`: names with the time each ends at."""
    phones: list[tuple[Shapes, float, float]] = []
    start_s = 0.0
    for word in printed.split():
        name, _, end = word.rpartition(":")
        end_s = float(end)
        phones.append((visemes_of_arpabet(name), start_s, end_s))
        start_s = end_s
    return phones
