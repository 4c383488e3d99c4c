"""The ICT head (MIT) with joints and a painted face: a person that fitting has never seen.

The pack in `../shared/data/ict_facekit` is what `to_obj.py` there expands; this file alone knows its mesh.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rsatalker.heads import ict_facekit
from rsatalker.heads.ict_facekit import CM
from rsatalker.heads.obj_file import ObjMesh
from rsatalker.heads.shape_head import ShapeHead

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "ict_facekit"
WORN = ("M_Face", "M_BackHead", "M_GumsTongue", "M_Teeth", "M_ScleraLeft", "M_ScleraRight")  # of the twelve materials
LOWEST_CM = -15.0  # the bust is cut there


def missing() -> str:
    """Return why the head cannot be had, or nothing."""
    pack = FOLDER / "ict_light.npz"
    return "" if pack.exists() else f"ICT-FaceKit's pack is not at {pack}"


@dataclass(frozen=True)
class IctHead:
    """The head, and what its surface is made of.

    Attributes:
        head: Ready to be posed.
        material: Index into WORN of every triangle.
        landmarks: The 68 landmarks of Multi-PIE, positions at rest in metres.
    """

    head: ShapeHead
    material: np.ndarray
    landmarks: np.ndarray


def ict_mesh() -> tuple[ObjMesh, dict[str, np.ndarray]]:
    """Return the kit's whole mesh and its expression shapes, centimetres."""
    with np.load(FOLDER / "ict_light.npz") as pack:
        fields = pack["expression_q"] * (pack["expression_scale"][:, None, None] / 32767)
        shapes = dict(zip((str(name) for name in pack["expression_names"]), fields, strict=True))
        mesh = ObjMesh(
            pack["vertices"].astype(np.float64), pack["quads"].astype(np.int32), pack["quad_material"].astype(np.int64),
            tuple(str(name) for name in pack["material_names"]),
        )  # fmt: skip
    return mesh, shapes


def ict_head() -> IctHead:
    """Return the head at rest in metres; jaw, brows and lips move by its shapes, eyes and neck by joints."""
    mesh, shapes = ict_mesh()
    head, kept = ict_facekit.ict_head(mesh, shapes, WORN, LOWEST_CM)
    indices = (FOLDER / "landmarks.txt").read_text().split("\n", 1)[1].split()
    return IctHead(head, _material(mesh, kept, head.faces), mesh.vertices[np.array(indices, int)] * CM)


def _material(mesh: ObjMesh, kept: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return the index into WORN of every triangle: that of the quad with the same corners."""
    of_corners = {
        tuple(sorted(corners)): WORN.index(mesh.material_names[material])
        for quad, material in zip(mesh.quads.tolist(), mesh.material, strict=True)
        if mesh.material_names[material] in WORN
        for corners in (quad[:3], (quad[0], *quad[2:]))
    }
    return np.array([of_corners[tuple(sorted(corners))] for corners in kept[faces].tolist()])
