"""Sentences to be spoken: a small grammar of NPC talk, random dictionary words, and pseudo-words for foreign voices."""

from __future__ import annotations

import random
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

DICTIONARY_SHARE = 0.3  # of the sentences: random words cover sound sequences that a grammar never makes


def words_of(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


WORDS: dict[str, list[str]] = {
    "noun": words_of("""
        king queen bridge market merchant blacksmith river village mountain forest castle sword shield
        potion bread apple wolf dragon soldier brother sister father mother uncle cousin baker farmer tavern
        road garden window door table lamp fire water winter summer morning evening song story letter box
        map boat ship horse dog cat bird fish wheel hammer copper silver gold bag belt boot coat shoe cup
        knife pot bell tower gate wall church judge thief witch beast mud fog storm pie cheese thumb vase
        path breath jewel measure voice leaf valley yard
    """),
    "adjective": words_of("""
        old young big small broken beautiful heavy empty dark bright warm cold quiet strange busy foolish
        brave poor simple public familiar famous early late muddy purple yellow blue green free fresh rough
        smooth visible joyful thick
    """),
    "verb": words_of("""
        find buy sell bring take make move push pull keep show watch open close fix paint carry borrow burn
        hide save leave believe remember forget follow meet help wash catch judge choose measure chop boil
        prove
    """),
    "name": words_of("""
        Bob Mary Peter Philip Emma Sophie Martha Jacob Abby Viv Fiona Hugo Wilbur Molly Joe Zoe Chuck George
        Thea Beth
    """),
    "preposition": words_of("near by behind above before from with for about beyond through without"),
}

SENTENCES = (
    "Hello {name}, have you seen my {adjective} {noun}?",
    "I {verb} the {noun} {preposition} the {adjective} {noun} every morning.",
    "Maybe we should {verb} some {noun}s, {name}.",
    "No, I don't think so. The {noun} is too {adjective}!",
    "Why would you {verb} my {noun}?",
    "Please {verb} me the {noun}, and {verb} that {adjective} {noun}.",
    "Oh my, what a {adjective} {noun}!",
    "Yes, yes, of course. {name} and {name} will {verb} it.",
    "Who told you about the {noun} {preposition} the {noun}?",
    "My {noun} used to {verb} a {adjective} {noun} before the war.",
    "Wait. Stop. Put the {noun} down, {name}.",
    "You never {verb} anything, you {adjective} {noun}!",
    "It's five past four, and the {noun} is {adjective} again.",
    "I'm sorry, {name}. I could not {verb} your {noun}.",
    "Father, may I {verb} the {adjective} {noun}?",
    "We both know the {noun} was {adjective} and {adjective}.",
    "Uh huh. Mm. Go on.",
    "Well, that sounds wonderful to me.",
    "Should I {verb} through the {noun} or above the {noun}?",
    "Thank you for the {noun}. It was very {adjective}.",
    "If they {verb} the {noun}, then {name} must have been {preposition} the {noun} with them.",
    "People remember how much of the {noun} had been {adjective}, and how few of us ever got to {verb} it.",
)

# Consonants, vowels and whether every syllable needs a consonant, in the spelling that festival's voices read.
SYLLABLES: dict[str, tuple[list[str], list[str]]] = {
    "it": (words_of("p b m f v t d n l r s c g z sc ch gn gl"), words_of("a e i o u")),
    "fi": (words_of("p m v t n l r s k h j pp mm tt kk ll"), words_of("a e i o u y ä ö aa ee ii oo uu")),
    "cs": (words_of("p b m f v t d n l r s z š ž č c k g h j ch ř"), words_of("a e i o u á í é ou")),
    "ca": (words_of("p b m f v t d n l r s c g x ll ny j"), words_of("a e i o u")),
    "ru": (words_of("п б м ф в т д н л р с з ш ж ч ц к г х"), words_of("а е и о у ы я ю")),
}


@cache
def dictionary_words() -> tuple[str, ...]:
    """Return English words of 3 to 9 letters from pocketsphinx's CMU dictionary; none if it is missing."""
    package = find_spec("pocketsphinx")
    if package is None or package.origin is None:
        return ()
    dictionary = Path(package.origin).parent / "model" / "en-us" / "cmudict-en-us.dict"
    if not dictionary.is_file():
        return ()
    words = (line.split(maxsplit=1)[0] for line in dictionary.read_text(encoding="utf-8").splitlines())
    return tuple(word for word in words if word.isalpha() and 3 <= len(word) <= 9)


def english(rng: random.Random) -> str:
    """Return one to three sentences of the grammar, or a row of dictionary words."""
    dictionary = dictionary_words()
    if dictionary and rng.random() < DICTIONARY_SHARE:
        words = [rng.choice(dictionary) for _ in range(rng.randint(4, 9))]
        if len(words) > 6:
            words[len(words) // 2] += ","
        return " ".join(words).capitalize() + "."
    sentences = (rng.choice(SENTENCES) for _ in range(rng.randint(1, 3)))
    return " ".join(re.sub(r"\{(\w+)\}", lambda slot: rng.choice(WORDS[slot[1]]), sentence) for sentence in sentences)


def pseudo_words(rng: random.Random, language: str) -> str:
    """Return a sentence of words that a voice of the language can say but that mean nothing."""
    consonants, vowels = SYLLABLES[language]
    words: list[str] = []
    for _ in range(rng.randint(4, 9)):
        word = ""
        for syllable in range(rng.randint(1, 4)):
            onset = rng.choice(consonants) if syllable or rng.random() < 0.85 else ""
            word += onset + rng.choice(vowels)
        words.append(word + ("," if rng.random() < 0.12 else ""))
    return " ".join(words).rstrip(",") + "."
