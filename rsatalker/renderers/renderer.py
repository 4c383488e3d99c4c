"""What every renderer can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.camera import Camera


@dataclass(frozen=True, slots=True)
class Drawing:
    """What `Renderer.render` takes, as a thing.

    Attributes:
        gaussians: In world space.
        cameras: One a view; all of one size.
        colors: Premultiplied sRGB with alpha, top row first.
        depths: Expected depth along the camera's z, metres; 0 where nothing is drawn.
    """

    gaussians: Gaussians
    cameras: Sequence[Camera]
    colors: UInt8[np.ndarray, "C H W 4"]
    depths: Float32[np.ndarray, "C H W"]


class Renderer(Protocol):
    """Gaussians in, frame out, straight into the caller's memory."""

    @property
    def name(self) -> str:
        """`cpu`, `gsplat` or `reference`."""
        ...

    def warm_up(self) -> None:
        """Do now what would delay the first frame: compile, load, claim memory."""
        ...

    def render(
        self,
        gaussians: Gaussians,
        cameras: Sequence[Camera],
        colors: UInt8[np.ndarray, "C H W 4"],
        depths: Float32[np.ndarray, "C H W"],
    ) -> None:
        """Draw what each camera sees into the caller's images; every pixel is written.

        Args:
            gaussians: In world space.
            cameras: One a view; all of one size.
            colors: Premultiplied sRGB with alpha, top row first.
            depths: Expected depth along the camera's z, metres; 0 where nothing is drawn.

        Raises:
            ValueError: Cameras and images do not fit each other, or a Gaussian holds NaN or infinity.
        """
        ...

    def lock_pages(self, memory: UInt8[np.ndarray, " B"]) -> Callable[[], None]:
        """Prepare memory in which images will lie, such as a region, if that makes `render` faster; any thread.

        Returns:
            What undoes it; to be called before the memory goes away.
        """
        ...
