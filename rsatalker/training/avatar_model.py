"""Bound Gaussians as tensors that are fitted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from torch import Tensor, nn

from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.rasterization import Rasterization
from rsatalker.training.avatar_discs import HARMONIC_0

PARAMETERS = ("centers", "quats", "log_scales", "opacity_logits", "sh_first", "sh_rest")
NEAR_M = 0.01


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the model looks like from one camera.

    Attributes:
        image: Before the background, sRGB.
        alpha: How much the Gaussians cover.
        means2d: Places in the image, pixels; their gradient says where detail is missing.
        seen: Which Gaussians are in the image.
    """

    image: Float[Tensor, "H W 3"]
    alpha: Float[Tensor, "H W"]
    means2d: Float[Tensor, "1 N 2"]
    seen: Tensor


class SplatModel(nn.Module):
    """N Gaussians on the triangles of some carriers; `BoundSplats` says what the parameters mean.

    Attributes:
        binding: Triangle of the head's mesh for each Gaussian.
        carrier: Index of that triangle among the carriers.
        corner_shares: For each carrier, what turns (x, z, 1) in its frame into the shares of its corners there.
        reach: How far from its triangle a Gaussian may be before it costs, in units of the triangle's scale.
    """

    binding: Tensor
    carrier: Tensor
    reach: Tensor
    corner_shares: Tensor
    centers: nn.Parameter
    quats: nn.Parameter
    log_scales: nn.Parameter
    opacity_logits: nn.Parameter
    sh_first: nn.Parameter
    sh_rest: nn.Parameter

    def __init__(
        self,
        splats: BoundSplats,
        spacing_m: float,
        triangles: Int[np.ndarray, " T"],
        scales: Float32[np.ndarray, " T"],
        corner_shares: Float32[np.ndarray, "T 3 3"] | None = None,
    ) -> None:
        """Take over Gaussians.

        Args:
            splats: At the start.
            spacing_m: Between neighbours on the surface: where triangles are smaller, a Gaussian covers several.
            triangles: Of the mesh, that carry Gaussians, in order.
            scales: Size of each of them at rest, metres.
            corner_shares: See the attribute; only needed where colours are to be brighter than at rest.
        """
        super().__init__()
        carrier = np.searchsorted(triangles, splats.binding)
        self.register_buffer("binding", torch.from_numpy(splats.binding.astype(np.int64)))
        self.register_buffer("carrier", torch.from_numpy(carrier.astype(np.int64)))
        self.register_buffer("reach", torch.from_numpy(np.maximum(1, spacing_m / scales[carrier]).astype(np.float32)))
        shares = np.zeros((len(triangles), 3, 3), np.float32) if corner_shares is None else corner_shares
        self.register_buffer("corner_shares", torch.from_numpy(shares))
        values = {
            "centers": splats.centers, "quats": splats.quats, "log_scales": splats.log_scales,
            "opacity_logits": splats.opacity_logits, "sh_first": splats.sh[:, :1], "sh_rest": splats.sh[:, 1:],
        }  # fmt: skip
        for name in PARAMETERS:
            self.register_parameter(name, nn.Parameter(torch.from_numpy(np.array(values[name], np.float32))))

    def __len__(self) -> int:
        return len(self.centers)

    @property
    def sh_degree(self) -> int:
        """0 to 3."""
        return math.isqrt(self.sh_rest.shape[1] + 1) - 1

    def draw(
        self,
        rasterization: Rasterization,
        axes: Float[Tensor, "T 3 3"],
        origins: Float[Tensor, "T 3"],
        camera: Camera,
        background: Float[Tensor, "3"],
        sh_degree: int,
        *,
        antialiased: bool,
        gains: Float[Tensor, "T 3"] | None = None,
        triangles: Bool[Tensor, " F"] | None = None,
    ) -> Drawing:
        """Return what a camera sees.

        Args:
            rasterization: That draws.
            axes: Of the carriers as they are.
            origins: Of these, metres.
            camera: That sees them.
            background: Behind them, sRGB.
            sh_degree: Of the harmonics that take part.
            antialiased: Whether with the antialiased weight.
            gains: By what colours are multiplied at each carrier's corners; by nothing if left out.
            triangles: Of the mesh, alone on which Gaussians are seen; all if left out.
        """
        device = self.centers.device
        turned = axes.index_select(0, self.carrier)
        means = torch.einsum("nij,nj->ni", turned, self.centers) + origins.index_select(0, self.carrier)
        halves = turned @ (rotations(self.quats) * torch.exp(self.log_scales)[:, None])
        opacities = torch.sigmoid(self.opacity_logits)
        if triangles is not None:
            opacities = opacities * triangles[self.binding]
        sh = torch.cat([self.sh_first, self.sh_rest[:, : (sh_degree + 1) ** 2 - 1]], 1)
        images, alphas, seen_as = rasterization(
            means, None, None, opacities, sh if gains is None else self._brightened(sh, gains),
            torch.from_numpy(camera.camera_from_world).to(device)[None], torch.from_numpy(camera.K).to(device)[None],
            camera.width, camera.height, near_plane=NEAR_M, sh_degree=sh_degree, backgrounds=background[None],
            rasterize_mode="antialiased" if antialiased else "classic", covars=halves @ halves.mT,
        )  # fmt: skip
        seen = (seen_as["radii"] > 0).reshape(len(self), -1).all(1)
        return Drawing(images[0], alphas[0, ..., 0], seen_as["means2d"], seen)

    def _brightened(self, sh: Float[Tensor, "N K 3"], gains: Float[Tensor, "T 3"]) -> Float[Tensor, "N K 3"]:
        """Return harmonics of the colours (their sum and a half) times what their triangles' corners gain."""
        x, _, z = self.centers.detach().unbind(1)
        flat = torch.stack([x, z, torch.ones_like(x)], 1)[:, :, None]
        shares = (self.corner_shares[self.carrier] @ flat)[..., 0].clamp(min=0)
        gain = (shares * gains[self.carrier]).sum(1) / shares.sum(1)
        first = torch.zeros_like(sh)
        first[:, 0] = ((gain - 1) * (0.5 / HARMONIC_0))[:, None]
        return sh * gain[:, None, None] + first

    def splats(self) -> BoundSplats:
        """Return the Gaussians as they are now."""
        values = {name: getattr(self, name).detach().cpu().numpy() for name in PARAMETERS}
        return BoundSplats(
            self.binding.cpu().numpy().astype(np.int32), values["centers"], values["quats"], values["log_scales"],
            values["opacity_logits"], np.concatenate([values["sh_first"], values["sh_rest"]], 1),
        )  # fmt: skip

    def replace_rows(self, sources: Int[Tensor, " M"]) -> None:
        """Let each Gaussian be a copy of an earlier one; parameters become new tensors."""
        for name in PARAMETERS:
            setattr(self, name, nn.Parameter(getattr(self, name).detach()[sources].clone()))
        for name in ("binding", "carrier", "reach"):
            setattr(self, name, getattr(self, name)[sources])


def rotations(quats: Float[Tensor, "N 4"]) -> Float[Tensor, "N 3 3"]:
    """Return rotation matrices of wxyz quaternions of any length but 0."""
    w, x, y, z = nn.functional.normalize(quats, dim=-1).unbind(-1)
    columns = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(columns, -1).reshape(-1, 3, 3)
