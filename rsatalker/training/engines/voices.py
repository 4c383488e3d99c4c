"""Which voices speak how much of the corpus, and which are kept for evaluation only."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from typing import Literal

from rsatalker.errors import ToolMissing
from rsatalker.training.engines.espeak import Espeak, EspeakStyle
from rsatalker.training.engines.festival import FESTIVAL_VOICES, installed_festival_voices, speak_with_festival
from rsatalker.training.engines.flite import PITCH_RANGES_HZ, FliteStyle, speak_with_flite
from rsatalker.training.engines.spoken import Spoken
from rsatalker.training.text import english, pseudo_words, words_of

Engine = Literal["espeak", "flite", "festival"]
Group = Literal["formant", "english", "foreign"]
GROUPS: tuple[Group, ...] = (
    "formant",
    "english",
    "foreign",
)  # of voices: synthetic, recorded English, recorded foreign

ESPEAK_VARIANTS = words_of("""
    m1 m2 m3 m4 m6 m8 f1 f2 f3 f4 Andrea Alicia Annie Andy Alex antonio Belinda david Denis Gene Henrique Iven2 Jacky
    Lee Linda Max Michael Mike paul Pedro quincy rob steph2 victor zac klatt klatt2 klatt4 anika norbert sandro shelby
""")
ESPEAK_ACCENTS = words_of("""
    en-us en-us en-us en-gb en-gb-scotland en-gb-x-rp en-029 en-us-nyc en-gb-x-gbclan
""")
HELD_OUT_VARIANTS = ("f5", "m7")
HELD_OUT = {"flite-rms", "festival-lp_diphone", *(f"espeak-{variant}" for variant in HELD_OUT_VARIANTS)}
FESTIVAL_BATCH = 8  # sentences per start of festival


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of the corpus.

    Attributes:
        engine: Who speaks.
        name: Voice of that engine; for eSpeak `*` (any variant that is not held out) or a variant.
        group: What kind of voice it is; the trainer balances the groups.
        share: Part of the corpus' speaking time, relative to the other voices that are installed.
        held_out: Never trained on.
    """

    engine: Engine
    name: str
    group: Group
    share: float
    held_out: bool = False


def _planned_voices() -> tuple[Voice, ...]:
    flite_shares = {"kal16": 0.06, "awb": 0.09, "slt": 0.09, "rms": 0.5}
    voices = [Voice("espeak", "*", "formant", 0.36)]
    voices += [Voice("espeak", variant, "formant", 0.25, held_out=True) for variant in HELD_OUT_VARIANTS]
    voices += [Voice("flite", name, "english", flite_shares[name], name == "rms") for name in PITCH_RANGES_HZ]
    for voice in FESTIVAL_VOICES:
        name = voice.name.removeprefix("voice_")
        held_out = f"festival-{name}" in HELD_OUT
        group: Group = "english" if voice.language == "en" else "foreign"
        share = 0.25 if held_out else 0.03 if group == "foreign" else 0.08 if "arctic" in name else 0.04
        voices.append(Voice("festival", name, group, share, held_out))
    return tuple(voices)


VOICES = _planned_voices()


@dataclass(frozen=True, slots=True)
class InstalledVoices:
    """What can speak on this machine.

    Attributes:
        voices: In the order of `VOICES`.
        missing: One sentence for each engine or voice that is not installed and so is left out.
    """

    voices: tuple[Voice, ...]
    missing: tuple[str, ...]


def installed_voices() -> InstalledVoices:
    """Return the voices of the engines that are installed.

    Raises:
        ToolMissing: There is none at all.
    """
    missing: list[str] = []
    engines: set[Engine] = set()
    try:
        espeak()
        engines.add("espeak")
    except ToolMissing as error:
        missing.append(str(error))
    if shutil.which("flite"):
        engines.add("flite")
    else:
        missing.append("flite was not found; its four voices are left out (Debian: apt install flite).")
    festival = {voice.name.removeprefix("voice_") for voice in installed_festival_voices()}
    for voice in FESTIVAL_VOICES:
        if voice.name.removeprefix("voice_") not in festival:
            missing.append(f"festival's {voice.name} is left out (Debian: apt install festival {voice.package}).")
    voices = tuple(v for v in VOICES if v.engine in engines or (v.engine == "festival" and v.name in festival))
    if not voices:
        raise ToolMissing(
            "no text-to-speech engine was found; a corpus needs at least one of espeak-ng, flite and festival. "
            "Debian: apt install espeak-ng flite festival."
        )
    return InstalledVoices(voices, tuple(missing))


@cache
def espeak() -> Espeak:
    """Return this process's eSpeak library.

    Raises:
        ToolMissing: It is not installed.
    """
    return Espeak()


def speak_endlessly(voice: Voice, rng: random.Random) -> Iterator[Spoken]:
    """Yield utterance after utterance of one voice, each with another text, pace and pitch."""
    if voice.engine == "festival":
        yield from _festival_speech(voice, rng)
        return
    speak_once = partial(_espeak_speech if voice.engine == "espeak" else _flite_speech, voice, rng)
    for _ in count():
        yield speak_once()


def _espeak_speech(voice: Voice, rng: random.Random) -> Spoken:
    variant = rng.choice(ESPEAK_VARIANTS) if voice.name == "*" else voice.name
    style = EspeakStyle(rng.randint(125, 210), rng.randint(15, 85), rng.randint(20, 80))
    return espeak().speak(english(rng), f"{rng.choice(ESPEAK_ACCENTS)}+{variant}", style)


def _flite_speech(voice: Voice, rng: random.Random) -> Spoken:
    style = FliteStyle(rng.uniform(0.85, 1.25), rng.uniform(*PITCH_RANGES_HZ[voice.name]))
    return speak_with_flite(english(rng), voice.name, style)


def _festival_speech(voice: Voice, rng: random.Random) -> Iterator[Spoken]:
    festival_voice = next(v for v in FESTIVAL_VOICES if v.name == f"voice_{voice.name}")
    for _ in count():
        language = festival_voice.language
        texts = [english(rng) if language == "en" else pseudo_words(rng, language) for _ in range(FESTIVAL_BATCH)]
        yield from speak_with_festival(texts, festival_voice, [rng.uniform(0.8, 1.2) for _ in texts])
