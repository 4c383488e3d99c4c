"""Planned talk, the rules that play it, and what the model is given of it."""

import numpy as np
import pytest

from rsatalker.motion.behaviour.decision import EVENT_INDEX, EVENTS, SEEN, TENDENCIES
from rsatalker.motion.behaviour.voice_state import CUES, STEP_S, VoiceState
from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.training.dialogue_corpus import draw_social, make_conversations, play
from rsatalker.training.dialogue_plan import plan_dialogue
from rsatalker.training.dialogue_rules import Rules, answer_chance, any_of
from rsatalker.training.social_manner import RELATIONSHIPS, gap_s, manners

pytestmark = pytest.mark.unit
STRANGERS = Relationship("non-blood", "unequal", 1)
UNSEEN = np.zeros(len(SEEN), np.float32)


def test_planned_talk_is_the_same_for_the_same_seed() -> None:
    one, again = (plan_dialogue(STRANGERS, 30, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.loudness_db, again.loudness_db)
    assert one.activity.shape == (2, 900)


def test_planned_voices_share_the_time_and_sometimes_overlap() -> None:
    activity = plan_dialogue(Relationship(), 600, np.random.default_rng(1)).activity > 0
    assert 0.25 < activity[0].mean() < 0.6
    assert 0.005 < (activity[0] & activity[1]).mean() < 0.12
    assert 0.05 < (~activity.any(0)).mean() < 0.45


def test_planned_gaps_follow_the_relationship() -> None:
    gaps = [gap for k in range(8) for gap in plan_dialogue(STRANGERS, 300, np.random.default_rng(k)).gaps_s]
    for participant in (0, 1):
        mean_s = np.mean([gap for who, gap in gaps if who == participant])
        assert mean_s == pytest.approx(gap_s(STRANGERS, participant), abs=0.07)


def test_answer_comes_within_its_window_with_its_chance() -> None:
    ages = np.arange(60) * STEP_S
    chances = [answer_chance(age, (0.25, 0.5), 0.3) for age in ages]
    assert any_of(*chances) == pytest.approx(0.3)
    assert {0.23 <= age <= 0.51 for age, chance in zip(ages, chances, strict=True) if chance} == {True}


def test_rules_nod_with_a_backchannel_and_after_a_pause() -> None:
    rules, own, partner = Rules(), VoiceState(), VoiceState()
    manner = manners(Relationship())[0]
    nods = []
    for t in range(120):
        partner.step(float(t < 80), -20.0)  # the partner pauses after 80 instants
        own.step(float(60 <= t < 66), -20.0)  # "mm-hm"
        nods.append(rules.step(own, partner, UNSEEN, manner)[0][EVENT_INDEX["nod"]])
    assert nods[60] > 0.4
    assert max(nods[88:96]) > 3 * nods[50]
    assert nods[119] == 0.0  # nobody speaks any more


def test_rules_answer_a_smile_after_half_a_second() -> None:
    rules, own, partner = Rules(), VoiceState(), VoiceState()
    manner = manners(Relationship("blood", "equal"))[0]
    smile = np.clip(np.arange(60) - 20, 0, 10) / 20  # rises from instant 20 on
    chances = []
    for amount in smile:
        seen = UNSEEN.copy()
        seen[SEEN.index("smile")] = amount
        chances.append(rules.step(own, partner, seen, manner)[0][EVENT_INDEX["smile"]])
    assert max(chances[:20]) < 0.005
    assert max(chances[33:45]) > 0.03


def test_conversation_shows_each_head_what_was_shown_one_instant_before() -> None:
    conversation = play(SocialInput(STRANGERS), [4, 2], seconds=20)
    assert len(conversation) == 600
    assert conversation.voices.shape == (2, 600, len(CUES))
    assert conversation.motion.shape == (2, 600, len(SEEN))
    assert conversation.chances.shape == conversation.possible.shape == (2, 600, len(EVENTS))
    assert conversation.values.shape == (2, 600, len(TENDENCIES))
    assert conversation.motion[:, 0, SEEN.index("looking")].all()  # they begin looking at each other
    gone = np.flatnonzero(np.diff(conversation.motion[0, :, SEEN.index("looking")]) < 0)
    assert len(gone) > 0
    assert conversation.possible[0, gone, EVENT_INDEX["look_away"]].all()


def test_corpus_holds_every_relationship_and_some_between() -> None:
    socials = [draw_social(index, seed=1) for index in range(120)]
    assert {social.relationship for social in socials} == set(RELATIONSHIPS)
    assert 0.03 < np.mean([social.strength == 0 for social in socials]) < 0.2
    assert 0.08 < np.mean([social.other is not None for social in socials]) < 0.35


def test_corpus_has_at_least_one_conversation_of_each_relationship() -> None:
    assert len(make_conversations(0.001, seed=1)) == len(RELATIONSHIPS)
