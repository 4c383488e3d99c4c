"""What a second of the motion of several conversations costs: each by itself, and all together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.engine_stand_in import spoken_sample
from benchmarks.rows import Rows, busy

if TYPE_CHECKING:
    import numpy as np

    from rsatalker.talker import Dialogue

BLOCK = 1600  # samples, 100 ms: what the sidecar makes at once when it has time


@dataclass(frozen=True)
class Options:
    """CPU milliseconds of a conversation for each second of its motion, alone and together in turns.

    Attributes:
        conversations: How many at once.
        seconds: Of motion in a round.
        rounds: Of each way; the median counts.
    """

    conversations: tuple[int, ...] = (1, 2, 4, 8)
    seconds: float = 4.0
    rounds: int = 7


def run(options: Options) -> None:
    """Print the cost of every number of conversations."""
    import numpy as np

    from rsatalker.motion.checkpoint import load_checkpoint
    from rsatalker.motion.social import Relationship
    from rsatalker.speech.audio import at_speech_rate
    from rsatalker.talker import Dialogue

    model, before = load_checkpoint(), busy()
    voices = at_speech_rate(spoken_sample(options.seconds))
    rows = Rows("conversations", "each by itself, ms", "together, ms", "saved")
    with rows.until_interrupted():
        for count in options.conversations:
            dialogues = [Dialogue(model, Relationship(), seed) for seed in range(count)]
            ways: tuple[Callable[[Sequence[Dialogue], np.ndarray], None], ...] = one_by_one, all_together
            spent: tuple[list[float], list[float]] = ([], [])
            for _ in range(options.rounds):
                for way, costs in zip(ways, spent, strict=True):
                    costs.append(cpu_ms(way, dialogues, voices) / count / options.seconds)
            apart, joined = (float(np.median(costs[1:])) for costs in spent)
            rows.add(str(count), f"{apart:.1f}", f"{joined:.1f}", f"{1 - joined / apart:.0%}")
    rows.print(f"CPU time of a conversation for a second of its motion, blocks of {BLOCK / 16:.0f} ms; {before}")


def one_by_one(dialogues: Sequence[Dialogue], block: np.ndarray) -> None:
    """Step every conversation by itself."""
    for dialogue in dialogues:
        dialogue.push(block)


def all_together(dialogues: Sequence[Dialogue], block: np.ndarray) -> None:
    """Step all conversations in one pass over the weights."""
    from rsatalker.motion.together import together

    for made in together([dialogue.pushing(block) for dialogue in dialogues]):
        if isinstance(made, Exception):
            raise made


def cpu_ms(way: Callable[..., None], dialogues: Sequence[Dialogue], voices: np.ndarray) -> float:
    """Return what a way costs, CPU milliseconds of this thread."""
    started = time.thread_time()
    for first in range(0, voices.shape[1], BLOCK):
        way(dialogues, voices[:, first : first + BLOCK])
    return (time.thread_time() - started) * 1e3
