"""What a listener knows of a voice: who speaks, since when, how loud, and where the stresses are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

STEP_S = 1 / 30  # of every behaviour; the motion rate
PAUSE_ENDS_SPEECH_S = 0.30  # shorter silences are stops and breaths within speech
BACKCHANNEL_S = 1.0  # speech shorter than this, while the other speaks, takes no turn

CUES: tuple[str, ...] = (
    "speaking", "active", "silent_1s", "silent_5s", "spoken_1s", "spoken_6s", "started", "stopped", "paused",
    "emphasis", "stressed",
)  # fmt: skip


@dataclass(slots=True)
class VoiceState:
    """One voice, followed step by step.

    Attributes:
        speaking: Voice is active, or paused for less than `PAUSE_ENDS_SPEECH_S`.
        spoken_s: Length of the speech that goes on or has just ended.
        silent_s: Time since the voice was last active.
        started: Speech began at this step.
        stopped: Speech ended at this step.
        paused: A pause of 200 ms was reached at this step; where listeners answer (Ward & Tsukahara 2000).
        emphasis: Loudness above the voice's own running mean, 0 to 1.
        stressed: A stress begins at this step.
    """

    speaking: bool = False
    spoken_s: float = 0.0
    silent_s: float = 10.0
    started: bool = False
    stopped: bool = False
    paused: bool = False
    emphasis: float = 0.0
    stressed: bool = False
    _mean_db: float = -30.0
    _spread_db: float = 6.0

    def cues(self) -> Float32[np.ndarray, "11"]:
        """Return what the dyadic model hears of this instant: values of `CUES` in [0, 1]; clocks stop at 1 to 6 s."""
        values = (
            self.speaking, self.silent_s == 0, min(self.silent_s, 1.0), min(self.silent_s, 5.0) / 5,
            min(self.spoken_s, 1.0), min(self.spoken_s, 6.0) / 6, self.started, self.stopped, self.paused,
            self.emphasis, self.stressed,
        )  # fmt: skip
        return np.array(values, np.float32)

    def step(self, activity: float, loudness_db: float) -> None:
        """Hear one instant: voice activity in [0, 1] and loudness in dB."""
        active = activity > 0.5
        before, was_silent_s = self.speaking, self.silent_s
        self.silent_s = 0.0 if active else self.silent_s + STEP_S
        self.speaking = active or (before and self.silent_s < PAUSE_ENDS_SPEECH_S)
        self.started = self.speaking and not before
        self.stopped = before and not self.speaking
        self.paused = self.speaking and was_silent_s < 0.2 <= self.silent_s
        if self.started:
            self.spoken_s = 0.0
        if self.speaking:
            self.spoken_s += STEP_S
        self._follow_stress(active, loudness_db)

    def _follow_stress(self, active: bool, loudness_db: float) -> None:
        before = self.emphasis
        if active:
            rate = STEP_S / 2.0  # a running mean over two seconds of speech
            above = loudness_db - self._mean_db
            self._mean_db += rate * above
            self._spread_db += rate * (abs(above) - self._spread_db)
            target = min(max(above / max(2.5 * self._spread_db, 3.0), 0.0), 1.0)
        else:
            target = 0.0
        self.emphasis += 0.4 * (target - self.emphasis)
        self.stressed = before <= 0.45 < self.emphasis
