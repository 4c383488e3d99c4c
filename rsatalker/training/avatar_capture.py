"""A captured person: images from known cameras, and the tracked pose of the head in each of them.

The folder, as GaussianAvatars' datasets are (Qian et al., CVPR 2024):

    transforms_train.json   images to fit
    transforms_val.json     the same instants from cameras that are held out
    transforms_test.json    instants, so expressions, that are held out
    head.npz                the mesh (`rsatalker/heads/head_file.py`), unless --head names another
    images, fg_masks, flame_param ...: whatever the files above name

A transforms file holds `frames`, and any of the camera's entries for all of them at once:

    file_path               image; its alpha, where it has one and there is no mask, says what belongs to the person
    fg_mask_path            optional: white where the person is
    transform_matrix        4 x 4, world from camera in OpenGL's axes (y up, looking along -z), metres
    flame_param_path        npz of one instant, see below
    timestep_index, camera_index   numbers of the instant and the camera
    camera_angle_x or fl_x [fl_y]  full horizontal angle in rad, or focal lengths in pixels
    cx, cy, w, h            optional: principal point and size of the image, pixels; its middle, its own size

An instant: `expr` (E), `rotation`, `neck_pose`, `jaw_pose`, `translation` (3), `eyes_pose` (6: left, right),
axis-angle in rad and metres, each with or without a leading 1; `shape` (B) and `static_offset` (V, 3) of the person are
optional and are taken from the first instant.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32
from PIL import Image

from rsatalker.avatars.cast import CHARACTERS, character_head
from rsatalker.errors import AssetError
from rsatalker.heads.head import Head
from rsatalker.heads.head_file import read_head
from rsatalker.heads.shape_head import ShapeHead, with_offset
from rsatalker.motion.expression_space import ARKIT_NAMES
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import Camera

SPLITS = {"train": "images to fit", "val": "held-out views", "test": "held-out expressions"}
HEAD_FILE = "head.npz"


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


@dataclass(frozen=True, slots=True)
class Capture:
    """Everything that was captured of a person.

    Attributes:
        head: The person's mesh.
        poses: Of each instant, in the head's own expression space.
        train: Images to fit.
        val: The same instants from held-out cameras.
        test: Held-out instants.
    """

    head: ShapeHead | Head
    poses: tuple[FlamePose, ...]
    train: tuple[View, ...]
    val: tuple[View, ...]
    test: tuple[View, ...]


def read_capture(folder: Path, head: str = "") -> Capture:
    """Return what a folder holds.

    Args:
        folder: As described above.
        head: Name of a character of ours, or a head file; empty for the folder's own.

    Raises:
        AssetError: Something is missing or malformed; the message names the file and what was expected.
    """
    instants: dict[Path, int] = {}
    splits = {split: _views(folder, split, instants) for split in SPLITS}
    if not splits["train"]:
        raise AssetError(f"{folder / 'transforms_train.json'} lists no frames; there is nothing to fit.")
    tracked = [_read_npz(path) for path in instants]
    person = _head(folder, head, tracked[0], next(iter(instants)))
    expressions = len(person.expression_names)
    poses = tuple(_pose(path, columns, expressions) for path, columns in zip(instants, tracked, strict=True))
    return Capture(person, poses, splits["train"], splits["val"], splits["test"])


def _head(folder: Path, head: str, tracked: Mapping[str, np.ndarray], path: Path) -> ShapeHead | Head:
    """Return the person's mesh."""
    if head in CHARACTERS:
        return character_head(head)
    file = Path(head) if head else folder / HEAD_FILE
    if not file.exists():
        raise AssetError(
            f"there is no head {str(file)!r}; put a {HEAD_FILE} into {folder}, or give --head with a head file or one "
            f"of {', '.join(CHARACTERS)}."
        )
    person, identity = read_head(file)
    betas = tracked["shape"].ravel() if "shape" in tracked else np.zeros(0)
    if identity is not None:
        person = identity.person(person, betas)
    elif np.any(betas):
        raise AssetError(
            f"{path} gives the shape of a person, but {file} has no identity_shapes; bake it into the file."
        )
    if "static_offset" in tracked and np.any(tracked["static_offset"]):
        offset = tracked["static_offset"].reshape(-1, 3)
        if len(offset) != len(person.neutral_vertices):
            raise AssetError(
                f"{path} moves {len(offset)} vertices by static_offset, {file} has {len(person.neutral_vertices)}; use "
                "the head that the data was tracked with (GaussianAvatars' has 120 vertices of teeth more than FLAME)."
            )
        person = with_offset(person, offset)
    return person


def _views(folder: Path, split: str, instants: dict[Path, int]) -> tuple[View, ...]:
    """Return the views of a split; new instants are added to `instants`."""
    path = folder / f"transforms_{split}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        frames = content["frames"]
    except FileNotFoundError as error:
        if split != "train":
            return ()
        raise AssetError(f"{path} does not exist; `rsatalker fit-avatar --help` describes the folder.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AssetError(f"{path} is no transforms file ({error}); expected JSON with `frames`.") from error
    shared = {name: value for name, value in content.items() if name != "frames"}
    views: list[View] = []
    for number, frame in enumerate(frames):
        try:
            views.append(_view(folder, shared | frame, instants))
        except (KeyError, TypeError, ValueError) as error:
            raise AssetError(f"{path}: frame {number} is incomplete or malformed ({error!r}).") from error
    return tuple(views)


def _view(folder: Path, frame: Mapping[str, Any], instants: dict[Path, int]) -> View:
    image = folder / frame["file_path"]
    mask = folder / frame["fg_mask_path"] if frame.get("fg_mask_path") else None
    for file in (image, mask):
        if file is not None and not file.exists():
            raise AssetError(f"{file} does not exist, though the transforms of {folder} name it.")
    instant = folder / frame["flame_param_path"]
    timestep = instants.setdefault(instant, len(instants))
    return View(image, mask, _camera(frame, image), timestep)


def _camera(frame: Mapping[str, Any], image: Path) -> Camera:
    world_from_camera = np.array(frame["transform_matrix"], np.float64)
    if world_from_camera.shape != (4, 4) or not np.isfinite(world_from_camera).all():
        raise ValueError("transform_matrix must be 4 x 4 finite numbers")
    world_from_camera[:, 1:3] *= -1  # OpenGL's axes to OpenCV's: y down, z forward
    if "w" in frame and "h" in frame:
        width, height = int(frame["w"]), int(frame["h"])
    else:
        with Image.open(image) as opened:
            width, height = opened.size
    angle = frame.get("camera_angle_x", 0.0)
    focal_x = float(frame["fl_x"]) if "fl_x" in frame else width / (2 * math.tan(float(angle) / 2))
    focal_y = float(frame.get("fl_y", focal_x))
    cx, cy = float(frame.get("cx", width / 2)), float(frame.get("cy", height / 2))
    K = np.array([[focal_x, 0, cx], [0, focal_y, cy], [0, 0, 1]], np.float32)
    return Camera(np.linalg.inv(world_from_camera).astype(np.float32), K, width, height)


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise AssetError(f"{path} cannot be read ({error}); expected the npz of a tracked instant.") from error


def _pose(path: Path, columns: Mapping[str, np.ndarray], expressions: int) -> FlamePose:
    """Return the pose of an instant; expression coefficients that are not given are 0."""

    def vector(name: str, length: int) -> Float32[np.ndarray, " length"]:
        values = columns[name].astype(np.float32).ravel() if name in columns else np.zeros(length, np.float32)
        fits = len(values) <= length if name == "expr" else len(values) == length
        if not fits or not np.isfinite(values).all():
            raise AssetError(f"{path}: {name} must be {length} finite numbers; it is of shape {columns[name].shape}.")
        return np.pad(values, (0, length - len(values)))

    return FlamePose(
        expression=vector("expr", expressions), global_orient=vector("rotation", 3), neck_pose=vector("neck_pose", 3),
        jaw_pose=vector("jaw_pose", 3), eye_pose=vector("eyes_pose", 6), transl=vector("translation", 3),
        arkit=np.zeros(len(ARKIT_NAMES), np.float32),
    )  # fmt: skip
