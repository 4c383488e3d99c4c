"""`flame_param.npz`: who a person is and what they did, as FLAME trackers and GaussianAvatars write it.

    shape (B) or (1, B)                        identity coefficients
    expr (T, E)                                expression coefficients; the file does not say of which FLAME
    rotation, neck_pose, jaw_pose (T, 3)       axis-angle, rad
    eyes_pose (T, 6)                           left then right, axis-angle, rad
    translation (T, 3)                         metres
    static_offset (V, 3) or (1, V, 3)          optional: what the person's surface adds to the model's, metres
    dynamic_offset (T, V, 3)                   optional: per instant; not used here

DualTalk's `exp (T, 50)` and `pose (T, 6)`, head then jaw, is read as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import AssetError
from rsatalker.motion.expression_space import ARKIT_NAMES
from rsatalker.motion.pose import FlameMotion
from rsatalker.npz_file import NPZ_FAULTS, npz_fault, open_npz

TRACKED_RATE_HZ = 25.0  # of DualTalk and of most videos that trackers are run on; the files do not say
WIDTHS = {"rotation": 3, "neck_pose": 3, "jaw_pose": 3, "eyes_pose": 6, "translation": 3}


@dataclass(frozen=True, slots=True)
class FlameParam:
    """What the file holds.

    Attributes:
        path: Of the file, for messages.
        betas: Identity coefficients, possibly none.
        static_offset: Of each vertex, metres; None where there is none.
        expression: Coefficients of T instants.
        rotation: Of the whole head, axis-angle.
        neck_pose: Axis-angle.
        jaw_pose: Axis-angle.
        eyes_pose: Left then right, axis-angle.
        translation: Metres.
    """

    path: Path
    betas: Float32[np.ndarray, " B"]
    static_offset: Float32[np.ndarray, "V 3"] | None
    expression: Float32[np.ndarray, "T E"]
    rotation: Float32[np.ndarray, "T 3"]
    neck_pose: Float32[np.ndarray, "T 3"]
    jaw_pose: Float32[np.ndarray, "T 3"]
    eyes_pose: Float32[np.ndarray, "T 6"]
    translation: Float32[np.ndarray, "T 3"]

    def motion(self, expression_space: str, frame_rate_hz: float) -> FlameMotion:
        """Return the motion in the space that the coefficients are of; its ARKit weights are 0 and await a solver."""
        arkit = np.zeros((len(self.expression), len(ARKIT_NAMES)), np.float32)
        return FlameMotion(
            0, frame_rate_hz, expression_space, self.expression, self.rotation, self.neck_pose, self.jaw_pose,
            self.eyes_pose, self.translation, arkit,
        )  # fmt: skip


def read_flame_param(path: Path) -> FlameParam:
    """Return what a file holds.

    Raises:
        AssetError: The file is missing or no npz, or an array of it is of another shape; the message names it.
    """
    columns = _columns(path)
    if "exp" in columns and "pose" in columns:
        columns = _of_dualtalk(path, columns)
    if "expr" not in columns:
        raise AssetError(
            f"{path} has no expr; it has {', '.join(sorted(columns)) or 'nothing'}. It is no flame_param.npz."
        )
    expression = _array(path, columns, "expr")
    if expression.ndim != 2 or not len(expression):
        raise AssetError(f"{path}: expr has the shape {expression.shape}; expected (T, E) with at least one instant.")
    count = len(expression)
    poses: dict[str, np.ndarray] = {}
    for name, width in WIDTHS.items():
        poses[name] = _array(path, columns, name) if name in columns else np.zeros((count, width), np.float32)
        if poses[name].shape != (count, width):
            raise AssetError(
                f"{path}: {name} has the shape {poses[name].shape}; expected ({count}, {width}), as expr has {count}."
            )
    offset = _array(path, columns, "static_offset") if "static_offset" in columns else None
    if offset is not None:
        if offset.shape[-1] != 3 or offset.size != offset.shape[-2] * 3:
            raise AssetError(f"{path}: static_offset has the shape {offset.shape}; expected (V, 3) or (1, V, 3).")
        offset = offset.reshape(-1, 3)
    betas = _array(path, columns, "shape").reshape(-1) if "shape" in columns else np.zeros(0, np.float32)
    return FlameParam(path, betas, offset, expression, **poses)


def _columns(path: Path) -> dict[str, np.ndarray]:
    try:
        with open_npz(path) as file:
            return {name: file[name] for name in file.files}
    except FileNotFoundError as error:
        raise AssetError(f"{path} does not exist; expected the flame_param.npz of a tracked person.") from error
    except NPZ_FAULTS as error:
        raise AssetError(
            f"{path} cannot be read ({npz_fault(error)}); expected the flame_param.npz of a tracked person."
        ) from error


def _of_dualtalk(path: Path, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return DualTalk's arrays by GaussianAvatars' names; its `shape` changes over time, and is averaged."""
    pose = _array(path, columns, "pose")
    if pose.ndim != 2 or pose.shape[1] != 6:
        raise AssetError(f"{path}: pose has the shape {pose.shape}; expected (T, 6), head then jaw.")
    count = min(len(pose), len(columns["exp"]))
    renamed = {"expr": columns["exp"][:count], "neck_pose": pose[:count, :3], "jaw_pose": pose[:count, 3:]}
    return renamed | ({"shape": columns["shape"].mean(0)} if "shape" in columns else {})


def _array(path: Path, columns: dict[str, np.ndarray], name: str) -> Float32[np.ndarray, "..."]:
    array = columns[name]
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        raise AssetError(f"{path}: {name} is {array.dtype}, or holds NaN or infinity; expected finite floats.")
    return np.ascontiguousarray(array, np.float32)
