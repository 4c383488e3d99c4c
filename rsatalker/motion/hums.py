"""Keeps lips shut while a voice hums: "mm", "mm-hm".

The lip network hears a hum as half of several vowels and opens the mouth, most of all at the breath within "mm-hm",
through which people keep their lips together. But a hum is told by its sound: as long as air leaves through the nose
alone, there is hardly anything above the first formant. A hum begins in silence, so an /n/ within words is none, and at
their beginning a vowel follows it within the look-ahead.

Measured in people's speech (86 s, phones aligned): the murmur of /m/ is stronger than what is above it by 13 to 23 dB,
that of /n/ by 9 to 16, /i/ by 8 to 14, most vowels by less than 8; 5 of 2,586 instants are taken for a hum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float32

from rsatalker.kernels import njit
from rsatalker.motion.articulation import ARTICULATION_INDEX
from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.speech.features import FEATURES_PER_INSTANT, FFT_SAMPLES, mel_filterbank

MURMUR_HZ, ORAL_HZ = (100, 450), (600, 3600)  # where a nose resonates; where an open mouth does
MURMUR_DB = 15.0  # by which the first is stronger in a hum
LOUD_DB = 10.0  # below the loudest instant of the utterance; the breath of "mm-hm" is fainter and says nothing
SILENT_ACTIVITY = 0.2  # below it an utterance has ended
LONGEST_INSTANTS = 36  # 1.2 s; what murmurs for longer is a muffled voice
BEGINS, OPENS, FADES = 0.5, 1.0, 0.2  # an instant: of a hum, of a vowel after it, of silence after it
SHUT, SHUT_JAW = 0.7, 0.06  # `closed` and `jaw` of a hum
SURE_INSTANTS = 3  # of murmur: 100 ms; the voice of a vowel begins as a murmur, too, but a shorter one
UNKNOWN, HUM, OPEN = 0, 1, 2  # what an utterance is taken for
NOTHING_DB = -200.0
CLOSED, JAW = ARTICULATION_INDEX["closed"], ARTICULATION_INDEX["jaw"]


def _bands(within_hz: tuple[int, int]) -> tuple[int, int]:
    """Return the first band whose centre lies within, and one past the last."""
    centers_hz = mel_filterbank().argmax(axis=0) * SPEECH_RATE_HZ / FFT_SAMPLES
    first, last = np.searchsorted(centers_hz, within_hz)
    return int(first), int(last)


_MURMUR, _ORAL = _bands(MURMUR_HZ), _bands(ORAL_HZ)


class Hums:
    """Hums of several voices, heard instant by instant.

    Args:
        voices: How many run side by side.
        look_ahead: Instants by which articulation and activity lag behind the features.
    """

    def __init__(self, voices: int, look_ahead: int) -> None:
        self._heard = np.full((voices, look_ahead + 1, 2), NOTHING_DB, np.float32)  # loudness, murmur above the rest
        self._utterance = np.zeros((voices, 4), np.float32)  # loudest, what, length, how far the lips are shut
        self._utterance[:, 0] = NOTHING_DB

    def shut(
        self,
        features: Float32[np.ndarray, "B F 80"],
        articulation: Float32[np.ndarray, "B T 12"],
        activity: Float32[np.ndarray, "B T"],
    ) -> Float32[np.ndarray, "B T 12"]:
        """Return the controls of the next T instants with lips shut in hums; F = 4 T log-mel features."""
        shut = articulation.copy()
        _shut(np.ascontiguousarray(features), shut, activity, self._heard, self._utterance)
        return shut


@njit(nogil=True)
def _shut(features: Any, controls: Any, activity: Any, heard: Any, utterance: Any) -> None:
    for voice in range(len(features)):
        for t in range(activity.shape[1]):
            for age in range(1, heard.shape[1]):
                heard[voice, age - 1] = heard[voice, age]
            heard[voice, -1] = _measured(features[voice, t * FEATURES_PER_INSTANT : (t + 1) * FEATURES_PER_INSTANT])
            hums = _hums(heard[voice], utterance[voice], activity[voice, t])
            change = BEGINS if hums else -OPENS if utterance[voice, 1] == OPEN else -FADES
            share = utterance[voice, 3] = min(max(utterance[voice, 3] + change, 0.0), 1.0)
            for control in range(controls.shape[2]):
                if control == CLOSED:
                    if activity[voice, t] >= SILENT_ACTIVITY:  # in silence they rest on each other unpressed
                        controls[voice, t, CLOSED] = max(controls[voice, t, CLOSED], SHUT * share)
                else:
                    most = SHUT_JAW if control == JAW else 0.0
                    over = max(controls[voice, t, control] - most, 0.0)
                    controls[voice, t, control] -= share * over


@njit(nogil=True)
def _measured(features: Any) -> Any:
    """Return loudness and what the murmur has above the rest, dB, of the features of an instant."""
    energy = np.exp(features)
    murmur, oral = energy[:, _MURMUR[0] : _MURMUR[1]].sum(), energy[:, _ORAL[0] : _ORAL[1]].sum()
    measured = np.empty(2, np.float32)
    measured[0] = 10 * np.log10(energy.sum() + 1e-9)
    measured[1] = 10 * np.log10((murmur + 1e-9) / (oral + 1e-9))
    return measured


@njit(nogil=True)
def _hums(heard: Any, utterance: Any, activity: float) -> bool:
    """Return whether the oldest instant in `heard` is of a hum; `utterance` goes on by one instant."""
    if activity < SILENT_ACTIVITY:
        utterance[0], utterance[1], utterance[2] = NOTHING_DB, UNKNOWN, 0
        return False
    utterance[0] = max(utterance[0], heard[:, 0].max())
    utterance[2] += 1
    if utterance[1] != OPEN:
        utterance[1] = max(utterance[1], _told(heard, utterance[0]))
    if utterance[2] > LONGEST_INSTANTS:
        utterance[1] = OPEN
    return utterance[1] == HUM


@njit(nogil=True)
def _told(heard: Any, loudest_db: float) -> int:
    """Return what the loud instants tell: an open mouth if one is more than a murmur, a hum if there are enough."""
    murmurs = 0
    for instant in range(len(heard)):
        if heard[instant, 0] > loudest_db - LOUD_DB:
            if heard[instant, 1] < MURMUR_DB:
                return OPEN
            murmurs += 1
    return HUM if murmurs >= SURE_INSTANTS else UNKNOWN
