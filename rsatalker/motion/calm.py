"""Takes the tremble out of lips, and keeps the jaw shut where nobody speaks."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.articulation import ARTICULATION_INDEX

SMOOTHING = 0.15  # share of the last instant in the next: a sixth of the tremble for 6 ms of delay
HELD_INSTANTS = 3  # for which a voice counts as sounding after it was last heard: lips relax, they do not snap
SILENT_ACTIVITY, SPEAKING_ACTIVITY = 0.2, 0.6  # from surely silent to surely speaking
SILENT_JAW = 0.1  # most that a jaw opens while nobody speaks: noise and breath must not move it
JAW = ARTICULATION_INDEX["jaw"]
CONTACTS = [ARTICULATION_INDEX["closed"], ARTICULATION_INDEX["tuck"]]  # made at once, let go smoothly: short ones count


class Calm:
    """What becomes of the model's controls on their way to the face; causal, with a state of its own.

    Args:
        voices: How many voices run side by side.
    """

    def __init__(self, voices: int) -> None:
        self._last: np.ndarray | None = None  # (B, 12)
        self._heard = np.zeros((voices, HELD_INSTANTS - 1), np.float32)  # activity of the instants before

    def push(
        self, articulation: Float32[np.ndarray, "B T 12"], activity: Float32[np.ndarray, "B T"]
    ) -> Float32[np.ndarray, "B T 12"]:
        """Return the controls of the next T instants."""
        count = activity.shape[1]
        heard = np.concatenate([self._heard, activity], axis=1)
        held = np.max([heard[:, age : age + count] for age in range(HELD_INSTANTS)], axis=0)
        self._heard = heard[:, count:]
        ramp = np.clip((held - SILENT_ACTIVITY) / (SPEAKING_ACTIVITY - SILENT_ACTIVITY), 0, 1)
        most = SILENT_JAW + (1 - SILENT_JAW) * ramp * ramp * (3 - 2 * ramp)
        calm = articulation.copy()
        calm[..., JAW] = np.minimum(calm[..., JAW], most)
        for t in range(count):
            if self._last is not None:
                wanted = calm[:, t, CONTACTS].copy()
                calm[:, t] += SMOOTHING * (self._last - calm[:, t])
                calm[:, t, CONTACTS] = np.maximum(calm[:, t, CONTACTS], wanted)
            self._last = calm[:, t]
        return calm
