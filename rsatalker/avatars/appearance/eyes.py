"""Eyeballs: sclera with veins, an iris with fibres, the pupil, and the caruncle in the inner corner."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.anatomy import Anatomy
from rsatalker.avatars.appearance.ground import Ground
from rsatalker.avatars.appearance.look import EyeLook
from rsatalker.avatars.appearance.noise import mix, smooth_step, value_noise
from rsatalker.avatars.binding import Cloud, Material

IRIS_RADIUS = 0.59  # centimetres: the visible iris of adults is 11.7 mm wide (Forrester, The Eye, 2015)
BALL_SHRINK = 0.985  # the Gaussians lie a little inside the mesh's ball, so that lids never cut them
TOE_IN = 0.022  # rad; the line of sight lies nasal of the eye's axis
SCLERA_SPACING, IRIS_SPACING = 0.092, 0.037  # centimetres between Gaussians
SCLERA_EDGE = 1.15  # rad from the axis; what lies behind is never seen
SCLERA_RED, VEIN = (1.10, 0.77, 0.70), (1.17, 0.47, 0.43)  # factors on the white of the eye


def rings(start: float, stop: float, step: float, radius_of: float, random: np.random.Generator):
    """Return polar coordinates (distance, azimuth) of points on rings, about `step` apart.

    `radius_of` is the sphere's radius if distances are angles, or 0 if they are radii of a disc.
    """
    parts: list[np.ndarray] = []
    place = start
    while place < stop:
        circumference = 2 * math.pi * (radius_of * math.sin(place) if radius_of else place)
        count = max(6, int(circumference / step))
        azimuth = (np.arange(count) + random.uniform()) / count * 2 * math.pi
        parts.append(np.stack([np.full(count, place), azimuth], 1))
        place += step / radius_of if radius_of else step
    return np.concatenate(parts).T


def add_eyes(
    cloud: Cloud, anatomy: Anatomy, look: EyeLook, detail: float, first_helper: int, random: np.random.Generator
) -> None:
    """Add both eyes, bound to their helper frames; `first_helper` is that of the left eye."""
    for eye, center in enumerate(anatomy.eye_centers):
        inward = -np.sign(center[0]) * TOE_IN
        cosine, sine = math.cos(inward), math.sin(inward)
        turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
        for part in (_sclera, _iris):
            position, factor, outward, albedo, specular = part(anatomy.eye_radius, look, detail, eye, random)
            cloud.add(
                center=position @ turn.T + center, factor=turn @ factor, direction=outward @ turn.T, albedo=albedo,
                frame=first_helper + eye, eye=eye, material=Material.EYE, opacity=0.98, specular=specular,
                roughness=0.20,
            )  # fmt: skip


def _sclera(ball_radius: float, look: EyeLook, detail: float, eye: int, random: np.random.Generator):
    radius = ball_radius * BALL_SHRINK
    limbus = math.asin(min(IRIS_RADIUS / radius, 0.8))
    step = SCLERA_SPACING / detail
    angle, azimuth = rings(limbus - 0.012, SCLERA_EDGE, step, radius, random)
    outward = np.stack([np.sin(angle) * np.cos(azimuth), np.sin(angle) * np.sin(azimuth), np.cos(angle)], 1)
    down = np.stack([np.cos(angle) * np.cos(azimuth), np.cos(angle) * np.sin(azimuth), -np.sin(angle)], 1)
    across = np.cross(outward, down)
    white = np.array(look.white)
    color = mix(np.tile(white, (len(angle), 1)), white * SCLERA_RED, smooth_step(0.45, 1.0, angle) * 0.7)
    wiggle = np.abs(np.sin(azimuth * 9 + 2.5 * value_noise(outward, 3, 3 + eye) + 4 * angle)) ** 14
    vein = smooth_step(0.55, 0.95, wiggle * smooth_step(-0.2, 0.6, value_noise(outward, 5, 8 + eye)))
    color = mix(color, white * VEIN, vein * smooth_step(0.45, 0.8, angle) * 0.45)
    ring = np.array(look.outer) * 0.4 + 0.06
    color = mix(color, ring, smooth_step(limbus + 0.045, limbus - 0.010, angle) * 0.75)
    width = step * 0.72
    factor = np.stack([down * width, across * width, outward * 0.012], 2)
    return outward * radius, factor, outward, color, 0.40


def _iris(ball_radius: float, look: EyeLook, detail: float, eye: int, random: np.random.Generator):
    """Return the iris: a shallow bowl behind the cornea, with fibres, collarette, limbal ring and pupil."""
    radius = ball_radius * BALL_SHRINK
    step = IRIS_SPACING / detail
    distance, azimuth = rings(step * 0.3, IRIS_RADIUS + 0.01, step, 0.0, random)
    place, pupil = distance / IRIS_RADIUS, look.pupil
    inner, outer = np.array(look.inner), np.array(look.outer)
    polar = np.stack([np.cos(azimuth), np.sin(azimuth), place * 0.35], 1)
    broad = 0.5 + 0.45 * value_noise(polar, 9, 5 + eye)
    fine = 0.5 + 0.5 * value_noise(polar, 22, 9 + eye)
    color = outer * (0.45 + 0.75 * broad[:, None])
    collarette = np.exp(-(((place - pupil - 0.13 - 0.06 * broad) / 0.17) ** 2))
    color = mix(color, inner * (0.48 + 0.64 * fine[:, None]), collarette)
    color = color * (0.72 + 0.6 * fine * broad)[:, None]
    color = mix(color, outer * 0.16, smooth_step(0.80, 0.985, place) * 0.9)
    # light that the cornea gathers falls on the half away from the sky
    color = color * (1.30 - 0.75 * smooth_step(-0.6, 0.9, np.sin(azimuth) * place))[:, None]
    color = mix(color, (0.004, 0.004, 0.005), smooth_step(pupil + 0.055, pupil - 0.03, place))
    depth = math.sqrt(max(radius**2 - IRIS_RADIUS**2, 0.01)) - 0.02 - 0.10 * (1 - place)
    position = np.stack([distance * np.cos(azimuth), distance * np.sin(azimuth), depth], 1)
    radial = np.stack([np.cos(azimuth), np.sin(azimuth), np.full(len(azimuth), 0.1)], 1)
    around = np.stack([-np.sin(azimuth), np.cos(azimuth), np.zeros(len(azimuth))], 1)
    forward = np.tile([0, 0, 1.0], (len(azimuth), 1))
    factor = np.stack([radial * step * 0.70, around * step * 0.62, forward * 0.008], 2)
    outward = position / np.linalg.norm(position, axis=1, keepdims=True)
    return position, factor, outward, color, 0.0


def add_caruncle(
    cloud: Cloud,
    corner: Float[np.ndarray, "3"],
    side: float,
    skin_brightness: float,
    ground: Ground,
    random: np.random.Generator,
) -> None:
    """Add the small wet bump in the inner corner; `side` is +1 for the left eye."""
    count = 30
    center = corner + [side * 0.15, -0.02, -0.08] + random.normal(size=(count, 3)) * [0.07, 0.05, 0.04]
    cloud.add(
        center=center,
        factor=np.tile(np.diag([0.06, 0.045, 0.04]), (count, 1, 1)),
        albedo=np.array([0.46, 0.19, 0.165]) * skin_brightness / 0.38,
        opacity=0.8, specular=0.8, roughness=0.3, subsurface=0.8, occlusion=0.8, culled=0,
        **ground.anchor(ground.nearest(center)),
    )  # fmt: skip
