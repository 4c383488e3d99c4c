"""Builds a person's head: sculpture + identity -> mesh, landmarks, shapes and skinning in metres."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from rsatalker.heads.head import Head, LidMargin, Rig, SparseShapes
from rsatalker.heads.procedural.anatomy import EYE_RADIUS, brow_line, landmark_positions
from rsatalker.heads.procedural.drive import ProceduralDrive
from rsatalker.heads.procedural.expressions import person_shapes
from rsatalker.heads.procedural.half_mesh import MIRROR
from rsatalker.heads.procedural.identity import Identity
from rsatalker.heads.procedural.person import shape_person
from rsatalker.heads.procedural.sculpture import Sculpture, average_head
from rsatalker.heads.procedural.skinning import JAW_JOINT, NECK_JOINT, ROOT_JOINT, joint_shares
from rsatalker.motion.expression_space import PROCEDURAL_1

METRES = 0.01  # per centimetre


def build_head(identity: Identity, name: str = "procedural") -> Head:
    """Return the head of a person; deterministic, takes a few seconds.

    Args:
        identity: The person's build.
        name: What to call the head in messages.
    """
    sculpture = average_head()
    positions, eye_center = shape_person(sculpture, identity)
    whole = sculpture.reflection.vectors(positions)
    shapes = person_shapes(sculpture, positions, eye_center, identity)
    quads = sculpture.quads.astype(np.int32)
    eyes = np.stack([eye_center, eye_center * MIRROR])
    joints = np.concatenate([np.stack([ROOT_JOINT, NECK_JOINT, JAW_JOINT]), eyes])
    skinning, skinning_held = _skinning(sculpture)
    return Head(
        name=name,
        expression_space="procedural-1",
        expression_names=PROCEDURAL_1,
        faces=np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]),
        quads=quads,
        vertex_region=_vertex_regions(sculpture, len(whole)),
        quad_region=sculpture.quad_regions.astype(np.uint8),
        landmarks=_landmarks(sculpture),
        joints=(joints * METRES).astype(np.float32),
        lid_margins=_lid_margins(sculpture),
        lip_contact=_lip_contact(sculpture),
        eye_centers=(eyes * METRES).astype(np.float32),
        eye_radius_m=EYE_RADIUS * METRES,
        neutral_vertices=(whole * METRES).astype(np.float32),
        rig=Rig(SparseShapes.of(shapes * METRES), ProceduralDrive(), skinning, skinning_held),
    )


def _skinning(sculpture: Sculpture) -> tuple[Float[np.ndarray, "V 5"], Float[np.ndarray, "V 5"]]:
    """Return shares of global, neck, jaw, left eye, right eye: with lips free and with lips held together."""
    shares = joint_shares(sculpture)
    whole = sculpture.reflection.scalars
    neck = whole(shares.neck)
    matrices = []
    for jaw_half in (shares.jaw, shares.jaw_closed):
        jaw = whole(jaw_half)
        weights = np.stack([1 - neck, neck * (1 - jaw), neck * jaw, 0 * neck, 0 * neck], axis=1)
        left = sculpture.eyeball
        weights[left] = (0, 0, 0, 1, 0)
        weights[sculpture.reflection.partner[left]] = (0, 0, 0, 0, 1)
        matrices.append(weights.astype(np.float32))
    return matrices[0], matrices[1]


def _vertex_regions(sculpture: Sculpture, count: int) -> Int[np.ndarray, " V"]:
    """Return each vertex's region: the highest of its quads', so that seams belong to the special part."""
    regions = np.zeros(count, np.uint8)
    np.maximum.at(regions, sculpture.quads.ravel(), np.repeat(sculpture.quad_regions, 4).astype(np.uint8))
    return regions


def _lid_margins(sculpture: Sculpture) -> tuple[LidMargin, LidMargin]:
    margin = sculpture.template.eye_rings[-1]
    half = len(margin) // 2
    upper = margin[: half + 1].astype(np.int32)
    lower = np.concatenate([margin[:1], margin[:half:-1], margin[half : half + 1]]).astype(np.int32)
    partner = sculpture.reflection.partner.astype(np.int32)
    return (upper, lower), (partner[upper], partner[lower])


def _lip_contact(sculpture: Sculpture) -> tuple[Int[np.ndarray, " M"], Int[np.ndarray, " M"]]:
    contact = sculpture.template.mouth_rings[-1].astype(np.int32)
    cells = len(contact) // 2
    partner = sculpture.reflection.partner.astype(np.int32)
    sides = []
    for half in (contact[:cells:-1], contact[:cells]):  # each from the midline to the left corner
        sides.append(np.concatenate([partner[half][:0:-1], half]))
    return sides[0], sides[1]


def _landmarks(sculpture: Sculpture) -> Int[np.ndarray, "68"]:
    """Return the Multi-PIE landmarks; lids and lips by topology, the rest by the nearest vertex of the average head."""
    names, positions = landmark_positions()
    place = dict(zip(names, positions, strict=True)) | {"mp16": np.array([7.3, 3.4, 3.6])}
    place |= {f"mp{number}": point for number, point in zip(range(22, 27), brow_line(), strict=True)}
    skin = sculpture.positions[: sculpture.skin_count]
    template = sculpture.template
    eye, border, contact = template.eye_rings[-1], template.mouth_rings[template.border_ring], template.mouth_rings[-1]
    cells, size = len(border) // 2, len(eye)

    def nearest(name: str, candidates: Int[np.ndarray, " N"]) -> int:
        return int(candidates[np.linalg.norm(sculpture.positions[candidates] - place[name], axis=1).argmin()])

    left = {number: nearest(f"mp{number}", np.arange(len(skin))) for number in (*range(9, 17), *range(22, 27), 34, 35)}
    midline = np.flatnonzero(skin[:, 0] == 0.0)
    left |= {number: nearest(f"mp{number}", midline) for number in (8, 27, 28, 29, 30, 33)}
    left |= {
        42: eye[size // 2],
        43: eye[size // 3],
        44: eye[size // 6],
        45: eye[0],
        46: eye[-(size // 6)],
        47: eye[-(size // 3)],
    }
    left |= {51: border[-1], 54: border[cells], 57: border[0], 62: contact[-1], 64: contact[cells], 66: contact[0]}
    left |= {number: nearest(f"mp{number}", border[cells + 1 : -1]) for number in (52, 53)}
    left |= {number: nearest(f"mp{number}", border[1:cells]) for number in (55, 56)}
    left |= {63: nearest("mp63", contact[cells + 1 : -1]), 65: nearest("mp65", contact[1:cells])}
    result = np.zeros(68, np.int64)
    partner = sculpture.reflection.partner
    for number, vertex in left.items():
        result[number] = vertex
        result[_REFLECTED[number]] = partner[vertex]
    return result


# Landmark of the right side that reflects each one of the left side or midline.
_REFLECTED = {
    **{n: 16 - n for n in range(8, 17)}, **{n: 43 - n for n in range(22, 27)}, **{n: n for n in range(27, 31)},
    33: 33, 34: 32, 35: 31, 42: 39, 43: 38, 44: 37, 45: 36, 46: 41, 47: 40,
    51: 51, 52: 50, 53: 49, 54: 48, 55: 59, 56: 58, 57: 57, 62: 62, 63: 61, 64: 60, 65: 67, 66: 66,
}  # fmt: skip
