"""Start here: the path from audio to frame, one line per stage.

audio -> features -> motion (`Dialogue`, both heads, ahead of time) -> mesh -> gaussians -> frame (`Talker`, one head,
just in time). Motion runs on the audio's timeline, samples and not seconds of any clock; frames are drawn when wanted.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.fitted_avatar import FittedAvatar
from rsatalker.avatars.level_of_detail import pixel_size, share_for
from rsatalker.avatars.light import Light
from rsatalker.motion.dyadic_checkpoint import bundled_dyadic_model
from rsatalker.motion.dyadic_mind import DyadicMind
from rsatalker.motion.dyadic_model import DyadicModel
from rsatalker.motion.generator import MotionGenerator
from rsatalker.motion.model import Lips, MotionModel
from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.pose import FlameMotion, FlamePose
from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.motion.together import Making, alone
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.renderer import Renderer
from rsatalker.speech.encoders import voice_encoder

EYES_IN_HEAD = np.array([0.0, 0.035, 0.08], np.float32)  # metres: the point between the eyes, for who looks where
FARTHEST_LOOK_RAD = np.array([1.0, 0.6])  # yaw, pitch: beyond that people turn their bodies, which a head does not have


class Dialogue:
    """Two heads that talk to each other: audio -> features -> motion.

    Attributes:
        features_ms: Time that the last `push` spent on features.
        motion_ms: Time that the last `push` spent on motion; beside others, on that of all.
    """

    def __init__(
        self, model: MotionModel, relationship: Relationship, seed: int, dyadic: DyadicModel | None = None
    ) -> None:
        """Begin a conversation.

        Args:
            model: Of the lips.
            relationship: Who the two are to each other.
            seed: Of what is left to chance; the same seed and voices give the same motion.
            dyadic: Of everything else; the bundled one if left out.
        """
        self.features_ms = self.motion_ms = 0.0
        self._encoder = voice_encoder(model.config.encoder, voices=2)
        self._lips = model.sharing_weights()
        self._lips.start_streaming(batch=2)
        self._mind = DyadicMind(dyadic or bundled_dyadic_model(), SocialInput(relationship))
        self._generator = MotionGenerator(self._mind, seed)
        self._loudness: Float32[np.ndarray, "2 T"] = np.zeros((2, 0), np.float32)

    @property
    def relationship(self) -> Relationship:
        """Who the two are to each other; a change shows within a second."""
        return self._mind.social.relationship

    @relationship.setter
    def relationship(self, relationship: Relationship) -> None:
        self._mind.social = SocialInput(relationship)

    def relate(self, social: SocialInput) -> None:
        """Set a relationship with a strength, or something between two relationships; it shows within a second."""
        self._mind.social = social

    def place(self, world_from_head: Float32[np.ndarray, "2 4 4"]) -> None:
        """Tell both heads where they stand, so that they know where to look; each at rest looks along its +z."""
        eyes = world_from_head[:, :3, :3] @ EYES_IN_HEAD + world_from_head[:, :3, 3]
        self._generator.apart_m = float(np.linalg.norm(eyes[1] - eyes[0]))
        for participant in (0, 1):
            rotation = world_from_head[participant, :3, :3]
            x, y, z = rotation.T @ (eyes[1 - participant] - eyes[participant])
            yaw, pitch = np.arctan2(x, z), -np.arctan2(y, np.hypot(x, z))
            self._generator.toward[participant] = np.clip((yaw, pitch), -FARTHEST_LOOK_RAD, FARTHEST_LOOK_RAD)

    def interrupt(self, participant: int) -> None:
        """Let one mouth relax within 100 ms."""
        self._generator.interrupt(participant)

    def set_mood(self, participant: int, mood: Mood) -> None:
        """Let one head come into a mood, within about a second."""
        self._generator.set_mood(participant, mood)

    def set_style(self, participant: int, style: Style) -> None:
        """Let one mouth speak more or less clearly from the next instant on."""
        self._generator.set_style(participant, style)

    def fork(self) -> Dialogue:
        """Return a dialogue that goes on from here on its own, with the same weights in the same memory."""
        fork = copy.copy(self)
        fork._lips = self._lips.fork()
        fork._encoder, fork._mind, fork._generator = copy.deepcopy((self._encoder, self._mind, self._generator))
        return fork

    def push(self, voices: Float32[np.ndarray, "2 S"]) -> tuple[FlameMotion, FlameMotion]:
        """Return the motion of all instants that these samples complete; possibly none.

        Args:
            voices: The next samples of both voices at 16 kHz, in [-1, 1]; a silent one is zeros.
        """
        return alone(self.pushing(voices))

    def pushing(self, voices: Float32[np.ndarray, "2 S"]) -> Making[tuple[FlameMotion, FlameMotion]]:
        """Do what `push` does, beside other conversations: `rsatalker.motion.together`."""
        return self._advancing(voices, ends=False)

    def finish(self) -> tuple[FlameMotion, FlameMotion]:
        """Return the instants that were still waiting for the audio after them, as if silence followed."""
        return alone(self._advancing(np.zeros((2, 0), np.float32), ends=True))

    def _advancing(self, voices: Float32[np.ndarray, "2 S"], *, ends: bool) -> Making[tuple[FlameMotion, FlameMotion]]:
        started = time.perf_counter()
        heard = self._encoder.finish() if ends else self._encoder.push(voices)
        self._loudness = np.concatenate([self._loudness, heard.loudness_db], axis=1)
        featured = time.perf_counter()
        lips = yield from self._lips.pushing(heard.features)
        motion = yield from self._moving(lips)
        if ends:
            lips = yield from self._lips.finishing()
            rest = yield from self._moving(lips)
            motion = FlameMotion.joined((motion[0], rest[0])), FlameMotion.joined((motion[1], rest[1]))
        moved = time.perf_counter()
        self.features_ms, self.motion_ms = (featured - started) * 1e3, (moved - featured) * 1e3
        return motion

    def _moving(self, lips: Lips) -> Making[tuple[FlameMotion, FlameMotion]]:
        instants = lips.activity.shape[1]
        loudness, self._loudness = self._loudness[:, :instants], self._loudness[:, instants:]
        return self._generator.pushing(lips.articulation, lips.activity, loudness)


@dataclass(frozen=True, slots=True)
class DrawingCost:
    """What one drawing took: milliseconds of each stage, and how many Gaussians."""

    mesh_ms: float
    gaussians_ms: float
    frame_ms: float
    gaussians: int


class Talker:
    """One head: mesh -> gaussians -> frame.

    Args:
        avatar: What is drawn.
        renderer: What draws it.
        least_share: Where the head is small in the picture, fewer of its Gaussians are drawn, down to this share.
    """

    def __init__(self, avatar: Avatar | FittedAvatar, renderer: Renderer, least_share: float = 1.0) -> None:
        self.avatar = avatar
        self._renderer = renderer
        self._least_share = least_share

    def draw(
        self,
        pose: FlamePose,
        cameras: Sequence[Camera],
        light: Light,
        world_from_head: Float32[np.ndarray, "4 4"],
        colors: UInt8[np.ndarray, "C H W 4"],
        depths: Float32[np.ndarray, "C H W"],
        at_s: float | None = None,
    ) -> DrawingCost:
        """Draw the head at one instant into the caller's buffers.

        Args:
            pose: What the head does.
            cameras: One for each eye.
            light: Of the scene, in world space.
            world_from_head: Where the head stands.
            colors: Receives premultiplied sRGB.
            depths: Receives metres along each camera's z; 0 where there is nothing.
            at_s: When the instant is, on any clock: hair swings through those that are drawn; None leaves it at rest.
        """
        started = time.perf_counter()
        vertices = self.avatar.head(pose)
        meshed = time.perf_counter()
        between_eyes = np.mean([camera.position for camera in cameras], axis=0).astype(np.float32)
        share = max(self._least_share, share_for(self._pixel_size(cameras, world_from_head)))
        gaussians = self.avatar.follow(vertices, pose, light, between_eyes, world_from_head, at_s, share)
        followed = time.perf_counter()
        self._renderer.render(gaussians, cameras, colors, depths)
        drawn = time.perf_counter()
        milliseconds = ((meshed - started) * 1e3, (followed - meshed) * 1e3, (drawn - followed) * 1e3)
        return DrawingCost(*milliseconds, len(gaussians))

    def _pixel_size(self, cameras: Sequence[Camera], world_from_head: Float32[np.ndarray, "4 4"]) -> float:
        """Return the size of the smallest pixel on the head, metres."""
        center = world_from_head[:3, :3] @ self.avatar.bounding_sphere[0] + world_from_head[:3, 3]
        return pixel_size(center, [camera.position for camera in cameras], [camera.K[0, 0] for camera in cameras])
