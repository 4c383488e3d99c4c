"""An avatar that costs nothing to make and little to draw."""

import numpy as np

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.motion.pose import FlamePose


class LightAvatar:
    """A ball of a head that opens its mouth: Gaussians that follow pose, place and light, with nothing to build."""

    def __init__(self, name: str) -> None:
        random = np.random.default_rng(len(name))
        directions = random.normal(size=(300, 3))
        self._points = (directions / np.linalg.norm(directions, axis=1, keepdims=True) * 0.12).astype(np.float32)
        self._color = random.uniform(0.3, 0.9, 3).astype(np.float32)
        self._hair_at_s: float | None = None
        self._hair_m = 0.0

    def head(self, pose: FlamePose) -> np.ndarray:
        """Return the points, its lower half moved by the jaw."""
        vertices = self._points.copy()
        vertices[:, 1] -= np.where(vertices[:, 1] < 0, 0.2 * pose.jaw_pose[0], 0).astype(np.float32)
        return vertices

    def settle_hair(self, pose, world_from_head, at_s) -> None:
        """Let its hair rise by half a millimetre; it forgets nothing until None puts it to rest."""
        self._hair_m = 0.0 if at_s is None else self._hair_m + 0.0005 * (at_s != self._hair_at_s)
        self._hair_at_s = at_s

    def follow(self, vertices, pose, light, eye_position, world_from_head, at_s=None) -> Gaussians:
        """Return a Gaussian at each point; the upper ones are hair."""
        means = (vertices @ world_from_head[:3, :3].T + world_from_head[:3, 3]).astype(np.float32)
        self.settle_hair(pose, world_from_head, at_s)
        means[self._points[:, 1] > 0.05, 1] += self._hair_m
        count = len(means)
        covariances = np.tile(np.float32([4e-4, 0, 0, 4e-4, 0, 4e-4]), (count, 1))
        shade = float(np.clip(light.key_color.mean(), 0.2, 1))
        colors = np.tile(self._color * np.float32(shade), (count, 1))
        return Gaussians(means, covariances, np.full(count, 0.9, np.float32), colors, np.zeros(count, np.uint8))
