"""Bakes of one head in its poses: at rest, mouth wide open, and what each expression covers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from jaxtyping import Float32, Int32

from rsatalker.avatars.appearance.anatomy import CLOTH, Anatomy
from rsatalker.avatars.appearance.mouth import INSIDE
from rsatalker.avatars.bake import bake_surface, neighbour_average
from rsatalker.avatars.baked_light import BakedLight, UnfoldedLight, gap
from rsatalker.avatars.face_frames import vertex_normals
from rsatalker.avatars.spherical_harmonics import sphere_directions
from rsatalker.avatars.visibility import FREE, visibility
from rsatalker.heads.head import Head
from rsatalker.heads.regions import Region
from rsatalker.motion.expression_space import JAW_OPEN_RAD
from rsatalker.motion.pose import FlamePose

# Mouth wide open and eyes closed, in one pose.
UNFOLDED = {
    "mouthSmileLeft": 0.4, "mouthSmileRight": 0.4, "mouthUpperUpLeft": 0.6, "mouthUpperUpRight": 0.6,
    "mouthLowerDownLeft": 0.6, "mouthLowerDownRight": 0.6, "eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0,
}  # fmt: skip
UNFOLDED_JAW = 0.75
MOUTH_GAIN = 1.7  # light that wet walls and teeth throw at each other, which visibility alone leaves out
CREASE_DIRECTIONS = 40
SMALLEST_CHANGE = 0.03  # of the light; less is not seen


def expression_pose(head: Head, weights: dict[str, float], jaw_open: float = 0.0) -> FlamePose:
    """Return the neutral pose with some expressions set; names that the head lacks are left out."""
    pose = FlamePose.neutral(head.expression_space)
    expression = pose.expression.copy()
    for name, weight in weights.items():
        if name in head.expression_names:
            expression[list(head.expression_names).index(name)] = weight
    return replace(pose, expression=expression, jaw_pose=np.array([jaw_open * JAW_OPEN_RAD, 0, 0], np.float32))


def posed_vertices(anatomy: Anatomy, pose: FlamePose) -> Float32[np.ndarray, "V 3"]:
    """Return vertices of head and resting garment, metres."""
    head_count = len(anatomy.head.neutral_vertices)
    garment = (anatomy.vertices[head_count:] / 100 + anatomy.origin_m).astype(np.float32)
    return np.concatenate([anatomy.head(pose), garment])


def bake_unfolded(
    anatomy: Anatomy, strands: Float32[np.ndarray, "P 3"], resolution: int
) -> tuple[UnfoldedLight, UnfoldedLight, UnfoldedLight]:
    """Return the light inside the mouth when it is wide open, and of the left and right lid when they are closed."""
    head = anatomy.head
    rest = posed_vertices(anatomy, FlamePose.neutral(head.expression_space))
    open_wide = posed_vertices(anatomy, expression_pose(head, UNFOLDED, UNFOLDED_JAW))
    baked = bake_surface(open_wide, anatomy.quads, vertex_normals(open_wide, anatomy.quads), strands, resolution)
    inside = np.unique(anatomy.quads[np.isin(anatomy.quad_region, INSIDE)]).astype(np.int32)
    lips = np.stack([head.landmarks[61:64], head.landmarks[65:68]]).astype(np.int32)
    lids = [np.stack([margin[len(margin) // 3 : -len(margin) // 3] for margin in pair]) for pair in head.lid_margins]
    return (
        _unfolded(inside, _wet_light(baked[inside]), lips, rest, open_wide),
        _unfolded(lid_vertices(anatomy, 0), baked[lid_vertices(anatomy, 0)], lids[0], rest, open_wide),
        _unfolded(lid_vertices(anatomy, 1), baked[lid_vertices(anatomy, 1)], lids[1], rest, open_wide),
    )


def _unfolded(
    vertices: Int32[np.ndarray, " M"],
    light: BakedLight,
    edges: Int32[np.ndarray, "2 K"],
    rest: Float32[np.ndarray, "V 3"],
    unfolded: Float32[np.ndarray, "V 3"],
) -> UnfoldedLight:
    gaps = np.array([gap(rest, edges), gap(unfolded, edges)], np.float32)
    return UnfoldedLight(vertices, light, edges.astype(np.int32), gaps)


def _wet_light(light: BakedLight) -> BakedLight:
    """Return light in the mouth with what its walls throw at each other; red does not spread through teeth."""
    transfer = light.transfer.copy()
    transfer[0] = transfer[1] * 1.10
    transfer[2] = transfer[1] * 0.95
    seen = np.minimum(255, light.visible * MOUTH_GAIN).astype(np.uint8)
    return BakedLight(transfer * np.float32(MOUTH_GAIN), seen, seen, light.normals)


def lid_vertices(anatomy: Anatomy, eye: int) -> Int32[np.ndarray, " K"]:
    """Return the skin above an eye that folds in when it opens."""
    away = (anatomy.vertices - anatomy.eye_centers[eye]) / anatomy.eye_radius
    on_skin = np.zeros(len(away), bool)
    on_skin[np.unique(anatomy.quads[np.isin(anatomy.quad_region, (Region.FACE, Region.EYE_SOCKET))])] = True
    near = (np.abs(away[:, 0]) < 1.25) & (away[:, 1] > -0.35) & (away[:, 1] < 1.1) & (away[:, 2] > 0)
    return np.flatnonzero(on_skin & near).astype(np.int32)


def bake_creases(
    anatomy: Anatomy, resolution: int, progress: Callable[[float], None]
) -> tuple[Int32[np.ndarray, " K"], Int32[np.ndarray, " K"], Float32[np.ndarray, " K"]]:
    """Return vertices, expression indices and changes of light, for all expressions and the open jaw.

    These are the folds of a smile, of a frown and of closed lids.
    """
    head = anatomy.head
    names = list(head.expression_names)
    average = neighbour_average(anatomy.quads, len(anatomy.vertices))
    towards = sphere_directions(CREASE_DIRECTIONS).astype(np.float32)
    covered = np.isin(anatomy.quad_region, (*INSIDE, CLOTH))
    skip = np.unique(anatomy.quads[covered])
    lids = np.concatenate([lid_vertices(anatomy, eye) for eye in (0, 1)])

    def openness(pose: FlamePose) -> np.ndarray:
        vertices = posed_vertices(anatomy, pose)
        normals = vertex_normals(vertices, anatomy.quads)
        triangles = np.concatenate([anatomy.quads[:, [0, 1, 2]], anatomy.quads[:, [0, 2, 3]]]).astype(np.int32)
        seen = visibility(
            vertices, triangles, vertices[:0], vertices + normals * np.float32(2e-4), normals, towards,
            resolution=resolution, bias_m=0.0016, point_bias_m=0.0,
        )  # fmt: skip
        weight = np.maximum(normals @ towards.T, 0)
        value = ((seen == FREE) * weight).sum(1) / np.maximum(weight.sum(1), 1e-6)
        for _ in range(2):
            value = 0.45 * value + 0.55 * (average @ value)
        return value

    rest = openness(FlamePose.neutral(head.expression_space))
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for index in range(len(names) + 1):
        is_jaw = index == len(names)
        pose = expression_pose(head, {}, 1.0) if is_jaw else expression_pose(head, {names[index]: 1.0})
        change = openness(pose) / np.maximum(rest, 0.15) - np.maximum(rest, 1e-3) / np.maximum(rest, 0.15)
        change[skip] = 0
        if not is_jaw and names[index].startswith("eyeBlink"):
            change[lids] = 0  # their light is blended instead
        if not is_jaw and names[index] == "mouthClose":
            change[:] = 0  # it belongs to an open jaw; alone it may push one lip of a head of others over the other
        vertices = np.flatnonzero(np.abs(change) > SMALLEST_CHANGE)
        parts.append((vertices, np.full(len(vertices), index), change[vertices].clip(-0.8, 0.4)))
        progress((index + 1) / (len(names) + 1))
    vertices, expressions, changes = (np.concatenate(column) for column in zip(*parts, strict=True))
    return vertices.astype(np.int32), expressions.astype(np.int32), changes.astype(np.float32)
