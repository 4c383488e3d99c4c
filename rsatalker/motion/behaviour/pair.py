"""Two heads that behave towards each other: voices in, what both do besides speaking out, instant by instant.

A mind says how likely each event is; chance, seeded, decides; the heads carry it out; and what they show is what the
other one sees at the next instant: the loop is closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float32

from rsatalker.motion.behaviour.decision import EVENTS, SEEN, Decision
from rsatalker.motion.behaviour.nonverbal import Nonverbal, NonverbalInstant
from rsatalker.motion.behaviour.voice_state import VoiceState
from rsatalker.motion.together import Making

USUALLY_APART_M = 1.2  # two people who talk standing


@dataclass(frozen=True, slots=True)
class Inclination:
    """How both heads are inclined at an instant.

    Attributes:
        chances: Probability that each of `EVENTS` begins now, if it can.
        tendencies: Values of `TENDENCIES`.
    """

    chances: Float32[np.ndarray, "2 8"]
    tendencies: Float32[np.ndarray, "2 5"]


@runtime_checkable
class Mind(Protocol):
    """What inclines two heads: the dyadic model, or the rules that teach it."""

    def inclining(self, pair: Pair) -> Making[Inclination]:
        """Find how both are inclined now, from what they hear now and have seen up to the last instant."""
        ...


class Pair:
    """The two heads of one conversation.

    Attributes:
        voices: What is known of both voices at this instant.
        seen: What both showed at the last instant, values of `SEEN`.
        toward: Direction of the partner from each head at rest: (yaw, pitch) in rad.
        apart_m: Distance between the two faces.
        heads: The actuators.
    """

    def __init__(self, seed: int) -> None:
        self.voices = (VoiceState(), VoiceState())
        self.seen: Float32[np.ndarray, "2 7"] = np.zeros((2, len(SEEN)), np.float32)
        self.seen[:, SEEN.index("looking")] = 1.0
        self.toward: Float32[np.ndarray, "2 2"] = np.zeros((2, 2), np.float32)
        self.apart_m = USUALLY_APART_M
        self.heads = tuple(Nonverbal(np.random.default_rng([seed, participant])) for participant in (0, 1))
        self._chance = np.random.default_rng([seed, 2])

    def hear(self, activity: Float32[np.ndarray, "2"], loudness_db: Float32[np.ndarray, "2"]) -> None:
        """Take in one instant of both voices."""
        for voice, active, loudness in zip(self.voices, activity, loudness_db, strict=True):
            voice.step(float(active), float(loudness))

    def cues(self) -> Float32[np.ndarray, "2 11"]:
        """Return what a model hears of both voices at this instant."""
        return np.stack([voice.cues() for voice in self.voices])

    def possible(self) -> Bool[np.ndarray, "2 8"]:
        """Return which events can begin now."""
        return np.stack([head.possible() for head in self.heads])

    def act(
        self,
        inclination: Inclination,
        tempo: tuple[float, float] = (1.0, 1.0),
        amplitude: tuple[float, float] = (1.0, 1.0),
    ) -> tuple[NonverbalInstant, NonverbalInstant]:
        """Decide and move; tempo and amplitude are factors of each head's mood."""
        chances = inclination.chances * np.array(tempo, np.float32)[:, None]
        begins = (self._chance.random((2, len(EVENTS)), np.float32) < chances) & self.possible()
        first, second = (
            self.heads[p].step(
                Decision(begins[p], inclination.tendencies[p]),
                self.voices[p],
                self.toward[p],
                self.apart_m,
                tempo[p],
                amplitude[p],
            )
            for p in (0, 1)
        )
        self.seen = np.stack([first.seen, second.seen])
        return first, second
