"""Inside of the mouth: teeth, gums, tongue and the wet skin behind the lips."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from rsatalker.avatars.appearance.anatomy import Anatomy
from rsatalker.avatars.appearance.look import Color
from rsatalker.avatars.appearance.noise import mix, smooth_step, value_noise
from rsatalker.avatars.appearance.skin import NOSTRIL_RED, Paint
from rsatalker.heads.regions import Region

INSIDE = (Region.MOUTH_BAG, Region.GUM, Region.TONGUE, Region.TEETH)
GUM_PINK, TONGUE_PINK = (0.46, 0.17, 0.155), (0.42, 0.15, 0.135)
CHEEK_PINK, THROAT = (0.34, 0.115, 0.098), (0.15, 0.032, 0.026)
PALATE_GLOW = 1.2  # of the light that arrives deep inside, gained from wet walls close by: else the palate is black
THROAT_FROM, THROAT_TO = 1.5, 6.0  # centimetres behind the lips between which the palate gets as dark as the throat
SOCKET_PINK = (0.46, 0.24, 0.195)
PALE_BLOOD = 0.36  # red of the blood in skin from which on gums are no lighter
BETWEEN_TEETH = 0.78  # light that the space between two teeth loses
TOOTH_SHADES = 0.09  # by which one tooth is lighter or darker than its neighbours
TOOTH_SIDE = np.array([0.25, 0.36, 0.42])  # of a tooth's colour, lost where it faces its neighbour: gums shine through
SAME_JAW = 0.45  # centimetres between the heights of two teeth that stand side by side, at most


def paint_inside(
    points: Float[np.ndarray, "N 3"], region: Int[np.ndarray, " N"], anatomy: Anatomy, teeth: Color, blood: Color
) -> Paint:
    """Return paint for surfels inside the mouth, nose and eye sockets; elsewhere it is arbitrary."""
    count = len(points)
    lip_depth = anatomy.landmarks[48:60, 2].min()
    deep = smooth_step(lip_depth - THROAT_FROM, lip_depth - THROAT_TO, points[:, 2])
    paint = Paint(
        albedo=mix(np.tile(CHEEK_PINK, (count, 1)), THROAT, deep),
        specular=np.full(count, 0.5), roughness=np.full(count, 0.4), occlusion=np.ones(count),
        subsurface=np.full(count, 0.6), sheen=np.zeros(count), bend=np.zeros((count, 3)),
    )  # fmt: skip
    paint.occlusion += PALATE_GLOW * deep * (region == Region.MOUTH_BAG)
    dark = min(1.0, float(blood[0]) / PALE_BLOOD)  # gums darken with the skin, though less
    gum = np.array(GUM_PINK) * (0.5 + 0.5 * dark) * (1 + 0.12 * value_noise(points, 4, 3)[:, None])
    _wet(paint, region == Region.GUM, gum, 0.8, 0.36)
    tongue = np.array(TONGUE_PINK) * (1 + 0.20 * value_noise(points, 7, 5)[:, None])
    _wet(paint, region == Region.TONGUE, tongue, 0.7, 0.42)
    _wet(paint, region == Region.TEETH, _enamel(points, region, anatomy, np.array(teeth)), 2.6, 0.19)
    _part_teeth(paint, np.flatnonzero(region == Region.TEETH), points, anatomy)
    _wet(paint, region == Region.EYE_SOCKET, np.tile(np.array(SOCKET_PINK) * (0.3 + 0.7 * dark), (count, 1)), 0.9, 0.30)
    nostril = region == Region.NOSTRIL
    depth = smooth_step(0.0, 0.30, _behind_nostril_rim(points, anatomy))  # no edge where the skin turns inwards
    _wet(paint, nostril, mix(np.array(blood) * 0.75, NOSTRIL_RED, depth), 0.1, 0.5)
    paint.occlusion[nostril] = (0.75 - 0.5 * depth)[nostril]
    return paint


def _behind_nostril_rim(points: Float[np.ndarray, "N 3"], anatomy: Anatomy) -> Float[np.ndarray, " N"]:
    """Return the distance to the rims of the nostrils, centimetres; zero if the head has none."""
    walls, skin = (np.unique(anatomy.quads[anatomy.quad_region == kind]) for kind in (Region.NOSTRIL, Region.FACE))
    rim = np.intersect1d(walls, skin)
    return KDTree(anatomy.vertices[rim]).query(points)[0] if len(rim) else np.zeros(len(points))


def _wet(paint: Paint, where: np.ndarray, albedo: Float[np.ndarray, "N 3"], specular: float, roughness: float) -> None:
    paint.albedo[where] = albedo[where]
    paint.specular[where] = specular
    paint.roughness[where] = roughness


def _enamel(
    points: Float[np.ndarray, "N 3"], region: Int[np.ndarray, " N"], anatomy: Anatomy, color: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "N 3"]:
    """Return teeth: yellower at the gums, a little bluish at the cutting edge, darker towards the molars."""
    enamel = color * (1 + 0.04 * value_noise(points, 2.5, 4)[:, None])
    gums = points[region == Region.GUM]
    if len(gums):
        near_gum = KDTree(gums).query(points)[0]
        enamel = mix(enamel, color * [0.90, 0.76, 0.60], smooth_step(0.40, 0.0, near_gum) * 0.55)
    back = smooth_step(1.2, 3.6, anatomy.landmarks[62, 2] - points[:, 2])
    return enamel * (1 - 0.68 * back)[:, None]


def _part_teeth(
    paint: Paint, teeth_at: Int[np.ndarray, " T"], points: Float[np.ndarray, "N 3"], anatomy: Anatomy
) -> None:
    """Make single teeth of a row, in place: a dark, warm line between two of them, and to each its own shade."""
    distance, middle = _from_next_tooth(points[teeth_at], anatomy)
    between = smooth_step(0.17, 0.02, distance)
    shade = value_noise(middle, 1.9, 8)[:, None]
    paint.albedo[teeth_at] *= (1 + TOOTH_SHADES * shade * [0.7, 1.0, 1.5]) * (1 - between[:, None] * TOOTH_SIDE)
    paint.occlusion[teeth_at] = 1 - BETWEEN_TEETH * between
    paint.subsurface[teeth_at] = 0.9


def _from_next_tooth(
    points: Float[np.ndarray, "N 3"], anatomy: Anatomy
) -> tuple[Float[np.ndarray, " N"], Float[np.ndarray, "N 3"]]:
    """Return the distance to the next tooth of the same jaw (far if all are of one piece), and one's own middle, cm."""
    quads = anatomy.quads[anatomy.quad_region == Region.TEETH]
    vertices, corner = np.unique(quads, return_inverse=True)
    corner = corner.reshape(quads.shape)
    edges = (np.ones(quads.size), (corner.ravel(), np.roll(corner, 1, 1).ravel()))
    count, tooth = connected_components(coo_matrix(edges, (len(vertices), len(vertices))), directed=False)
    places = anatomy.vertices[vertices]
    middle = np.array([places[tooth == one].mean(0) for one in range(count)]).reshape(count, 3)
    height = middle[:, 1]
    own = tooth[KDTree(places).query(points)[1]]
    distance = np.full(len(points), 9.0)
    for one in np.unique(own):
        others = places[(tooth != one) & (np.abs(height[tooth] - height[one]) < SAME_JAW)]
        if len(others):
            distance[own == one] = KDTree(others).query(points[own == one])[0]
    return distance, middle[own]


def hidden_inside(anatomy: Anatomy) -> np.ndarray:
    """Return which quads nobody sees: backs of teeth, far molars and gums."""
    vertices, quads, region = anatomy.vertices, anatomy.quads, anatomy.quad_region
    center = vertices[quads].mean(1)
    normal = np.cross(vertices[quads[:, 2]] - vertices[quads[:, 0]], vertices[quads[:, 3]] - vertices[quads[:, 1]])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    arch = np.array([0, anatomy.landmarks[62, 1], anatomy.landmarks[62, 2] - 5.0])
    outwards = (center - arch) * [1, 0, 1]
    outwards /= np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 1e-9)
    is_tooth = region == Region.TEETH
    if not is_tooth.any():
        return np.zeros(len(quads), bool)
    front = vertices[np.unique(quads[is_tooth]), 2].max()
    inwards = (normal * outwards).sum(1) < -0.35
    lingual = is_tooth & (inwards | (center[:, 2] < front - 4.2))
    return lingual | ((region == Region.GUM) & (inwards | (center[:, 2] < front - 5.0)))
