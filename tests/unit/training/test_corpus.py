"""The corpus: resumable, reproducible, balanced, and clear when it is not usable."""

import numpy as np
import pytest

from rsatalker.errors import AssetError
from rsatalker.training.batches import Batches
from rsatalker.training.corpus import CorpusOptions, PartPlan, examples_of, make_corpus, make_part, planned_parts
from rsatalker.training.engines.spoken import Spoken
from rsatalker.training.engines.voices import VOICES, InstalledVoices, Voice
from rsatalker.training.examples import read_corpus, read_part
from rsatalker.training.phones import Segment, Viseme
from rsatalker.training.variations import varied_mel

pytestmark = pytest.mark.unit

EVERY_VOICE = InstalledVoices(VOICES, ())


def test_plan_gives_every_voice_its_share(tmp_path):
    plans = planned_parts(CorpusOptions(tmp_path, hours=2.0), EVERY_VOICE)
    training = [plan for plan in plans if not plan.voice.held_out]
    total_s = sum(plan.duration_s for plan in training)
    assert total_s == pytest.approx(7200)
    espeak_s = sum(plan.duration_s for plan in training if plan.voice.engine == "espeak")
    assert espeak_s / total_s == pytest.approx(0.26, abs=0.01)
    assert len({plan.seed for plan in plans}) == len({plan.path for plan in plans}) == len(plans)


def test_plan_gives_the_time_of_missing_voices_to_the_others(tmp_path):
    some = InstalledVoices(tuple(voice for voice in VOICES if voice.engine == "flite"), ())
    plans = planned_parts(CorpusOptions(tmp_path, hours=1.0), some)
    assert sum(plan.duration_s for plan in plans if not plan.voice.held_out) == pytest.approx(3600)


def test_examples_have_four_features_an_instant_and_their_copies(tmp_path):
    spoken = Spoken(np.ones(16_000, np.float32), [Segment(Viseme.P, 0, 0.2), Segment(Viseme.AA, 0.2, 1.0)], "test")
    plan = PartPlan(tmp_path / "a.npz", Voice("flite", "slt", "english", 1.0), 1.0, 0, augmented_copies=2)
    examples = list(examples_of(spoken, plan, np.random.default_rng(0)))
    assert [example.noisy for example in examples] == [False, True, True]
    for example in examples:
        assert len(example.features) == 4 * len(example.articulation) == 4 * len(example.visemes)


def test_part_is_the_same_when_made_again(tmp_path, flite):
    voice = next(v for v in VOICES if v.name == "slt")
    for name in ("a", "b"):
        make_part(PartPlan(tmp_path / f"{name}.npz", voice, 2.0, 9, augmented_copies=1))
    for first, second in zip(read_part(tmp_path / "a.npz"), read_part(tmp_path / "b.npz"), strict=True):
        np.testing.assert_array_equal(first.features, second.features)
        np.testing.assert_array_equal(first.articulation, second.articulation)


def test_corpus_is_not_continued_with_other_options(tmp_path, monkeypatch):
    monkeypatch.setattr("rsatalker.training.corpus.installed_voices", lambda: InstalledVoices((), ()))
    make_corpus(CorpusOptions(tmp_path, hours=1.0))
    with pytest.raises(AssetError, match="holds a corpus made with"):
        make_corpus(CorpusOptions(tmp_path, hours=2.0))


def test_missing_corpus_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(AssetError, match="run `rsatalker corpus"):
        list(read_corpus(tmp_path, "training"))


def test_damaged_part_is_named(tmp_path):
    (tmp_path / "training-x.npz").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(AssetError, match=r"training-x\.npz is no part of a corpus"):
        list(read_corpus(tmp_path, "training"))


def test_batches_are_reproducible_and_of_the_right_shape(corpus):
    first, second = (Batches(read_corpus(corpus, "training"), 30, 3, varied_mel, seed=4).draw(5) for _ in range(2))
    assert first.features.shape == (5, 4 * 33, 80)
    assert first.articulation.shape == (5, 30, 12)
    assert first.visemes.shape == (5, 30)
    assert (first.features == second.features).all()


def test_batches_take_all_groups(corpus):
    batches = Batches(read_corpus(corpus, "training"), 30, 3, varied_mel, seed=0)
    assert all(len(starts) for starts in batches.starts)
    assert batches.group_probabilities.sum() == pytest.approx(1)
