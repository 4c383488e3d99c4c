"""Frames beside those of the triangles: eyeballs, edges of the lids, levels between torso and skull, swinging strands.

Lashes on the lids' triangles would shear in a blink, an iris on the eyeball's facets would wobble, and long hair on the
scalp's triangles would swing with the brows. Helper frames are rotations; at rest those of eyes and levels are the
identity, so what is bound to them is stored in the space of the neutral head.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Float32, Int, Int32

from rsatalker.avatars.rigid_motion import RigidMotion, fill_rotations_between, rigid_motion
from rsatalker.kernels import njit

LEVELS = 64  # frames from torso (first) to skull (last): steps of 1 mm where hair touches the shoulders
MARGIN_SPAN = 2  # lid edges take their direction from this many segments to either side
LASH_LEAN = np.float32(1.6)  # closed lids let their lashes hang; the way round the ball leaves them pointing forward


@dataclass(frozen=True, slots=True)
class Helpers:
    """Which vertices drive the helper frames.

    Attributes:
        eyeballs: Vertex ids of the left and right eyeball.
        margins: Lid margins: left upper, left lower, right upper, right lower; outer to inner corner.
        skull: Vertices that move with the skull alone.
        torso: Vertices that the neck leaves in place.
        eye_centers: (2, 3) at rest, metres.
        pivot: About where the neck turns, metres.
        strand_levels: Level of each strand frame; those of hair that swings.
        strand_sectors: Lock of `hair_swing` that each belongs to.
        strand_looseness: Share of the lock's swing that each takes part in.
    """

    eyeballs: tuple[Int[np.ndarray, " A"], Int[np.ndarray, " B"]]
    margins: tuple[Int[np.ndarray, " M"], ...]
    skull: Int[np.ndarray, " S"]
    torso: Int[np.ndarray, " T"]
    eye_centers: Float32[np.ndarray, "2 3"]
    pivot: Float32[np.ndarray, "3"]
    strand_levels: Int32[np.ndarray, " S"] = field(default_factory=lambda: np.zeros(0, np.int32))
    strand_sectors: Int32[np.ndarray, " S"] = field(default_factory=lambda: np.zeros(0, np.int32))
    strand_looseness: Float32[np.ndarray, " S"] = field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def count(self) -> int:
        """Number of helper frames."""
        return self.level(LEVELS) + len(self.strand_levels)

    def margin_start(self, margin: int) -> int:
        """Return the index of the first segment's frame of a margin."""
        return 2 + sum(len(ids) - 1 for ids in self.margins[:margin])

    def level(self, index: int) -> int:
        """Return the index of a level's frame: 0 torso, `LEVELS` - 1 skull."""
        return self.margin_start(len(self.margins)) + index


@dataclass(frozen=True, slots=True)
class PosedHelpers:
    """Helper frames of one instant, and the rigid motions behind them."""

    axes: Float32[np.ndarray, "H 3 3"]
    origins: Float32[np.ndarray, "H 3"]
    skull: RigidMotion
    torso: RigidMotion


def pose_helpers(
    helpers: Helpers,
    neutral: Float32[np.ndarray, "V 3"],
    posed: Float32[np.ndarray, "W 3"],
    swing: Float[np.ndarray, "L 3"] | None = None,
) -> PosedHelpers:
    """Return the helper frames of a posed mesh; `swing` is how far the end of each lock is off its place."""
    axes = np.empty((helpers.count, 3, 3), np.float32)
    origins = np.empty((helpers.count, 3), np.float32)
    skull = rigid_motion(neutral, posed, helpers.skull)
    torso = rigid_motion(neutral, posed, helpers.torso)
    for eye, ids in enumerate(helpers.eyeballs):
        motion = rigid_motion(neutral, posed, ids)
        axes[eye], origins[eye] = motion.rotation, motion.translation
    for margin, ids in enumerate(helpers.margins):
        eye_center = axes[margin // 2] @ helpers.eye_centers[margin // 2] + origins[margin // 2]
        part = slice(helpers.margin_start(margin), helpers.margin_start(margin + 1))
        lean = LASH_LEAN if margin % 2 == 0 else np.float32(0)
        up, center_at_rest = np.ascontiguousarray(skull.rotation[:, 1]), helpers.eye_centers[margin // 2]
        _fill_margin_frames(posed, ids, eye_center, neutral, center_at_rest, up, lean, axes[part], origins[part])
    levels = slice(helpers.level(0), helpers.level(LEVELS))
    _fill_level_frames(
        helpers.pivot,
        torso.rotation,
        torso.translation,
        skull.rotation,
        skull.translation,
        axes[levels],
        origins[levels],
    )
    strands, carriers = slice(helpers.level(LEVELS), None), helpers.level(0) + helpers.strand_levels
    axes[strands], origins[strands] = axes[carriers], origins[carriers]
    if swing is not None:
        origins[strands] += helpers.strand_looseness[:, None] * swing[helpers.strand_sectors]
    return PosedHelpers(axes, origins, skull, torso)


@njit(nogil=True, error_model="numpy")
def _fill_margin_frames(posed, ids, eye_center, neutral, center_at_rest, up, lean, axes, origins):
    """Write frames of a margin's segments: along it, away from the eye, and across.

    What a lid has gone down since rest, times `lean`, turns its frames further than the ball does.
    """
    count = len(ids) - 1
    along, outward, at_rest = np.empty(3, np.float32), np.empty(3, np.float32), np.empty(3, np.float32)
    for i in range(count):
        behind, ahead = ids[max(i - MARGIN_SPAN, 0)], ids[min(i + MARGIN_SPAN + 1, count)]
        for axis in range(3):
            middle = (posed[ids[i], axis] + posed[ids[i + 1], axis]) / np.float32(2)
            along[axis] = posed[ahead, axis] - posed[behind, axis]
            outward[axis] = middle - eye_center[axis]
            origins[i, axis] = middle
        outward /= _length(outward)
        if lean > 0:
            for axis in range(3):
                at_rest[axis] = (neutral[ids[i], axis] + neutral[ids[i + 1], axis]) / np.float32(2)
            at_rest -= center_at_rest
            height = outward[0] * up[0] + outward[1] * up[1] + outward[2] * up[2]
            sunk = lean * (height - at_rest[1] / _length(at_rest))
            outward += sunk * up
            outward /= _length(outward)
        common = along[0] * outward[0] + along[1] * outward[1] + along[2] * outward[2]
        for axis in range(3):
            along[axis] -= common * outward[axis]
        along /= _length(along)
        for axis in range(3):
            following, last = (axis + 1) % 3, (axis + 2) % 3
            axes[i, axis, 0], axes[i, axis, 1] = along[axis], outward[axis]
            axes[i, axis, 2] = along[following] * outward[last] - along[last] * outward[following]


@njit(nogil=True, error_model="numpy")
def _length(vector):
    return math.sqrt(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2])


@njit(nogil=True, error_model="numpy")
def _fill_level_frames(pivot, torso_rotation, torso_translation, skull_rotation, skull_translation, axes, origins):
    """Write rigid motions between torso and skull, turning about the pivot."""
    count = len(axes)
    rotations = np.empty((count, 3, 3))
    fill_rotations_between(torso_rotation.astype(np.float64), skull_rotation.astype(np.float64), rotations)
    for k in range(count):
        share = k / (count - 1)
        for i in range(3):
            at_torso, at_skull, turned = torso_translation[i] * 1.0, skull_translation[i] * 1.0, 0.0
            for j in range(3):
                at_torso += torso_rotation[i, j] * pivot[j]
                at_skull += skull_rotation[i, j] * pivot[j]
                turned += rotations[k, i, j] * pivot[j]
                axes[k, i, j] = rotations[k, i, j]
            origins[k, i] = at_torso + share * (at_skull - at_torso) - turned
