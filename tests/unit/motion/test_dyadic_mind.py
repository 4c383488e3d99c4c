"""The dyadic model at work: relationships that change, copies, and what it cannot be given."""

import copy

import numpy as np
import pytest

from rsatalker.errors import CheckpointError
from rsatalker.motion.behaviour.pair import Pair
from rsatalker.motion.dyadic_checkpoint import bundled_dyadic_model
from rsatalker.motion.dyadic_mind import DyadicMind, DyadicMinds
from rsatalker.motion.dyadic_model import DyadicModel, DyadicModelConfig
from rsatalker.motion.social import Relationship, SocialInput

pytestmark = pytest.mark.unit
PEERS = SocialInput(Relationship("blood", "equal"))
RANKED = SocialInput(Relationship("non-blood", "unequal", 0))


def converse(mind: DyadicMind, pair: Pair, steps: int, first: int = 0) -> np.ndarray:
    """Return what both showed, instant by instant; they take turns of two seconds."""
    seen = []
    for t in range(first, first + steps):
        speaks = np.array([t // 60 % 2 == 0, t // 60 % 2 == 1], np.float32)
        pair.hear(speaks, -70 + 45 * speaks)
        pair.act(mind.incline(pair))
        seen.append(pair.seen)
    return np.stack(seen)


def test_mind_repeats_itself_with_the_same_seed_only() -> None:
    first, again, other = (converse(DyadicMind(bundled_dyadic_model(), PEERS), Pair(s), 240) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


def test_changed_relationship_comes_within_a_second() -> None:
    model = bundled_dyadic_model()
    changed, fresh = DyadicMind(model, PEERS), DyadicMind(model, RANKED)
    pairs = Pair(1), Pair(1)
    converse(changed, pairs[0], 60)
    converse(fresh, pairs[1], 60)
    changed.social = RANKED
    assert changed.social == RANKED
    apart = np.abs(changed._now - fresh._now).max()
    converse(changed, pairs[0], 1, 60)
    assert np.abs(changed._now - fresh._now).max() == pytest.approx(0.92 * apart, rel=0.02)
    converse(changed, pairs[0], 44, 61)
    assert np.abs(changed._now - fresh._now).max() < 0.05 * apart


def test_ranks_show_in_the_heads_at_rest() -> None:
    model, pair = bundled_dyadic_model(), Pair(3)
    inclination = None
    mind = DyadicMind(model, RANKED)
    for _ in range(60):
        pair.hear(np.zeros(2, np.float32), np.full(2, -70, np.float32))
        inclination = mind.incline(pair)
        pair.act(inclination)
    assert inclination is not None
    senior, junior = inclination.tendencies[:, 0]
    assert senior < junior  # the senior carries the chin higher


def test_copy_of_a_mind_goes_on_alone_with_the_same_weights() -> None:
    mind, pair = DyadicMind(bundled_dyadic_model(), PEERS), Pair(1)
    converse(mind, pair, 100)
    forked_mind, forked_pair = copy.deepcopy((mind, pair))
    assert forked_mind._model is mind._model
    forked = converse(forked_mind, forked_pair, 60, 100)
    np.testing.assert_array_equal(forked, converse(mind, pair, 60, 100))


def test_minds_of_several_conversations_are_as_each_alone() -> None:
    model, socials = bundled_dyadic_model(), (PEERS, RANKED, SocialInput(PEERS.relationship, RANKED.relationship, 0.5))
    together, pairs = DyadicMinds(model, socials), [Pair(seed) for seed in range(3)]
    alone, own_pairs = [DyadicMind(model, social) for social in socials], [Pair(seed) for seed in range(3)]
    for t in range(60):
        speaks = np.array([t < 30, t >= 30], np.float32)
        for pair in (*pairs, *own_pairs):
            pair.hear(speaks, -70 + 45 * speaks)
        inclinations = together.incline_all(pairs)
        for index, pair in enumerate(own_pairs):
            expected = alone[index].incline(pair)
            np.testing.assert_allclose(inclinations[index].chances, expected.chances, atol=1e-5)
            pair.act(expected)
            pairs[index].act(expected)


def test_mind_refuses_a_model_of_tracked_faces() -> None:
    faces = DyadicModel(
        DyadicModelConfig(voice_size=23, motion_size=56, events=0, values=56, expression_space="flame2020")
    )
    with pytest.raises(CheckpointError, match="decodes flame2020 faces; heads that behave need one of events"):
        DyadicMind(faces, PEERS)
