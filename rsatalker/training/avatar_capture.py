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
    timestep_index, camera_index   optional: numbers of the instant and the camera, for people
    camera_angle_x or fl_x [fl_y]  full horizontal angle in rad, or focal lengths in pixels
    cx, cy, w, h            optional: principal point and size of the image, pixels; its middle, its own size

An instant: `expr` (E), `rotation`, `neck_pose`, `jaw_pose`, `translation` (3), `eyes_pose` (6: left, right),
axis-angle in rad and metres, each with or without a leading 1; `shape` (B) and `static_offset` (V, 3) of the person are
optional and are taken from the first instant.

Soft light from all sides is best, and the same in all images: what falls from one side is told from skin by the face's
normals, hard shadows are not. Cameras on both sides see what a head turns towards whom it talks to. Give masks: without
them, what is behind the person sticks to the rim of the head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.cast import CHARACTERS, character_head
from rsatalker.errors import AssetError
from rsatalker.heads.head import Head
from rsatalker.heads.head_file import read_head
from rsatalker.heads.shape_head import ShapeHead, with_offset
from rsatalker.motion.expression_space import ARKIT_NAMES
from rsatalker.motion.pose import FlamePose
from rsatalker.npz_file import NPZ_FAULTS, npz_fault, open_npz
from rsatalker.training.avatar_views import View, read_views

SPLITS = {"train": "images to fit", "val": "held-out views", "test": "held-out expressions"}
HEAD_FILE = "head.npz"
TRACKED = (
    "expr", "rotation", "neck_pose", "jaw_pose", "eyes_pose", "translation", "shape", "static_offset",
)  # fmt: skip


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
    if not (folder / "transforms_train.json").exists():
        raise AssetError(
            f"{folder / 'transforms_train.json'} does not exist; `rsatalker fit-avatar --help` describes the folder."
        )
    instants: dict[Path, int] = {}
    splits = {split: read_views(folder, f"transforms_{split}.json", instants) for split in SPLITS}
    if not splits["train"]:
        raise AssetError(f"{folder / 'transforms_train.json'} lists no frames; there is nothing to fit.")
    tracked = [_read_instant(path) for path in instants]
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
    betas = tracked["shape"].ravel() if "shape" in tracked else np.zeros(0, np.float32)
    if identity is not None:
        person = identity.person(person, betas)
    elif np.any(betas):
        raise AssetError(
            f"{path} gives the shape of a person, but {file} has no identity_shapes; bake it into the file."
        )
    if "static_offset" not in tracked or not np.any(tracked["static_offset"]):
        return person
    offset = tracked["static_offset"]
    if offset.shape not in ((count := len(person.neutral_vertices), 3), (1, count, 3)):
        raise AssetError(
            f"{path}: static_offset is of shape {offset.shape}, {file} has {count} vertices; use the head that the "
            "data was tracked with (GaussianAvatars' has 120 vertices of teeth more than FLAME)."
        )
    return with_offset(person, offset.reshape(-1, 3))


def _read_instant(path: Path) -> dict[str, np.ndarray]:
    """Return what is tracked of an instant, finite numbers all."""
    try:
        with open_npz(path) as file:
            columns = {name: file[name] for name in TRACKED if name in file.files}
    except NPZ_FAULTS as error:
        raise AssetError(
            f"{path} cannot be read ({npz_fault(error)}); expected the npz of an instant, with expr, jaw_pose ..."
        ) from error
    for name, values in columns.items():
        if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
            raise AssetError(
                f"{path}: {name} holds what is no finite number; where tracking lost the person, remove the frames of "
                "the instant from the transforms."
            )
    return {name: values.astype(np.float32) for name, values in columns.items()}


def _pose(path: Path, tracked: Mapping[str, np.ndarray], expressions: int) -> FlamePose:
    """Return the pose of an instant; expression coefficients that are not given are 0."""

    def vector(name: str, length: int) -> Float32[np.ndarray, " length"]:
        values = tracked.get(name, np.zeros(length, np.float32))
        given = values.size
        if values.shape not in ((given,), (1, given)) or (given > length if name == "expr" else given != length):
            most = "at most " if name == "expr" else ""
            raise AssetError(
                f"{path}: {name} is of shape {values.shape}; expected {most}{length} numbers of one instant, which is "
                "what the head takes."
            )
        return np.pad(values.ravel(), (0, length - given))

    return FlamePose(
        expression=vector("expr", expressions), global_orient=vector("rotation", 3), neck_pose=vector("neck_pose", 3),
        jaw_pose=vector("jaw_pose", 3), eye_pose=vector("eyes_pose", 6), transl=vector("translation", 3),
        arkit=np.zeros(len(ARKIT_NAMES), np.float32),
    )  # fmt: skip
