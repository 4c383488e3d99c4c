"""`rsatalker import-avatar`: Gaussians that others made -> the folder of an avatar that talks.

A PLY with `binding_0` is one of GaussianAvatars: it keeps its triangles, and `flame_param.npz` beside it says whose
head these belong to. A plain PLY of 3D Gaussian Splatting is bound to a head by nearest triangle; it has to show the
person at rest, and to lie on the head (--turn-deg, --scale, --move-m).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from jaxtyping import Float32, Int
from scipy.spatial.transform import Rotation

from rsatalker.avatars.avatar_folder import AvatarNote, write_avatar
from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.cast import CHARACTERS, character_head
from rsatalker.avatars.ply import read_cloud, read_ply
from rsatalker.avatars.splat_binding import bind_to_nearest, moved_cloud
from rsatalker.errors import AssetError, ExpressionSpaceError
from rsatalker.exports.splat_cloud import SplatCloud
from rsatalker.heads.flame_file import FlameSpace
from rsatalker.heads.flame_param import FlameParam, read_flame_param
from rsatalker.heads.head import Head
from rsatalker.heads.head_file import read_head
from rsatalker.heads.regions import Region
from rsatalker.heads.shape_head import IdentitySpace, ShapeHead, with_offset

FLAME_VERTICES, FLAME_FACES = 5_023, 9_976
TOOTHED_VERTICES, TOOTHED_FACES = 5_143, 10_144  # of GaussianAvatars' mesh: FLAME's and two rows of teeth
FARTHEST_M = 0.12  # from the head; long hair lies nearer, what is farther away is not the person
LARGEST_MEDIAN_M = 0.02  # of the distances; a cloud that lies farther from the head was not laid on it
HIDDEN = (Region.MOUTH_BAG, Region.EYE_SOCKET, Region.NOSTRIL)  # folds that no picture has seen


@dataclass(frozen=True, slots=True)
class ImportAvatarOptions:
    """Options of `rsatalker import-avatar`.

    Attributes:
        ply: point_cloud.ply of GaussianAvatars, or a plain one of 3D Gaussian Splatting.
        head: Head file of `rsatalker import-head`, or a character whose mesh a plain PLY is bound to.
        out: Folder to write; `serve --avatars`, `demo --avatars` and scripts of cutscenes take the folder above it.
        flame_param: Whose head the Gaussians of GaussianAvatars belong to; flame_param.npz beside the PLY if left out.
        space: Of its expressions, where it is known; refused if the head is of another.
        without_teeth: Leave out the Gaussians on the teeth that GaussianAvatars adds to FLAME.
        turn_deg: Turn a plain PLY about x, y and z, in this order; captures by COLMAP need 180 0 0.
        scale: Metres per unit of a plain PLY.
        move_m: Then move it.
        description: One line for people who choose.
    """

    ply: Annotated[Path, tyro.conf.Positional]
    head: str
    out: Path
    flame_param: Path | None = None
    space: FlameSpace | None = None
    without_teeth: bool = False
    turn_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0
    move_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    description: str = ""


def import_avatar(options: ImportAvatarOptions, say: Callable[[str], None]) -> Path:
    """Write the folder and return it; `say` receives what was found, line by line.

    Raises:
        AssetError: A file is missing or malformed, or Gaussians and head do not fit.
        ExpressionSpaceError: The head is of another FLAME than the Gaussians.
    """
    cloud, is_bound = read_cloud(options.ply)
    say(f"{len(cloud):,} Gaussians, harmonics of degree {round(cloud.sh.shape[1] ** 0.5) - 1}")
    if is_bound:
        splats, head = _of_gaussian_avatars(options, say)
        character, carriers, space = "", "rigid", head.expression_space
    else:
        head = character_head(options.head) if options.head in CHARACTERS else _head_file(options.head)[0]
        splats = _bound(options, cloud, head, say)
        character, carriers = (options.head if options.head in CHARACTERS else ""), "affine"
        space = head.expression_space
    if isinstance(head, ShapeHead) and not head.expression_from_arkit.any():
        raise AssetError(
            f"{options.head} says of no expression which ARKit weight drives it, so nothing can make this face talk; "
            "make the head file anew with `rsatalker import-head`."
        )
    note = AvatarNote(
        name=options.out.name, description=options.description or f"imported from {options.ply.name}",
        carriers=carriers, antialiased=False, expression_space=space, character=character,
        background=(0.0, 0.0, 0.0), made={"by": "import-avatar", "source": options.ply.name, "head": options.head},
    )  # fmt: skip
    write_avatar(options.out, note, splats, head if isinstance(head, ShapeHead) else None)
    say(f"written: {options.out}; try it: rsatalker demo --avatars {options.out.parent} --avatar-a {options.out.name}")
    return options.out


def _of_gaussian_avatars(options: ImportAvatarOptions, say: Callable[[str], None]) -> tuple[BoundSplats, ShapeHead]:
    """Return the Gaussians as they are, and the head of the person that they belong to."""
    if options.head in CHARACTERS:
        raise AssetError(
            f"{options.ply} is bound to FLAME's triangles, which {options.head} has not; give --head with the head "
            "file that `rsatalker import-head` makes of your FLAME."
        )
    splats = read_ply(options.ply)
    head, identity = _head_file(options.head)
    if options.space is not None and head.expression_space != options.space:
        raise ExpressionSpaceError(
            f"the Gaussians are of {options.space}, {options.head} is of {head.expression_space}, and their shapes do "
            f"not mean the same; give a head file of {options.space}."
        )
    say(f"head: {len(head.neutral_vertices):,} vertices, {len(head.faces):,} triangles, {head.expression_space}")
    param = read_flame_param(options.flame_param or options.ply.with_name("flame_param.npz"))
    splats = _without_teeth(options, splats, head, say)
    return splats, _person(options, head, identity, param, say)


def _without_teeth(
    options: ImportAvatarOptions, splats: BoundSplats, head: ShapeHead, say: Callable[[str], None]
) -> BoundSplats:
    """Return the Gaussians on triangles that the head has.

    How GaussianAvatars shapes its teeth is in code that may not be used here, so that they cannot be added to a head.
    """
    beyond = splats.binding >= len(head.faces)
    if not beyond.any():
        return splats
    greatest = int(splats.binding.max())
    if len(head.faces) != FLAME_FACES or greatest >= TOOTHED_FACES:
        raise AssetError(
            f"{options.ply} binds Gaussians to triangles up to {greatest}, {options.head} has {len(head.faces):,}; "
            "give the head that they were fitted on."
        )
    if not options.without_teeth:
        raise AssetError(
            f"{options.ply} binds {int(beyond.sum()):,} Gaussians to the teeth that GaussianAvatars adds to FLAME "
            f"({TOOTHED_VERTICES:,} vertices, {TOOTHED_FACES:,} triangles; {options.head} has {FLAME_VERTICES:,} and "
            f"{FLAME_FACES:,}); give a head file of that mesh, or leave them out by --without-teeth."
        )
    say(f"left out: {int(beyond.sum()):,} Gaussians on teeth")
    return _chosen(splats, ~beyond)


def _person(
    options: ImportAvatarOptions, head: ShapeHead, identity: IdentitySpace | None, param: FlameParam,
    say: Callable[[str], None],
) -> ShapeHead:  # fmt: skip
    """Return the head of the person whom a file describes."""
    if identity is not None:
        head = identity.person(head, param.betas)
    elif param.betas.any():
        raise AssetError(
            f"{param.path} gives the shape of a person, but {options.head} has no identity_shapes; make the head file "
            "anew with `rsatalker import-head`."
        )
    offset, count = param.static_offset, len(head.neutral_vertices)
    if offset is None:
        return head
    if len(offset) == TOOTHED_VERTICES and count == FLAME_VERTICES and options.without_teeth:
        offset = offset[:FLAME_VERTICES]  # the teeth come last
    if len(offset) != count:
        raise AssetError(
            f"{param.path} moves {len(offset):,} vertices by static_offset, {options.head} has {count:,}; give the "
            "head that the person was tracked with"
            + (", or leave the teeth out by --without-teeth." if len(offset) == TOOTHED_VERTICES else ".")
        )
    say(f"the person's own shape: {np.linalg.norm(offset, axis=1).max() * 1e3:.1f} mm at most from FLAME's")
    return with_offset(head, offset)


def _bound(
    options: ImportAvatarOptions, cloud: SplatCloud, head: Head | ShapeHead, say: Callable[[str], None]
) -> BoundSplats:
    """Return a plain cloud bound to the nearest triangles of a head."""
    if not options.scale > 0:
        raise AssetError(f"--scale is {options.scale:g}; expected metres per unit of the PLY, more than 0.")
    rotation = Rotation.from_euler("xyz", options.turn_deg, degrees=True).as_matrix()
    placed = moved_cloud(cloud, rotation, options.scale, np.array(options.move_m))
    splats, distances = bind_to_nearest(placed, head.neutral_vertices, head.faces, _visible(head))
    near = distances < FARTHEST_M
    median = float(np.median(distances)) if len(distances) else np.inf
    if median > LARGEST_MEDIAN_M or not near.any():
        low, high = (_written(edge(placed.centers, axis=0)) for edge in (np.min, np.max))
        ours = [_written(edge(head.neutral_vertices, axis=0)) for edge in (np.min, np.max)]
        raise AssetError(
            f"half of the Gaussians are more than {median * 1e3:.0f} mm from the head, expected "
            f"{LARGEST_MEDIAN_M * 1e3:.0f} at most: they reach from {low} to {high} m, the head from {ours[0]} to "
            f"{ours[1]}; lay them on it with --turn-deg, --scale and --move-m."
        )
    say(f"median distance from the head: {median * 1e3:.1f} mm")
    if not near.all():
        say(f"left out: {int((~near).sum()):,} Gaussians more than {FARTHEST_M * 1e3:.0f} mm away")
    return _chosen(splats, near)


def _visible(head: Head | ShapeHead) -> Int[np.ndarray, " K"]:
    """Return the triangles that pictures can have seen."""
    if isinstance(head, ShapeHead):
        return np.arange(len(head.faces))
    return np.flatnonzero(~np.isin(np.concatenate([head.quad_region, head.quad_region]), HIDDEN))


def _head_file(head: str) -> tuple[ShapeHead, IdentitySpace | None]:
    if not Path(head).is_file():
        raise AssetError(
            f"there is no head {head!r}; give --head with a head file of `rsatalker import-head`, or one of "
            f"{', '.join(CHARACTERS)}."
        )
    return read_head(Path(head))


def _chosen(splats: BoundSplats, choice: np.ndarray) -> BoundSplats:
    return replace(splats, **{name: getattr(splats, name)[choice] for name in BoundSplats.__slots__})


def _written(point: Float32[np.ndarray, "3"]) -> str:
    return f"({', '.join(f'{value:.2f}' for value in point)})"
