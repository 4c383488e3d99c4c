"""The folder of an avatar that is no character of ours: fitted, imported, or grown on a head of others.

avatar.json       what it is: name, description, how its Gaussians follow the mesh, how it was made
point_cloud.ply   its Gaussians (`ply`)
                  (or what `dressed_folder` describes in its place)
head.npz          its mesh (`rsatalker.heads.head_file`); left out where the mesh is one of our own characters'
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from jaxtyping import Float32, Int32

from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.captured_light import CapturedLight
from rsatalker.avatars.dressed_folder import is_dressed, read_dressed
from rsatalker.avatars.fitted_avatar import FittedAvatar, PosedHead
from rsatalker.avatars.ply import read_ply, write_ply
from rsatalker.avatars.relighting import DISPLAY_GAMMA
from rsatalker.avatars.triangle_carriers import CarrierKind
from rsatalker.errors import AssetError
from rsatalker.exports.splat_cloud import C0
from rsatalker.heads.face_points import eye_centers
from rsatalker.heads.head import Head
from rsatalker.heads.head_file import read_head, write_head
from rsatalker.heads.shape_head import ArkitHead, ShapeHead
from rsatalker.whole_files import whole_file

ABOUT, SPLATS, HEAD = "avatar.json", "point_cloud.ply", "head.npz"
FORMAT = "rsatalker-avatar-1"
LARGEST_NUMBER = 1e6  # of a colour or a light: beyond it something is wrong, an infinity not least
UNPAINTED = 0.45  # linear grey of a mesh whose skin is in Gaussians that take light
UNSEEN, FAINT = (
    0.6,
    1e-3,
)  # of the usual colour, what no Gaussian lies on; of an opaque Gaussian, how little that weighs


@dataclass(frozen=True, slots=True)
class AvatarNote:
    """What avatar.json says.

    Attributes:
        name: Whose avatar it is.
        description: One line for people who choose.
        carriers: How the Gaussians follow their triangles.
        antialiased: Whether they were fitted with the antialiased weight.
        expression_space: Of the mesh; motion of other spaces drives it by its ARKit weights.
        character: The character whose mesh it follows, or empty where head.npz holds the mesh.
        background: Behind the person in the images, sRGB in [0, 1].
        made: How, for people.
        light: Of the images, slope and mean of `CapturedLight`; none where it was not measured.
        format: Of the folder.
    """

    name: str
    description: str
    carriers: CarrierKind
    antialiased: bool
    expression_space: str
    character: str
    background: tuple[float, float, float]
    made: Mapping[str, object]
    light: tuple[float, float, float, float] | None = None
    format: str = FORMAT


def write_avatar(folder: Path, note: AvatarNote, splats: BoundSplats, head: ShapeHead | None) -> None:
    """Write a fitted avatar; the note comes last, so that a folder with one is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    if head is not None:
        write_head(folder / HEAD, head)
    write_ply(folder / SPLATS, splats)
    write_note(folder, note)


def write_note(folder: Path, note: AvatarNote) -> None:
    """Write what a folder says of itself, once all else is in it."""
    with whole_file(folder / ABOUT) as draft:
        draft.write_text(json.dumps(asdict(note), indent=2, default=str) + "\n", encoding="utf-8")


def is_avatar(folder: Path) -> bool:
    """Return whether a folder holds a fitted avatar."""
    return (folder / ABOUT).is_file()


@dataclass(frozen=True, slots=True)
class FittedMember:
    """A fitted avatar that can be asked for.

    Attributes:
        name: What it is asked for by: the name of its folder.
        description: One line for people who choose.
        folder: Where it lies.
    """

    name: str
    description: str
    folder: Path


def fitted_members(shelf: Path) -> list[FittedMember]:
    """Return the fitted avatars that lie side by side in a folder, by name.

    Names are those of folders that were found: whoever asks for one only compares names, and never makes a path of one.

    Raises:
        AssetError: The folder does not exist, or an avatar in it is malformed.
    """
    if not shelf.is_dir():
        raise AssetError(f"the folder of avatars {shelf} does not exist; create it, or leave --avatars out.")
    folders = sorted(path for path in shelf.iterdir() if is_avatar(path))
    return [FittedMember(folder.name, read_note(folder).description, folder) for folder in folders]


def read_note(folder: Path) -> AvatarNote:
    """Return what a fitted avatar's folder says of itself.

    Raises:
        AssetError: There is no note, or it is malformed or of another format.
    """
    path = folder / ABOUT
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AssetError(f"{path} cannot be read ({error}); expected what `rsatalker fit-avatar` writes.") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise AssetError(f"{path} is not of the format {FORMAT}; fit the avatar anew with `rsatalker fit-avatar`.")
    kinds: dict[str, type] = {
        "name": str, "description": str, "carriers": str, "antialiased": bool, "expression_space": str,
        "character": str, "background": list, "made": dict, "format": str,
    }  # fmt: skip
    wrong = [name for name, kind in kinds.items() if not isinstance(found.get(name), kind)]
    if wrong or found["carriers"] not in get_args(CarrierKind) or len(_numbers(found["background"])) != 3:
        raise AssetError(f"{path} has no fitting {', '.join(wrong) or 'carriers or background'}; fit the avatar anew.")
    values: dict[str, Any] = {name: found[name] for name in kinds}
    values["background"] = tuple(_numbers(found["background"]))
    return AvatarNote(**values, light=_light(path, found.get("light")))


def _light(path: Path, found: object) -> tuple[float, float, float, float] | None:
    """Return what a note says of the images' light; notes of earlier versions say nothing."""
    if found is None:
        return None
    values = _numbers(found)
    if len(values) != 4 or values[3] <= 0:
        raise AssetError(
            f"{path} gives light {found!r}; expected 3 numbers and a positive one, or fit the avatar anew."
        )
    return values[0], values[1], values[2], values[3]


def _numbers(found: object) -> list[float]:
    """Return the numbers of a list that holds nothing but finite ones; an empty list for anything else."""
    given: list[object] = found if isinstance(found, list) else []
    values = [float(value) for value in given if isinstance(value, int | float) and abs(value) <= LARGEST_NUMBER]
    return values if len(values) == len(given) else []


def read_avatar(folder: Path, character_head: Callable[[str], Head], threads: int = 2) -> Avatar | FittedAvatar:
    """Return the avatar of a folder, to be driven by motion of `procedural-1`.

    Args:
        folder: What `write_avatar` wrote.
        character_head: Makes the mesh of one of our own characters.
        threads: That one call of `follow` may use.

    Raises:
        AssetError: A file is missing or malformed, or the Gaussians are bound to triangles that the mesh lacks.
    """
    if is_dressed(folder):
        return read_dressed(folder, read_note(folder).name, threads)
    note, splats, mesh = read_note(folder), read_ply(folder / SPLATS), avatar_mesh(folder, character_head)
    _check_binding(folder, splats, mesh.faces, mesh.neutral_vertices)
    head: PosedHead = mesh if isinstance(mesh, Head) else ArkitHead(mesh)
    captured = None if note.light is None else CapturedLight(np.array(note.light[:3]), note.light[3])
    return FittedAvatar(
        note.name, head, mesh.neutral_vertices, mesh.faces, eye_centers(mesh), splats, note.carriers,
        antialiased=note.antialiased, captured=captured, threads=threads,
    )  # fmt: skip


def avatar_mesh(folder: Path, character_head: Callable[[str], Head]) -> Head | ShapeHead:
    """Return the head that a folder's Gaussians follow; a `ShapeHead` shows poses by their ARKit weights.

    Raises:
        AssetError: A file is missing or malformed, or nothing can drive the head.
    """
    note = read_note(folder)
    if note.character:
        return character_head(note.character)
    shaped, _ = read_head(folder / HEAD)
    if not shaped.expression_from_arkit.any():
        raise AssetError(
            f"{folder / HEAD} says of no expression which ARKit weight drives it, so nothing can make this face "
            "talk; add expression_from_arkit to the head file."
        )
    return shaped


def mesh_colors(folder: Path, mesh: Head | ShapeHead) -> Float32[np.ndarray, "V 3"]:
    """Return a linear colour for every vertex of a fitted avatar's mesh: that of the Gaussians around it.

    Raises:
        AssetError: The Gaussians cannot be read, or are bound to triangles that the mesh lacks.
    """
    if is_dressed(folder):
        return np.full((len(mesh.neutral_vertices), 3), UNPAINTED, np.float32)
    splats = read_ply(folder / SPLATS)
    _check_binding(folder, splats, mesh.faces, mesh.neutral_vertices)
    shown = np.clip(splats.sh[:, 0] * C0 + 0.5, 0, 1) ** DISPLAY_GAMMA
    sums = np.zeros((len(mesh.neutral_vertices), 4))
    sums[:] = np.array([*(UNSEEN * np.median(shown, axis=0)), 1.0]) * FAINT
    weighted = np.concatenate([shown, np.ones((len(splats), 1))], 1) * splats.opacities[:, None]
    for corner in range(3):
        np.add.at(sums, mesh.faces[splats.binding, corner], weighted)
    return (sums[:, :3] / sums[:, 3:]).astype(np.float32)


def _check_binding(
    folder: Path, splats: BoundSplats, faces: Int32[np.ndarray, "F 3"], neutral: Float32[np.ndarray, "V 3"]
) -> None:
    if not len(splats) or splats.binding.min() < 0 or splats.binding.max() >= len(faces):
        raise AssetError(
            f"{folder / SPLATS} binds {len(splats)} Gaussians to triangles up to "
            f"{int(splats.binding.max(initial=-1))}; the mesh has {len(faces)} triangles and {len(neutral)} vertices. "
            "Use the head that it was fitted with."
        )
