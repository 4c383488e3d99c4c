"""The section `social` of `rsatalker evaluate`: does the relationship show, as the table says, and can it be told?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from rsatalker.motion.behaviour.decision import SEEN
from rsatalker.motion.behaviour.voice_state import STEP_S
from rsatalker.motion.dyadic_model import DyadicModel
from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.training.dialogue_plan import Timeline, plan_dialogue
from rsatalker.training.report import Chart, Section, Sheet
from rsatalker.training.social_manner import RELATIONSHIPS, gap_s, manners
from rsatalker.training.social_probe import Probe, probe
from rsatalker.training.social_rates import (
    Minds,
    Rates,
    RuleMinds,
    Watched,
    clip_features,
    model_minds,
    rates_of,
    watch,
)

CLASSES: tuple[Relationship, ...] = tuple(r for r in RELATIONSHIPS if r.senior != 1)
CONVERSATION_S = 120.0
CLIP_S = 60.0  # what the probe sees
WITHIN = 0.20  # of the table: the goal
DRIFT_S = 180.0  # first and last stretch of the long conversation that are compared
HEADINGS = ("gaze\nspeaking", "gaze\nlistening", "nods\na minute", "smiles\na minute", "blinks\na minute")
PLANNER_SEED, GAP_DIALOGUES, GAP_DIALOGUE_S = 77, 4, 300.0


@dataclass(frozen=True, slots=True)
class SocialOptions:
    """How long to watch.

    Attributes:
        minutes: Of conversation for each of the four relationships.
        drift_minutes: Of the one long conversation.
        seed: Of voices and chance.
    """

    minutes: float = 30.0
    drift_minutes: float = 10.0
    seed: int = 5


def social_section(model: DyadicModel, options: SocialOptions | None = None) -> Section:
    """Measure rates by relation and role against the table, the probe, the swap, and the drift of the closed loop."""
    options = options or SocialOptions()
    by_rules = watch_classes(None, options)
    by_model = watch_classes(model, options)
    rates = {_name(r, p): (rates_of(by_model[r], p), rates_of(by_rules[r], p), Rates.wanted(manners(r)[p]))
             for r in CLASSES for p in _roles(r)}  # fmt: skip
    told = probe_of(by_model)
    swap = swap_of(by_model)
    drift = drift_of(model, options)
    return Section(
        name="social",
        title=f"Social, {options.minutes:g} minutes of planned talk for each relationship",
        scores={
            "rates": {
                name: dict(zip(("model", "rules", "table"), map(asdict, its), strict=True))
                for name, its in rates.items()
            },
            "largest_error": largest_error(rates),
            "probe": asdict(told),
            "swap": swap,
            "drift": drift,
            "gaps_s": planned_gaps(),
        },
        sheets=(_rates_sheet(rates), _swap_sheet(swap), _drift_sheet(drift), _gaps_sheet()),
        charts=(Chart("social_rates", lambda axes: _draw_rates(axes, rates)),),
        notes=(
            f"Largest error against the table {largest_error(rates):.0%}; the goal is {WITHIN:.0%}.",
            f"Probe on clips of {CLIP_S:g} s: {told.accuracy:.2f} of four classes told, {told.control:.2f} with "
            f"shuffled labels, {told.chance:.2f} by chance.",
        ),
    )


def watch_classes(model: DyadicModel | None, options: SocialOptions) -> dict[Relationship, list[Watched]]:
    """Return conversations of each relationship on the same voices and seeds; by the rules without a model."""
    count = max(round(options.minutes * 60 / CONVERSATION_S), 1)
    seconds = min(options.minutes * 60, CONVERSATION_S)
    timelines = [neutral_talk([options.seed, k], seconds) for k in range(count)]
    socials = [SocialInput(relationship) for relationship in CLASSES for _ in range(count)]
    minds: Minds = RuleMinds(socials) if model is None else model_minds(model, socials)
    watched = watch(minds, timelines * len(CLASSES), [options.seed + k for k in range(count)] * len(CLASSES))
    return {relationship: watched[i * count : (i + 1) * count] for i, relationship in enumerate(CLASSES)}


def neutral_talk(seed: list[int], seconds: float) -> Timeline:
    """Return talk whose timing says nothing of a relationship, so that only motion can."""
    return plan_dialogue(Relationship(), seconds, np.random.default_rng(seed))


def largest_error(rates: dict[str, tuple[Rates, Rates, Rates]]) -> float:
    """Return the largest relative error of the model's rates against the table."""
    return max(
        abs(getattr(model, f.name) / getattr(table, f.name) - 1)
        for model, _, table in rates.values()
        for f in fields(Rates)
    )


def probe_of(watched: dict[Relationship, list[Watched]]) -> Probe:
    """Return how well the four classes are told from clips; both heads, their order unknown to the probe."""
    rows: list[np.ndarray] = []
    labels: list[int] = []
    groups: list[int] = []
    instants = round(CLIP_S / STEP_S)
    for label, conversations in enumerate(watched.values()):
        for group, conversation in enumerate(conversations):
            for start in range(0, len(conversation.seen) - instants + 1, instants):
                rows.append(clip_features(conversation, start, instants))
                labels.append(label)
                groups.append(group)
    return probe(np.stack(rows), np.array(labels), np.array(groups))


def swap_of(watched: dict[Relationship, list[Watched]]) -> dict[str, float]:
    """Return, for each pair of relationships, the mean distance of motion on the same voices and seeds.

    In standard deviations of each thing that can be seen, averaged over windows of one second.
    """
    means = {r: _windows(np.concatenate([w.seen for w in its])) for r, its in watched.items()}
    scale = np.concatenate(list(means.values())).std(0) + 1e-6
    return {
        f"{_short(one)} / {_short(other)}": float((np.abs(means[one] - means[other]) / scale).mean())
        for i, one in enumerate(means)
        for other in list(means)[i + 1 :]
    }


def drift_of(model: DyadicModel, options: SocialOptions) -> dict[str, dict[str, float]]:
    """Return what both heads show at the beginning and at the end of one long conversation."""
    seconds = options.drift_minutes * 60
    stretch = round(min(DRIFT_S, seconds / 2) / STEP_S)
    social = SocialInput(Relationship())
    talk = [neutral_talk([options.seed, 1000 + k], seconds) for k in range(4)]
    seen = np.concatenate([w.seen for w in watch(model_minds(model, [social] * 4), talk, range(4))], axis=1)
    first, last = seen[:stretch].reshape(-1, len(SEEN)), seen[-stretch:].reshape(-1, len(SEEN))
    return {
        name: {"first mean": float(first[:, i].mean()), "last mean": float(last[:, i].mean()),
               "first spread": float(first[:, i].std()), "last spread": float(last[:, i].std())}
        for i, name in enumerate(SEEN)
    }  # fmt: skip


def planned_gaps() -> dict[str, dict[str, float]]:
    """Return mean gaps before turns in the training dialogues, which are planned from the table."""
    gaps: dict[str, dict[str, float]] = {}
    for relationship in CLASSES:
        found = [gap for k in range(GAP_DIALOGUES) for gap in plan_dialogue(
            relationship, GAP_DIALOGUE_S, np.random.default_rng([PLANNER_SEED, k])).gaps_s]  # fmt: skip
        for p in _roles(relationship):
            mean_s = float(np.mean([gap for who, gap in found if who == p]))
            gaps[_name(relationship, p)] = {"planned": mean_s, "table": gap_s(relationship, p)}
    return gaps


def _windows(seen: np.ndarray) -> np.ndarray:
    second = round(1 / STEP_S)
    whole = len(seen) // second * second
    return seen[:whole].reshape(-1, second, *seen.shape[1:]).mean(1)


def _roles(relationship: Relationship) -> Sequence[int]:
    return (0,) if relationship.senior is None else (0, 1)


def _short(relationship: Relationship) -> str:
    return f"{relationship.kinship} {relationship.status}"


def _name(relationship: Relationship, participant: int) -> str:
    return f"{_short(relationship)}, {relationship.rank(participant)}"


def _rates_sheet(rates: dict[str, tuple[Rates, Rates, Rates]]) -> Sheet:
    rows: list[tuple[str | float, ...]] = []
    for name, its in rates.items():
        for who, values in zip(("model", "rules", "table"), its, strict=True):
            rows.append((f"{name}: {who}", *(getattr(values, f.name) for f in fields(Rates))))
    return Sheet("rates by relation and role", ("", *HEADINGS), tuple(rows))


def _swap_sheet(swap: dict[str, float]) -> Sheet:
    return Sheet("relation swapped on the same voices and seed", ("pair", "distance, sd"), tuple(swap.items()))


def _drift_sheet(drift: dict[str, dict[str, float]]) -> Sheet:
    columns = tuple(next(iter(drift.values())))
    rows = tuple((name, *(its[column] for column in columns)) for name, its in drift.items())
    return Sheet("drift of the closed loop, beginning and end", ("seen", *columns), rows)


def _gaps_sheet() -> Sheet:
    rows = tuple((name, its["planned"], its["table"]) for name, its in planned_gaps().items())
    return Sheet("gaps before turns in the planned talk, s", ("", "planned", "table"), rows)


def _draw_rates(axes: Any, rates: dict[str, tuple[Rates, Rates, Rates]]) -> None:
    for row, field in enumerate(fields(Rates)):
        ratios = [getattr(model, field.name) / getattr(table, field.name) for model, _, table in rates.values()]
        axes.plot(ratios, np.full(len(ratios), row) + np.linspace(-0.2, 0.2, len(ratios)), "o", label=field.name)
    axes.axvspan(1 - WITHIN, 1 + WITHIN, alpha=0.15)
    axes.set_yticks(range(len(fields(Rates))), [field.name.replace("_", " ") for field in fields(Rates)])
    axes.set_xlabel("model / table; one dot a relation and role")
