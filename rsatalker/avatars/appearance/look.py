"""Recipes: what a character looks like, in a few dozen numbers. Colours are linear RGB, lengths centimetres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Color = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class SkinLook:
    """Skin: its colour, where blood shows, and how it shines."""

    color: Color
    blood: Color  # cheeks, nose, ears
    shade: Color  # below the eyes, lids
    redness: float = 0.6
    under_eyes: float = 0.6
    blush: float = 0.0
    eye_shadow: Color | None = None
    oil: float = 1.0  # strength of highlights
    pores: float = 1.0
    freckles: int = 0
    moles: int = 2
    age: float = 0.2  # 0 smooth .. 1 lined


@dataclass(frozen=True, slots=True)
class LipLook:
    """Lips."""

    color: Color
    amount: float = 0.85
    gloss: float = 1.0
    roughness: float = 0.36


@dataclass(frozen=True, slots=True)
class EyeLook:
    """Eyes: two colours of the iris, from pupil to rim, the pupil's share of it, and what is called white."""

    inner: Color
    outer: Color
    pupil: float = 0.34
    white: Color = (0.40, 0.362, 0.335)


@dataclass(frozen=True, slots=True)
class BrowLook:
    """Brows as single hairs."""

    hairs: int
    color: Color
    thickness: float = 0.42  # half height of the band
    length: float = 0.5
    raise_by: float = 0.0
    arch: float = 0.0


@dataclass(frozen=True, slots=True)
class LashLook:
    """Upper lashes and the dark line they grow from; lower ones are fewer and shorter."""

    hairs: int = 90
    length: float = 0.45
    color: Color = (0.006, 0.005, 0.005)
    line: Color = (0.03, 0.016, 0.012)
    line_opacity: float = 0.5
    line_width: float = 0.024


@dataclass(frozen=True, slots=True)
class StubbleLook:
    """A shaved beard: a tint below the skin and single short hairs of a length in centimetres."""

    amount: float
    color: Color
    dots: int = 3000
    length: float = 0.10


@dataclass(frozen=True, slots=True)
class BeardLook:
    """A beard with a moustache, as strands; `length` is that of the longest, centimetres."""

    length: float
    dark: Color
    light: Color
    strands: int = 2600
    width: float = 0.026
    grey: float = 0.0


@dataclass(frozen=True, slots=True)
class HairLook:
    """Hair as strands.

    Attributes:
        style: Which way it is cut and combed.
        dark: Colour at the roots.
        light: Colour of the lightest strands and the tips.
        hairline: (azimuth from the front in degrees, height in centimetres over the eyes' line - 3.7) pairs.
        strands: Number of strands.
        width: Radius of a strand, which stands for many hairs.
        length: Of the longest strands.
        part: Where the hair is parted, centimetres towards the left.
        wave: Strength of waves.
        side_length: Of short hair at the sides.
        grey: Share of grey strands.
        comb: Where the top of short hair is combed to: 0 forward, 90 to the left, 180 back, degrees.
        volume: How far hair stands off the head, 1 is usual.
    """

    style: Literal["short", "long", "bob", "bun", "curls"]
    dark: Color
    light: Color
    hairline: tuple[tuple[float, float], ...]
    strands: int
    width: float
    length: float
    side_length: float = 1.0
    part: float = 1.4
    wave: float = 0.4
    grey: float = 0.0
    comb: float = 10.0
    volume: float = 1.0
    shine: float = 1.0


@dataclass(frozen=True, slots=True)
class ClothLook:
    """The upper part of a garment.

    Attributes:
        color: Of the cloth.
        kind: The shape of the neck: round, pointed in front, a roll neck, or a shirt whose collar is open.
        weave: Smooth, ribbed or cabled knitwear; linen or a check, woven.
        second_color: Of a check's stripes; of single flecks in other weaves.
        fleck: By how much the brightness of threads differs.
        shine: Strength of highlights.
        band: Width of the band at the neck, centimetres.
        band_lift: How far it stands over the cloth below, centimetres.
        collar_height: Where the neckline runs at the sides, centimetres over the eyes' line - 3.7.
        neckline_depth: How much deeper it lies in front.
        shoulder_width: 1 is 34 cm.
        folds: Depth of folds, 1 is usual.
        fold_seed: Which folds.
        buttons: Whether it is buttoned in front.
        button_color: Of the buttons.
    """

    color: Color
    kind: Literal["crew", "vneck", "roll", "shirt"] = "crew"
    weave: Literal["jersey", "rib", "cable", "linen", "check"] = "jersey"
    second_color: Color | None = None
    fleck: float = 0.04
    shine: float = 0.12
    band: float = 1.5
    band_lift: float = 0.20
    collar_height: float = -12.0
    neckline_depth: float = 2.6
    shoulder_width: float = 1.0
    folds: float = 1.0
    fold_seed: int = 11
    buttons: bool = False
    button_color: Color = (0.35, 0.32, 0.28)


@dataclass(frozen=True, slots=True)
class Look:
    """All of a character's appearance."""

    skin: SkinLook
    lips: LipLook
    eyes: EyeLook
    brows: BrowLook
    lashes: LashLook
    hair: HairLook
    cloth: ClothLook
    stubble: StubbleLook | None = None
    beard: BeardLook | None = None
    teeth: Color = (0.70, 0.625, 0.515)
    seed: int = 1
