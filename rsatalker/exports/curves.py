"""Motion files: FLAME parameters as npz, ARKit curves as the CSV of the Live Link Face app.

Keys of the npz, T instants:

| key | shape | unit |
|---|---|---|
| expression | (T, E) | coefficients in `expression_space` |
| global_orient, neck_pose, jaw_pose | (T, 3) | axis-angle, rad |
| eye_pose | (T, 6) | left then right, axis-angle, rad |
| transl | (T, 3) | m |
| arkit | (T, 52) | weights in [0, 1], Live Link Face order |
| frame_rate_hz | () | instants per second |
| start_us | () | time of the first instant on the audio timeline, microseconds |
| expression_space | () | text, e.g. `procedural-1` |
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32
from scipy.spatial.transform import Rotation

from rsatalker.errors import AssetError
from rsatalker.motion.expression_space import ARKIT_NAMES
from rsatalker.motion.pose import FIELDS, FlameMotion
from rsatalker.npz_file import NPZ_FAULTS, npz_fault, open_npz

ANGLE_NAMES = (
    "HeadYaw", "HeadPitch", "HeadRoll",
    "LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll",
    "RightEyeYaw", "RightEyePitch", "RightEyeRoll",
)  # fmt: skip
LIVE_LINK_NAMES: tuple[str, ...] = (*(name[0].upper() + name[1:] for name in ARKIT_NAMES), *ANGLE_NAMES)  # 61
ROWS_AT_ONCE = 512  # that are interpolated before they are written: the poses of an hour would fill the memory
LIVE_LINK_RATES_HZ = (30, 60)  # what the app records at


def write_flame_npz(path: Path, motion: FlameMotion) -> None:
    """Write a motion with the keys listed above; the folder is made if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        frame_rate_hz=np.float64(motion.frame_rate_hz),
        start_us=np.int64(motion.start_us),
        expression_space=np.str_(motion.expression_space),
        **{name: getattr(motion, name) for name in FIELDS},
    )


def read_flame_npz(path: Path) -> FlameMotion:
    """Return a motion that `write_flame_npz` wrote.

    Raises:
        AssetError: The file is missing, is no npz, or lacks a key.
    """
    if not path.is_file():
        raise AssetError(f"{path} is missing; expected a motion file (npz) there.")
    try:
        with open_npz(path) as stored:
            columns = (stored[name].astype(np.float32, copy=False) for name in FIELDS)
            return FlameMotion(
                int(stored["start_us"]), float(stored["frame_rate_hz"]), str(stored["expression_space"]), *columns
            )
    except KeyError as error:
        raise AssetError(f"{path} has no key {error}; expected the keys of rsatalker/exports/curves.py.") from error
    except NPZ_FAULTS as error:
        raise AssetError(
            f"{path} holds no motion ({npz_fault(error)}); expected an npz as `rsatalker render` writes it."
        ) from error


def write_live_link_csv(path: Path, motion: FlameMotion, frame_rate_hz: int = 60) -> None:
    """Write a motion as a take of the Live Link Face app: 52 weights, then 9 angles in radians.

    Positive yaw turns to the head's left, pitch down, roll towards its right shoulder: the axes of `FlamePose`, turned
    in the order yaw, pitch, roll. The head's angles are those of the root and neck joints together.

    Args:
        path: The `.csv` to write; its folder is made if it is missing.
        motion: At least one instant; interpolated to the rate of the file.
        frame_rate_hz: 30 or 60.
    """
    if frame_rate_hz not in LIVE_LINK_RATES_HZ:
        raise ValueError(f"the rate is {frame_rate_hz} Hz; Live Link Face takes are 30 or 60 Hz.")
    duration_s = (len(motion) - 1) / motion.frame_rate_hz
    times_us = motion.start_us + np.arange(round(duration_s * frame_rate_hz) + 1) * 1e6 / frame_rate_hz
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["Timecode", "BlendShapeCount", *LIVE_LINK_NAMES])
        for first in range(0, len(times_us), ROWS_AT_ONCE):
            block_us = times_us[first : first + ROWS_AT_ONCE]
            poses = [motion.at(time_us) for time_us in block_us]
            resampled = FlameMotion.of(poses, motion.start_us, frame_rate_hz, motion.expression_space)
            values = np.concatenate([resampled.arkit, _angles(resampled)], axis=1)
            for time_us, row in zip(block_us, values, strict=True):
                rows.writerow([timecode(time_us, frame_rate_hz), len(row), *(f"{value:.8f}" for value in row)])


def timecode(time_us: float, frame_rate_hz: int) -> str:
    """Return a time as `HH:MM:SS:FF.fff`: hours, minutes, seconds, frame and its thousandths."""
    thousandths = round(time_us * frame_rate_hz / 1000)  # of a frame
    seconds, rest = divmod(thousandths, 1000 * frame_rate_hz)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _angles(motion: FlameMotion) -> Float[np.ndarray, "T 9"]:
    """Return yaw, pitch, roll of head, left eye and right eye, rad."""
    head = _rotation(motion.global_orient) * _rotation(motion.neck_pose)
    parts = (head, _rotation(motion.eye_pose[:, :3]), _rotation(motion.eye_pose[:, 3:]))
    return np.concatenate([part.as_euler("YXZ") for part in parts], axis=1)


def _rotation(axis_angle: Float32[np.ndarray, "T 3"]) -> Rotation:
    return Rotation.from_rotvec(axis_angle)
