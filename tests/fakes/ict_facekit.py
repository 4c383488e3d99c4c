"""The ICT head (MIT) with joints and a painted face: a person that fitting has never seen.

The pack in `../shared/data/ict_facekit` is what `to_obj.py` there expands; this file alone knows its mesh.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rsatalker.heads.head import SparseShapes
from rsatalker.heads.head_file import arkit_by_name
from rsatalker.heads.shape_head import ShapeHead

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "ict_facekit"
CM = 0.01  # metres; the pack is in centimetres
WORN = ("M_Face", "M_BackHead", "M_GumsTongue", "M_Teeth", "M_ScleraLeft", "M_ScleraRight")  # of the twelve materials
LOWEST = -15.0  # centimetres: the bust is cut there


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


def ict_head() -> IctHead:
    """Return the head at rest in metres; jaw, brows and lips move by its shapes, eyes and neck by joints."""
    with np.load(FOLDER / "ict_light.npz") as pack:
        vertices, quads = pack["vertices"].astype(np.float64), pack["quads"].astype(np.int32)
        names = [str(name) for name in pack["expression_names"]]
        fields = pack["expression_q"] * (pack["expression_scale"][:, None, None] / 32767)
        material_names = [str(name) for name in pack["material_names"]]
        quad_material = pack["quad_material"]
    worn = np.isin(quad_material, [material_names.index(name) for name in WORN])
    worn &= vertices[quads][:, :, 1].min(1) > LOWEST
    quads, quad_material = quads[worn], quad_material[worn]
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    material = np.concatenate([quad_material, quad_material])
    first, second = (vertices[faces[:, i]] - vertices[faces[:, 0]] for i in (1, 2))
    solid = np.linalg.norm(np.cross(first, second), axis=1) > 1e-5  # a triangle stored as a quad has an empty half
    faces, material = faces[solid], material[solid]
    kept, faces = np.unique(faces, return_inverse=True)
    material = np.array([WORN.index(material_names[index]) for index in material])
    moving = [index for index, name in enumerate(names) if not name.startswith("PupilDilate")]
    neutral = vertices[kept] * CM
    corners = {index: faces.reshape(-1, 3)[material == index].ravel() for index in range(len(WORN))}
    eyes = np.stack([_ball_center(neutral[np.unique(corners[WORN.index(f"M_Sclera{s}")])]) for s in ("Left", "Right")])
    skinning = np.zeros((len(neutral), 5), np.float32)
    skinning[:, 1] = np.clip((neutral[:, 1] / CM + 12.5) / 7.0, 0, 1)  # nothing at the collar, all under the jaw
    for joint, side in ((3, "Left"), (4, "Right")):
        skinning[np.unique(corners[WORN.index(f"M_Sclera{side}")])] = np.eye(5)[joint]
    skinning[:, 0] = 1 - skinning[:, 1:].sum(1)
    joints = np.array([[0, -0.17, -0.02], [0, -0.075, -0.02], [0, -0.005, 0.02], *eyes], np.float32)
    shape_names = tuple(names[index] for index in moving)
    head = ShapeHead(
        name="ict", expression_space="ict-facekit", expression_names=shape_names,
        faces=np.ascontiguousarray(faces.reshape(-1, 3), np.int32), neutral_vertices=neutral.astype(np.float32),
        joints=joints, joint_shifts=np.zeros((len(moving), 5, 3), np.float32),
        shapes=SparseShapes.of(fields[moving][:, kept] * CM, threshold_m=1e-5), skinning=skinning,
        expression_from_arkit=arkit_by_name(shape_names),
    )  # fmt: skip
    indices = (FOLDER / "landmarks.txt").read_text().split("\n", 1)[1].split()
    return IctHead(head, material, vertices[np.array(indices, int)] * CM)


def _ball_center(points: np.ndarray) -> np.ndarray:
    """Return the middle of the back half of an eyeball, where the cornea does not bulge, by least squares."""
    back = points[points[:, 2] < np.quantile(points[:, 2], 0.7)]
    solution = np.linalg.lstsq(np.column_stack([2 * back, np.ones(len(back))]), (back**2).sum(1), rcond=None)[0]
    return solution[:3]
