"""FittedAvatar: a person's Gaussians as images showed them, carried by a mesh."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np
from jaxtyping import Float, Float32, Float64

from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.captured_light import CapturedLight
from rsatalker.avatars.gaussians import Gaussians
from rsatalker.avatars.light import Light
from rsatalker.avatars.relighting import Relighting
from rsatalker.avatars.splat_posing import C0, pose_splats
from rsatalker.avatars.split_work import SplitWork
from rsatalker.avatars.triangle_carriers import CarrierKind, TriangleCarriers
from rsatalker.motion.pose import FlamePose

OPAQUE = 0.5  # least opacity of a Gaussian whose colour tells of the light
BUFFERS = 2  # one is drawn while the next is filled
MOVING_MARGIN = 1.06  # the bounding sphere's room for motion
BETWEEN_EYES = np.array([0.0, 0.035, 0.068], np.float32)  # metres: middle of the eyeballs of our own heads


class PosedHead(Protocol):
    """What the mesh of a fitted avatar must offer; `Head`, `ShapeHead` and `ArkitHead` do."""

    def __call__(self, pose: FlamePose) -> Float32[np.ndarray, "V 3"]:
        """Return the mesh of a pose, metres."""
        ...


class FittedAvatar:
    """Gaussians fitted to images; holds buffers, so one thread at a time may call `follow`.

    Their harmonics hold the light under which the images were taken; `relighting` tells how the scene's changes it.

    Attributes:
        name: Whose they are.
        head: The mesh it follows, driven by the poses that `follow` is given.

    Args:
        name: Whose they are.
        head: Pose to mesh.
        neutral_vertices: The mesh at rest, on which the Gaussians are bound.
        faces: Triangles that `splats.binding` names.
        eye_centers: Of the mesh at rest: they are put where the eyes of our own heads are.
        splats: The Gaussians.
        carriers: How they follow their triangles.
        antialiased: Whether they were fitted with the antialiased weight.
        captured: Light of the images; guessed from the Gaussians if left out.
        threads: That one call of `follow` may use.
    """

    def __init__(
        self,
        name: str,
        head: PosedHead,
        neutral_vertices: Float32[np.ndarray, "V 3"],
        faces: np.ndarray,
        eye_centers: Float32[np.ndarray, "2 3"],
        splats: BoundSplats,
        carriers: CarrierKind,
        *,
        antialiased: bool,
        captured: CapturedLight | None = None,
        threads: int = 2,
    ) -> None:
        # Here, since both need SciPy, which takes a while to import and our own characters do without.
        from rsatalker.avatars.bust_end import faded, rim_of, shown_at_end
        from rsatalker.heads.nearest_triangle import shares_of_nearest

        self.name = name
        self.head: Callable[[FlamePose], Float32[np.ndarray, "V 3"]] = head
        used, carrier = np.unique(splats.binding, return_inverse=True)
        self._carriers = TriangleCarriers(neutral_vertices, faces[used], carriers)
        self._carrier = carrier.astype(np.int32).ravel()
        self._centers = np.ascontiguousarray(splats.centers)
        self._factors = splats.factors
        self._sh = np.ascontiguousarray(splats.sh)
        self._shift = (BETWEEN_EYES - eye_centers.mean(0)).astype(np.float32)
        self._work = SplitWork(threads)
        count = len(splats)
        flags = np.full(count, antialiased, np.uint8)
        means = self._resting_means(neutral_vertices)
        corners = neutral_vertices[faces[splats.binding]].astype(np.float64)
        shares = shares_of_nearest(means[:, None], corners[:, None])[:, 0]
        places, eyes = np.einsum("nc,ncd->nd", shares, corners), eye_centers.mean(0)
        shown = shown_at_end(places, means, rim_of(neutral_vertices, faces, eyes))
        shown_colors = splats.sh[:, 0] * C0 + 0.5
        self._relighting = Relighting(
            neutral_vertices, faces, splats.binding, shares, shown_colors, splats.opacities > OPAQUE, eyes, captured
        )
        opacities = faded(splats.opacities, shown)
        self._buffers = deque(
            Gaussians(
                np.empty((count, 3), np.float32), np.empty((count, 6), np.float32), opacities,
                np.empty((count, 3), np.float32), flags,
            )
            for _ in range(BUFFERS)
        )  # fmt: skip
        self._sphere = _sphere_around(means + self._shift)

    def __len__(self) -> int:
        """Return the number of Gaussians."""
        return len(self._carrier)

    @property
    def harmonics(self) -> Float32[np.ndarray, "N K 3"]:
        """Coefficients of the colours, in the head's space."""
        return self._sh

    @property
    def bounding_sphere(self) -> tuple[Float32[np.ndarray, "3"], float]:
        """Center in the head's space and radius in metres of a sphere that holds the avatar at rest, with a margin."""
        return self._sphere[0].copy(), self._sphere[1] * MOVING_MARGIN

    def twin(self) -> FittedAvatar:
        """Return itself: nothing of it moves but by the pose, so one serves for any number of places."""
        return self

    def follow(
        self,
        vertices: Float32[np.ndarray, "V 3"],
        pose: FlamePose,
        light: Light,
        eye_position: Float32[np.ndarray, "3"],
        world_from_head: Float32[np.ndarray, "4 4"],
        at_s: float | None = None,
        share: float = 1.0,
    ) -> Gaussians:
        """Return the Gaussians of one instant in world space; see `Avatar.follow`, also for how long they hold.

        Args:
            vertices: From `head(pose)`, metres.
            pose: Not used: these Gaussians have no folds that darken.
            light: Of the scene; under the default light they are as photographed.
            eye_position: Of the viewer, world space.
            world_from_head: Rigid placement of the head's space in the world.
            at_s: Not used: nothing of it swings.
            share: Not used: fitting has left no Gaussian that others could stand in for.
        """
        rotation = np.ascontiguousarray(world_from_head[:3, :3], np.float32)
        translation = (rotation @ self._shift + world_from_head[:3, 3]).astype(np.float32)
        viewer = (rotation.T @ (np.asarray(eye_position, np.float32) - translation)).astype(np.float32)
        self._carriers.follow(vertices)
        self._buffers.rotate()
        gaussians = self._buffers[0]
        self._work.run(
            pose_splats, len(self), self._carrier, self._centers, self._factors, self._sh, self._carriers.axes,
            self._carriers.origins, rotation, translation, viewer, gaussians.means, gaussians.covariances,
            gaussians.colors,
        )  # fmt: skip
        gains = self._relighting.gains(vertices, rotation, light)
        if gains is not None:
            self._work.run(self._relighting.tint, len(self), gains, gaussians.colors)
        return gaussians

    def settle_hair(self, pose: FlamePose, world_from_head: Float32[np.ndarray, "4 4"], at_s: float | None) -> None:
        """Do nothing: the hair was fitted as it lay."""

    def _resting_means(self, neutral_vertices: Float32[np.ndarray, "V 3"]) -> Float64[np.ndarray, "N 3"]:
        """Return where the Gaussians are at rest, in the space of the mesh."""
        self._carriers.follow(neutral_vertices)
        axes, origins = self._carriers.axes[self._carrier], self._carriers.origins[self._carrier]
        return np.einsum("nij,nj->ni", axes, self._centers).astype(np.float64) + origins


def _sphere_around(means: Float[np.ndarray, "N 3"]) -> tuple[Float32[np.ndarray, "3"], float]:
    """Return center and radius of a sphere around Gaussians."""
    center = ((means.min(0) + means.max(0)) / 2).astype(np.float32)
    return center, float(np.linalg.norm(means - center, axis=1).max())
