"""The scene of the Unity package's quick start, as the package tells it to a sidecar and as its camera sees it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, UInt8
from scipy.spatial.transform import Rotation

from rsatalker.avatars.light import Light
from rsatalker.renderers.camera import Camera
from sidecar.compositor import Picture, grid_texels, images_of
from sidecar.coordinates import UNITY
from sidecar.regions.blocks import View
from sidecar.regions.engine_region import EngineState, Playback
from sidecar.regions.frame_ring import Frame
from sidecar.regions.host_clock import host_clock_ns
from sidecar.remote_conversation import RemoteConversation, SpokenUtterance

NEAR_M, FAR_M = 0.05, 1000.0
BEAT_S = 0.05  # between two writes, so that the sidecar knows that the engine lives


@dataclass(frozen=True)
class UnityScene:
    """What GameObject > RSATalker > Conversation makes, and a camera before it.

    Attributes:
        eye: Of the camera, Unity's axes, metres; it looks along z.
        vertical_fov_rad: Of the picture.
        size_px: Width and height of the picture.
        apart_m: Between the heads.
        height_m: Of the heads.
        turn_degrees: Of each towards the other one.
    """

    eye: tuple[float, float, float]
    vertical_fov_rad: float
    size_px: tuple[int, int]
    apart_m: float
    height_m: float
    turn_degrees: float

    @property
    def world_from_heads(self) -> Float32[np.ndarray, "2 4 4"]:
        """Where both stand."""
        places = []
        for side in (-1, 1):
            turned = unity_rotation(0, 180 + side * self.turn_degrees)
            places.append(UNITY.world_from_head(np.array([side * self.apart_m / 2, self.height_m, 0]), turned))
        return np.stack(places).astype(np.float32)

    @property
    def camera(self) -> Camera:
        """The camera of the picture."""
        width, height = self.size_px
        focal = height / 2 / np.tan(self.vertical_fov_rad / 2)
        K = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]], np.float32)
        pose = UNITY.camera_from_object_pose(np.array(self.eye), np.array([0.0, 0, 0, 1]))
        return Camera(pose.astype(np.float32), K, width, height)

    def daylight(self, sky: float, degrees: tuple[float, float], sun: tuple[float, float, float]) -> Light:
        """Return even light from all around and a key light, as the package sends them.

        Args:
            sky: What Unity's probe holds in its first row, all channels.
            degrees: X and Y of the light's rotation in the inspector.
            sun: Linear colour times intensity.
        """
        probe = np.zeros((9, 3))
        probe[0] = sky
        shines = Rotation.from_quat(unity_rotation(*degrees)).apply([0.0, 0, 1])
        towards = -UNITY.direction(shines).astype(np.float32)
        return Light(UNITY.probe(probe).astype(np.float32), towards, np.array(sun, np.float32))

    def frames(
        self, made: RemoteConversation, spoken: SpokenUtterance, position_us: int, light: Light, patience_s: float
    ) -> list[Frame]:
        """Hold the sound at a place and return both heads' frames of it in a light."""
        tangents = np.tan(self.vertical_fov_rad / 2) * np.array([2, 2, 1, 1], np.float32)
        view = View(self.camera.camera_from_world, tangents.astype(np.float32), NEAR_M, FAR_M)
        begun_ns, ends_s = host_clock_ns(), time.monotonic() + patience_s
        while time.monotonic() < ends_s:
            now_ns = host_clock_ns()
            playback = Playback(spoken.utterance_id, position_us, now_ns, rate=0.0)
            made.engine.write(EngineState(now_ns, (view,), self.world_from_heads, light, (playback,)))
            time.sleep(BEAT_S)
            frames = [frame for reader in made.frames if (frame := reader.latest())]
            if len(frames) == len(made.frames) and all(
                frame.header.media_us == position_us and frame.header.pose_id > begun_ns for frame in frames
            ):
                return frames
        raise SystemExit(f"No frames of {position_us} us came within {patience_s:.0f} s.")

    def picture(self, frames: list[Frame], background: Float64[np.ndarray, "3"]) -> UInt8[np.ndarray, "H W 3"]:
        """Return what the camera sees, the farther head first."""
        picture = Picture(self.camera)
        for frame in frames:
            image = images_of(frame)[0]
            picture.put(image, grid_texels(image, self.camera))
        colors = 255 * picture.colors[..., :3] + (1 - picture.colors[..., 3:]) * background
        return np.clip(np.round(colors), 0, 255).astype(np.uint8)


def unity_rotation(pitch_degrees: float, yaw_degrees: float) -> Float64[np.ndarray, "4"]:
    """Return the quaternion x, y, z, w of Unity's Euler angles: first about x, then about y, z stays."""
    return Rotation.from_euler("YX", [yaw_degrees, pitch_degrees], degrees=True).as_quat()
