"""Takes the tremble out of lips, and keeps the jaw shut where nobody speaks."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float32

from rsatalker.kernels import njit
from rsatalker.motion.articulation import ARTICULATION_INDEX, CONTACT_COMPLETE

SMOOTHING = 0.15  # share of the last instant in the next: a sixth of the tremble for 6 ms of delay
HELD_INSTANTS = 3  # for which a voice counts as sounding after it was last heard: lips relax, they do not snap
SILENT_ACTIVITY, SPEAKING_ACTIVITY = 0.2, 0.6  # from surely silent to surely speaking
SILENT_JAW = 0.1  # most that a jaw opens while nobody speaks: noise and breath must not move it
PARTING = 0.16  # of `closed` an instant, at most: lips that touched part over 100 ms, with the jaw, not in one jump
JAW, CLOSED = ARTICULATION_INDEX["jaw"], ARTICULATION_INDEX["closed"]
CONTACTS = (CLOSED, ARTICULATION_INDEX["tuck"])  # made at once, let go smoothly: short ones count


@njit(nogil=True)
def calmed(articulation: Any, activity: Any, last: Any, heard: Any) -> Any:
    """Return the calm controls of T instants; `last` (B, 12) and `heard` (B, H) move on to the last of them."""
    calm = articulation.copy()
    for voice in range(articulation.shape[0]):
        for t in range(articulation.shape[1]):
            held = activity[voice, t]
            for age in range(heard.shape[1]):
                held = max(held, heard[voice, age])
            for age in range(1, heard.shape[1]):
                heard[voice, age - 1] = heard[voice, age]
            heard[voice, -1] = activity[voice, t]
            ramp = min(max((held - SILENT_ACTIVITY) / (SPEAKING_ACTIVITY - SILENT_ACTIVITY), 0.0), 1.0)
            most = SILENT_JAW + (1 - SILENT_JAW) * ramp * ramp * (3 - 2 * ramp)
            calm[voice, t, JAW] = min(calm[voice, t, JAW], most)
            for control in range(articulation.shape[2]):
                wanted, before = calm[voice, t, control], last[voice, control]
                if np.isnan(before):  # there was no instant before
                    before = wanted
                smooth = wanted + SMOOTHING * (before - wanted)
                if control in CONTACTS:
                    smooth = max(smooth, wanted)
                if control == CLOSED:
                    smooth = max(smooth, min(before, CONTACT_COMPLETE) - PARTING)
                calm[voice, t, control] = last[voice, control] = smooth
    return calm


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
        if activity.shape[1] == 0:
            return articulation
        articulation, activity = np.ascontiguousarray(articulation), np.ascontiguousarray(activity)
        if self._last is None:
            self._last = np.full_like(articulation[:, 0], np.nan)
        return calmed(articulation, activity, self._last, self._heard)
