"""A source of motion that can leave out what it has no time for: the face skips ahead instead of running behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.pose import FlameMotion, FlamePose
from rsatalker.motion.social import SocialInput
from rsatalker.motion.together import Making, alone
from rsatalker.speech.audio import SPEECH_RATE_HZ
from sidecar.studio import MotionSource
from sidecar.utterance import microseconds

SKIP_GRID = SPEECH_RATE_HZ // 10  # samples: whole instants of motion and whole microseconds


class SkippingSource:
    """Puts the motion of another source where its sound is on the timeline, and bridges what was left out.

    Attributes:
        skipped: Samples left out so far.
        features_ms: Time that the last `push` spent on features.
        motion_ms: Time that the last `push` spent on motion.
    """

    def __init__(self, source: MotionSource) -> None:
        self.skipped = 0
        self.features_ms = self.motion_ms = 0.0
        self._source = source
        self._last: tuple[FlamePose, FlamePose] | None = None
        self._bridged_until = 0  # of `skipped`: what was left out after that has no motion yet

    def skip(self, samples: int) -> None:
        """Leave out the next samples; a multiple of `SKIP_GRID`."""
        assert samples % SKIP_GRID == 0
        self.skipped += samples

    def push(self, voices: Float32[np.ndarray, "2 S"]) -> tuple[FlameMotion, FlameMotion]:
        """Return the motion of all instants that these samples complete, with those before them that were left out."""
        return alone(self.pushing(voices))

    def pushing(self, voices: Float32[np.ndarray, "2 S"]) -> Making[tuple[FlameMotion, FlameMotion]]:
        """Do what `push` does, beside other conversations."""
        made = yield from self._source.pushing(voices)
        self.features_ms, self.motion_ms = self._source.features_ms, self._source.motion_ms
        first, second = (replace(one, start_us=one.start_us + microseconds(self.skipped)) for one in made)
        if not len(first):
            return first, second
        placed = self._bridged(first, 0), self._bridged(second, 1)
        self._last = placed[0][len(placed[0]) - 1], placed[1][len(placed[1]) - 1]
        self._bridged_until = self.skipped
        return placed

    def _bridged(self, motion: FlameMotion, participant: int) -> FlameMotion:
        """Return motion with the instants before it that were left out: a way from the last pose to its first one."""
        missing = round((self.skipped - self._bridged_until) * motion.frame_rate_hz / SPEECH_RATE_HZ)
        if missing == 0:
            return motion
        ahead = motion[0]
        behind = ahead if self._last is None else self._last[participant]
        poses = [behind.mixed(ahead, (index + 1) / (missing + 1)) for index in range(missing)]
        start_us = motion.start_us - microseconds(self.skipped - self._bridged_until)
        bridge = FlameMotion.of(poses, start_us, motion.frame_rate_hz, motion.expression_space)
        return FlameMotion.joined([bridge, motion])

    def relate(self, social: SocialInput) -> None:
        """Change who the two are to each other."""
        self._source.relate(social)

    def place(self, world_from_head: Float32[np.ndarray, "2 4 4"]) -> None:
        """Tell both heads where they stand."""
        self._source.place(world_from_head)

    def set_mood(self, participant: int, mood: Mood) -> None:
        """Change how somebody feels."""
        self._source.set_mood(participant, mood)

    def set_style(self, participant: int, style: Style) -> None:
        """Change how strongly somebody moves the mouth."""
        self._source.set_style(participant, style)

    def fork(self) -> SkippingSource:
        """Return a source that goes on from here on its own."""
        fork = SkippingSource(self._source.fork())
        fork.skipped, fork._bridged_until, fork._last = self.skipped, self._bridged_until, self._last
        return fork
