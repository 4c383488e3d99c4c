"""What a head can decide to do at an instant, and how it tends to be: the alphabet of the dyadic model.

The model (or, for the corpus, the rules that teach it) says how likely each event is to begin now. The behaviours of
this folder say when an event can begin at all, and carry out what was decided.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

EVENTS: tuple[str, ...] = (
    "look_away",  # from the partner
    "look_back",  # at the partner
    "blink",
    "nod",  # a listener's answer
    "beat",  # a speaker's small nod with a stress
    "smile",
    "smile_ends",
    "raise_brows",
)
EVENT_INDEX: dict[str, int] = {name: i for i, name in enumerate(EVENTS)}

TENDENCIES: tuple[str, ...] = (
    "chin",  # pitch of the head at rest in units of CHIN_UNIT_RAD, positive is down
    "smile_at_rest",  # weight
    "smile_size",  # factor on a smile's strength
    "looks_down",  # chance that a glance away goes down rather than aside
    "liveliness",  # factor on sway: 1 listening, 2 speaking
)
TENDENCY_INDEX: dict[str, int] = {name: i for i, name in enumerate(TENDENCIES)}
CHIN_UNIT_RAD = 0.05

# What the partner can see of a head at an instant, all about -1 to 1.
SEEN: tuple[str, ...] = ("looking", "blink", "nod", "smile", "brows", "yaw", "pitch")


@dataclass(frozen=True, slots=True)
class Decision:
    """What one head does from this instant on.

    Attributes:
        begins: For each of `EVENTS`, whether it begins now.
        tendencies: Values of `TENDENCIES`.
    """

    begins: Bool[np.ndarray, "8"]
    tendencies: Float32[np.ndarray, "5"]

    def has(self, event: str) -> bool:
        """Return whether an event begins now."""
        return bool(self.begins[EVENT_INDEX[event]])

    def tendency(self, name: str) -> float:
        """Return one tendency."""
        return float(self.tendencies[TENDENCY_INDEX[name]])
