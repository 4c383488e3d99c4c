"""Sentences: reproducible, varied, and without holes."""

import random

import pytest

from rsatalker.training.text import SYLLABLES, english, pseudo_words

pytestmark = pytest.mark.unit


def test_english_fills_every_slot():
    rng = random.Random(0)
    assert not any(
        set("{}\"'") & set(english(rng).replace("n't", "").replace("'s", "").replace("'m", "")) for _ in range(300)
    )


def test_english_is_reproducible_and_varied():
    first, second = random.Random(1), random.Random(1)
    sentences = [english(first) for _ in range(50)]
    assert sentences == [english(second) for _ in range(50)]
    assert len(set(sentences)) > 45


@pytest.mark.parametrize("language", sorted(SYLLABLES))
def test_pseudo_words_end_as_sentences(language):
    sentence = pseudo_words(random.Random(2), language)
    assert sentence.endswith(".")
    assert 4 <= len(sentence.split()) <= 9
