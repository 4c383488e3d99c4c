"""ICT-FaceKit (MIT): a folder of OBJ files -> a head.

The kit has a neutral mesh, up to 100 identity modes and expression shapes with ARKit-like names, in centimetres, and no
joints: neck, eyes and jaw get joints here. The jaw's lies in the hinge about which the shape `jawOpen` turns the lower
teeth, but carries no vertex: the kit's shapes are made to be added up, and its `mouthClose` closes an open jaw at every
weight only then (turned along with a joint it leaves 10 mm). Source: Li et al., Learning formation of physically-based
face attributes (CVPR 2020); file layout of the ICT-VGL/ICT-FaceKit repository.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from rsatalker.errors import AssetError
from rsatalker.heads.head import SparseShapes
from rsatalker.heads.head_file import arkit_by_name
from rsatalker.heads.obj_file import ObjMesh, read_obj, read_obj_vertices
from rsatalker.heads.shape_head import IdentitySpace, ShapeHead

EXPRESSION_SPACE = "ict-facekit"
NEUTRAL = "generic_neutral_mesh"
CM = 0.01  # metres
# What a head needs of the kit's materials; the rest are films and shadow cards of other renderers.
WORN = (
    "M_Face", "M_BackHead", "M_GumsTongue", "M_Teeth", "M_ScleraLeft", "M_IrisLeft", "M_ScleraRight", "M_IrisRight",
)  # fmt: skip
UNUSED_SHAPES = ("PupilDilate",)  # no weight of ours drives the pupils
LEAST_MOTION_M = 1e-5  # a hundredth of a millimetre: the files are rounded
SMALLEST_DOUBLE_AREA = 1e-5  # square centimetres; below it a triangle is the empty half of a triangle stored as a quad
# Where the neck turns, cm: nothing moves at the collar, all moves under the jaw.
COLLAR_HEIGHT, JAW_HEIGHT = -12.5, -5.5
# Resting joints that eyes and shapes do not give, cm: foot of the neck, its top under the skull, and the hinge of a jaw
# whose shapes do not turn it.
ROOT_JOINT, NECK_JOINT, JAW_JOINT = (0.0, -17.0, -2.0), (0.0, -7.5, -2.0), (0.0, -0.5, 2.0)
LEAST_JAW_TURN_RAD = 0.05  # less is a shift, which has no hinge
NEIGHBOURS = 60  # vertices that carry a joint along when the identity changes


@dataclass(frozen=True, slots=True)
class IctKit:
    """A kit's folder.

    Attributes:
        head: The average person.
        identity: Whom it can be, where the folder says so.
        quads: Of the kit's whole mesh, in its own numbers.
        kept: The kit's number of each vertex of the head.
    """

    head: ShapeHead
    identity: IdentitySpace | None
    quads: Int[np.ndarray, "Q 4"]
    kept: Int[np.ndarray, " V"]


def read_ict_facekit(
    folder: Path, say: Callable[[str], None] = lambda _: None
) -> tuple[ShapeHead, IdentitySpace | None]:
    """Return the head of a kit's folder and whom it can be; see `read_ict_kit`."""
    kit = read_ict_kit(folder, say)
    return kit.head, kit.identity


def read_ict_kit(folder: Path, say: Callable[[str], None] = lambda _: None) -> IctKit:
    """Return what a kit's folder holds.

    Args:
        folder: Of the kit, or its FaceXModel.
        say: Receives what was found, line by line.

    Raises:
        AssetError: A file is missing or of another mesh.
    """
    folder = folder / "FaceXModel" if (folder / "FaceXModel").is_dir() else folder
    if not (folder / f"{NEUTRAL}.obj").is_file():
        raise AssetError(f"{folder} has no {NEUTRAL}.obj; give the FaceXModel folder of ICT-FaceKit.")
    mesh = read_obj(folder / f"{NEUTRAL}.obj")
    files = sorted(file for file in folder.glob("*.obj") if file.stem != NEUTRAL)
    shapes = {file.stem: _field(file, mesh) for file in files if not file.stem.startswith("identity")}
    identities = [_field(file, mesh) for file in files if file.stem.startswith("identity")]
    if not shapes:
        raise AssetError(f"{folder} has no expression beside {NEUTRAL}.obj; expected jawOpen.obj and others.")
    head, kept = ict_head(mesh, shapes)
    say(f"{len(head.neutral_vertices):,} of {len(mesh.vertices):,} vertices, {len(head.faces):,} triangles")
    driven = int(head.expression_from_arkit.any(1).sum())
    say(f"{len(head.expression_names)} expression shapes, driven by {driven} of the 52 ARKit weights")
    say(f"{len(identities)} identity modes")
    modes = [(mode[kept] * CM).astype(np.float32) for mode in identities]
    regressor = _joint_regressor(head.neutral_vertices, head.joints)
    return IctKit(head, IdentitySpace(np.stack(modes), regressor) if modes else None, mesh.quads, kept)


def ict_head(
    mesh: ObjMesh,
    shapes: Mapping[str, Float[np.ndarray, "V 3"]],
    worn: tuple[str, ...] = WORN,
    lowest_cm: float = -np.inf,
) -> tuple[ShapeHead, Int[np.ndarray, " K"]]:
    """Return the head of the kit's mesh, and which vertices of the mesh it has kept.

    Args:
        mesh: The neutral one, centimetres.
        shapes: Displacement at weight 1 by name, centimetres.
        worn: Materials that the head keeps.
        lowest_cm: The bust is cut there.

    Raises:
        AssetError: The mesh has no eyeballs by the kit's names.
    """
    faces, kept = _surface(mesh, worn, lowest_cm)
    neutral = mesh.vertices[kept]
    eyes = [_of_materials(mesh, (f"M_Sclera{side}", f"M_Iris{side}"), worn)[kept] for side in ("Left", "Right")]
    if not all(eye.any() for eye in eyes):
        raise AssetError(f"the mesh has materials {', '.join(mesh.material_names)}; an eye needs M_ScleraLeft, Right.")
    centers = [_ball_center(neutral[eye]) for eye in eyes]
    skinning = np.zeros((len(neutral), 5), np.float32)
    skinning[:, 1] = np.clip((neutral[:, 1] - COLLAR_HEIGHT) / (JAW_HEIGHT - COLLAR_HEIGHT), 0, 1)
    for joint, eye in zip((3, 4), eyes, strict=True):
        skinning[eye] = np.eye(5, dtype=np.float32)[joint]
    skinning[:, 0] = 1 - skinning[:, 1:].sum(1)
    names = tuple(name for name in shapes if not name.startswith(UNUSED_SHAPES))
    fields = np.stack([shapes[name][kept] for name in names]) * CM
    teeth = _of_materials(mesh, ("M_Teeth",), worn)[kept]
    hinge = _jaw_hinge(neutral[teeth], shapes["jawOpen"][kept][teeth]) if "jawOpen" in shapes else np.array(JAW_JOINT)
    head = ShapeHead(
        name="ict",
        expression_space=EXPRESSION_SPACE,
        expression_names=names,
        faces=faces,
        neutral_vertices=(neutral * CM).astype(np.float32),
        joints=(np.array([ROOT_JOINT, NECK_JOINT, hinge, *centers]) * CM).astype(np.float32),
        joint_shifts=np.zeros((len(names), 5, 3), np.float32),
        shapes=SparseShapes.of(fields, LEAST_MOTION_M),
        skinning=skinning,
        expression_from_arkit=arkit_by_name(names),
    )
    return head, kept


def _field(file: Path, mesh: ObjMesh) -> Float32[np.ndarray, "V 3"]:
    vertices = read_obj_vertices(file)
    if len(vertices) != len(mesh.vertices):
        raise AssetError(
            f"{file} has {len(vertices):,} vertices, {NEUTRAL}.obj has {len(mesh.vertices):,}; take all files from one "
            "release of the kit."
        )
    return (vertices - mesh.vertices).astype(np.float32)


def _surface(
    mesh: ObjMesh, worn: tuple[str, ...], lowest_cm: float
) -> tuple[Int[np.ndarray, "F 3"], Int[np.ndarray, " K"]]:
    """Return the triangles that are worn and the vertices of the mesh that they use."""
    wanted = np.isin(mesh.material, [mesh.material_names.index(name) for name in worn if name in mesh.material_names])
    quads = mesh.quads[wanted & (mesh.vertices[mesh.quads][:, :, 1].min(1) > lowest_cm)]
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    first, second = (mesh.vertices[triangles[:, i]] - mesh.vertices[triangles[:, 0]] for i in (1, 2))
    triangles = triangles[np.linalg.norm(np.cross(first, second), axis=1) > SMALLEST_DOUBLE_AREA]
    kept, renumbered = np.unique(triangles, return_inverse=True)
    return np.ascontiguousarray(renumbered.reshape(-1, 3), np.int32), kept


def _of_materials(mesh: ObjMesh, names: tuple[str, ...], worn: tuple[str, ...]) -> Bool[np.ndarray, " V"]:
    """Return which vertices of the mesh belong to materials that are worn."""
    indices = [mesh.material_names.index(name) for name in names if name in mesh.material_names and name in worn]
    found = np.zeros(len(mesh.vertices), bool)
    found[mesh.quads[np.isin(mesh.material, indices)]] = True
    return found


def _ball_center(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "3"]:
    """Return the middle of an eyeball by least squares over its back, where the cornea does not bulge."""
    back = points[points[:, 2] < np.quantile(points[:, 2], 0.7)]
    equations = np.column_stack([2 * back, np.ones(len(back))])
    return np.linalg.lstsq(equations, (back**2).sum(1), rcond=None)[0][:3]


def _jaw_hinge(teeth: Float[np.ndarray, "N 3"], opening: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "3"]:
    """Return about which point of the midline a shape turns the lower teeth, seen from the side, centimetres."""
    motion = np.linalg.norm(opening, axis=1)
    lower = motion > 0.5 * motion.max(initial=0.0)
    if not lower.any():
        return np.array(JAW_JOINT)
    before, after = teeth[lower, 1:], (teeth + opening)[lower, 1:]
    a, b = before - before.mean(0), after - after.mean(0)
    angle = np.arctan2((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum(), (a * b).sum())
    if abs(angle) < LEAST_JAW_TURN_RAD:
        return np.array(JAW_JOINT)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.concatenate([[0.0], np.linalg.solve(np.eye(2) - turn, after.mean(0) - turn @ before.mean(0))])


def _joint_regressor(
    vertices: Float32[np.ndarray, "V 3"], joints: Float32[np.ndarray, "5 3"]
) -> Float32[np.ndarray, "5 V"]:
    """Return joints as means of the vertices around them, for what a change of identity moves."""
    regressor = np.zeros((len(joints), len(vertices)), np.float32)
    for row, joint in zip(regressor, joints, strict=True):
        nearest = np.argpartition(((vertices - joint) ** 2).sum(1), NEIGHBOURS)[:NEIGHBOURS]
        row[nearest] = 1 / NEIGHBOURS
    return regressor
