"""Lashes, the dark line they grow from, and the wet edge of the lower lid."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from rsatalker.avatars.appearance.anatomy import Anatomy
from rsatalker.avatars.appearance.curves import spline
from rsatalker.avatars.appearance.eyes import add_caruncle
from rsatalker.avatars.appearance.ground import Ground
from rsatalker.avatars.appearance.look import Color, LashLook
from rsatalker.avatars.appearance.noise import smooth_step
from rsatalker.avatars.appearance.strands import strand_gaussians
from rsatalker.avatars.binding import Cloud, Material

# Centimetres off the edge of the lid, or in a blink the skin of the lower one hides what grows there.
LINE_LIFT, ROOT_LIFT = 0.022, 0.045
SEGMENTS = 4
LOWER_SHARE, LOWER_LENGTH, LOWER_OPACITY = 0.5, 0.30, 0.34  # of the upper lashes' number, length, opacity
WET_PINK = (0.50, 0.24, 0.20)


def add_lashes(
    cloud: Cloud,
    anatomy: Anatomy,
    look: LashLook,
    skin: Color,
    ground: Ground,
    margins: tuple[Int[np.ndarray, " M"], ...],
    margin_frames: tuple[int, ...],
    random: np.random.Generator,
) -> None:
    """Add lashes and lid edges of both eyes.

    Args:
        cloud: Takes the Gaussians.
        anatomy: The head.
        look: Recipe.
        skin: Its colour tints the wet edge.
        ground: Lends light to the lashes.
        margins: Vertex ids: left upper, left lower, right upper, right lower; outer to inner corner.
        margin_frames: First helper frame of each margin.
        random: Source of variation.
    """
    brightness = float(np.mean(skin))
    for margin, (ids, first_frame) in enumerate(zip(margins, margin_frames, strict=True)):
        eye_center = anatomy.eye_centers[margin // 2]
        edge = anatomy.vertices[ids]
        upper = margin % 2 == 0
        _add_hairs(cloud, look, edge, eye_center, first_frame, ground, random, upper=upper)
        curve = spline(edge, 3)
        outward = curve - eye_center
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        place = np.linspace(0, 1, len(curve) - 1)
        if upper:
            opacity = look.line_opacity * smooth_step(1.0, 0.8, place) * smooth_step(0.0, 0.06, place)
            width = look.line_width * (1.15 - 0.5 * place)
            _add_line(cloud, curve + outward * LINE_LIFT, width, look.line, opacity, first_frame, ground, wet=False)
            add_caruncle(cloud, edge[-1], float(np.sign(eye_center[0])), brightness, ground, random)
        else:
            pink = tuple(np.array(WET_PINK) * brightness / 0.40)
            path = curve - outward * 0.02 + [0, 0.02, 0]
            _add_line(cloud, path, np.full(len(place), 0.022), pink, 0.6, first_frame, ground, wet=True)


def _add_hairs(
    cloud: Cloud,
    look: LashLook,
    edge: Float[np.ndarray, "M 3"],
    eye_center: Float[np.ndarray, "3"],
    first_frame: int,
    ground: Ground,
    random: np.random.Generator,
    *,
    upper: bool,
) -> None:
    """Add the hairs of one margin; they fan out and curl away from the eye."""
    count = int(look.hairs * (1.0 if upper else LOWER_SHARE))
    place = (np.arange(count) + random.uniform(size=count) * 0.8) / count * 0.93
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))]
    lengths /= lengths[-1]
    segment = np.clip(np.searchsorted(lengths, place) - 1, 0, len(edge) - 2)
    part = ((place - lengths[segment]) / np.maximum(lengths[segment + 1] - lengths[segment], 1e-9))[:, None]
    root = edge[segment] * (1 - part) + edge[segment + 1] * part
    outward = root - eye_center
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    lateral = np.sign(eye_center[0]) * np.array([1.0, 0, 0])
    half_width = np.abs(edge[:, 0] - eye_center[0]).max()
    fan = (np.abs(root[:, 0]) - abs(eye_center[0]))[:, None] / half_width * lateral
    up = 1.0 if upper else -1.0
    length = look.length * (0.45 + 0.6 * random.uniform(size=count)) * (1.0 if upper else LOWER_LENGTH)
    length = length * (0.55 + 0.45 * smooth_step(1.0, 0.55, place)) * (1 + 0.18 * smooth_step(0.5, 0.1, place))
    clumps = 0.22 * np.sin(np.arange(count) * 2.1)[:, None] * lateral  # lashes lean together in small groups
    base = outward + fan * 0.62 + [0, up * 0.05, 0] + 0.14 * random.normal(size=(count, 3)) + clumps
    points = [root + outward * ROOT_LIFT]
    for k in range(SEGMENTS):
        grown = (k + 0.5) / SEGMENTS
        lift = -0.30 + 1.35 * grown if upper else 0.45 + 0.4 * grown
        direction = base * (1 - 0.6 * grown) + np.array([0, up * lift, 0])
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        points.append(points[-1] + direction * (length / SEGMENTS)[:, None])
    width = np.tile(np.linspace(0.0088, 0.0036, SEGMENTS), (count, 1))
    center, factor, along = strand_gaussians(np.stack(points, 1), width)
    opacity = np.tile(np.linspace(0.95, 0.6, SEGMENTS), count) * (1.0 if upper else LOWER_OPACITY)
    anchor = ground.anchor(np.repeat(ground.nearest(root), SEGMENTS))
    anchor["frame"] = np.repeat(first_frame + segment, SEGMENTS)
    cloud.add(
        center=center, factor=factor, direction=along, albedo=look.color, opacity=opacity, specular=0.05,
        roughness=0.1, occlusion=0.7, material=Material.STRAND, antialiased=1, culled=0, **anchor,
    )  # fmt: skip


def _add_line(
    cloud: Cloud,
    curve: Float[np.ndarray, "K 3"],
    width: Float[np.ndarray, " L"],
    color: tuple[float, ...],
    opacity: Float[np.ndarray, " L"] | float,
    first_frame: int,
    ground: Ground,
    *,
    wet: bool,
) -> None:
    """Add a thin line along a margin."""
    center, factor, along = strand_gaussians(curve[None], width[None])
    anchor = ground.anchor(ground.nearest(center))
    anchor["frame"] = first_frame + np.arange(len(center)) // 3
    shine = {"material": Material.SURFACE, "specular": 1.6} if wet else {"material": Material.STRAND, "specular": 0.1}
    cloud.add(
        center=center, factor=factor, direction=along, albedo=color, opacity=opacity, roughness=0.25, occlusion=0.9,
        subsurface=0.8, antialiased=1, culled=0, **shine, **anchor,
    )  # fmt: skip
