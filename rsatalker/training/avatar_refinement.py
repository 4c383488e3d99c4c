"""The tracked mesh, moved a little to where the images see the surface: `fit-avatar --refine-mesh`.

One offset for each vertex of the resting mesh, as GaussianAvatars' `static_offset`; every pose turns it with its
joints. In the first part of a run Gaussians keep their places on their triangles and pull these along, else they would
take the way themselves; losses on the offset keep it smooth, so that detail of the mesh survives.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Float32, Int32
from torch import Tensor

from rsatalker.avatars.triangle_carriers import MOST_STRETCH, CarrierKind
from rsatalker.heads.shape_head import ShapeHead
from rsatalker.motion.pose import FlamePose
from rsatalker.training.mesh_losses import choose_mesh_losses

RATE_M = 2e-4  # of Adam: about the way of a vertex in one step, metres
MOVING_SHARE = 0.5  # of the run, in which the mesh moves and Gaussians do not move on it
SMOOTH_WEIGHT = 5.0  # of the offset's laplacian, metres
EVEN_WEIGHT = 2e3  # of the squared differences of offsets along edges, square metres
FOLD_WEIGHT = 0.01  # of the angles between triangles


class MeshRefinement:
    """Offsets that are fitted together with the Gaussians.

    Attributes:
        offset: Of each vertex of the mesh at rest, metres.
        optimizer: Of the offset.
    """

    def __init__(
        self, head: ShapeHead, faces: Int32[np.ndarray, "T 3"], carriers: CarrierKind, device: torch.device
    ) -> None:
        """Begin with the mesh as it was tracked; `faces` are the triangles that carry Gaussians."""
        self._head, self._carriers, self._device = head, carriers, device
        self.carry(faces)
        self._neutral = torch.from_numpy(head.neutral_vertices).to(device)
        self._losses = choose_mesh_losses(head.faces)
        self.offset = torch.zeros_like(self._neutral).requires_grad_()
        self.optimizer = torch.optim.Adam([self.offset], lr=RATE_M)

    def carry(self, faces: Int32[np.ndarray, "T 3"]) -> None:
        """Let other triangles carry Gaussians from now on."""
        self._faces = torch.from_numpy(faces.astype(np.int64)).to(self._device)

    def carriers(self, pose: FlamePose) -> tuple[Float[Tensor, "T 3 3"], Float[Tensor, "T 3"]]:
        """Return axes and origins of `TriangleCarriers` for a pose of the moved mesh, differentiable in the offset."""
        turns = torch.from_numpy(self._head.turns(pose)).to(self._device)
        posed = torch.from_numpy(self._head(pose)).to(self._device)
        posed = posed + torch.einsum("vij,vj->vi", turns, self.offset)
        corners = posed[self._faces]
        if self._carriers == "rigid":
            return _rigid_axes(corners), corners.mean(1)
        resting = (self._neutral + self.offset)[self._faces]
        rigid = _rigid_axes(resting)
        axes = _edge_axes(corners) @ torch.linalg.solve(_edge_axes(resting), rigid)
        longest: Tensor = rigid[:, :, :1].norm(dim=1, keepdim=True) * float(MOST_STRETCH)
        return axes * (longest / axes.norm(dim=1, keepdim=True).clamp(min=1e-12)).clamp(max=1), corners.mean(1)

    def loss(self) -> dict[str, Float[Tensor, ""]]:
        """Return what the offset costs."""
        return {
            "offset smooth": SMOOTH_WEIGHT * self._losses.laplacian(self.offset),
            "offset even": EVEN_WEIGHT * self._losses.edge(self.offset),
            "folds": FOLD_WEIGHT * self._losses.normal_consistency(self._neutral + self.offset),
        }

    def moved(self) -> Float32[np.ndarray, "V 3"]:
        """Return the offset as it is now."""
        return self.offset.detach().cpu().numpy()


def _edge_axes(corners: Float[Tensor, "T 3 3"]) -> Float[Tensor, "T 3 3"]:
    """Return both edges and the normal of length sqrt(2 area) as columns."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = torch.linalg.cross(first, second)
    return torch.stack([first, second, normal / normal.norm(dim=1, keepdim=True).clamp(min=1e-13).sqrt()], 2)


def _rigid_axes(corners: Float[Tensor, "T 3 3"]) -> Float[Tensor, "T 3 3"]:
    """Return scale * rotation of `face_frames`."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = torch.linalg.cross(first, second)
    base, double_area = first.norm(dim=1, keepdim=True), normal.norm(dim=1, keepdim=True)
    along, up = first / base.clamp(min=1e-12), normal / double_area.clamp(min=1e-13)
    scale = (base + double_area / base.clamp(min=1e-12)) / 2
    return torch.stack([along, up, torch.linalg.cross(along, up)], 2) * scale[:, None]
