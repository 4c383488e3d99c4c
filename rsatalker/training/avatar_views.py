"""The images of a capture with their cameras: what its transforms files list, which `avatar_capture.py` describes.

Everything is looked at before fitting starts, the header of each image too: who brings a folder with one bad file
among thousands is told at once, not after half an hour.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64
from PIL import Image

from rsatalker.errors import AssetError
from rsatalker.exports.images import PICTURE_FAULTS
from rsatalker.renderers.camera import Camera

VIEWS_ASKED = 60  # what they show of the mesh, and in which colours
RIGID_TOLERANCE = 1e-2  # of the products of a rotation's columns; files round
ORIENTATION, UPRIGHT = 0x0112, 1  # EXIF's tag, and what it says of an image that need not be turned


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One image; equal only to itself.

    Attributes:
        image: File.
        mask: File, white where the person is; none if the image is used as it is.
        camera: Of the image in its own size.
        timestep: Index into `Capture.poses`.
    """

    image: Path
    mask: Path | None
    camera: Camera
    timestep: int


def read_views(folder: Path, name: str, instants: dict[Path, int]) -> tuple[View, ...]:
    """Return the views that a transforms file lists, none where there is no such file.

    Args:
        folder: Of the capture.
        name: Of the file.
        instants: Number of each tracked instant by its file; new ones are added.

    Raises:
        AssetError: The file is malformed, or an image that it names is not there or not as it says.
    """
    path = folder / name
    if not path.exists():
        return ()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AssetError(f"{path} is no transforms file ({error}); expected JSON with `frames`.") from error
    frames = content.get("frames") if isinstance(content, dict) else None
    if not isinstance(frames, list) or not all(isinstance(frame, dict) for frame in frames):
        raise AssetError(f"{path} is no transforms file; expected a JSON object whose `frames` are a list of objects.")
    shared = {key: value for key, value in content.items() if key != "frames"}
    return tuple(_view(_Frame(path, number, shared | frame), instants) for number, frame in enumerate(frames))


def some_views(views: Sequence[View], most: int) -> Sequence[View]:
    """Return at most so many, from all over the list and not always of the same camera; the same each time.

    Captures list all cameras of an instant, then those of the next: every so many views may be one camera's.
    """
    chosen = np.random.default_rng(0).permutation(len(views))[:most]
    return [views[index] for index in sorted(chosen)]


@dataclass(frozen=True, slots=True)
class _Frame:
    """An entry of a transforms file, with what the file says of all of them.

    Attributes:
        path: The file.
        index: Of the entry.
        entries: What it says.
    """

    path: Path
    index: int
    entries: Mapping[str, Any]

    def wrong(self, complaint: str) -> AssetError:
        """Return an error that says where in which file."""
        return AssetError(f"{self.path}: frame {self.index} {complaint}")

    def file(self, name: str) -> Path:
        """Return the file that an entry names, which need not be there."""
        found = self.entries.get(name)
        if not isinstance(found, str) or not found:
            raise self.wrong(f"names no file as {name}; expected a path from {self.path.parent}, found {found!r}.")
        return self.path.parent / found

    def number(self, name: str, *, positive: bool = True) -> float:
        """Return a finite number."""
        found = self.entries[name]
        value = found if isinstance(found, int | float) and not isinstance(found, bool) else math.nan
        if not math.isfinite(value) or (positive and value <= 0):
            raise self.wrong(f"has {name} {found!r}; expected a {'positive ' if positive else ''}number.")
        return float(value)


def _view(frame: _Frame, instants: dict[Path, int]) -> View:
    image = frame.file("file_path")
    mask = frame.file("fg_mask_path") if frame.entries.get("fg_mask_path") else None
    instant = frame.file("flame_param_path")
    for file in (image, mask):
        if file is not None and not file.is_file():
            raise frame.wrong(f"names {file}, which does not exist; add the image, or remove the frame.")
    size = _size_of(image)
    if mask is not None and (other := _size_of(mask)) != size:
        raise AssetError(
            f"{mask} is {other[0]} x {other[1]}, its image {size[0]} x {size[1]}; a mask must be as large as its image."
        )
    width, height = (round(frame.number(name)) if name in frame.entries else size["wh".index(name)] for name in "wh")
    if (width, height) != size:
        raise AssetError(
            f"{image} is {size[0]} x {size[1]}, the transforms say {width} x {height}; if images were made smaller, "
            "write their size, focal lengths and cx, cy anew."
        )
    return View(image, mask, _camera(frame, width, height), instants.setdefault(instant, len(instants)))


def _size_of(file: Path) -> tuple[int, int]:
    """Return width and height of an image, of which only the header is read."""
    try:
        with Image.open(file) as opened:
            turned = opened.getexif().get(ORIENTATION, UPRIGHT) if "exif" in opened.info else UPRIGHT
            size = opened.size
    except PICTURE_FAULTS as error:
        raise AssetError(f"{file} is no image that can be read ({error}); write it anew.") from error
    if turned != UPRIGHT:
        raise AssetError(
            f"{file} is to be turned before it is shown (EXIF orientation {turned}), and whether its camera was "
            "measured before or after is not known; save it upright, without that entry."
        )
    return size


def _camera(frame: _Frame, width: int, height: int) -> Camera:
    if "fl_x" in frame.entries:
        focal_x = frame.number("fl_x")
    elif "camera_angle_x" in frame.entries:
        angle = frame.number("camera_angle_x")
        if angle >= math.pi:
            raise frame.wrong(f"has camera_angle_x {angle}; expected the full horizontal angle in rad, below pi.")
        focal_x = width / (2 * math.tan(angle / 2))
    else:
        raise frame.wrong(
            "has neither fl_x nor camera_angle_x; give the focal length in pixels, or the full horizontal angle in rad."
        )
    focal_y = frame.number("fl_y") if "fl_y" in frame.entries else focal_x
    cx = frame.number("cx", positive=False) if "cx" in frame.entries else width / 2
    cy = frame.number("cy", positive=False) if "cy" in frame.entries else height / 2
    K = np.array([[focal_x, 0, cx], [0, focal_y, cy], [0, 0, 1]], np.float32)
    return Camera(np.linalg.inv(_world_from_camera(frame)).astype(np.float32), K, width, height)


def _world_from_camera(frame: _Frame) -> Float64[np.ndarray, "4 4"]:
    """Return the transform in OpenCV's axes."""
    try:
        matrix = np.array(frame.entries.get("transform_matrix"), np.float64)
    except (TypeError, ValueError):
        matrix = np.zeros(0)
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
        raise frame.wrong("has no transform_matrix of 4 x 4 finite numbers; give world from camera in OpenGL's axes.")
    turn = matrix[:3, :3]
    rigid = np.abs(turn.T @ turn - np.eye(3)).max() < RIGID_TOLERANCE and np.linalg.det(turn) > 0
    if not rigid or np.abs(matrix[3] - [0, 0, 0, 1]).max() > RIGID_TOLERANCE:
        raise frame.wrong(
            "has a transform_matrix that stretches, mirrors or projects; expected a rotation and a place in metres, "
            "world from camera in OpenGL's axes."
        )
    matrix[:, 1:3] *= -1  # OpenGL's axes to OpenCV's: y down, z forward
    return matrix
