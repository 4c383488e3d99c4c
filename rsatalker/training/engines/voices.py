"""Which voices speak how much of the corpus, and which are kept for evaluation only."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal
from zlib import crc32

import numpy as np

from rsatalker.errors import ToolMissing
from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.training.engines.espeak import Espeak, EspeakStyle
from rsatalker.training.engines.festival import FESTIVAL_VOICES, installed_festival_voices, spoken_by_festival
from rsatalker.training.engines.flite import PITCH_RANGES_HZ, FliteStyle, speak_with_flite
from rsatalker.training.engines.hibari import hibari_is_installed, speak_with_hibari
from rsatalker.training.engines.kokoro import HELD_OUT_VOICES, blended, kokoro_voices, speak_with_kokoro
from rsatalker.training.engines.spoken import Spoken
from rsatalker.training.phones import Segment, Viseme
from rsatalker.training.text import english, pseudo_words, words_of

Engine = Literal["espeak", "flite", "festival", "hibari", "kokoro"]
Group = Literal["formant", "english", "foreign", "neural"]
GROUPS: tuple[Group, ...] = (
    "formant",  # wholly synthetic
    "english",  # made of recordings
    "foreign",  # made of recordings
    "neural",  # learned from recordings: the nearest to people
)

ESPEAK_VARIANTS = words_of("""
    m1 m2 m3 m4 m5 m6 m8 f1 f2 f3 f4 Alex Alicia Andrea Andy Annie AnxiousAndy Denis Diogo Gene Gene2 Henrique Hugo
    Jacky Lee Marco Mario Michael Mike Nguyen RicishayMax RicishayMax2 Storm adam anika announcer antonio aunty belinda
    benjamin boris caleb croak david ed edward edward2 grandma grandpa gustave iven iven2 iven3 iven4 john kaukovalta
    klatt klatt2 klatt3 klatt4 klatt5 klatt6 linda marcelo max michel miguel norbert pablo paul pedro quincy rob robert
    sandro shelby steph steph2 steph3 travis victor whisper whisperf zac
""")  # robots, demons and the like are left out
ESPEAK_ACCENTS = words_of("""
    en-us en-us en-us en-gb en-gb-scotland en-gb-x-rp en-029 en-us-nyc en-gb-x-gbclan en-gb-x-gbcwmd
""")
HELD_OUT_VARIANTS = ("f5", "m7")
HELD_OUT = {"flite-rms", "festival-lp_diphone", *(f"espeak-{variant}" for variant in HELD_OUT_VARIANTS)}
BLENDED_SHARE = 0.6  # of Kokoro's utterances: speakers between two of its voices
FESTIVAL_BATCH = 8  # sentences per start of festival
ESPEAK_WORDS_PER_MINUTE = 165  # conversation
PACE_RANGE = (0.75, 1.4)  # from deliberate to hurried


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of the corpus.

    Attributes:
        engine: Who speaks.
        name: Voice of that engine; for eSpeak `*` (any variant that is not held out), a variant such as `f3`, or one
            speaker such as `en-us+f3`.
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
    voices = [Voice("espeak", "*", "formant", 0.26), Voice("hibari", "heart", "neural", 0.10)]
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


def kokoro_speakers() -> tuple[Voice, ...]:
    """Return Kokoro's voices that are installed; each speaks little, because it speaks slowly."""
    return tuple(
        Voice("kokoro", name, "neural", 0.15 if name in HELD_OUT_VOICES else 0.004, name in HELD_OUT_VOICES)
        for name in kokoro_voices()
    )


@dataclass(frozen=True, slots=True)
class InstalledVoices:
    """What can speak on this machine.

    Attributes:
        voices: In the order of `VOICES`.
        missing: One sentence for each engine or voice that is not installed and so is left out.
    """

    voices: tuple[Voice, ...]
    missing: tuple[str, ...]

    def only(self, engines: Sequence[Engine]) -> InstalledVoices:
        """Return the voices of some engines; of all if none is named.

        Raises:
            ToolMissing: None of them is installed.
        """
        if not engines:
            return self
        voices = tuple(voice for voice in self.voices if voice.engine in engines)
        if not voices:
            raise ToolMissing(
                f"no voice of {', '.join(engines)} is installed; install one (README.md names the packages), or name "
                f"others: {', '.join(sorted({voice.engine for voice in self.voices}))}."
            )
        return replace(self, voices=voices)


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
    if hibari_is_installed():
        engines.add("hibari")
    else:
        missing.append(
            "hibari and its aligner were not found; its voice, the nearest to a person, is left out "
            "(pip install hibari-tts pocketsphinx)."
        )
    festival = {voice.name.removeprefix("voice_") for voice in installed_festival_voices()}
    for voice in FESTIVAL_VOICES:
        if voice.name.removeprefix("voice_") not in festival:
            missing.append(f"festival's {voice.name} is left out (Debian: apt install festival {voice.package}).")
    voices = tuple(v for v in VOICES if v.engine in engines or (v.engine == "festival" and v.name in festival))
    voices += kokoro_speakers()
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


@dataclass(frozen=True, slots=True)
class Line:
    """Something to be said, and how.

    Attributes:
        text: A sentence in the voice's language.
        pace: 1 is conversation, .8 slow, 1.25 fast.
        pitch: Between -1 and 1: the lowest and the highest that sounds natural for the voice.
    """

    text: str
    pace: float = 1.0
    pitch: float = 0.0


def speak_lines(lines: Sequence[Line], voice: Voice) -> list[Spoken]:
    """Return what a voice says, line by line: samples at 16 kHz and the visemes with their times in seconds.

    The way for whoever needs a given voice to say given things, such as the turns of a dialogue; give all lines of a
    voice at once, because festival takes a second to start. The same lines give the same sound, but for eSpeak's
    pauses, which vary by some milliseconds. May be called in any process; each loads its own engines.

    Args:
        lines: What to say; a line that the voice cannot say comes back as a tenth of a second of silence.
        voice: One of `installed_voices().voices`, made a single speaker by `one_speaker`.

    Raises:
        ToolMissing: The engine is not installed.
    """
    match voice.engine:
        case "espeak":
            return [espeak().speak(line.text, _espeak_name(voice), _espeak_style(line)) for line in lines]
        case "flite":
            return [speak_with_flite(line.text, voice.name, _flite_style(line, voice.name)) for line in lines]
        case "hibari":
            said = {
                i: speak_with_hibari(line.text, line.pace, crc32(line.text.encode())) for i, line in enumerate(lines)
            }
            return [said[index] or _nothing_said(voice) for index in range(len(lines))]
        case "kokoro":
            said = {i: speak_with_kokoro(line.text, voice.name, line.pace) for i, line in enumerate(lines)}
            return [said[index] or _nothing_said(voice) for index in range(len(lines))]
        case "festival":
            festival_voice = next(v for v in FESTIVAL_VOICES if v.name == f"voice_{voice.name}")
            texts = [line.text for line in lines]
            said = dict(spoken_by_festival(texts, festival_voice, [1 / line.pace for line in lines]))
            return [said.get(index) or _nothing_said(voice) for index in range(len(lines))]


def _nothing_said(voice: Voice) -> Spoken:
    return Spoken(np.zeros(SPEECH_RATE_HZ // 10, np.float32), [Segment(Viseme.SILENCE, 0.0, 0.1)], voice.name)


def one_speaker(voice: Voice, rng: random.Random) -> Voice:
    """Return a voice that is one speaker: of eSpeak's `*`, a random accent and variant; Kokoro's are often blended."""
    if voice.engine == "kokoro" and not voice.held_out and rng.random() < BLENDED_SHARE:
        return replace(voice, name=blended(voice.name, rng))
    if voice.engine != "espeak" or "+" in voice.name:
        return voice
    variant = rng.choice(ESPEAK_VARIANTS) if voice.name == "*" else voice.name
    return replace(voice, name=f"{rng.choice(ESPEAK_ACCENTS)}+{variant}")


def speak_endlessly(voice: Voice, rng: random.Random) -> Iterator[Spoken]:
    """Yield utterance after utterance of one voice, each with another text, pace and pitch."""
    batch = FESTIVAL_BATCH if voice.engine == "festival" else 1
    language = next((v.language for v in FESTIVAL_VOICES if v.name == f"voice_{voice.name}"), "en")
    while True:
        texts = [english(rng) if language == "en" else pseudo_words(rng, language) for _ in range(batch)]
        lines = [Line(text, rng.uniform(*PACE_RANGE), rng.uniform(-1, 1)) for text in texts]
        yield from speak_lines(lines, one_speaker(voice, rng))


def _espeak_name(voice: Voice) -> str:
    return voice.name if "+" in voice.name else f"en-us+{voice.name}"


def _espeak_style(line: Line) -> EspeakStyle:
    return EspeakStyle(round(ESPEAK_WORDS_PER_MINUTE * line.pace), round(50 + 35 * line.pitch), 50)


def _flite_style(line: Line, name: str) -> FliteStyle:
    lowest_hz, highest_hz = PITCH_RANGES_HZ[name]
    return FliteStyle(1 / line.pace, lowest_hz + (highest_hz - lowest_hz) * (line.pitch + 1) / 2)
