"""From what was blended to what an engine takes: bytes of colour and alpha, and depth where there is any.

Plain torch needs ten passes over the images, a fifth of the device's time for four of 1024 x 1024; on CUDA one
elementwise kernel does it, which torch compiles itself in about a second, without nvcc.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

# The four bytes of a pixel travel as the bits of a float: all of torch's elementwise kernels write what they read.
TO_FRAME = """
template <typename T>
void to_frame(T red, T green, T blue, T depth, T alpha, T& rgba, T& distance) {
  unsigned r = (unsigned)fminf(red * 255.0f + 0.5f, 255.0f);
  unsigned g = (unsigned)fminf(green * 255.0f + 0.5f, 255.0f);
  unsigned b = (unsigned)fminf(blue * 255.0f + 0.5f, 255.0f);
  unsigned a = (unsigned)(alpha * 255.0f + 0.5f);
  rgba = __uint_as_float(r | (g << 8) | (b << 16) | (a << 24));
  distance = a > 0 ? depth / alpha : (T)0;
}
"""


def to_frames(
    images: Float[Tensor, "*views H W 4"], alphas: Float[Tensor, "*views H W 1"]
) -> tuple[UInt8[Tensor, "*views H W 4"], Float[Tensor, "*views H W"]]:
    """Return premultiplied colours with alpha in bytes, and depths, metres.

    As on the cpu there is no depth where alpha rounds to no byte, so that the edges of both are the same.

    Args:
        images: Premultiplied colours with the depth summed by weight behind them.
        alphas: In [0, 1].
    """
    if images.is_cuda and hasattr(torch.cuda, "jiterator"):
        bits, depths = _compiled()(*images.unbind(-1), alphas[..., 0])
        return bits[..., None].view(torch.uint8), depths
    return to_frames_plainly(images, alphas)


def to_frames_plainly(
    images: Float[Tensor, "*views H W 4"], alphas: Float[Tensor, "*views H W 1"]
) -> tuple[UInt8[Tensor, "*views H W 4"], Float[Tensor, "*views H W"]]:
    """Return the same, pass by pass; see `to_frames`."""
    rgba = torch.empty((*alphas.shape[:-1], 4), dtype=torch.uint8, device=images.device)
    rgba[..., :3] = images[..., :3].mul(255).add_(0.5).clamp_(max=255)  # which drops the fraction
    rgba[..., 3:] = alphas.mul(255).add_(0.5)
    depths = torch.where(rgba[..., 3:] > 0, images[..., 3:] / alphas, 0)
    return rgba, depths[..., 0]


@cache
def _compiled() -> Callable[..., tuple[Tensor, Tensor]]:
    """Return the kernel; torch calls this way of making one beta, hence the question before it."""
    jiterator: Any = torch.cuda.jiterator
    return cast("Callable[..., tuple[Tensor, Tensor]]", jiterator._create_multi_output_jit_fn(TO_FRAME, num_outputs=2))
