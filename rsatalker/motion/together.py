"""Several conversations asked at once: a model's weights are read once for all of them.

What makes motion is written for one conversation, as a generator. Where a model has to be asked, it yields the question
and is sent the answer; `alone` answers each at once, `together` first collects those of all conversations. Each
conversation goes its own way between its questions, with its own state, chance and mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked.

    Attributes:
        answer_all: Answers several at once, each exactly as it would be answered alone: what was asked -> answers.
        weights: Identifies the weights it answers with; only questions for the same are asked together.
        asked: What `answer_all` takes one of.
    """

    answer_all: Callable[[Sequence[Any]], Sequence[Any]]
    weights: Hashable
    asked: Any


Making: TypeAlias = Generator[Question, Any, T]


def alone(making: Making[T]) -> T:
    """Return what a generator makes, each of its questions answered by itself."""
    answer = None
    while True:
        try:
            question = making.send(answer)
        except StopIteration as made:
            return made.value
        answer = question.answer_all([question.asked])[0]


def together(makings: Sequence[Making[T]]) -> list[T | Exception]:
    """Return what each generator makes, or the exception that ended it; questions for the same weights are joined."""
    made: dict[int, T | Exception] = {}
    asking: dict[int, Question] = {}

    def go_on(index: int, answer: Any) -> None:
        try:
            if isinstance(answer, Exception):
                raise answer
            asking[index] = makings[index].send(answer)
        except StopIteration as end:
            made[index] = end.value
        except Exception as error:  # noqa: BLE001  trouble of its own: the caller sees to it, the others go on
            makings[index].close()
            made[index] = error

    for index in range(len(makings)):
        go_on(index, None)
    while asking:
        asked, asking = asking, {}
        for indices in _grouped(asked):
            answers = _answers([asked[index] for index in indices])
            for index, answer in zip(indices, answers, strict=True):
                go_on(index, answer)
    return [made[index] for index in range(len(makings))]


def _answers(questions: Sequence[Question]) -> Sequence[Any]:
    """Return the answer to each question, or an exception where there is none."""
    try:
        return questions[0].answer_all([question.asked for question in questions])
    except Exception as error:  # noqa: BLE001  one of them cannot be answered: which?
        return [error] if len(questions) == 1 else [_answers([question])[0] for question in questions]


def _grouped(asking: dict[int, Question]) -> list[list[int]]:
    groups: dict[tuple[object, Hashable], list[int]] = {}
    for index, question in asking.items():
        groups.setdefault((question.answer_all, question.weights), []).append(index)
    return list(groups.values())
