"""Nods: a listener's answers and a speaker's beats.

Sources: Ward & Tsukahara 2000 (200 to 700 ms after a pause or a low region); Hale et al. 2020 (fast listener nods);
amplitudes of 3 to 8 degrees at 1.8 to 3.7 Hz.
"""

from __future__ import annotations

import math

import numpy as np

from rsatalker.motion.behaviour.chance import happens
from rsatalker.motion.behaviour.voice_state import BACKCHANNEL_S, STEP_S, VoiceState
from rsatalker.motion.manner import Manner

CUE_WINDOW_S = (0.2, 0.7)  # after the partner's pause
IN_WINDOW, ELSEWHERE = 3.2, 0.85  # how the rate is spread over time; the mean over real turns is 1
REFRACTORY_S = 1.4
TAKEN_S = 2.1  # of every nod: its own length and the time after it, when none can begin


class Nods:
    """Nods of one head; `pitch_rad` (positive is down) and `began` after each step."""

    def __init__(self, random: np.random.Generator) -> None:
        self.pitch_rad = 0.0
        self.began = False
        self._random = random
        self._age_s, self._length_s = 10.0, 0.0
        self._amplitude_rad, self._rate_hz = 0.0, 2.5
        self._since_cue_s = 10.0
        self._beat_rad = 0.0

    def step(self, own: VoiceState, partner: VoiceState, manner: Manner) -> None:
        """Go on by one step."""
        self._age_s += STEP_S
        self._since_cue_s = 0.0 if (partner.paused or partner.stopped) else self._since_cue_s + STEP_S
        self.began = self._wants_to_nod(own, partner, manner)
        if self.began:
            cycles = int(self._random.choice([1, 2, 3], p=(0.45, 0.35, 0.2)))
            self._rate_hz = self._random.uniform(1.9, 3.3)
            self._length_s = cycles / self._rate_hz
            self._amplitude_rad = math.radians(self._random.uniform(3.0, 7.0))
            self._age_s = 0.0
        if own.stressed and own.speaking and self._random.random() < 0.55:
            self._beat_rad = math.radians(self._random.uniform(1.5, 4.0))
        self._beat_rad *= 0.84  # a beat fades within a fifth of a second
        self.pitch_rad = self._nod() + 0.6 * self._beat_rad

    def _wants_to_nod(self, own: VoiceState, partner: VoiceState, manner: Manner) -> bool:
        if self._age_s < self._length_s + REFRACTORY_S:
            return False
        if own.started and partner.silent_s < 0.1 and partner.spoken_s > BACKCHANNEL_S:  # the voice says "mm-hm"
            return self._random.random() < 0.6
        listening = (partner.speaking or self._since_cue_s < CUE_WINDOW_S[1]) and not own.speaking
        if not listening or partner.spoken_s < 0.7:
            return False
        answering = CUE_WINDOW_S[0] <= self._since_cue_s <= CUE_WINDOW_S[1]
        rate = manner.nods_per_minute / 60
        rate *= (IN_WINDOW if answering else ELSEWHERE) / (1 - TAKEN_S * rate)
        return happens(self._random, rate)

    def _nod(self) -> float:
        if self._age_s >= self._length_s:
            return 0.0
        phase = self._age_s / self._length_s
        envelope = (1 - 0.6 * phase) * min(1.0, (1 - phase) * 4)
        return self._amplitude_rad * envelope * (0.5 - 0.5 * math.cos(2 * math.pi * self._rate_hz * self._age_s))
