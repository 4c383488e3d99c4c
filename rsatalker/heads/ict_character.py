"""ICT-FaceKit as a head that our appearance grows on: quads, regions, landmarks, lids, and what drives its shapes.

The kit's vertices are numbered by part, its landmarks are those of Multi-PIE (README and vertex_indices.json of the
ICT-VGL/ICT-FaceKit repository, MIT). Motion of `procedural-1` raises the kit's shapes of the same names; its
`mouthClose` only as far as it takes for the lips to meet.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from jaxtyping import Float32, Int, Int32, UInt8
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from rsatalker.errors import AssetError
from rsatalker.heads.face_motion import OPEN, FaceMotion, closing_share
from rsatalker.heads.face_points import face_template, find_face_points
from rsatalker.heads.head import Head, LidMargin, Rig
from rsatalker.heads.head_file import arkit_by_name
from rsatalker.heads.named_drive import NamedDrive
from rsatalker.heads.regions import Region
from rsatalker.heads.shape_head import ShapeHead
from rsatalker.motion.expression_space import ARKIT_INDEX, CARRIED_BY_JOINTS, PROCEDURAL_1

KIT_VERTICES = 26_719
# First vertex of each part; what follows the last are films and lashes, which our appearance brings itself.
PARTS: tuple[tuple[int, Region], ...] = (
    (0, Region.FACE), (9_409, Region.SCALP), (11_248, Region.MOUTH_BAG), (13_294, Region.EYE_SOCKET),
    (14_062, Region.GUM), (17_039, Region.TEETH), (21_451, Region.EYEBALL),
)  # fmt: skip
WORN_VERTICES = 24_591
LANDMARKS = (
    1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272, 4088, 3443, 268, 493, 1914,
    2044, 1401, 3615, 4240, 4114, 2734, 2509, 978, 4527, 4942, 4857, 1140, 2075, 1147, 4269, 3360, 1507, 1542, 1537,
    1528, 1518, 1511, 3742, 3751, 3756, 3721, 3725, 3732, 5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957,
    5841, 5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966,
)  # fmt: skip
# Landmarks of the lids from the outer to the inner corner: left upper, left lower, right upper, right lower.
LIDS = ((45, 44, 43, 42), (45, 46, 47, 42), (36, 37, 38, 39), (36, 41, 40, 39))
NECK_BELOW_CHIN_M = 0.01  # skin that is this far under the chin belongs to the neck


def ict_character(name: str, head: ShapeHead, quads: Int[np.ndarray, "Q 4"], kept: Int[np.ndarray, " V"]) -> Head:
    """Return a head of the kit for our appearance, driven by motion of `procedural-1`.

    Args:
        name: Whose.
        head: From `read_ict_facekit`, possibly another person of its identity space.
        quads: Of the kit, its own numbers.
        kept: The kit's number of each vertex of the head.

    Raises:
        AssetError: The mesh is not the kit's.
    """
    if int(quads.max()) + 1 != KIT_VERTICES:
        raise AssetError(
            f"the mesh has {int(quads.max()) + 1:,} vertices, ICT-FaceKit has {KIT_VERTICES:,}; our appearance knows "
            "where the lids of that mesh are."
        )
    number = np.full(KIT_VERTICES, -1)
    number[kept] = np.arange(len(kept))
    worn = number[quads[quads.max(1) < WORN_VERTICES]]
    worn = np.ascontiguousarray(worn[(worn >= 0).all(1)], np.int32)
    regions = _regions(head, kept)
    quad_regions = regions[worn].max(1)
    landmarks = number[np.array(LANDMARKS)]
    eyes = head.joints[3:]
    return Head(
        name=name,
        expression_space="procedural-1",
        expression_names=PROCEDURAL_1,
        faces=np.concatenate([worn[:, [0, 1, 2]], worn[:, [0, 2, 3]]]),
        quads=worn,
        vertex_region=regions,
        quad_region=quad_regions,
        landmarks=landmarks,
        joints=head.joints,
        lid_margins=_lid_margins(head.neutral_vertices, worn, landmarks),
        lip_contact=_lip_contact(head),
        eye_centers=eyes,
        eye_radius_m=_eye_radius(head, regions),
        neutral_vertices=head.neutral_vertices,
        rig=Rig(head.shapes, _named_drive(head), head.skinning, head.skinning),
    )


def _regions(head: ShapeHead, kept: Int[np.ndarray, " V"]) -> UInt8[np.ndarray, " V"]:
    """Return the region of every vertex: by the kit's parts, and by place where a part is several regions of ours.

    The tongue is of one piece with the gums, and painted as they are.
    """
    starts = np.array([start for start, _ in PARTS])
    regions = np.array([int(region) for _, region in PARTS])[np.searchsorted(starts, kept, side="right") - 1]
    vertices = head.neutral_vertices
    marks = vertices[np.searchsorted(kept, LANDMARKS)]
    skin = np.isin(regions, (Region.FACE, Region.SCALP))
    ear_front, ear_low, ear_high = marks[[0, 16], 2].mean(), marks[33, 1] - 0.012, marks[36:48, 1].mean() + 0.012
    beside = np.abs(vertices[:, 0]) > 0.98 * np.abs(marks[[0, 16], 0]).mean()
    behind = (vertices[:, 2] < ear_front - 0.006) & (vertices[:, 2] > ear_front - 0.055)
    regions[skin & beside & behind & (vertices[:, 1] > ear_low) & (vertices[:, 1] < ear_high)] = Region.EAR
    under = (vertices[:, 1] < marks[8, 1] - NECK_BELOW_CHIN_M) | (
        (regions == Region.SCALP) & (vertices[:, 1] < marks[4, 1]) & (vertices[:, 2] < marks[4, 2])
    )
    regions[np.isin(regions, (Region.FACE, Region.SCALP)) & under] = Region.NECK
    return regions.astype(np.uint8)


def _lid_margins(
    vertices: Float32[np.ndarray, "V 3"], quads: Int32[np.ndarray, "Q 4"], landmarks: Int[np.ndarray, "68"]
) -> tuple[LidMargin, LidMargin]:
    """Return the rims of the lids: shortest ways along edges from landmark to landmark."""
    edges = np.unique(np.sort(np.concatenate([quads[:, [i, (i + 1) % 4]] for i in range(4)]), axis=1), axis=0)
    near = np.abs(vertices[edges[:, 0]] - vertices[landmarks[36:48]].mean(0))[:, 1] < 0.03
    first, second = edges[near].T
    lengths = np.linalg.norm(vertices[first] - vertices[second], axis=1) + 1e-9
    graph = coo_matrix((lengths, (first, second)), (len(vertices), len(vertices))).tocsr()
    rims: list[Int32[np.ndarray, " R"]] = []
    for marks in LIDS:
        rim = [int(landmarks[marks[0]])]
        for start, stop in pairwise(marks):
            rim += _way(graph, int(landmarks[start]), int(landmarks[stop]))
        rims.append(np.array(rim, np.int32))
    count = min(len(rim) for rim in rims)  # upper and lower rim have as many points, opposite each other
    even = [rim[np.round(np.linspace(0, len(rim) - 1, count)).astype(int)] for rim in rims]
    return (even[0], even[1]), (even[2], even[3])


def _way(graph: object, start: int, stop: int) -> list[int]:
    """Return the vertices after the first one on the shortest way."""
    _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    way = [stop]
    while way[-1] != start:
        way.append(int(before[way[-1]]))
        if way[-1] < 0:
            raise AssetError("the rim of a lid is torn: no edges lead from one landmark of it to the next.")
    return way[-2::-1]


def _lip_contact(head: ShapeHead) -> tuple[Int32[np.ndarray, " M"], Int32[np.ndarray, " M"]]:
    points = find_face_points(head)
    nearest = points.corners[np.arange(len(points.corners)), points.shares.argmax(1)]
    upper, lower = nearest[face_template().lips].astype(np.int32)
    return upper, lower


def _eye_radius(head: ShapeHead, regions: UInt8[np.ndarray, " V"]) -> float:
    """Return the radius of the outer shell of the eyeballs, of which the kit has two."""
    balls = head.neutral_vertices[regions == Region.EYEBALL]
    nearest = np.where(balls[:, :1] > 0, head.joints[3], head.joints[4])
    return float(np.median(np.linalg.norm(balls - nearest, axis=1)))


def _named_drive(head: ShapeHead) -> NamedDrive:
    by_name = arkit_by_name(head.expression_names)
    if OPEN in head.expression_names:
        motion = FaceMotion.of(head, find_face_points(head))
        own = head.expression_names.index(OPEN)
        by_name[ARKIT_INDEX[OPEN], own] = closing_share(motion, motion.arkit(OPEN))
    of_expression = np.zeros((len(PROCEDURAL_1), by_name.shape[1]), np.float32)
    for row, name in enumerate(PROCEDURAL_1):
        if name in ARKIT_INDEX:
            of_expression[row] = by_name[ARKIT_INDEX[name]]
    of_joints = by_name.copy()
    of_joints[[index for name, index in ARKIT_INDEX.items() if name not in CARRIED_BY_JOINTS]] = 0
    return NamedDrive(of_expression, of_joints)
