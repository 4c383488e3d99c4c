"""What one voice says on the timeline, sample by sample; silence wherever nothing was put."""

from __future__ import annotations

from collections import deque

import numpy as np
from jaxtyping import Float32


class VoiceTape:
    """Blocks of sound at 16 kHz, in the order of the timeline. Not thread-safe."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[int, Float32[np.ndarray, " S"]]] = deque()  # (first sample on the timeline, sound)

    def append(self, start: int, samples: Float32[np.ndarray, " S"]) -> None:
        """Put sound behind everything that is there."""
        self._blocks.append((start, np.array(samples, np.float32)))

    def copy_into(self, voice: Float32[np.ndarray, " S"], start: int) -> None:
        """Write what is said from a sample on into an array of zeros."""
        end = start + len(voice)
        for first, samples in self._blocks:
            if first >= end:
                return
            begin = max(first, start)
            part = samples[begin - first : end - first]
            voice[begin - start : begin - start + len(part)] = part

    def silence(self, start: int, end: int) -> None:
        """Take out what is said between two samples."""
        kept: deque[tuple[int, np.ndarray]] = deque()
        for first, samples in self._blocks:
            last = first + len(samples)
            if first < min(last, start):
                kept.append((first, samples[: start - first]))
            if max(first, end) < last:
                kept.append((max(first, end), samples[max(end - first, 0) :]))
        self._blocks = kept

    def forget(self, before: int) -> None:
        """Let go of blocks that end before a sample."""
        while self._blocks and self._blocks[0][0] + len(self._blocks[0][1]) <= before:
            self._blocks.popleft()
