"""eSpeak NG through its C library: thousands of voice variants, phone events that are exact to the sample.

The library is loaded into this process; nothing of it is shipped, and what it says is data, not code.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from rsatalker.errors import ToolMissing
from rsatalker.training.engines.spoken import Spoken, samples_at_speech_rate
from rsatalker.training.phones import Shapes, Viseme, segments_of, visemes_of_espeak

# From espeak-ng's speak_lib.h.
OUTPUT_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS
INITIALIZE_PHONEME_EVENTS = 1  # espeakINITIALIZE_PHONEME_EVENTS
EVENT_LIST_TERMINATED, EVENT_END, EVENT_PHONEME = 0, 5, 7
PARAMETER_RATE, PARAMETER_PITCH, PARAMETER_RANGE = 1, 3, 4
CHARS_UTF8 = 1
BURST_LAG_S = 0.055  # a stop's event marks its burst: the lips closed this much earlier (measured on p t k tS)
BURST_SHAPES = {Viseme.P, Viseme.T, Viseme.K, Viseme.CH}


class _EventId(ctypes.Union):
    _fields_: ClassVar = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    """espeak_EVENT."""

    _fields_: ClassVar = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class EspeakStyle:
    """How an eSpeak voice speaks.

    Attributes:
        words_per_minute: Pace; conversation is 140 to 190.
        pitch: 0 to 99; 50 is the voice's own.
        pitch_range: 0 (monotone) to 99.
    """

    words_per_minute: int = 160
    pitch: int = 50
    pitch_range: int = 50


class Espeak:
    """The library, initialised; one per process.

    Raises:
        ToolMissing: libespeak-ng is not installed.
    """

    def __init__(self) -> None:
        self.library = _load_library()
        self.sample_rate_hz = self.library.espeak_Initialize(OUTPUT_SYNCHRONOUS, 0, None, INITIALIZE_PHONEME_EVENTS)
        self.chunks: list[np.ndarray] = []
        self.events: list[tuple[str, int]] = []  # phone, sample
        self.callback = _SynthCallback(self._receive)  # kept: the library holds a bare pointer to it
        self.library.espeak_SetSynthCallback(self.callback)

    def variants(self) -> tuple[str, ...]:
        """Return the names of the variants that are installed, such as `f3`."""
        folder = ctypes.c_char_p()
        self.library.espeak_Info.restype = ctypes.c_char_p
        self.library.espeak_Info(ctypes.byref(folder))
        return tuple(path.name for path in (Path((folder.value or b"").decode()) / "voices" / "!v").iterdir())

    def speak(self, text: str, voice: str, style: EspeakStyle) -> Spoken:
        """Return the utterance of a voice such as `en-us+f3`."""
        self.chunks, self.events = [], []
        self.library.espeak_SetVoiceByName(voice.encode())
        for parameter, value in (
            (PARAMETER_RATE, style.words_per_minute),
            (PARAMETER_PITCH, style.pitch),
            (PARAMETER_RANGE, style.pitch_range),
        ):
            self.library.espeak_SetParameter(parameter, value, 0)
        encoded = text.encode()
        self.library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, CHARS_UTF8, None, None)
        self.library.espeak_Synchronize()
        samples = np.concatenate([*self.chunks, np.zeros(1, np.int16)]).astype(np.float32) / 32768
        segments = segments_of(self._phones(len(samples)))
        return Spoken(samples_at_speech_rate(samples, self.sample_rate_hz), segments, f"espeak-{voice}")

    def _receive(self, wave, count: int, events) -> int:  # pyright: ignore  # ctypes pointers have no useful types
        if wave and count > 0:
            self.chunks.append(np.ctypeslib.as_array(wave, (count,)).copy())
        for event in events:
            if event.type == EVENT_LIST_TERMINATED:
                break
            if event.type == EVENT_PHONEME:
                name = ctypes.string_at(ctypes.addressof(event.id), 8).split(b"\0")[0].decode("utf8", "replace")
                self.events.append((name, event.sample))
            elif event.type == EVENT_END:
                self.events.append(("END", event.sample))
        return 0

    def _phones(self, sample_count: int) -> list[tuple[Shapes, float, float]]:
        """Return phones with the times at which the lips take them, from silence at 0 to the end of the sound."""
        starts: list[tuple[float, Shapes]] = [(0.0, (Viseme.SILENCE,))]
        for name, sample in self.events:
            shapes = visemes_of_espeak(name)
            lag_s = BURST_LAG_S if name[:1] in ("p", "t", "k") and BURST_SHAPES.intersection(shapes) else 0.0
            starts.append((max(0.0, sample / self.sample_rate_hz - lag_s), shapes))
        starts.sort(key=lambda start: start[0])
        ends = [start_s for start_s, _ in starts[1:]] + [sample_count / self.sample_rate_hz]
        return [(shapes, start_s, end_s) for (start_s, shapes), end_s in zip(starts, ends, strict=True)]


def _load_library() -> ctypes.CDLL:
    fixed = {"win32": "libespeak-ng.dll", "darwin": "libespeak-ng.dylib"}.get(sys.platform, "libespeak-ng.so.1")
    for name in (find_library("espeak-ng"), fixed):
        if name:
            try:
                return ctypes.CDLL(name)
            except OSError:
                continue
    raise ToolMissing(
        f"the library {fixed} was not found; install eSpeak NG (Debian: apt install libespeak-ng1, "
        "macOS: brew install espeak-ng, Windows: the espeak-ng installer)."
    )
