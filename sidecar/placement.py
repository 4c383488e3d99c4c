"""Where two heads stand and who looks at them, as long as no engine says otherwise."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

DISTANCE_M = 1.2  # between the two heads: people who know each other talk at 0.5 to 1.2 m (Hall 1966)
TOWARDS_PARTNER = 0.7  # of the 90 degrees that would show both in profile: both faces stay visible to a third person
VIEWER_DISTANCE_M = 0.9  # of the default camera in front of each face: a head-and-shoulders portrait


def world_from_heads(distance_m: float = DISTANCE_M) -> Float32[np.ndarray, "2 4 4"]:
    """Return where a and b stand: a on the viewer's left, both turned towards each other and a little to the viewer.

    The viewer looks along -z; heads look along +z when not turned.
    """
    yaw = TOWARDS_PARTNER * np.pi / 2
    placed = np.stack([_turned(yaw), _turned(-yaw)])
    placed[0, 0, 3] = -distance_m / 2
    placed[1, 0, 3] = distance_m / 2
    return placed


def default_eye(world_from_head: Float32[np.ndarray, "4 4"], center: Float32[np.ndarray, "3"]) -> np.ndarray:
    """Return where a viewer in front of a face stands, world space.

    Args:
        world_from_head: Where the head stands.
        center: Of the head's bounding sphere, in the head's own space.
    """
    in_head = np.array([center[0], center[1], center[2] + VIEWER_DISTANCE_M, 1.0])
    return (world_from_head @ in_head)[:3].astype(np.float32)


def _turned(yaw_rad: float) -> Float32[np.ndarray, "4 4"]:
    cosine, sine = np.cos(yaw_rad), np.sin(yaw_rad)
    rotation = np.eye(4, dtype=np.float32)
    rotation[0, 0], rotation[0, 2], rotation[2, 0], rotation[2, 2] = cosine, sine, -sine, cosine
    return rotation
