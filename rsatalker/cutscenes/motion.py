"""Voices and script -> motion of the whole scene, made once, before any frame is drawn, as rows in a file."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np
import torch

from rsatalker.cutscenes.pose_rows import rows_of
from rsatalker.cutscenes.script import Cutscene
from rsatalker.cutscenes.sound import voices
from rsatalker.cutscenes.staging import world_from_heads
from rsatalker.motion.checkpoint import load_checkpoint
from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion
from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.talker import Dialogue
from rsatalker.whole_files import whole_file

STEP = SPEECH_RATE_HZ // (2 * MOTION_RATE_HZ)  # samples pushed at once near a change, half an instant
MARGIN_S = Fraction(1, 2)  # more than the model looks ahead: nearer to a change than this, sound is pushed in steps


def write_motion(cutscene: Cutscene, path: Path, advance: Callable[[float], None] | None = None) -> None:
    """Make the scene's motion; the file has its name only once it is complete.

    One thread of torch does it, whatever the machine has: the sums of more threads come in another order, and the same
    script must give the same bits.

    Args:
        cutscene: The scene.
        path: The file to write.
        advance: Told the seconds of motion that are made.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with whole_file(path) as draft, draft.open("wb") as file:
            _Performance(cutscene, file.write, advance or (lambda seconds: None)).run()
    finally:
        torch.set_num_threads(threads)


class _Performance:
    """Plays the scene's voices to both heads and sets what the script changes, each at its instant."""

    def __init__(self, cutscene: Cutscene, write: Callable[[bytes], object], advance: Callable[[float], None]) -> None:
        self._cutscene, self._write, self._advance = cutscene, write, advance
        self._dialogue = Dialogue(load_checkpoint(), cutscene.relationship, cutscene.seed)
        self._dialogue.place(world_from_heads(cutscene.participants))
        for index, participant in enumerate(cutscene.participants):
            self._dialogue.set_mood(index, participant.mood)
            self._dialogue.set_style(index, participant.style)
        self._changes = list(cutscene.changes)
        self._made = 0
        self._wanted = ceil(cutscene.duration_s * MOTION_RATE_HZ) + 1

    def run(self) -> None:
        """Make all motion."""
        for block in voices(self._cutscene):
            start = 0
            while start < block.shape[1]:
                self._set_changes()
                count = self._samples_until_change(block.shape[1] - start)
                self._keep(self._dialogue.push(block[:, start : start + count]))
                start += count
            self._advance(self._made / MOTION_RATE_HZ)
        while self._made < self._wanted and self._changes:  # what changes while the model's last instants wait
            self._set_changes()
            self._keep(self._dialogue.push(np.zeros((2, STEP), np.float32)))
        while self._made < self._wanted:
            self._keep(self._dialogue.push(np.zeros((2, SPEECH_RATE_HZ // 2), np.float32)))
        self._advance(self._made / MOTION_RATE_HZ)

    def _keep(self, motion: tuple[FlameMotion, FlameMotion]) -> None:
        rows = rows_of(motion)[: self._wanted - self._made]
        self._write(rows.tobytes())
        self._made += len(rows)

    def _set_changes(self) -> None:
        """Set what holds from the next instant on."""
        while self._changes and ceil(self._changes[0].at_s * MOTION_RATE_HZ) <= self._made:
            change = self._changes.pop(0)
            if change.relationship is not None:
                self._dialogue.relationship = change.relationship
            if change.mood is not None:
                self._dialogue.set_mood(change.participant, change.mood)
            if change.style is not None:
                self._dialogue.set_style(change.participant, change.style)

    def _samples_until_change(self, left: int) -> int:
        """Return how much sound may be pushed at once, so that no instant is made that a change is still due for."""
        if not self._changes:
            return left
        until_s = self._changes[0].at_s - Fraction(self._made, MOTION_RATE_HZ) - MARGIN_S
        return min(left, STEP if until_s <= 0 else max(STEP, int(until_s * SPEECH_RATE_HZ)))
