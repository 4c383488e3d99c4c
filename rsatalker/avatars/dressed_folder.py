"""The folder of a head of others on which our appearance has grown.

Beside `avatar.json` and `head.npz` (`avatar_folder`):

character.npz     the head as our appearance knows it: quads, regions, landmarks, lids, what raises its shapes
appearance.npz    what has grown on it (`avatar_data`), baked
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.avatar_data import AvatarData
from rsatalker.errors import AssetError
from rsatalker.heads.head import Head, Rig, SparseShapes
from rsatalker.heads.named_drive import NamedDrive
from rsatalker.motion.expression_space import PROCEDURAL_1
from rsatalker.npz_file import NPZ_FAULTS, open_npz
from rsatalker.whole_files import whole_file

CHARACTER, APPEARANCE = "character.npz", "appearance.npz"
PLAIN = (
    "faces", "quads", "vertex_region", "quad_region", "landmarks", "joints", "eye_centers", "neutral_vertices",
)  # fmt: skip
LIDS = ("left_upper", "left_lower", "right_upper", "right_lower")


def is_dressed(folder: Path) -> bool:
    """Return whether our appearance has grown on the head of a folder."""
    return (folder / APPEARANCE).is_file()


def write_dressed(folder: Path, head: Head, data: AvatarData) -> None:
    """Write head and appearance; the note of the folder is written after them.

    Args:
        folder: Of the avatar; it exists.
        head: Driven by a `NamedDrive`.
        data: What has grown on it.
    """
    drive = head.rig.drive
    assert isinstance(drive, NamedDrive), "only heads that are driven by names can be stored"
    columns: dict[str, np.ndarray] = {name: getattr(head, name) for name in PLAIN}
    margins = [margin for pair in head.lid_margins for margin in pair]
    columns |= dict(zip(LIDS, margins, strict=True))
    columns |= {"upper_lip": head.lip_contact[0], "lower_lip": head.lip_contact[1]}
    columns |= {"starts": head.rig.shapes.starts, "vertices": head.rig.shapes.vertices}
    columns |= {"offsets": head.rig.shapes.offsets, "skinning": head.rig.skinning}
    columns |= {"of_expression": drive.of_expression, "of_joints": drive.of_joints}
    columns |= {"name": np.array(head.name), "eye_radius_m": np.array(head.eye_radius_m)}
    with whole_file(folder / CHARACTER) as draft, draft.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **columns)
    data.save(folder / APPEARANCE)


def read_dressed(folder: Path, name: str, threads: int) -> Avatar:
    """Return the avatar of a folder.

    Raises:
        AssetError: A file is missing, damaged, or of another version of this program.
    """
    try:
        return Avatar(name, _read_head(folder / CHARACTER), AvatarData.load(folder / APPEARANCE), threads)
    except (*NPZ_FAULTS, KeyError, TypeError) as error:
        raise AssetError(
            f"{folder} cannot be read ({error}); expected what this version's `rsatalker dress-head` writes: run it "
            "again."
        ) from error


def _read_head(path: Path) -> Head:
    with open_npz(path) as file:
        columns = {name: file[name] for name in file.files}
    shapes = SparseShapes(columns["starts"], columns["vertices"], columns["offsets"])
    drive = NamedDrive(columns["of_expression"], columns["of_joints"])
    left_upper, left_lower, right_upper, right_lower = (columns[name] for name in LIDS)
    return Head(
        name=str(columns["name"]),
        expression_space="procedural-1",
        expression_names=PROCEDURAL_1,
        lid_margins=((left_upper, left_lower), (right_upper, right_lower)),
        lip_contact=(columns["upper_lip"], columns["lower_lip"]),
        eye_radius_m=float(columns["eye_radius_m"]),
        rig=Rig(shapes, drive, columns["skinning"], columns["skinning"]),
        **{name: columns[name] for name in PLAIN},
    )
