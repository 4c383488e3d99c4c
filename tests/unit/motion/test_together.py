"""Several conversations in one pass over the weights: each moves as it would alone."""

import copy
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import rsatalker
from rsatalker.motion.checkpoint import load_checkpoint
from rsatalker.motion.pose import FIELDS, FlameMotion
from rsatalker.motion.social import Relationship
from rsatalker.motion.together import Making, Question, alone, together
from rsatalker.speech.audio import Audio, at_speech_rate, read_audio
from rsatalker.talker import Dialogue

pytestmark = pytest.mark.unit

RELATIONS = (Relationship(), Relationship("blood", "unequal", 1), Relationship("non-blood", "equal"))
BLOCK = 1600  # samples


@cache
def sound(seconds: float = 6.0) -> np.ndarray:
    """Return two voices at 16 kHz."""
    clip = read_audio(Path(rsatalker.__file__).parent / "samples" / "dialogue.wav")
    return at_speech_rate(Audio(clip.samples[:, : round(seconds * clip.sample_rate_hz)], clip.sample_rate_hz))


def dialogue(index: int) -> Dialogue:
    return Dialogue(load_checkpoint(), RELATIONS[index], seed=index)


def voices_of(index: int) -> np.ndarray:
    """Return what a conversation hears: each something else."""
    return np.roll(sound(), 16_000 * index, axis=1)[:: (-1) ** index]


def numbers(parts: Sequence[tuple[FlameMotion, FlameMotion]]) -> np.ndarray:
    return np.concatenate(
        [np.concatenate([getattr(head, name) for name in FIELDS], axis=1) for part in parts for head in part]
    )


def made(result: object) -> tuple[FlameMotion, FlameMotion]:
    assert not isinstance(result, Exception), result
    return result  # type: ignore[return-value]


@cache
def alone_by(index: int, blocks: int) -> np.ndarray:
    one, voices = dialogue(index), voices_of(index)
    return numbers([one.push(voices[:, at * BLOCK : (at + 1) * BLOCK]) for at in range(blocks)])


def test_conversations_move_together_to_the_last_bit_as_each_alone():
    dialogues, parts = [dialogue(index) for index in range(3)], [[], [], []]
    for at in range(40):
        blocks = [voices_of(index)[:, at * BLOCK : (at + 1) * BLOCK] for index in range(3)]
        results = together([one.pushing(block) for one, block in zip(dialogues, blocks, strict=True)])
        for kept, result in zip(parts, results, strict=True):
            kept.append(made(result))
    for index in range(3):
        np.testing.assert_array_equal(numbers(parts[index]), alone_by(index, 40))


def test_conversations_come_go_and_hear_blocks_of_any_length():
    random = np.random.default_rng(1)
    dialogues, heard = [dialogue(index) for index in range(3)], [0, 0, 0]
    parts: list[list[tuple[FlameMotion, FlameMotion]]] = [[], [], []]
    while min(heard) < 40 * BLOCK:
        going = [index for index in range(3) if heard[index] < 40 * BLOCK and random.random() < 0.6]
        counts = [min(int(random.integers(1, 3000)), 40 * BLOCK - heard[index]) for index in going]
        makings = [
            dialogues[index].pushing(voices_of(index)[:, heard[index] : heard[index] + count])
            for index, count in zip(going, counts, strict=True)
        ]
        for index, count, result in zip(going, counts, together(makings), strict=True):
            heard[index] += count
            parts[index].append(made(result))
    for index in range(3):
        moved = [
            np.concatenate([getattr(part[head], name) for part in parts[index]]) for head in (0, 1) for name in FIELDS
        ]
        one = dialogue(index).push(voices_of(index)[:, : 40 * BLOCK])
        expected = [getattr(head, name) for head in one for name in FIELDS]
        for mine, its in zip(moved, expected, strict=True):
            np.testing.assert_allclose(mine, its, atol=1e-5)


def test_conversation_that_is_cut_goes_back_alone_while_the_others_go_on():
    first, second = dialogue(0), dialogue(1)
    kept = []
    for at in range(20):
        if at == 10:
            fork = first.fork()
        blocks = (voices_of(index)[:, at * BLOCK : (at + 1) * BLOCK] for index in (0, 1))
        results = together([one.pushing(block) for one, block in zip((first, second), blocks, strict=True)])
        kept.append(made(results[1]))
    again = []
    for at in range(10, 20):  # the first one hears again what it heard, beside the second, which is ten blocks ahead
        blocks = voices_of(0)[:, at * BLOCK : (at + 1) * BLOCK], voices_of(1)[:, (at + 10) * BLOCK : (at + 11) * BLOCK]
        results = together([one.pushing(block) for one, block in zip((fork, second), blocks, strict=True)])
        again.append(made(results[0]))
        kept.append(made(results[1]))
    rows = 2 * 30 - 2 * 3  # of the first ten blocks: 3 instants a block, both heads, less the look-ahead
    np.testing.assert_array_equal(numbers(again), alone_by(0, 20)[rows:])
    np.testing.assert_array_equal(numbers(kept), alone_by(1, 30))


def test_sound_that_is_no_number_reaches_no_other_conversation():
    poisoned, sane = dialogue(0), dialogue(1)
    parts = []
    for at in range(10):
        blocks = np.full((2, BLOCK), np.nan, np.float32), voices_of(1)[:, at * BLOCK : (at + 1) * BLOCK]
        parts.append(made(together([poisoned.pushing(blocks[0]), sane.pushing(blocks[1])])[1]))
    np.testing.assert_array_equal(numbers(parts), alone_by(1, 10))


def doubled(asked: Sequence[int]) -> list[int]:
    if 13 in asked:
        raise ValueError("13 cannot be doubled")
    sizes.append(len(asked))
    return [2 * number for number in asked]


sizes: list[int] = []


def quadrupling(number: int, weights: str = "w") -> Making[int]:
    twice = yield Question(doubled, weights, number)
    if twice == 14:
        raise RuntimeError("7 is refused")
    return (yield Question(doubled, weights, twice))


def test_questions_for_the_same_weights_are_answered_together():
    sizes.clear()
    assert together([quadrupling(1), quadrupling(2), quadrupling(3, "v")]) == [4, 8, 12]
    assert sizes == [2, 1, 2, 1]


def test_what_makes_alone_is_what_makes_together():
    assert alone(quadrupling(5)) == 20


def test_conversation_that_fails_between_its_questions_fails_alone():
    ends = together([quadrupling(7), quadrupling(2)])
    assert str(ends[0]) == "7 is refused"
    assert ends[1] == 8


def test_question_without_an_answer_fails_its_conversation_alone():
    ends = together([quadrupling(1), quadrupling(13), quadrupling(2)])
    assert str(ends[1]) == "13 cannot be doubled"
    assert [ends[0], ends[2]] == [4, 8]


def test_copied_stream_shares_no_state():
    one = dialogue(0)
    one.push(sound()[:, :BLOCK])
    other = copy.deepcopy(one._lips.stream)
    assert other.network is one._lips.stream.network
    assert not np.shares_memory(other.past, one._lips.stream.past)
