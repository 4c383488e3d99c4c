"""Records that more than one region carries: the view of an eye and the pose of a head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.motion.pose import FlamePose
from sidecar.errors import FrameRingError
from sidecar.regions import layout

POSE_FIELDS = tuple(layout.POSE.names or ())  # every one is an attribute of FlamePose


@dataclass(frozen=True, slots=True)
class View:
    """One eye: where it is and what it sees.

    Attributes:
        camera_from_world: Rigid transform; camera axes x right, y down, z forward; metres.
        tangents: Of the frustum's half angles: left, right, down, up; positive away from the axis.
        near_m: Nearest depth drawn.
        far_m: Farthest depth drawn.
    """

    camera_from_world: Float32[np.ndarray, "4 4"]
    tangents: Float32[np.ndarray, "4"]
    near_m: float
    far_m: float


def write_views(block: np.ndarray, views: Sequence[View]) -> None:
    """Write the views into an array of `layout.VIEW`; what is left over becomes zero."""
    for index in range(len(block)):
        if index < len(views):
            view = views[index]
            block[index] = (view.camera_from_world, view.tangents, view.near_m, view.far_m)
        else:
            block[index] = np.zeros((), layout.VIEW)


def read_views(block: np.ndarray, count: int) -> tuple[View, ...]:
    """Return the first views of an array of `layout.VIEW`, as copies."""
    return tuple(
        View(view["camera_from_world"].copy(), view["tangents"].copy(), float(view["near_m"]), float(view["far_m"]))
        for view in block[:count]
    )


def write_pose(
    slot: UInt8[np.ndarray, " bytes"], pose: FlamePose, pose_offset: int, expression_offset: int, count: int
) -> None:
    """Write the pose and its coefficients into a slot."""
    if len(pose.expression) != count:
        raise FrameRingError(f"The pose has {len(pose.expression)} expression coefficients; the region holds {count}.")
    block = slot[pose_offset : pose_offset + layout.POSE.itemsize].view(layout.POSE)
    block[0] = tuple(getattr(pose, name) for name in POSE_FIELDS)
    slot[expression_offset : expression_offset + 4 * count].view(np.float32)[:] = pose.expression


def read_pose(slot: UInt8[np.ndarray, " bytes"], pose_offset: int, expression_offset: int, count: int) -> FlamePose:
    """Return a copy of the pose in a slot."""
    block = slot[pose_offset : pose_offset + layout.POSE.itemsize].copy().view(layout.POSE)[0]
    expression = slot[expression_offset : expression_offset + 4 * count].copy().view(np.float32)
    return FlamePose(expression=expression, **{name: block[name] for name in POSE_FIELDS})
