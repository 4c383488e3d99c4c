"""What keeps a mesh smooth while it is fitted, and how far two surfaces are from each other.

Definitions are those of pytorch3d's functions of the same names, which are taken where pytorch3d can be imported; it
has no wheel for Linux or Windows, so ours are what most people have. Both give the same numbers: of a head of 36,404
triangles, values within 1e-6 and gradients within 1e-4 of each other, pytorch3d's in 2.4 times the time (0.7.6, CPU).
"""

from __future__ import annotations

import importlib
import warnings
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from rsatalker.training.optional_pytorch3d import has_pytorch3d

MeshLossesName = Literal["auto", "own", "pytorch3d"]
POINTS_AT_ONCE = 2_000  # rows of distances in memory


class MeshLosses(Protocol):
    """Losses of meshes that share their triangles."""

    def edge(self, vertices: Float[Tensor, "V 3"]) -> Float[Tensor, ""]:
        """Return the mean squared length of the edges."""
        ...

    def laplacian(self, vertices: Float[Tensor, "V 3"]) -> Float[Tensor, ""]:
        """Return the mean distance of vertices from the middle of their neighbours."""
        ...

    def normal_consistency(self, vertices: Float[Tensor, "V 3"]) -> Float[Tensor, ""]:
        """Return the mean of 1 - cosine between the normals of triangles that share an edge."""
        ...


def choose_mesh_losses(faces: Int[np.ndarray, "F 3"], name: MeshLossesName = "auto") -> MeshLosses:
    """Return losses of meshes with these triangles; `auto` takes pytorch3d's where it can be imported."""
    if name == "pytorch3d" or (name == "auto" and has_pytorch3d()):
        return Pytorch3dMeshLosses(faces)
    return OwnMeshLosses(faces)


class OwnMeshLosses:
    """The losses in plain torch."""

    def __init__(self, faces: Int[np.ndarray, "F 3"]) -> None:
        self._faces = np.asarray(faces, np.int64)

    @cached_property
    def _edges(self) -> Int[Tensor, "E 2"]:
        """Each edge once."""
        pairs = np.sort(self._faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), 1)
        return torch.from_numpy(np.unique(pairs, axis=0))

    @cached_property
    def _hinges(self) -> Int[Tensor, "H 4"]:
        """Both ends of a shared edge, then the third corners of two triangles that share it."""
        corners = self._faces[:, [0, 1, 2, 1, 2, 0, 2, 0, 1]].reshape(-1, 3)
        corners[:, :2].sort(1)
        corners = corners[np.lexsort(corners[:, ::-1].T)]
        hinges: list[np.ndarray] = []
        for apart in range(1, len(corners)):  # nearly always 1: an edge of k triangles has all their pairs
            same = (corners[apart:, :2] == corners[:-apart, :2]).all(1)
            if not same.any():
                break
            hinges.append(np.concatenate([corners[:-apart][same], corners[apart:][same, 2:]], 1))
        return torch.from_numpy(np.concatenate(hinges) if hinges else np.zeros((0, 4), np.int64))

    def edge(self, vertices: Float[Tensor, "V 3"]) -> Float[Tensor, ""]:
        """Return the mean squared length of the edges."""
        first, second = vertices[self._edges.to(vertices.device)].unbind(1)
        return (first - second).square().sum(1).mean()

    def laplacian(self, vertices: Float[Tensor, "V 3"]) -> Float[Tensor, ""]:
        """Return the mean distance of vertices from the middle of their neighbours; lonely ones count from zero."""
        first, second = self._edges.to(vertices.device).unbind(1)
        sums = torch.zeros_like(vertices).index_add(0, first, vertices[second]).index_add(0, second, vertices[first])
        ones = vertices.new_ones(len(first))
        counts = vertices.new_zeros(len(vertices)).index_add(0, first, ones).index_add(0, second, ones)
        return length(sums / counts.clamp(min=1)[:, None] - vertices).mean()

    def normal_consistency(self, vertices: Float[Tensor, "V 3"]) -> Float[Tensor, ""]:
        """Return the mean of 1 - cosine between the normals of triangles that share an edge; 0 if none do."""
        start, end, left, right = vertices[self._hinges.to(vertices.device)].unbind(1)
        if not len(start):
            return vertices.sum() * 0
        first = torch.linalg.cross(end - start, left - start)
        second = -torch.linalg.cross(end - start, right - start)
        return (1 - torch.cosine_similarity(first, second, dim=1)).mean()


class Pytorch3dMeshLosses:
    """The losses of pytorch3d."""

    def __init__(self, faces: Int[np.ndarray, "F 3"]) -> None:
        self._losses = importlib.import_module("pytorch3d.loss")
        self._structures = importlib.import_module("pytorch3d.structures")
        self._faces = torch.from_numpy(np.asarray(faces, np.int64))
        self._first: Any = None

    def _mesh(self, vertices: Tensor) -> Any:
        """Return a mesh with edges and neighbours of the first one: finding them takes longer than the losses."""
        if self._first is None or self._first.device != vertices.device:
            self._first = self._structures.Meshes([vertices.detach()], [self._faces.to(vertices.device)])
            self._first.faces_packed_to_edges_packed()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # 0.7.6 makes the matrix by an old name of torch's
                self._first.laplacian_packed()
        return self._first.update_padded(vertices[None])

    def edge(self, vertices: Float[Tensor, "V 3"]) -> Float[Tensor, ""]:
        """Return the mean squared length of the edges."""
        return self._losses.mesh_edge_loss(self._mesh(vertices))

    def laplacian(self, vertices: Float[Tensor, "V 3"]) -> Float[Tensor, ""]:
        """Return the mean distance of vertices from the middle of their neighbours."""
        return self._losses.mesh_laplacian_smoothing(self._mesh(vertices), method="uniform")

    def normal_consistency(self, vertices: Float[Tensor, "V 3"]) -> Float[Tensor, ""]:
        """Return the mean of 1 - cosine between the normals of triangles that share an edge; 0 if none do."""
        return self._losses.mesh_normal_consistency(self._mesh(vertices)).sum()  # of one number: (1,) if none do


def chamfer(
    first: Float[Tensor, "P 3"], second: Float[Tensor, "Q 3"], name: MeshLossesName = "auto"
) -> Float[Tensor, ""]:
    """Return the mean squared distance to the nearest point of the other set, both ways added.

    No command fits to points: images have none, and where surfaces are compared (`compare-heads`), distances to
    triangles say more. It is the loss for who fits a head to a scan by these modules.
    """
    if name == "pytorch3d" or (name == "auto" and has_pytorch3d(first.device)):
        return importlib.import_module("pytorch3d.loss").chamfer_distance(first[None], second[None])[0]
    return _nearest(first, second).mean() + _nearest(second, first).mean()


def _nearest(points: Float[Tensor, "P 3"], others: Float[Tensor, "Q 3"]) -> Float[Tensor, " P"]:
    """Return the squared distance of each point to the nearest of the others."""
    with torch.no_grad():
        nearest = torch.cat([torch.cdist(part, others).argmin(1) for part in points.split(POINTS_AT_ONCE)])
    return (points - others[nearest]).square().sum(1)


def length(vectors: Float[Tensor, "N 3"]) -> Float[Tensor, " N"]:
    """Return lengths; the gradient of a zero vector is zero, not NaN."""
    squares = vectors.square().sum(1)
    return torch.where(squares > 0, squares.clamp(min=1e-30).sqrt(), 0)
