"""Hair: roots on the scalp, strands of a style, their colours, bound to the levels between torso and skull."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float32, Int, Int32

from rsatalker.avatars.appearance.anatomy import Anatomy, PushOut
from rsatalker.avatars.appearance.ground import Ground
from rsatalker.avatars.appearance.look import HairLook
from rsatalker.avatars.appearance.noise import cloud_noise, mix, smooth_step
from rsatalker.avatars.appearance.strands import spread_out, strand_gaussians
from rsatalker.avatars.appearance.styles import STYLES
from rsatalker.avatars.appearance.styles.style import Roots, Style
from rsatalker.avatars.binding import Cloud, Material
from rsatalker.avatars.hair_swing import SECTORS
from rsatalker.avatars.helper_frames import LEVELS

OPACITY = 0.93
LOOSENESS_STEPS = 24  # a lock's end moves 35 mm at most: steps of 1.5 mm
StrandFrames = tuple[Int32[np.ndarray, " F"], Int32[np.ndarray, " F"], Float32[np.ndarray, " F"]]  # as in `Helpers`
GREY = (0.35, 0.34, 0.33)


def add_hair(
    cloud: Cloud,
    anatomy: Anatomy,
    look: HairLook,
    ground: Ground,
    first_level: int,
    detail: float,
    random: np.random.Generator,
) -> tuple[slice, StrandFrames]:
    """Add the hair; returns which Gaussians it is, and the frames that carry it behind the levels.

    `first_level` is the helper frame of the torso's level.
    """
    outer = anatomy.outer_vertices()
    skin = PushOut(anatomy.to_style(anatomy.vertices[outer]), anatomy.normals[outer])
    style = STYLES[look.style]
    roots = _roots(anatomy, look, style, ground, int(look.strands * detail), random)
    grown = style.grow(roots, look, skin, random)
    paths, fullness = anatomy.from_style(grown.paths), grown.fullness
    strands, segments = paths.shape[0], paths.shape[1] - 1
    grown_part = np.linspace(0, 1, segments)[None]
    taper = (1 - 0.62 * smooth_step(0.50, 1, grown_part)) * (0.75 + 0.25 * smooth_step(-0.02, 0.15, grown_part))
    width = look.width * taper * (0.7 + 0.5 * random.uniform(size=(strands, 1))) * (0.30 + 0.70 * fullness[:, None])
    opacity = OPACITY * (1 - 0.68 * smooth_step(0.60, 1, grown_part)) * (0.6 + 0.4 * fullness[:, None])
    center, factor, along = strand_gaussians(paths, width)
    frames, frame = _frames_of(anatomy, center, _looseness(anatomy, style, paths).ravel())
    added = cloud.add(
        center=center, factor=factor, direction=along,
        albedo=_colors(paths, look, grown_part, random).reshape(-1, 3),
        frame=first_level + LEVELS + frame,
        **_light_anchor(ground, paths, segments),
        opacity=opacity.ravel(),
        specular=(look.shine * fullness[:, None] * np.ones((1, segments))).ravel(),
        roughness=(0.06 + 0.026 * random.normal(size=(strands, 1)) * np.ones((1, segments))).ravel(),
        material=Material.STRAND, antialiased=1,
        culled=((paths[:, 1:, 1] > anatomy.landmarks[33, 1]) & style.is_free).ravel(),
    )  # fmt: skip
    return added, frames


def _looseness(anatomy: Anatomy, style: Style, paths: Float[np.ndarray, "S K 3"]) -> Float[np.ndarray, "S L"]:
    """Return how much each segment takes part in a swing: from the ears down if hair hangs, else towards the ends."""
    if not style.is_free:
        return style.springiness * np.linspace(0, 1, paths.shape[1] - 1)[None] ** 1.5 * np.ones((len(paths), 1))
    chin = anatomy.landmarks[8, 1]
    height = (paths[:, 1:, 1] + paths[:, :-1, 1]) / 2
    return style.springiness * smooth_step(chin + 9.0, chin - 7.0, height) ** 1.25


def _frames_of(
    anatomy: Anatomy, points: Float[np.ndarray, "N 3"], looseness: Float[np.ndarray, " N"]
) -> tuple[StrandFrames, Int[np.ndarray, " N"]]:
    """Return the strand frames that are needed, and which of them carries each point."""
    away = points - anatomy.center
    sector = ((np.arctan2(away[:, 0], away[:, 2]) / (2 * np.pi) + 0.5) * SECTORS).astype(int) % SECTORS
    step = np.round(looseness * LOOSENESS_STEPS).astype(int)
    wanted = np.stack([levels_of(anatomy, points), np.where(step > 0, sector, 0), step], 1)
    used, frame = np.unique(wanted, axis=0, return_inverse=True)
    levels, sectors, steps = used.T
    return (levels.astype(np.int32), sectors.astype(np.int32), (steps / LOOSENESS_STEPS).astype(np.float32)), frame


def levels_of(anatomy: Anatomy, points: Float[np.ndarray, "N 3"]) -> Int[np.ndarray, " N"]:
    """Return the level that carries each point: the skull's above the chin, nearly the torso's at the shoulders."""
    chin = anatomy.landmarks[8, 1]
    share = 0.25 + 0.75 * smooth_step(chin - 8.0, chin + 2.5, points[:, 1])
    return np.round(share * (LEVELS - 1)).astype(int)


def _roots(
    anatomy: Anatomy, look: HairLook, style: Style, ground: Ground, count: int, random: np.random.Generator
) -> Roots:
    """Return evenly spread roots where hair grows, as dense at the hairline as the style wants."""
    above = ground.above_hairline
    candidates = np.flatnonzero(above > -0.25)
    position = anatomy.to_style(ground.cells.position)
    weight = ground.cells.area * (style.edge + (1 - style.edge) * smooth_step(-0.3, style.edge_width, above))
    weight = weight * style.density(position, look)
    picked = random.choice(candidates, count * 2, p=weight[candidates] / weight[candidates].sum())
    point = ground.cells.position[picked] + random.normal(size=(count * 2, 3)) * 0.14
    point = point[spread_out(point, count, random)]
    point, normal, index = ground.settle(point)
    roots = Roots(anatomy.to_style(point), normal, above[index], anatomy.to_style(anatomy.center))
    return roots[style.wanted(roots, look)]


def _colors(
    paths: Float[np.ndarray, "S K 3"], look: HairLook, grown: Float[np.ndarray, "1 L"], random: np.random.Generator
) -> Float[np.ndarray, "S L 3"]:
    """Return colours: streaks, lighter tips, grey in uneven shares; strands, each of many hairs, differ little."""
    strands, segments = len(paths), grown.shape[1]
    streaks = 0.46 + 0.30 * cloud_noise(paths[:, 0], 0.9, 3, 21) + 0.13 * random.normal(size=strands)
    lightness = np.clip(np.clip(streaks, 0, 1)[:, None] + 0.30 * grown, 0, 1)
    color = mix(np.tile(look.dark, (strands, segments, 1)), look.light, lightness)
    color = color * (1 + 0.06 * random.normal(size=(strands, 1, 1)))
    if look.grey:
        share = np.clip(look.grey + 0.22 * random.normal(size=(strands, 1)), 0, 1) * np.ones((1, segments))
        color = mix(color, GREY, share * 0.8)
    return np.clip(color, 0.002, 1)


def _light_anchor(ground: Ground, paths: Float[np.ndarray, "S K 3"], segments: int) -> dict[str, np.ndarray]:
    """Return the quad below each strand's root: it lends its normal to the whole strand."""
    anchor = ground.anchor(np.repeat(ground.nearest(paths[:, 0]), segments))
    del anchor["frame"]
    return anchor
