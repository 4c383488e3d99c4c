"""From the featureless loft to a face: a thin-plate warp through the figures of `anatomy`; then lids, lips, folds."""

from __future__ import annotations

from functools import cache

import numpy as np
from jaxtyping import Float, Int
from scipy.interpolate import RBFInterpolator

from rsatalker.heads.procedural.anatomy import (
    EYE_CENTER,
    EYE_RADIUS,
    FACE_POINTS,
    LID_THICKNESS,
    LIP_CONTACT,
    LOWER_BORDER,
    NOSE_BRIDGE,
    NOSE_FREE,
    UPPER_BORDER,
    brow_line,
    landmark_positions,
)
from rsatalker.heads.procedural.curves import bell, nearest_on_polyline, smooth_step
from rsatalker.heads.procedural.half_mesh import MIRROR
from rsatalker.heads.procedural.loft import TOP_LEVEL, loft, template_of_front
from rsatalker.heads.procedural.strokes import Stroke, carve
from rsatalker.heads.procedural.template import LIP_RINGS, SkinTemplate, lip_strip

LANDMARKS_OF_LIPS = {f"mp{number}" for number in (51, 52, 53, 54, 55, 56, 57, 62, 63, 64, 65, 66)}
LANDMARKS_OF_LIDS = {f"mp{number}" for number in (42, 43, 44, 45, 46, 47)}
LANDMARKS_OF_NOSE = {"mp28", "mp29", "sidewall", "alar"}  # sculpted by NOSE_BRIDGE and NOSE_FREE


@cache
def _warp() -> RBFInterpolator:
    """Return the displacement of every point of the loft, fitted to the figures of the face."""
    names, positions = landmark_positions()
    own = LANDMARKS_OF_LIPS | LANDMARKS_OF_LIDS | LANDMARKS_OF_NOSE
    targets = [(p[:2], p) for name, p in zip(names, positions, strict=True) if name not in own and p[2] > 8.4]
    sides = np.array([p for name, p in zip(names, positions, strict=True) if name not in own and p[2] <= 8.4])
    targets += [(point[:2], point) for point in [*NOSE_BRIDGE, *FACE_POINTS]]
    targets += [(point[:2], point) for line in (UPPER_BORDER, LOWER_BORDER, LIP_CONTACT) for point in line[::2]]
    targets += list(NOSE_FREE)
    front = np.array([np.asarray(target[0], float) for target in targets])
    start = loft(template_of_front(front))
    end = np.array([target[1] for target in targets], float)
    side_start = _nearest_on_loft(sides)
    start, end = np.concatenate([start, side_start]), np.concatenate([end, sides])
    off_midline = start[:, 0] > 1e-6
    start = np.concatenate([start, start[off_midline] * MIRROR])
    end = np.concatenate([end, end[off_midline] * MIRROR])
    still = _still_points(start)
    displacement = np.concatenate([end - start, np.zeros_like(still)])
    return RBFInterpolator(np.concatenate([start, still]), displacement, kernel="thin_plate_spline", smoothing=0.003)


def _nearest_on_loft(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    azimuth, level = np.meshgrid(np.linspace(0, np.pi, 200), np.linspace(7, TOP_LEVEL, 300), indexing="ij")
    surface = loft(np.stack([azimuth.ravel(), level.ravel()], axis=1))
    distance = np.linalg.norm(points[:, None] - surface[None], axis=2)
    return surface[distance.argmin(axis=1)]


def _still_points(moved: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "M 3"]:
    """Return points of cranium, neck and bust that the warp must leave alone."""
    azimuth, level = np.meshgrid(np.radians(np.arange(0, 360, 20)), np.arange(0.0, TOP_LEVEL + 1), indexing="ij")
    candidates = np.unique(loft(np.stack([azimuth.ravel(), level.ravel()], axis=1)).round(4), axis=0)
    distance = np.linalg.norm(candidates[:, None] - moved[None], axis=2).min(axis=1)
    return candidates[distance > 1.7]


def sculpt_skin(template: SkinTemplate) -> Float[np.ndarray, "N 3"]:
    """Return the positions of all skin vertices of the left half; vertices of azimuth 0 or pi get x = 0 exactly."""
    base = loft(template.coordinates)
    positions = base + _warp()(base)
    face = (template.coordinates[:, 0] < 1.0) & (template.coordinates[:, 1] > 9.0)
    positions = _with_folds(positions, face)
    positions = _over_eyeball(positions, face)
    _shape_lids(positions, template.eye_rings)
    _shape_lips(positions, template.mouth_rings[template.border_ring - 1 :])
    azimuth = template.coordinates[:, 0]
    positions[(azimuth < 1e-9) | (azimuth > np.pi - 1e-9), 0] = 0.0
    return positions


def _over_eyeball(positions: Float[np.ndarray, "N 3"], face: Float[np.ndarray, " N"]) -> Float[np.ndarray, "N 3"]:
    """Lift the skin around the eye to the smooth maximum of face and eyeball."""
    offset = positions[:, :2] - EYE_CENTER[:2]
    square = np.square(offset).sum(axis=1)
    radius = EYE_RADIUS + LID_THICKNESS
    ball = EYE_CENTER[2] + np.sqrt(np.maximum(radius**2 - square, 0.0))
    near = np.exp(-np.maximum(square - 1.2, 0.0) / 0.35) * face * (square < 0.98 * radius**2)
    blend = 0.16  # cm over which skin and ball merge
    depth = positions[:, 2]
    merged = 0.5 * (depth + ball + np.sqrt(np.square(depth - ball) + blend**2))
    lifted = positions.copy()
    lifted[:, 2] += near * (merged - depth)
    return lifted


def _shape_lids(positions: Float[np.ndarray, "N 3"], rings: list[Int[np.ndarray, " R"]]) -> None:
    """Give the upper lid its crease and overhang, the lower lid its slight roll. Changes positions in place."""
    size = len(rings[0])
    height = np.sin(np.arange(size) / size * 2 * np.pi)  # 1 over the middle of the upper lid
    upper, lower = smooth_step(height, 0.1, 0.8), smooth_step(-height, 0.1, 0.8)
    strokes = (  # ring from the margin, push along the ball's normal on the upper lid, lift in y, push on the lower lid
        (1, 0.015, 0.0, 0.035), (2, 0.015, 0.01, 0.03), (3, 0.01, 0.02, 0.0), (4, -0.02, 0.04, -0.03),
        (5, -0.09, 0.04, -0.03), (6, 0.02, -0.05, -0.02), (7, 0.03, -0.04, 0.0), (8, 0.01, -0.01, 0.0),
    )  # fmt: skip
    for from_margin, push, lift, lower_push in strokes:
        ring = rings[-1 - from_margin]
        outward = positions[ring] - EYE_CENTER
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        positions[ring] += (push * upper + lower_push * lower)[:, None] * outward
        positions[ring, 1] += lift * upper


def _shape_lips(positions: Float[np.ndarray, "N 3"], rings: list[Int[np.ndarray, " M"]]) -> None:
    """Put the red of the lips on Bezier arcs from border to contact line. Changes positions in place.

    Args:
        positions: Skin of the left half.
        rings: One ring outside the border, the border, and so on to the contact line.
    """
    cells = len(rings[0]) // 2
    border = lip_strip(LOWER_BORDER, UPPER_BORDER, cells)
    contact = lip_strip(LIP_CONTACT, LIP_CONTACT, cells)
    side = np.sign(np.arange(2 * cells + 1) - cells)  # -1 lower lip, 0 corner, 1 upper lip
    thickness = np.abs(border[:, 1] - contact[:, 1])[:, None]
    forward = np.array([0.0, 0.0, 1.0])
    upward = np.array([0.0, 1.0, 0.0]) * side[:, None]
    lower_lip = (side < 0)[:, None]
    leave = border + thickness * (np.where(lower_lip, 0.27, 0.20) * forward - 0.22 * upward)
    arrive = contact + thickness * (np.where(lower_lip, 0.55, 0.54) * forward + 0.20 * upward)
    steps = 1 - np.linspace(1, 0, LIP_RINGS) ** 1.15  # a little wider where the lips roll in
    for t, ring in zip(steps, rings[1:], strict=True):
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        positions[ring] = sum(w * p for w, p in zip(weights, (border, leave, arrive, contact), strict=True))
    positions[rings[0], 2] += 0.03 * np.minimum(thickness[:, 0], 1.0)  # the pale roll along the red


# Strokes of the sculptor's knife: a polyline on the face (x, y), width and depth in cm (negative digs in).
FOLDS = [
    ([(2.2, -0.4), (2.5, -1.0), (2.85, -1.8), (3.05, -2.6), (3.1, -3.3)], 0.36, -0.05),  # nasolabial
    ([(2.5, 0.3), (3.0, -0.8), (3.45, -1.9), (3.6, -2.8)], 0.55, 0.03),
    ([(0.0, -1.55), (0.0, -1.9), (0.0, -2.3)], 0.17, -0.05),  # philtrum and its columns
    ([(0.36, -1.5), (0.45, -1.9), (0.52, -2.35)], 0.16, 0.035),
    ([(-1.3, -4.9), (-0.6, -5.0), (0.0, -5.02), (0.6, -5.0), (1.3, -4.9)], 0.48, -0.04),  # between lip and chin
    ([(2.62, -3.15), (2.70, -3.42), (2.66, -3.8)], 0.30, -0.035),  # corner of the mouth
    ([(2.0, 2.75), (2.7, 2.25), (3.5, 2.05)], 0.32, -0.04),  # tear trough
    ([(3.6, 1.1), (4.7, 0.95), (5.9, 1.25)], 0.90, 0.03),  # cheekbone
    ([(6.0, 2.3), (6.5, 1.0), (6.2, -0.6)], 1.1, 0.15),  # its arch
    ([(4.2, -1.2), (5.0, -1.7), (5.6, -2.2)], 1.0, -0.03),  # hollow below it
    ([(1.9, 5.15), (3.0, 5.45), (4.2, 5.3), (5.0, 4.7)], 0.42, 0.05),  # edge of the orbit
]


# The same on nose, jaw, neck and chest, in space and after the seams are faired.
NOSE_FORMS: list[Stroke] = [
    (
        [
            (0.90, -0.10, 12.2),
            (1.06, 0.36, 11.8),
            (1.36, 0.68, 11.1),
            (1.74, 0.58, 10.45),
            (1.95, 0.10, 10.3),
            (1.90, -0.5, 10.4),
            (1.70, -1.0, 10.6),
        ],
        0.30,
        -0.06,
    ),  # around the wing
    ([(1.15, -0.25, 12.0), (1.48, 0.12, 11.6), (1.76, -0.10, 11.1), (1.72, -0.66, 10.9)], 0.34, 0.05),  # the wing
    ([(0.30, 0.32, 13.0), (0.34, -0.05, 13.0)], 0.34, 0.02),  # domes of the tip
]
NECK_FORMS: list[Stroke] = [
    ([(6.1, -2.6, -1.6), (5.3, -6.5, 0.6), (3.6, -10.5, 2.2), (1.0, -14.2, 3.7)], 0.80, 0.30),  # sternomastoid
    ([(3.2, -8.6, 4.0), (2.4, -10.5, 3.6), (1.2, -12.6, 3.7)], 0.7, -0.14),  # in front of it
    ([(1.2, -15.0, 4.0), (5.0, -15.1, 3.9), (9.5, -15.4, 2.2), (14.0, -15.9, 0.4)], 0.75, 0.30),  # collar bone
    ([(5.0, -13.2, 2.4), (8.0, -13.9, 1.6)], 1.3, -0.30),  # hollow behind the collar bone
    ([(0.0, -14.2, 3.7), (0.0, -14.7, 3.9)], 0.75, -0.30),  # pit of the neck
    ([(0.0, -9.6, 5.4), (0.0, -10.6, 4.9)], 0.6, 0.12),  # larynx
    ([(0.0, -11.2, 4.4), (0.0, -13.0, 3.8)], 0.7, 0.10),  # windpipe
]
JAW_FORMS: list[Stroke] = [
    ([(1.6, -7.2, 10.2), (3.2, -6.8, 8.7), (4.7, -5.9, 6.6), (5.7, -4.6, 4.2), (6.0, -3.2, 2.4)], 0.66, 0.21),  # edge
    ([(0.0, -8.5, 8.2), (2.4, -8.0, 7.4), (4.2, -6.9, 5.4), (5.2, -5.6, 3.0)], 0.88, -0.40),  # below it
]


def _with_folds(positions: Float[np.ndarray, "N 3"], face: Float[np.ndarray, " N"]) -> Float[np.ndarray, "N 3"]:
    carved = positions.copy()
    for line, width, depth in FOLDS:
        distance, along = nearest_on_polyline(positions[:, :2], np.array(line))
        ends = np.sin(np.clip(0.85 * along + 0.1, 0, 1) * np.pi)
        amount = depth * bell(distance, width) * ends * face
        inward = positions - np.array([0.0, -0.5, 5.0])
        carved += amount[:, None] * inward / np.linalg.norm(inward, axis=1, keepdims=True)
    return carved


def carve_forms(positions: Float[np.ndarray, "N 3"], normals: Float[np.ndarray, "N 3"]) -> None:
    """Raise muscles, bones and the wings of the nose on the skin, in place."""
    x, y, z = positions.T
    carve(positions, normals, ((y < -2.0) & (z < 7.0) & (x < 17.0)).astype(float), NECK_FORMS)
    carve(positions, normals, smooth_step(z, 0.5, 2.5) * (y < -1.5), JAW_FORMS)
    carve(positions, normals, smooth_step(z, 9.6, 10.4) * (y > -1.5) * (y < 3.2) * smooth_step(x, 2.6, 2.2), NOSE_FORMS)


def lay_brows(positions: Float[np.ndarray, "N 3"], normals: Float[np.ndarray, "N 3"]) -> None:
    """Slide the skin, in place, so that the brow's line runs through vertices: what grows there must not zigzag."""
    midline = positions[:, 0] == 0.0
    for point in brow_line():
        vertex = np.linalg.norm(positions - point, axis=1).argmin()
        slide = point - positions[vertex]
        slide -= (slide @ normals[vertex]) * normals[vertex]
        positions += bell(np.linalg.norm(positions - positions[vertex], axis=1), 0.7)[:, None] * slide
    positions[midline, 0] = 0.0
