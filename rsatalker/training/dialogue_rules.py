"""The teacher: rules that say how likely each event is to begin, from figures of the literature and the relationship.

The corpus of stage 2 is played by these rules; the model learns their probabilities from what it hears and sees.

Sources: durations and shares of gaze, away at the start of an own turn and back when yielding it (Argyle & Ingham 1975,
Kendon 1967); 26 blinks a minute (Bentivoglio et al. 1997), a listener's after the speaker's by .25 to .5 s (Nakano &
Kitazawa 2010); nods 200 to 700 ms after a pause or a low region (Ward & Tsukahara 2000); smiles answered after about
600 ms, by affiliation and hardly by status (Hall, Coats & Smith LeBeau 2005). Chances without a source are our own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.behaviour.decision import CHIN_UNIT_RAD, EVENTS, SEEN, TENDENCIES
from rsatalker.motion.behaviour.gaze import SHORTEST_S
from rsatalker.motion.behaviour.pair import Inclination, Pair
from rsatalker.motion.behaviour.voice_state import BACKCHANNEL_S, STEP_S, VoiceState
from rsatalker.motion.social import SocialInput
from rsatalker.motion.together import Making
from rsatalker.training.social_manner import NODS_PER_MINUTE, Manner, blended_manners

GLANCE_S = 2.95  # mean look at the partner while listening (Argyle & Ingham)
GLANCE_SPEAKING_S = 1.6
TURN_BEGINS_LOOKING = 0.11  # of the difference: whoever takes the turn has just looked as a listener does
YIELDS_S = (0.15, 0.40)  # back at the partner to whom the turn goes
BLINK_SPONTANEOUS = 0.48  # of the rate; pauses, gaze shifts and answers make up the rest
BLINK_AT_PAUSE = 0.35
BLINK_ANSWER_S, BLINK_ANSWERS = (0.25, 0.50), 0.30
NOD_CUE_S = (0.2, 0.7)  # after the partner's pause
NOD_IN_WINDOW, NOD_ELSEWHERE = (
    2.8,
    0.78,
)  # how the rate is spread: 5 % of listening is in the window, "mm-hm"s do a third
NOD_TAKEN_S = 1.7  # of listening by every nod: it and the rest after it take 2.1 s, partly of the own turn
NOD_WITH_BACKCHANNEL = 0.5  # the voice says "mm-hm", among equals
BEAT_WITH_STRESS = 0.55
SMILE_ANSWER_S = (0.4, 0.85)
SMILE_TAKEN_S = 2.6
SMILE_MET_S = 6.0  # of every smile: an answer that falls in it finds the own smile there already
SMILE_LASTS_S = 1.0  # mean beyond the shortest
BROWS_WITH_STRESS = 0.35
HALF = 0.500001  # rounds half a step up, whatever clocks have gathered in rounding errors
SMILE_RISES = 0.02  # a step: what a partner sees as the beginning of a smile
_BLINK_SEEN, _SMILE_SEEN = SEEN.index("blink"), SEEN.index("smile")


def chance_of(rate_hz: float) -> float:
    """Return the probability that an event of this rate begins within one step."""
    return 1 - math.exp(-rate_hz * STEP_S)


def answer_chance(since_s: float, window_s: tuple[float, float], chance: float) -> float:
    """Return the probability that an answer begins now: `chance` in all, evenly over the window, if it has not yet."""
    steps = max(math.floor((window_s[1] - window_s[0]) / STEP_S + HALF), 1)
    step = math.floor((since_s - window_s[0]) / STEP_S + HALF)
    if not 0 <= step < steps:
        return 0.0
    each = chance / steps
    return each / (1 - each * step)


def any_of(*chances: float) -> float:
    """Return the probability that at least one of several independent things happens."""
    return 1 - math.prod(1 - chance for chance in chances)


@dataclass(slots=True)
class Clock:
    """Time since something was last seen, seconds."""

    since_s: float = 10.0

    def step(self, *, seen: bool) -> None:
        """Go on by one step."""
        self.since_s = 0.0 if seen else self.since_s + STEP_S


class Rules:
    """The rules of one head."""

    def __init__(self) -> None:
        self._yielded, self._cue, self._blink, self._smile = Clock(), Clock(), Clock(), Clock()
        self._before = np.zeros(len(SEEN), np.float32)
        self._rising = False

    def step(
        self, own: VoiceState, partner: VoiceState, seen: Float32[np.ndarray, "7"], manner: Manner
    ) -> tuple[Float32[np.ndarray, "8"], Float32[np.ndarray, "5"]]:
        """Return chances of `EVENTS`, for events that can begin, and `TENDENCIES`.

        Args:
            own: This head's voice.
            partner: The partner's voice.
            seen: What the partner showed at the last step.
            manner: What this head tends to do.
        """
        rising = float(seen[_SMILE_SEEN] - self._before[_SMILE_SEEN]) > SMILE_RISES
        self._yielded.step(seen=own.stopped or (partner.started and not own.speaking))
        self._cue.step(seen=partner.paused or partner.stopped)
        self._blink.step(seen=seen[_BLINK_SEEN] > 0 == self._before[_BLINK_SEEN] and partner.speaking)
        self._smile.step(seen=rising and not self._rising)
        self._before, self._rising = seen, rising
        look_away, look_back = self._gaze(own, partner, manner)
        chances = (
            look_away,
            look_back,
            self._blinks(own, manner),
            self._nods(own, partner, manner),
            BEAT_WITH_STRESS if own.stressed and own.speaking else 0.0,
            self._smiles(manner),
            chance_of(1 / SMILE_LASTS_S),
            BROWS_WITH_STRESS if own.stressed else 0.0,
        )
        assert len(chances) == len(EVENTS)
        return np.array(chances, np.float32), _tendencies(own, manner)

    def _gaze(self, own: VoiceState, partner: VoiceState, manner: Manner) -> tuple[float, float]:
        share = manner.gaze_while_listening
        if own.speaking:
            share = manner.gaze_while_speaking - TURN_BEGINS_LOOKING * (share - manner.gaze_while_speaking)
        look_s = GLANCE_SPEAKING_S if own.speaking else GLANCE_S
        # A two-state process: its share is mean look / (mean look + mean glance away), in every role.
        away = chance_of(1 / max(look_s - SHORTEST_S, STEP_S))
        back = chance_of(1 / max(look_s * (1 - share) / share - SHORTEST_S, STEP_S))
        begins = 1 - share if own.started and not partner.speaking else 0.0
        return any_of(away, begins), any_of(
            back, answer_chance(self._yielded.since_s, YIELDS_S, 0.0 if own.speaking else share)
        )

    def _blinks(self, own: VoiceState, manner: Manner) -> float:
        return any_of(
            chance_of(BLINK_SPONTANEOUS * manner.blinks_per_minute / 60),
            BLINK_AT_PAUSE if own.stopped or own.paused else 0.0,
            answer_chance(self._blink.since_s, BLINK_ANSWER_S, BLINK_ANSWERS),
        )

    def _nods(self, own: VoiceState, partner: VoiceState, manner: Manner) -> float:
        if own.started and partner.silent_s < 0.1 and partner.spoken_s > BACKCHANNEL_S:
            return min(NOD_WITH_BACKCHANNEL * manner.nods_per_minute / NODS_PER_MINUTE, 0.9)
        listening = (partner.speaking or self._cue.since_s < NOD_CUE_S[1]) and not own.speaking
        if not listening or partner.spoken_s < 0.7:
            return 0.0
        answering = NOD_CUE_S[0] <= self._cue.since_s <= NOD_CUE_S[1]
        rate_hz = manner.nods_per_minute / 60
        return chance_of(rate_hz * (NOD_IN_WINDOW if answering else NOD_ELSEWHERE) / (1 - NOD_TAKEN_S * rate_hz))

    def _smiles(self, manner: Manner) -> float:
        answers = 0.25 + 0.5 * manner.closeness
        rate_hz = manner.smiles_per_minute / 60
        alone_hz = rate_hz * (1 - answers * (1 - SMILE_MET_S * rate_hz))
        alone = chance_of(alone_hz / (1 - SMILE_TAKEN_S * rate_hz))
        return any_of(alone, answer_chance(self._smile.since_s, SMILE_ANSWER_S, answers))


class RuleMind:
    """Both heads by the rules."""

    def __init__(self, social: SocialInput) -> None:
        self._manners = blended_manners(social)
        self._rules = (Rules(), Rules())

    def incline(self, pair: Pair) -> Inclination:
        """Return how both are inclined now."""
        voices, seen = pair.voices, pair.seen
        first, second = (self._rules[p].step(voices[p], voices[1 - p], seen[1 - p], self._manners[p]) for p in (0, 1))
        return Inclination(np.stack([first[0], second[0]]), np.stack([first[1], second[1]]))

    def inclining(self, pair: Pair) -> Making[Inclination]:
        """Do what `incline` does; rules ask no model."""
        yield from ()
        return self.incline(pair)


def _tendencies(own: VoiceState, manner: Manner) -> Float32[np.ndarray, "5"]:
    tendencies = (
        manner.chin_rad / CHIN_UNIT_RAD,
        0.04 + 0.09 * manner.closeness,
        0.7 + 0.3 * manner.closeness,
        manner.looks_down,
        2.0 if own.speaking else 1.0,
    )
    assert len(tendencies) == len(TENDENCIES)
    return np.array(tendencies, np.float32)
