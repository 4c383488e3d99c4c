"""Which of 17 lip shapes (visemes) the phones of each engine's alphabet are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple


class Viseme(IntEnum):
    """Classes of phones that look alike."""

    SILENCE = 0
    P = 1  # p b m: lips meet
    F = 2  # f v: lower lip under the upper teeth
    TH = 3
    T = 4  # t d n
    L = 5
    K = 6  # k g ng
    H = 7
    CH = 8  # sh zh ch j: lips funnelled
    S = 9
    R = 10
    AA = 11  # father, cut
    EH = 12  # bed, cat
    IY = 13  # see, sit
    OW = 14  # law, boat
    UW = 15  # food, w
    AX = 16  # the schwa


class Segment(NamedTuple):
    """One viseme and when it sounds."""

    viseme: Viseme
    start_s: float
    end_s: float


V = Viseme
Shapes = tuple[Viseme, ...]  # one viseme, or two for a diphthong
DIPHTHONG_SPLIT = 0.55  # the first half of a diphthong is a little longer


def _table(rows: dict[Viseme, str], diphthongs: dict[str, Shapes]) -> dict[str, Shapes]:
    return {phone: (viseme,) for viseme, phones in rows.items() for phone in phones.split()} | diphthongs


ARPABET = _table(
    {
        V.SILENCE: "pau # _ h# brth sil",
        V.P: "p b m em",
        V.F: "f v",
        V.TH: "th dh",
        V.T: "t d n en dx nx",
        V.L: "l el",
        V.K: "k g ng",
        V.H: "hh hv h",
        V.CH: "sh zh ch jh",
        V.S: "s z",
        V.R: "r er axr",
        V.AA: "aa ah",
        V.EH: "ae eh",
        V.IY: "ih iy y ix",
        V.OW: "ao",
        V.UW: "uw uh w ux",
        V.AX: "ax",
    },
    {"ay": (V.AA, V.IY), "ey": (V.EH, V.IY), "oy": (V.OW, V.IY), "aw": (V.AA, V.UW), "ow": (V.OW, V.UW)},
)

ESPEAK = _table(
    {
        V.SILENCE: "_ _: _! _| END ?",
        V.P: "m-",
        V.TH: "T D",
        V.T: "t2 t# * n-",
        V.L: "L l^ l#",
        V.K: "N x C",
        V.H: "h",
        V.CH: "S Z tS dZ",
        V.R: "3: 3 r- R",
        V.AA: "a2 A: A@ A V 0 02",
        V.EH: "a aa E E2 e@ e e:",
        V.IY: "I# I2 I i i: j",
        V.OW: "O: O O2 o o: o@ O@",
        V.UW: "U u: u w w#",
        V.AX: "@ @2 @5 a#",
    },
    {
        "i@": (V.IY, V.AX),
        "i@3": (V.IY, V.AX),
        "U@": (V.UW, V.AX),
        "@L": (V.AX, V.L),
        "eI": (V.EH, V.IY),
        "aI": (V.AA, V.IY),
        "aI@": (V.AA, V.IY),
        "aI3": (V.AA, V.IY),
        "aU": (V.AA, V.UW),
        "aU@": (V.AA, V.UW),
        "oU": (V.OW, V.UW),
        "OI": (V.OW, V.IY),
    },
)

# Symbols of festival's Italian, Czech, Catalan, Russian and Finnish voices; what is missing here is read as ARPAbet.
FOREIGN = _table(
    {
        V.SILENCE: "?",
        V.P: "bh ph pp bb mm",
        V.F: "vv ff B",
        V.T: "J d~ t~ n~ D T ny tt dd nn nj",
        V.L: "L ll",
        V.K: "x N gh kh kk gg G",
        V.CH: "S Z tS dZ c~ s~ z~ r~ sch",
        V.S: "ts dz c ss zz",
        V.R: "R rr",
        V.AA: "a",
        V.EH: "e E ä ee",
        V.IY: "i I j ii i:",
        V.OW: "o O oo oh",
        V.UW: "u y w uu ur",
        V.AX: "@ ö",
    },
    {"ai": (V.AA, V.IY), "au": (V.AA, V.UW)},
)
EXCEPTIONS: dict[tuple[str, str], Shapes] = {  # language, phone: where a voice means something else by a symbol
    ("cs", "ch"): (V.K,),
    ("ru", "ay"): (V.AX,),
    ("fi", "@"): (V.SILENCE,),
}


def visemes_of_arpabet(phone: str) -> Shapes:
    """Return the lip shapes of a phone of flite, of an English festival voice or of an alignment; none if unknown."""
    return ARPABET.get(phone, ())


def visemes_of_espeak(phone: str) -> Shapes:
    """Return the lip shapes of an eSpeak mnemonic, variants such as `t#` or `i2` included; none if unknown."""
    plain = phone.rstrip("0123456789#^-;'")
    return ESPEAK.get(phone) or ESPEAK.get(plain) or ARPABET.get(plain, ())


def visemes_of_foreign(phone: str, language: str) -> Shapes:
    """Return the lip shapes of a phone of a festival voice that is not English; none if unknown."""
    plain = re.sub(r"[12]$", "", re.sub(r"[012:]$", "", phone))  # stress and length marks
    first = plain[:1]
    candidates = ((language, plain) in EXCEPTIONS and EXCEPTIONS[language, plain], FOREIGN.get(plain),
                  ARPABET.get(plain), FOREIGN.get(first), ARPABET.get(first))  # fmt: skip
    return next((shapes for shapes in candidates if shapes), ())


def segments_of(phones: Iterable[tuple[Shapes, float, float]]) -> list[Segment]:
    """Return segments of one viseme each: diphthongs are split, unknown phones left out, silences joined."""
    segments: list[Segment] = []
    for shapes, start_s, end_s in phones:
        if not shapes or end_s <= start_s:
            continue
        if len(shapes) == 2:
            middle_s = start_s + DIPHTHONG_SPLIT * (end_s - start_s)
            segments += [Segment(shapes[0], start_s, middle_s), Segment(shapes[1], middle_s, end_s)]
        elif segments and shapes[0] == segments[-1].viseme == Viseme.SILENCE:
            segments[-1] = segments[-1]._replace(end_s=end_s)
        else:
            segments.append(Segment(shapes[0], start_s, end_s))
    return segments
