"""What the motion of a conversation, or of an audio stream, costs."""

from __future__ import annotations

from rsatalker.speech.audio import SPEECH_RATE_HZ

LOAD_OVER_S = 30.0  # of sound, for which the load is a mean: it follows what else the machine has to do


class MotionLoad:
    """The share of a thread's time that some motion has taken lately, if its sound comes as fast as it is heard."""

    def __init__(self) -> None:
        self._spent_s = self._made_s = 0.0

    @property
    def share(self) -> float:
        """Mean over the sound of late; 0 while none has been heard."""
        return self._spent_s / self._made_s if self._made_s else 0.0

    def note(self, spent_s: float, samples: int) -> None:
        """Take over how long the motion of some samples took; what lies far back counts for less and less."""
        made_s = samples / SPEECH_RATE_HZ
        kept = max(1 - made_s / LOAD_OVER_S, 0.0)
        self._spent_s = kept * self._spent_s + spent_s
        self._made_s = kept * self._made_s + made_s
