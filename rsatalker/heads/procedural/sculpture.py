"""The average head, whole: skin, ears, eyes, teeth, tongue, as one half mesh with named parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_matrix

from rsatalker.heads.procedural import cavities, ears, eyeballs, teeth, tongue
from rsatalker.heads.procedural.curves import smooth_step
from rsatalker.heads.procedural.features import carve_forms, lay_brows, sculpt_skin
from rsatalker.heads.procedural.half_mesh import Reflection, vertex_neighbours
from rsatalker.heads.procedural.strokes import quad_normals
from rsatalker.heads.procedural.template import SkinTemplate, lay_out_skin
from rsatalker.heads.regions import Region


@dataclass(frozen=True)
class Sculpture:
    """The left half of the average head, in centimetres, and what its vertices are.

    Attributes:
        positions: Vertices of the left half.
        quads: Quads of the whole mesh; the left half's come first.
        quad_regions: Region of every quad of the whole mesh.
        reflection: Completes half fields.
        average: Averages a field of the whole mesh over neighbours.
        template: The skin's topology.
        skin_count: The first so many half vertices are skin of the template grid.
        levels: Loft level of every half vertex (that of the ear's, nostril's ... surroundings for added parts).
        crown: Vertices of the crown.
        lid_edges: Rings of the lids' wet edges, from the margin on.
        mouth_bag: Strips of the mouth's inside, from the contact line on.
        nostril: Rings of the nostril, from its rim on.
        ear: Rings of the ear, from its rim on.
        eyeball: Vertices of the eyeball.
        caruncle: Vertices of the cushion in the eye's inner corner.
        upper_jaw: Teeth and gum that are fixed to the skull.
        lower_jaw: Teeth and gum that follow the jaw.
        tongue: Vertices of the tongue.
        near_tip: 0 at the tongue's root, 1 at its tip.
    """

    positions: Float[np.ndarray, "H 3"]
    quads: Int[np.ndarray, "Q 4"]
    quad_regions: Int[np.ndarray, " Q"]
    reflection: Reflection
    average: csr_matrix
    template: SkinTemplate
    skin_count: int
    levels: Float[np.ndarray, " H"]
    crown: Int[np.ndarray, " N"]
    lid_edges: list[Int[np.ndarray, " R"]]
    mouth_bag: list[Int[np.ndarray, " M"]]
    nostril: list[Int[np.ndarray, " R"]]
    ear: list[Int[np.ndarray, " R"]]
    eyeball: Int[np.ndarray, " N"]
    caruncle: Int[np.ndarray, " N"]
    upper_jaw: Int[np.ndarray, " N"]
    lower_jaw: Int[np.ndarray, " N"]
    tongue: Int[np.ndarray, " N"]
    near_tip: Float[np.ndarray, " N"]

    def averaged(self, half: Float[np.ndarray, "H 3"]) -> Float[np.ndarray, "H 3"]:
        """Return the mean of a symmetric vector field over each vertex's neighbours."""
        return (self.average @ self.reflection.vectors(half))[: len(half)]

    def averaged_scalars(self, half: Float[np.ndarray, " H"]) -> Float[np.ndarray, " H"]:
        """Return the mean of a symmetric quantity over each vertex's neighbours."""
        return (self.average @ self.reflection.scalars(half))[: len(half)]


@cache
def average_head() -> Sculpture:
    """Return the sculpture that all identities start from."""
    template = lay_out_skin()
    mesh = template.mesh
    mesh.positions.append(sculpt_skin(template))
    skin_count = mesh.count
    crown = cavities.close_crown(mesh, template)
    nostril = [template.nostril_rim, *cavities.add_nostril(mesh, template.nostril_rim)[1:]]
    lid_edges = cavities.add_lid_edges(mesh, template.eye_rings[-1])
    mouth_bag = cavities.add_mouth_bag(mesh, template.mouth_rings[-1])
    ear = ears.add_ear(mesh, template.ear_rim)
    eyeball = eyeballs.add_eyeball(mesh)
    caruncle = cavities.add_caruncle(mesh)
    upper = np.concatenate([teeth.add_teeth(mesh, teeth.UPPER), teeth.add_gum(mesh, teeth.UPPER)])
    lower = np.concatenate([teeth.add_teeth(mesh, teeth.LOWER), teeth.add_gum(mesh, teeth.LOWER)])
    tongue_ids, near_tip = tongue.add_tongue(mesh)
    positions = np.concatenate(mesh.positions)
    reflection = Reflection.of(positions)
    quads = reflection.quads(np.concatenate(mesh.quads))
    levels = np.full(len(positions), 13.0)
    levels[:skin_count] = template.coordinates[:, 1]
    levels[crown] = template.rows[-1]
    sculpture = Sculpture(
        positions, quads, np.tile(np.concatenate(mesh.quad_regions), 2), reflection,
        vertex_neighbours(quads, len(reflection.partner)), template, skin_count, levels, crown, lid_edges, mouth_bag,
        nostril, ear, eyeball, caruncle, upper, lower, tongue_ids, near_tip,
    )  # fmt: skip
    _fair(sculpture)
    _name_regions(sculpture)
    return sculpture


def _fair(sculpture: Sculpture) -> None:
    """Smooth the seams between patches: around the ear's root, on the crown, from cheek to neck. In place."""
    positions, template = sculpture.positions, sculpture.template
    azimuth, level = template.coordinates[:, 0], template.coordinates[:, 1]
    weight = np.zeros(len(positions))
    weight[: sculpture.skin_count] = 0.5 * smooth_step(azimuth, 0.5, 0.95) * smooth_step(level, 0.5, 2.0)
    weight[sculpture.crown] = 0.5
    for ring in sculpture.ear[:4]:
        weight[ring] = 0.5
    for _ in range(14):
        positions += weight[:, None] * (sculpture.averaged(positions) - positions)
    weight[:] = 0.0
    x, y, z = positions.T
    nose = (
        smooth_step(x, 2.4, 2.0) * smooth_step(y, 1.2, 0.7) * smooth_step(y, -1.45, -1.0) * smooth_step(z, 10.0, 10.6)
    )
    weight[: sculpture.skin_count] = 0.22 * nose[: sculpture.skin_count]
    for ring in sculpture.nostril[:4]:
        weight[ring] = 0.3
    for _ in range(3):
        positions += weight[:, None] * (sculpture.averaged(positions) - positions)
    weight[:] = 0.0
    for ring in sculpture.ear[4:]:
        weight[ring] = 0.22
    for _ in range(2):
        positions += weight[:, None] * (sculpture.averaged(positions) - positions)
    weight[:] = 0.0
    around = np.linspace(0, 1, len(sculpture.ear[0]), endpoint=False)
    for ring in sculpture.ear[1:10]:  # where the ear grows out of the cheek
        weight[ring] = 0.4 * smooth_step(around, 0.32, 0.42) * smooth_step(around, 0.8, 0.66)
    for _ in range(10):
        positions += weight[:, None] * (sculpture.averaged(positions) - positions)
    normals = quad_normals(sculpture.reflection.vectors(positions), sculpture.quads)
    skin = slice(sculpture.skin_count)
    carve_forms(positions[skin], normals[skin])
    lay_brows(positions[skin], normals[skin])


def _name_regions(sculpture: Sculpture) -> None:
    """Tell scalp, neck and body from the face by where the quads lie. In place."""
    half = len(sculpture.quads) // 2
    centers = sculpture.positions[sculpture.quads[:half]].mean(axis=1)
    level = sculpture.levels[sculpture.quads[:half]].mean(axis=1)
    regions = sculpture.quad_regions[:half]
    skin = regions == Region.FACE
    behind = (centers[:, 2] < 2.6 + 0.25 * np.maximum(centers[:, 1] - 3.0, 0.0)) | (centers[:, 1] > 9.2)
    regions[skin & behind & (level >= 9.0)] = Region.SCALP
    regions[skin & (level < 9.0)] = Region.NECK
    regions[skin & (level < 4.6)] = Region.BODY
    sculpture.quad_regions[half:] = regions
