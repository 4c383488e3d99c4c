"""A studio whose heads are cheap to draw and whose motion tells what it was made from."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass

import numpy as np

from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion, FlamePose
from rsatalker.motion.social import SocialInput
from rsatalker.speech.audio import SPEECH_RATE_HZ
from sidecar.errors import NotFoundError
from sidecar.studio import CastMember, unknown_avatar

LOOK_AHEAD_SAMPLES = SPEECH_RATE_HZ // 10  # 100 ms, as the real model
JAW_OPEN = ARKIT_INDEX["jawOpen"]


@dataclass(frozen=True)
class DrawingCost:
    mesh_ms: float = 0.1
    gaussians_ms: float = 0.2
    frame_ms: float = 0.3
    gaussians: int = 12_000


class FlatHead:
    """Draws the opening of the jaw as the red of every pixel."""

    bounding_sphere = (np.array([0, 0.03, 0.02], np.float32), 0.14)

    def __init__(self) -> None:
        self.poses: list[FlamePose] = []
        self.cameras: list = []
        self.lights: list = []
        self.cameras_now: list = []
        self.fails = False
        self.takes = lambda: None  # called in the middle of drawing: lets a test's time pass

    def draw(self, pose, cameras, light, world_from_head, colors, depths, at_s=None) -> DrawingCost:
        if self.fails:
            raise RuntimeError("the brush broke")
        self.cameras_now = list(cameras)
        self.takes()
        self.poses.append(pose)
        self.lights.append(light)
        self.cameras.append(list(cameras))
        colors[:] = (0, 0, 0, 255)
        colors[..., 0] = round(255 * max(float(pose.arkit[JAW_OPEN]), 0.0))  # samples of real sounds may be below 0
        depths[:] = 0.9
        return DrawingCost()


class LoudnessMotion:
    """Opens each jaw by the level of its voice at that instant; needs 100 ms of audio behind it."""

    def __init__(self, relationship) -> None:
        self.social = SocialInput(relationship)
        self.features_ms = self.motion_ms = 0.5
        self.places: list[np.ndarray] = []
        self.moods: list[tuple[int, object]] = []
        self.styles: list[tuple[int, object]] = []
        self.fails = False
        self._heard = np.zeros((2, 0), np.float32)
        self._made = 0

    def relate(self, social) -> None:
        self.social = social

    def place(self, world_from_head) -> None:
        self.places.append(world_from_head)

    def set_mood(self, participant: int, mood) -> None:
        self.moods.append((participant, mood))

    def set_style(self, participant: int, style) -> None:
        self.styles.append((participant, style))

    def fork(self) -> LoudnessMotion:
        return copy.deepcopy(self)

    def push(self, voices):
        if self.fails:
            raise RuntimeError("the model lost its thread")
        self._heard = np.concatenate([self._heard, voices], axis=1)
        complete = (self._heard.shape[1] - LOOK_AHEAD_SAMPLES) * MOTION_RATE_HZ // SPEECH_RATE_HZ + 1
        first, self._made = self._made, max(complete, self._made)
        return tuple(self._motion(participant, first, self._made) for participant in (0, 1))

    def pushing(self, voices):
        yield from ()
        return self.push(voices)

    def _motion(self, participant: int, first: int, end: int) -> FlameMotion:
        start_us = round(first * 1e6 / MOTION_RATE_HZ)
        if end == first:
            return FlameMotion.empty(start_us, MOTION_RATE_HZ, "procedural-1")
        poses = []
        for index in range(first, end):
            pose = FlamePose.neutral()
            pose.arkit[JAW_OPEN] = self._heard[participant, index * SPEECH_RATE_HZ // MOTION_RATE_HZ]
            poses.append(pose)
        return FlameMotion.of(poses, start_us, MOTION_RATE_HZ, "procedural-1")


class LightStudio:
    renderer_name = "flat"

    def __init__(self) -> None:
        self.heads: dict[str, list[FlatHead]] = {}
        self.sources: list[LoudnessMotion] = []
        self.locked: list[int] = []
        self.unlocked: list[int] = []
        self.loading = threading.Event()
        self.loading.set()

    def cast(self) -> list[CastMember]:
        return [CastMember("ann", "a flat woman"), CastMember("bob", "a flat man")]

    def head(self, avatar: str) -> FlatHead:
        names = [member.name for member in self.cast()]
        if avatar not in names:
            raise NotFoundError(unknown_avatar(avatar, names))
        self.loading.wait(10)
        head = FlatHead()
        self.heads.setdefault(avatar, []).append(head)
        return head

    def dialogue(self, relationship, seed: int) -> LoudnessMotion:
        self.sources.append(LoudnessMotion(relationship))
        return self.sources[-1]

    def lock_pages(self, memory):
        self.locked.append(memory.nbytes)
        return lambda: self.unlocked.append(memory.nbytes)

    def warm_up(self) -> None:
        pass
