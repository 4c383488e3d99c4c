"""Hair that hangs: to the shoulders in loose waves, or to the chin as a bob."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.anatomy import PushOut
from rsatalker.avatars.appearance.look import HairLook
from rsatalker.avatars.appearance.noise import smooth_step, value_noise
from rsatalker.avatars.appearance.strands import grow
from rsatalker.avatars.appearance.styles.style import Grown, Roots, Style, clumped

# See `grow`: strands that rose at once, and long straight pieces of them, would stand out of the crown like spikes.
RISE, STEPS = (0.08, 2.0), (0.38, 0.25, 0.65)
FOREHEAD_AZIMUTH = 46.0  # degrees from the front; further round, hair may fall over the temples


@dataclass(frozen=True, slots=True)
class Cut:
    """How hanging hair ends.

    Attributes:
        segments: Of a strand.
        ragged: Centimetres by which the ends go up and down.
        clump: How far strands draw together, 0 to 1.
        tucked: How strongly the ends turn towards the neck.
        volume: How far it stands off, 1 is usual.
    """

    segments: int
    ragged: float
    clump: float
    tucked: float
    volume: float


LOOSE_ENDS = Cut(segments=12, ragged=1.2, clump=0.66, tucked=0.0, volume=1.0)
BLUNT_ENDS = Cut(segments=10, ragged=0.30, clump=0.42, tucked=0.75, volume=1.35)


def hanging_hair(cut: Cut, roots: Roots, look: HairLook, skin: PushOut, random: np.random.Generator) -> Grown:
    """Return hair with a side part that hangs in clumps, with waves if the recipe wants them."""
    position = roots.position
    count = len(position)
    from_part = position[:, 0] - look.part + 0.35 * value_noise(position, 1.3, 31)
    from_part = from_part + 0.22 * random.normal(size=count) * smooth_step(7, 10, position[:, 1])
    side = np.where(from_part >= 0, 1.0, -1.0)
    lowest = 13.0 - look.length + cut.ragged * (value_noise(position, 0.7, 9) + 0.5 * random.normal(size=count))
    length = position[:, 1] - lowest + np.abs(7.5 - np.abs(position[:, 0])) * 0.35 + 4.0
    length = np.clip(length, 6, look.length + 5)
    layer = random.uniform(size=count) ** 0.7  # more of it outside: single strands above the rest look like quills
    height = 0.12 + cut.volume * (0.50 * layer + 0.75 * smooth_step(2, 12, position[:, 1]) * (0.35 + 0.65 * layer))
    height = height * (0.60 + 0.40 * smooth_step(0.0, 3.5, np.abs(from_part)))  # flat at the part
    phase = 6.28 * value_noise(position, 0.35, 11) + side * 1.2
    away = position - roots.center
    azimuth = np.arctan2(away[:, 0], away[:, 2])
    from_front = np.degrees(np.abs(azimuth))
    behind_part = smooth_step(55, 150, from_front)  # the parting ends at the crown
    front = smooth_step(50, 15, from_front)[:, None]
    sideways = np.stack([side, 0 * side, 0 * side], 1)

    def comb(p: np.ndarray, normal: np.ndarray, grown: float, last: np.ndarray) -> np.ndarray:
        spread = 1.1 - 1.12 * smooth_step(0.0, 0.34, np.array(grown))
        wanted = np.stack([side * spread, np.full(count, -0.55), np.full(count, -0.12 + 0.2 * grown)], 1)
        wanted[:, 0] *= 1 - 0.96 * behind_part
        wanted[:, 2] -= 0.9 * behind_part * smooth_step(0.5, 0.1, np.array(grown)) * smooth_step(9, 12, p[:, 1])
        wanted = (
            wanted + front * np.array([0, 0, -0.95]) * smooth_step(0.55, 0.0, np.array(grown)) + front * sideways * 0.5
        )
        wanted = wanted + np.array([0, -1.0, 0]) * min(1.0, 0.2 + grown * 2.2)
        here, distance = skin.probe(p)
        inwards = (wanted * here).sum(1, keepdims=True)
        cling = smooth_step(1.6, 0.5, distance)[:, None] * np.where(inwards < 0, 1, 0.55)
        wanted = wanted - inwards * here * cling
        wave = look.wave * smooth_step(0.3, 0.65, np.array(grown))
        turn = phase + grown * 15.0
        around = np.stack([np.sin(turn) * np.cos(azimuth), 0 * turn, -np.sin(turn) * np.sin(azimuth)], 1)
        wanted = wanted + wave * around + wave * 0.8 * np.cos(turn)[:, None] * here * [1, 0, 1]
        before_face = smooth_step(4.5, 7.5, p[:, 2]) * smooth_step(8.5, 5, p[:, 1]) * smooth_step(-13, -8, p[:, 1])
        wanted = wanted + before_face[:, None] * (sideways * 0.75 - [0, 0, 1.0])
        inner = (
            here
            * [1, 0, 1]
            * cut.tucked
            * (0.45 * smooth_step(0.3, 0.6, np.array(grown)) + 0.6 * smooth_step(0.75, 1.0, np.array(grown)))
        )
        return wanted - inner + 0.45 * last

    paths = grow(position, roots.normal, comb, length, cut.segments, skin, height, RISE, STEPS)
    paths = clumped(paths, max(20, count // 5), 0.60 * cut.clump, random)  # thin locks ..
    paths = clumped(paths, max(20, count // 30), 0.40 * cut.clump, random, stray=0.45)  # .. that lie in wide ones
    paths = _cut_off(paths, lowest)
    free = ~crosses_face(paths, look, roots.center)
    fullness = 0.55 + 0.45 * smooth_step(-0.2, 0.9, roots.above_hairline)
    return Grown(paths[free], fullness[free])


def _cut_off(paths: Float[np.ndarray, "S K 3"], lowest: Float[np.ndarray, " S"]) -> Float[np.ndarray, "S K 3"]:
    """Return strands that end where they first come below a height, with as many points as before."""
    below = paths[..., 1] < lowest[:, None]
    last = np.where(below.any(1), below.argmax(1), paths.shape[1] - 1)
    upper = paths[np.arange(len(paths)), np.maximum(last - 1, 0)][:, 1]
    lower = paths[np.arange(len(paths)), last][:, 1]
    part = np.clip((upper - lowest) / np.maximum(upper - lower, 1e-6), 0, 1)
    end = np.where(below.any(1), last - 1 + part, paths.shape[1] - 1)
    step = np.linspace(0, 1, paths.shape[1])[None] * np.maximum(end, 1.0)[:, None]
    index = np.minimum(step.astype(int), paths.shape[1] - 2)
    share = (step - index)[..., None]
    row = np.arange(len(paths))[:, None]
    return paths[row, index] * (1 - share) + paths[row, index + 1] * share


def crosses_face(paths: Float[np.ndarray, "S K 3"], look: HairLook, center: Float[np.ndarray, "3"]) -> np.ndarray:
    """Return which strands of long hair run over the forehead, the face or the front of the neck."""
    x, y, z = np.abs(paths[..., 0]), paths[..., 1], paths[..., 2]
    before_neck = (z > -0.8) & (x < 6.3) & (y < -4.5)
    before_face = (z > 6.5) & (y < 7.0) & (x < 6.6)
    azimuth = np.degrees(np.arctan2(x, z - center[2]))
    line = np.interp(azimuth, *np.array(look.hairline).T)
    over_forehead = (azimuth < FOREHEAD_AZIMUTH) & (y < line - 0.75) & (z > center[2])
    return np.asarray((before_neck | before_face | over_forehead).any(1))


def _wanted(roots: Roots, look: HairLook) -> np.ndarray:
    _, y, z = roots.position.T
    return ~((y < -1) & (z > -1.5)) & (roots.above_hairline > -0.05)


def _density(position: Float[np.ndarray, "N 3"], look: HairLook) -> Float[np.ndarray, " N"]:
    """Return a factor that crowds the crown, where hair lies in one layer, and the parting; neither may show skin."""
    on_part = np.exp(-(((position[:, 0] - look.part) / 0.5) ** 2))
    high = smooth_step(1.0, 8.0, position[:, 1])
    return 0.45 + 0.95 * high + 3.5 * on_part * smooth_step(8, 11, position[:, 1])


def _hanging(cut: Cut) -> Style:
    return Style(
        partial(hanging_hair, cut),
        _wanted,
        _density,
        covers_ears=True,
        is_free=True,
        springiness=1.0,
        scalp_light=1.5,
    )


LONG, BOB = _hanging(LOOSE_ENDS), _hanging(BLUNT_ENDS)
