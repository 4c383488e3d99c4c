"""`Rasterization` for machines without CUDA: projection and harmonics in torch, compositing in Numba, both ways."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor

from rsatalker.renderers.cpu_features import composite_features, pack_splats
from rsatalker.renderers.cpu_gradients import MOMENTS, differentiate_features, gather_gradients
from rsatalker.renderers.cpu_scratch import Scratch
from rsatalker.renderers.projection import camera_positions, covariances_from_quats, project
from rsatalker.renderers.rasterization import RasterizeMode, RenderMode, output_channels
from rsatalker.renderers.spherical_harmonics import colors_seen_from
from rsatalker.renderers.worker_threads import WorkerThreads, usable_threads


class CpuRasterization:
    """Draws float32 tensors on the CPU with a bounded number of threads; see `Rasterization`."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = WorkerThreads(usable_threads() if threads is None else threads)

    def warm_up(self) -> None:
        """Compile the kernels of both ways, or load them from Numba's cache."""
        colors = torch.ones(1, 3, requires_grad=True)
        images, _, _ = self(
            torch.tensor([[0.0, 0.0, 1.0]]), None, None, torch.ones(1), colors, torch.eye(4)[None], torch.eye(3)[None],
            width=1, height=1, covars=torch.eye(3)[None],
        )  # fmt: skip
        images.sum().backward()

    def __call__(
        self,
        means: Float[Tensor, "N 3"],
        quats: Float[Tensor, "N 4"] | None,
        scales: Float[Tensor, "N 3"] | None,
        opacities: Float[Tensor, " N"],
        colors: Float[Tensor, "N D"] | Float[Tensor, "N K 3"],
        viewmats: Float[Tensor, "C 4 4"],
        Ks: Float[Tensor, "C 3 3"],
        width: int,
        height: int,
        *,
        near_plane: float = 0.01,
        far_plane: float = 1e10,
        eps2d: float = 0.3,
        sh_degree: int | None = None,
        backgrounds: Float[Tensor, "C D"] | None = None,
        render_mode: RenderMode = "RGB",
        rasterize_mode: RasterizeMode = "classic",
        covars: Float[Tensor, "N 3 3"] | None = None,
    ) -> tuple[Float[Tensor, "C H W X"], Float[Tensor, "C H W 1"], dict[str, Any]]:
        """Draw what each camera sees.

        Raises:
            ValueError: A tensor is not float32 on the CPU, or a Gaussian holds NaN or infinity.
        """
        _check(means=means, quats=quats, scales=scales, opacities=opacities, colors=colors, covars=covars)
        if covars is None:
            assert quats is not None
            assert scales is not None
            covars = covariances_from_quats(quats, scales)
        view = project(means, covars, viewmats, Ks, width, height, near_plane, far_plane, eps2d)
        shown_opacities = opacities * view.compensations if rasterize_mode == "antialiased" else opacities
        if sh_degree is None:
            features = colors.expand(len(viewmats), -1, -1)
        else:
            positions = camera_positions(viewmats)
            features = torch.stack([colors_seen_from(position, means, colors, sh_degree) for position in positions])
        if render_mode != "RGB":
            depths = view.depths[..., None]
            with_colors = render_mode.startswith("RGB")
            features = torch.cat([features, depths], -1) if with_colors else depths
        sums, alphas, reaching = _Compositing.apply(
            view.means2d,
            view.conics,
            torch.where(view.seen, shown_opacities, 0),
            features,
            view.depths,
            width,
            height,
            self._threads,
        )
        radii = torch.where(reaching[..., None], view.radii, 0).int()
        return (
            output_channels(sums, alphas, render_mode, backgrounds),
            alphas[..., None],
            {"means2d": view.means2d, "radii": radii, "depths": view.depths},
        )


class _Drawn(NamedTuple):
    """What the way back needs of the way there, as the kernels take it."""

    scratch: Scratch
    conics: Float32[np.ndarray, "C N 3"]
    opacities: Float32[np.ndarray, "C N"]
    features: Float32[np.ndarray, "C N D"]
    sums: Float32[np.ndarray, "C H W D"]
    alphas: Float32[np.ndarray, "C H W"]


class _Compositing(torch.autograd.Function):
    """Sums of features and alpha of every pixel, from Gaussians in the image; and which of them can touch a pixel."""

    @staticmethod
    def forward(
        ctx: Any,
        means2d: Float[Tensor, "C N 2"],
        conics: Float[Tensor, "C N 3"],
        opacities: Float[Tensor, "C N"],
        features: Float[Tensor, "C N D"],
        depths: Float[Tensor, "C N"],
        width: int,
        height: int,
        threads: WorkerThreads,
    ) -> tuple[Tensor, Tensor, Tensor]:
        cameras, count = opacities.shape
        scratch = Scratch(cameras, count, width, height)
        sums = np.empty((cameras, height, width, features.shape[2]), np.float32)
        alphas = np.empty((cameras, height, width), np.float32)
        drawn = _Drawn(scratch, _array(conics), _array(opacities), _array(features), sums, alphas)
        threads.run(
            pack_splats,
            _array(means2d),
            drawn.conics,
            drawn.opacities,
            _array(depths),
            width,
            height,
            scratch.splats,
            scratch.boxes,
            chunks=cameras,
        )
        scratch.sort_into_tiles(threads.run, count)
        threads.run(
            composite_features,
            scratch.splats,
            scratch.boxes,
            scratch.tile_begins,
            scratch.tile_ends,
            scratch.tile_splats,
            drawn.features,
            sums,
            alphas,
            chunks=scratch.tile_begins.size,
        )
        ctx.drawn, ctx.threads = drawn, threads
        reaching = torch.from_numpy(scratch.boxes[..., 3] >= scratch.boxes[..., 1])
        ctx.mark_non_differentiable(reaching)
        return torch.from_numpy(sums), torch.from_numpy(alphas), reaching

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        drawn: _Drawn = ctx.drawn
        scratch, (cameras, count, width) = drawn.scratch, drawn.features.shape
        entries = np.empty((cameras, scratch.tile_splats.shape[1], MOMENTS + width), np.float32)
        ctx.threads.run(
            differentiate_features,
            scratch.splats,
            scratch.boxes,
            scratch.tile_begins,
            scratch.tile_ends,
            scratch.tile_splats,
            drawn.features,
            drawn.sums,
            drawn.alphas,
            _array(gradients[0]),
            _array(gradients[1]),
            entries,
            chunks=scratch.tile_begins.size,
        )
        by_means, by_conics = (np.empty((cameras, count, columns), np.float32) for columns in (2, 3))
        by_opacities, by_features = np.empty_like(drawn.opacities), np.empty_like(drawn.features)
        ctx.threads.run(
            gather_gradients,
            scratch.tile_begins,
            scratch.tile_ends,
            scratch.tile_splats,
            entries,
            drawn.conics,
            drawn.opacities,
            np.empty((cameras, count, MOMENTS), np.float32),
            by_means,
            by_conics,
            by_opacities,
            by_features,
            chunks=cameras,
        )
        found = (torch.from_numpy(array) for array in (by_means, by_conics, by_opacities, by_features))
        return (*found, None, None, None, None)


def _array(tensor: Tensor) -> Float32[np.ndarray, "..."]:
    """Return a tensor's memory in the one form that the kernels are compiled for; a copy only if it has another."""
    return np.require(tensor.detach().numpy(), np.float32, ["C", "W"])


def _check(**tensors: Tensor | None) -> None:
    """Check that what Gaussians are made of is float32 on the CPU and finite.

    Raises:
        ValueError: It is not; the message names the tensor and the first Gaussian that is wrong.
    """
    for name, tensor in tensors.items():
        if tensor is None:
            continue
        if tensor.dtype is not torch.float32 or tensor.device.type != "cpu":
            raise ValueError(
                f"{name} is {tensor.dtype} on {tensor.device}; the cpu rasterization takes torch.float32 on cpu. "
                "Convert it, or choose another rasterization."
            )
        if not torch.isfinite(tensor.detach().sum()):  # one pass; a sum of finite numbers can overflow, too
            values = tensor.detach().flatten(1) if tensor.ndim > 1 else tensor.detach()[:, None]
            wrong = (~torch.isfinite(values)).any(1).nonzero()
            if len(wrong):
                index = int(wrong[0, 0])
                found = f"Gaussian {index} of {len(tensor)} has {name} {tensor[index].tolist()}"
                raise ValueError(f"{found}; all numbers must be finite.")
