"""A light studio whose heads have a shape: a chequered ball, drawn as the camera sees it: places can be checked."""

from __future__ import annotations

import numpy as np
from light_studio import DrawingCost, FlatHead, LightStudio

RADIUS_M = 0.1
CENTER = np.array([0, 0.03, 0.02], np.float32)  # of a head's bounding sphere
LIGHT_SQUARES = {"ann": (230, 120, 60), "bob": (70, 150, 230)}
SHADE = 0.45  # of the dark squares
SQUARES = 8  # to half a turn


class BallHead(FlatHead):
    """A ball around the head's middle, light and dark in squares of its own longitude and latitude."""

    def __init__(self, avatar: str) -> None:
        super().__init__()
        self._color = np.array(LIGHT_SQUARES[avatar], np.float32)

    def draw(self, pose, cameras, light, world_from_head, colors, depths, at_s=None) -> DrawingCost:
        self.poses.append(pose)
        self.lights.append(light)
        for layer, camera in enumerate(cameras):
            self._draw_layer(camera, world_from_head.astype(np.float64), colors[layer], depths[layer])
        return DrawingCost()

    def _draw_layer(self, camera, world_from_head, colors, depths) -> None:
        rows, columns = np.indices(depths.shape) + 0.5
        rays = np.stack([columns, rows, np.ones_like(rows)], -1) @ np.linalg.inv(camera.K.astype(np.float64)).T
        head_from_camera = np.linalg.inv(camera.camera_from_world.astype(np.float64) @ world_from_head)
        eye, directions = head_from_camera[:3, 3] - CENTER, rays @ head_from_camera[:3, :3].T
        squared, across = (directions**2).sum(-1), directions @ eye
        reach = across**2 - squared * (eye @ eye - RADIUS_M**2)
        # Half transparent at the rim, so that edges are as smooth as a renderer's.
        pixel_m = np.sqrt(eye @ eye) / camera.K[0, 0]
        passed_m = np.sqrt(np.maximum(eye @ eye - across**2 / squared, 0))
        alpha = np.clip((RADIUS_M - passed_m) / pixel_m + 0.5, 0, 1)
        along = (-across - np.sqrt(np.maximum(reach, 0))) / squared
        x, y, z = np.moveaxis((eye + along[..., None] * directions) / RADIUS_M, -1, 0)
        turn, height = np.arctan2(x, z) / np.pi, np.arcsin(np.clip(y, -1, 1)) * 2 / np.pi
        is_light = (np.floor(turn * SQUARES) + np.floor(height * SQUARES)) % 2 == 0
        painted = self._color * np.where(is_light, 1, SHADE)[..., None] * alpha[..., None]
        colors[..., :3], colors[..., 3] = np.rint(painted), np.rint(255 * alpha)
        depths[:] = np.where(alpha > 0, along, 0)


class BallStudio(LightStudio):
    """The light studio with balls for heads."""

    def head(self, avatar: str) -> BallHead:
        head = BallHead(avatar)
        self.heads.setdefault(avatar, []).append(head)
        return head
