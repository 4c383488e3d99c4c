"""Does the relationship show, and can it be told: counts, the probe, and the section of the report."""

import functools

import numpy as np
import pytest

from rsatalker.motion.behaviour.decision import SEEN
from rsatalker.motion.behaviour.voice_state import STEP_S
from rsatalker.motion.dyadic_checkpoint import bundled_dyadic_model
from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.training.social_evaluation import CLASSES, SocialOptions, neutral_talk, social_section
from rsatalker.training.social_manner import manners
from rsatalker.training.social_probe import probe
from rsatalker.training.social_rates import Rates, RuleMinds, Watched, model_minds, rates_of, watch

pytestmark = pytest.mark.unit
CONVERSATIONS, SECONDS = 4, 240.0
ENDS = (Relationship("blood", "equal"), Relationship("non-blood", "unequal", 0))


@functools.cache
def watched(by: str, relationship: Relationship, strength: float = 1.0) -> list[Watched]:
    socials = [SocialInput(relationship, strength=strength)] * CONVERSATIONS
    minds = RuleMinds(socials) if by == "rules" else model_minds(bundled_dyadic_model(), socials)
    return watch(minds, [neutral_talk([3, k], SECONDS) for k in range(CONVERSATIONS)], range(CONVERSATIONS))


# Sixteen minutes hold 400 blinks, 60 nods of a listener and 30 to 60 smiles: three standard deviations of the counting
# alone are 15 %, 40 % and 55 %. The seeds are fixed, so the counts are the same on every run.
TOLERANCES = {"blinks_per_minute": 0.2, "nods_per_minute": 0.45, "smiles_per_minute": 0.6}


@pytest.mark.parametrize("by", ["rules", "model"])
@pytest.mark.parametrize("relationship", ENDS)
def test_rates_are_those_of_the_table(by: str, relationship: Relationship) -> None:
    for participant in (0, 1):
        found = rates_of(watched(by, relationship), participant)
        wanted = Rates.wanted(manners(relationship)[participant])
        assert found.gaze_while_speaking == pytest.approx(wanted.gaze_while_speaking, rel=0.2)
        assert found.gaze_while_listening == pytest.approx(wanted.gaze_while_listening, rel=0.2)
        for name, tolerance in TOLERANCES.items():
            assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=tolerance), name


def test_model_shows_who_is_senior() -> None:
    senior, junior = (rates_of(watched("model", ENDS[1]), participant) for participant in (0, 1))
    assert senior.gaze_while_speaking > 1.4 * junior.gaze_while_speaking
    assert junior.nods_per_minute > 1.4 * senior.nods_per_minute


def test_forgotten_relationship_makes_both_alike() -> None:
    senior, junior = (rates_of(watched("model", ENDS[1], 0.0), participant) for participant in (0, 1))
    assert senior.gaze_while_speaking == pytest.approx(junior.gaze_while_speaking, abs=0.08)


def test_relationship_changes_motion_on_the_same_voices_and_seed() -> None:
    one, other = (watched("model", relationship)[0] for relationship in ENDS)
    np.testing.assert_array_equal(one.speaking, other.speaking)
    smile = SEEN.index("smile")
    assert one.seen[..., smile].mean() > 1.3 * other.seen[..., smile].mean()


def test_probe_tells_classes_apart_and_is_at_chance_with_shuffled_labels() -> None:
    random = np.random.default_rng(1)
    labels, groups = np.repeat(np.arange(4), 40), np.tile(np.arange(10), 16)
    features = random.normal(size=(160, 12))
    nothing = probe(features, labels, groups)
    assert abs(nothing.accuracy - 0.25) < 0.15
    features[np.arange(160), labels] += 3.0
    told = probe(features, labels, groups)
    assert told.accuracy > 0.9
    assert told.control < 0.4
    assert told.chance == 0.25


def test_section_reports_every_relation_and_role() -> None:
    section = social_section(bundled_dyadic_model(), SocialOptions(minutes=4, drift_minutes=0.5))
    rates = section.scores["rates"]
    assert isinstance(rates, dict)
    assert len(rates) == 6
    assert set(rates["blood unequal, senior"]) == {"model", "rules", "table"}
    swap = section.scores["swap"]
    assert isinstance(swap, dict)
    assert len(swap) == len(CLASSES) * (len(CLASSES) - 1) // 2
    assert min(swap.values()) > 0.05
    assert [len(sheet.columns) for sheet in section.sheets] == [6, 2, 5, 3]


def test_rates_count_listening_only_while_the_other_speaks() -> None:
    seen, speaking, began = np.zeros((600, 2, 7)), np.zeros((600, 2)), np.zeros((600, 2, 3))
    speaking[:300, 0] = 1
    seen[:150, 1, SEEN.index("looking")] = 1
    began[[10, 20, 400], 1, 1] = 1
    speaking[300:310, 1] = 1
    rates = rates_of([Watched(seen.astype(np.float32), speaking.astype(np.float32), began.astype(np.float32))], 1)
    assert rates.gaze_while_listening == pytest.approx(0.5)
    assert rates.nods_per_minute == pytest.approx(3 / (300 * STEP_S / 60))
