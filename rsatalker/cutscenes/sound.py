"""Voices on the scene's timeline: what the model hears (16 kHz, one voice a channel) and what the audience hears.

Both are made in blocks of a second, so that the memory does not grow with the scene. A clip's first sample lies on the
sample nearest to its start; the picture's times are exact fractions of the same clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32

from rsatalker.cutscenes.camera_track import cameras_at
from rsatalker.cutscenes.script import Clip, Cutscene
from rsatalker.cutscenes.staging import eyes_of
from rsatalker.exports.full_disk import full_disk_named
from rsatalker.speech.audio import SPEECH_RATE_HZ, StreamingResampler, check_samples
from rsatalker.speech.sound_file import SoundFile
from rsatalker.whole_files import whole_file

SOUND_RATE_HZ = 48_000  # of film and games
BLOCK_S = 1
FADE_S = 0.06  # at the end of a voice that is interrupted
LOUDEST = 0.98  # peak of the mix; a quieter one stays as it is
FULL_SIDE = 0.7  # how far a voice at the picture's edge lies to its side; 1 would leave the other ear empty
STAGE_HALF_WIDTH_M = 0.6  # at this distance from the middle a voice lies that far to its side


class _PlacedClip:
    """One clip's samples at one rate, block by block, in order.

    Args:
        clip: Which.
        gain: Factor.
        rate_hz: Of the samples that come out.
    """

    def __init__(self, clip: Clip, gain: float, rate_hz: int) -> None:
        self.first = round(clip.start_s * rate_hz)
        self.end = round(clip.end_s * rate_hz)
        self._clip, self._gain, self._rate_hz = clip, np.float32(gain), rate_hz
        self._file: SoundFile | None = None
        self._resampler: StreamingResampler | None = None
        self._ready: Float32[np.ndarray, " S"] = np.zeros(0, np.float32)
        self._position = self.first

    def add_to(self, block: Float32[np.ndarray, " S"], start: int) -> None:
        """Add what this clip says in the samples from `start` on; each call goes on where the last one ended."""
        first, end = max(self.first, start), min(self.end, start + len(block))
        if first >= end:
            return
        samples = self._read(end - first) * self._gain
        if self._clip.is_cut:
            left = np.arange(self.end - first, self.end - end, -1, dtype=np.float32) / np.float32(
                FADE_S * self._rate_hz
            )
            samples *= np.minimum(left, 1)
        block[first - start : end - start] += samples
        if end == self.end:
            self.close()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self, count: int) -> Float32[np.ndarray, " S"]:
        """Return the next samples; silence after the file's end, which rounding may bring by one sample."""
        if self._file is None and self._position == self.first:
            self._file = SoundFile(self._clip.file)
            self._resampler = StreamingResampler(self._file.sample_rate_hz, self._rate_hz)
        while len(self._ready) < count and self._file is not None and self._resampler is not None:
            channel = self._file.read(self._file.sample_rate_hz * BLOCK_S)[self._clip.channel]
            check_samples(channel, str(self._clip.file))
            more = self._resampler.push(channel) if len(channel) else self._resampler.finish()
            self._ready = np.concatenate([self._ready, more])
            if not len(channel):
                self.close()
        out, self._ready = self._ready[:count], self._ready[count:]
        self._position += count
        return np.pad(out, (0, count - len(out)))


def voices(cutscene: Cutscene, rate_hz: int = SPEECH_RATE_HZ) -> Iterator[Float32[np.ndarray, "2 S"]]:
    """Return both voices in blocks of a second, from the scene's start to its end.

    Raises:
        AudioError: A file is gone or cannot be read any more, or holds NaN or infinity.
    """
    total = round(cutscene.duration_s * rate_hz)
    gains = [participant.gain_db for participant in cutscene.participants]
    placed = [
        (clip.participant, _PlacedClip(clip, 10 ** ((gains[clip.participant] + clip.gain_db) / 20), rate_hz))
        for clip in cutscene.clips
    ]
    try:
        for start in range(0, total, rate_hz * BLOCK_S):
            block = np.zeros((2, min(rate_hz * BLOCK_S, total - start)), np.float32)
            for participant, clip in placed:
                clip.add_to(block[participant], start)
            yield block
    finally:
        for _, clip in placed:
            clip.close()


@dataclass(frozen=True, slots=True)
class Mix:
    """The scene's sound as a file that any block can be read from.

    Attributes:
        path: Stereo float WAV, before the gain.
        gain: Factor that keeps the loudest sample below full scale.
        samples: Of each channel.
    """

    path: Path
    gain: float
    samples: int

    def blocks(self) -> Iterator[Float32[np.ndarray, "2 S"]]:
        """Return the sound in blocks of a second."""
        with soundfile.SoundFile(str(self.path)) as file:
            for block in file.blocks(SOUND_RATE_HZ * BLOCK_S, dtype="float32", always_2d=True):
                yield np.ascontiguousarray(block.T) * np.float32(self.gain)


def write_mix(cutscene: Cutscene, path: Path) -> Mix:
    """Write what the audience hears: each voice where its head stands or is seen."""
    with whole_file(path) as draft:
        with full_disk_named(path.parent):
            about = _mixed(cutscene, draft)
        # Before the sound, whose name says that both are there.
        path.with_suffix(".json").write_text(json.dumps(about), encoding="utf-8")
    return read_mix(path)


def _mixed(cutscene: Cutscene, path: Path) -> dict[str, float]:
    """Write the sound and return its gain and its samples."""
    peak, samples = 0.0, 0
    with soundfile.SoundFile(str(path), "w", SOUND_RATE_HZ, 2, "FLOAT", format="WAV") as file:
        for block in voices(cutscene, SOUND_RATE_HZ):
            count = block.shape[1]
            edges = gains_at(cutscene, [Fraction(samples, SOUND_RATE_HZ), Fraction(samples + count, SOUND_RATE_HZ)])
            heard = _panned(cutscene, block, samples) if cutscene.panning == "camera" else edges[0] @ block
            peak = max(peak, float(np.abs(heard).max(initial=0.0)))
            samples += count
            file.write(heard.T)
    return {"gain": min(1.0, LOUDEST / peak) if peak else 1.0, "samples": samples}


def read_mix(path: Path) -> Mix:
    """Return what `write_mix` wrote before."""
    about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return Mix(path, float(about["gain"]), int(about["samples"]))


def gains_at(cutscene: Cutscene, times_s: list[Fraction]) -> Float32[np.ndarray, "T 2 2"]:
    """Return the gain of each voice (columns) in each ear (rows) at some times."""
    gains = np.empty((len(times_s), 2, 2), np.float32)
    for row, time_s in zip(gains, times_s, strict=True):
        for participant in (0, 1):
            angle = (_side(cutscene, participant, time_s) + 1) * np.pi / 4  # equal power
            row[:, participant] = np.cos(angle), np.sin(angle)
    return gains


def _side(cutscene: Cutscene, participant: int, time_s: Fraction) -> float:
    """Return where a voice lies: -1 is left, 1 right."""
    if cutscene.panning == "center":
        return 0.0
    eyes = eyes_of(cutscene.participants, participant)
    if cutscene.panning == "stage":
        return FULL_SIDE * float(np.clip(eyes[0] / STAGE_HALF_WIDTH_M, -1, 1))
    frame = min(int(time_s * cutscene.output.frame_rate), cutscene.frame_count - 1)
    camera = cameras_at(cutscene, frame)[0]
    x, _, z = camera.camera_from_world[:3, :3] @ eyes + camera.camera_from_world[:3, 3]
    return FULL_SIDE * float(np.clip(x / max(z, 0.05) * camera.K[0, 0] / (camera.width / 2), -1, 1))


def _panned(cutscene: Cutscene, block: Float32[np.ndarray, "2 S"], start: int) -> Float32[np.ndarray, "2 S"]:
    """Return a block with gains that follow the camera, 20 ms steps joined by straight lines: a cut does not click."""
    step = SOUND_RATE_HZ // 50
    count = block.shape[1]
    knots = np.arange(0, count + step, step)
    gains = gains_at(cutscene, [Fraction(start + int(knot), SOUND_RATE_HZ) for knot in knots])
    at = np.arange(count)
    heard = np.zeros_like(block)
    for ear in (0, 1):
        for participant in (0, 1):
            heard[ear] += np.interp(at, knots, gains[:, ear, participant]).astype(np.float32) * block[participant]
    return heard
