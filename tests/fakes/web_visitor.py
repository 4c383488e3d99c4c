"""Somebody who looks at the web client: in Chromium, with or without an emulated headset (IWER).

The headset's stereo picture is on the page's canvas, both eyes side by side. Its cameras are computed here from where
it was put, and frames are read from the sidecar's own regions: neither is taken from the page.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from chromium import LOOK_S, Chromium
from PIL import Image
from running_sidecar import RunningSidecar
from scipy.spatial.transform import Rotation
from waiting import until

from rsatalker.renderers.camera import Camera
from sidecar.compositor import Picture, card_texels, images_of
from sidecar.coordinates import WEBXR
from sidecar.regions.frame_ring import Frame, FrameRingReader
from sidecar.watching.pictures import PictureFormat, picture_of

WEB = Path(__file__).parents[2] / "engine_plugins" / "web"
EYE_DISTANCE_M = 0.064
JPEG_QUALITY = 92  # that the page asks for
DARK = 12  # levels of 255: brighter pixels are of a head
OFF = 30  # levels of 255 that count as off
LONGEST_S = 120.0

Pose = tuple[tuple[float, float, float], tuple[float, float, float]]  # place, metres, and rotation vector of a headset

SHOWN = (
    "rsatalker.viewer.heads.map(({frame}) =>"
    " frame && {width: frame.color.width, views: frame.views.map((view) => view.cameraFromWorld)})"
)
HIDE_ROOM = (
    "{const {scene} = rsatalker.viewer.stage; scene.background = null;"
    "for (const part of scene.children) if (!part.material?.uniforms) part.visible = false;}"
)
PLAYING = "globalThis.rsatalker?.show()?.voices.isPlaying && rsatalker.viewer.heads.every(({frame}) => frame)"

ENDED = "(document.getElementById('play').textContent === 'Start' && !!globalThis.rsatalker?.show())"


@dataclass(frozen=True)
class Sight:
    """What both eyes of a headset saw, and the frames of both heads that they saw it by."""

    pose: Pose
    eyes: tuple[np.ndarray, np.ndarray]
    frames: tuple[Frame, Frame]


class WebVisitor:
    """A visitor of a sidecar's page.

    Args:
        served: The sidecar; it serves the web client.
        tab: Twice as wide as high, for both eyes.
        eye_px: Width and height of one eye's picture.
        fov_rad: Of one eye, across and upward.
    """

    def __init__(self, served: RunningSidecar, tab: Chromium, eye_px: int, fov_rad: float) -> None:
        self.served, self.tab, self.eye_px = served, tab, eye_px
        self._focal = eye_px / 2 / math.tan(fov_rad / 2)
        self._options = f"{{stereoEnabled: true, fovy: {fov_rad}, ipd: {EYE_DISTANCE_M}}}"

    def put_headset_on(self) -> str:
        """Let pages that are opened from now on find a headset; the answer takes it off again."""
        emulator = (WEB / "node_modules" / "iwer" / "build" / "iwer.min.js").read_text(encoding="utf-8")
        install = f"globalThis.headset = new IWER.XRDevice(IWER.metaQuest3, {self._options});"
        install += "headset.installRuntime({forceInstall: true});"
        return self.tab.call("Page.addScriptToEvaluateOnNewDocument", source=f"{emulator};{install}")["identifier"]

    def take_headset_off(self, identifier: str) -> None:
        self.tab.call("Page.removeScriptToEvaluateOnNewDocument", identifier=identifier)

    def open_page(self, code: str | None = None) -> None:
        """Open the address that the sidecar printed, or with another code, afresh."""
        own = self.served.sidecar.web.code
        self.tab.call("Page.navigate", url="about:blank")
        self.tab.call("Page.navigate", url=f"http://{self.served.http_address}/view/#{code or own}")
        if code is None:
            self.tab.wait("document.getElementById('controls')?.hidden === false && !!globalThis.rsatalker")

    def choose(self, control: str, value: str) -> None:
        """Choose one of the values of a list, as a hand does."""
        self.tab.evaluate(
            f"{{const list = document.getElementById('{control}'); list.value = '{value}';"
            "list.dispatchEvent(new Event('change'));}"
        )

    def give_files(self, control: str, files: list[Path]) -> None:
        """Choose files of this machine."""
        root = self.tab.call("DOM.getDocument")["root"]["nodeId"]
        node = self.tab.call("DOM.querySelector", nodeId=root, selector=f"#{control}")["nodeId"]
        self.tab.call("DOM.setFileInputFiles", nodeId=node, files=[str(file) for file in files])

    @property
    def message(self) -> str:
        """What the page says."""
        return self.tab.evaluate("document.getElementById('message').textContent")

    def press(self, button: str) -> None:
        """Press `play` or `enter` and wait until both talk."""
        self.tab.evaluate(f"document.getElementById('{button}').click()")
        self.tab.wait(f"{PLAYING} || {ENDED}", LONGEST_S)
        assert self.tab.evaluate(PLAYING), self.message

    def look(self, pose: Pose) -> Sight:
        """Put the headset somewhere and return what is seen as soon as both heads are drawn for there."""
        self.put(pose)
        frames = self.frames_for(self.cameras(pose)[0].position)
        return Sight(pose, self.seen_from(pose), frames)

    def frames_for(self, eye: np.ndarray) -> tuple[Frame, Frame]:
        """Return frames of both heads, which the page shows too, as soon as they are drawn for an eye at a place."""

        def settled() -> tuple[Frame, Frame] | None:
            frames = self.shown_frames()
            eyes = [np.linalg.inv(frame.header.views[0].camera_from_world)[:3, 3] for frame in frames]
            return frames if all(np.allclose(one, eye, atol=1e-4) for one in eyes) else None

        return until(settled, f"frames for an eye at {eye}", LONGEST_S, LOOK_S)

    def shown_frames(self) -> tuple[Frame, Frame]:
        """Return the newest frames of the sidecar's regions once the page shows frames of the same cameras."""

        def same() -> tuple[Frame, ...] | None:
            shown = self.tab.evaluate(SHOWN)
            frames = [latest(region.name) for region in self.served.sidecar.conversations.all()[-1].regions.frames]
            are_same = all(one and frame and is_shown(one, frame) for one, frame in zip(shown, frames, strict=True))
            return tuple(frames) if are_same else None

        return until(same, "the page to show the newest frames", LONGEST_S, LOOK_S)

    def put(self, pose: Pose) -> None:
        place, turn = (", ".join(map(str, part)) for part in (pose[0], Rotation.from_rotvec(pose[1]).as_quat()))
        self.tab.evaluate(f"headset.position.set({place}); headset.quaternion.set({turn});")

    def seen_from(self, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
        """Return what both eyes see from a place, after it has been drawn."""
        self.put(pose)
        self.tab.evaluate("(async () => { for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame); })()")
        picture = self.tab.picture().astype(float)
        return picture[:, : self.eye_px], picture[:, self.eye_px :]

    def cameras(self, pose: Pose) -> tuple[Camera, Camera]:
        """Return the left and the right eye of the headset."""
        rotation = Rotation.from_rotvec(pose[1])
        eyes = [rotation.apply([side * EYE_DISTANCE_M / 2, 0, 0]) + pose[0] for side in (-1, 1)]
        poses = [WEBXR.camera_from_object_pose(eye, rotation.as_quat()).astype(np.float32) for eye in eyes]
        K = np.array([[self._focal, 0, self.eye_px / 2], [0, self._focal, self.eye_px / 2], [0, 0, 1]], np.float32)
        left, right = (Camera(pose, K, self.eye_px, self.eye_px) for pose in poses)
        return left, right


def is_shown(shown: dict[str, Any], frame: Frame) -> bool:
    """Return whether a frame is as large as the page's and drawn for the same cameras."""
    held = [view.camera_from_world.ravel() for view in frame.header.views]
    is_same_size = shown["width"] == frame.colors.shape[2] * len(held)
    return is_same_size and np.shape(shown["views"]) == np.shape(held) and np.allclose(shown["views"], held, atol=1e-5)


def latest(region: str) -> Frame | None:
    reader = FrameRingReader(region)
    try:
        return reader.latest()
    finally:
        reader.close()


def as_sent(frame: Frame) -> Frame:
    """Return a frame with the colours that its JPEG pictures have."""
    sent = picture_of(frame.colors, PictureFormat(quality=JPEG_QUALITY))
    color, alpha = (np.asarray(Image.open(io.BytesIO(file))) for file in (sent.color, sent.alpha))
    joined = np.dstack([np.minimum(color, alpha[..., None]), alpha])
    return replace(frame, colors=np.stack(np.split(joined, len(frame.colors), axis=1)))


def composed(frames: tuple[Frame, ...], camera: Camera, layer: int) -> np.ndarray:
    """Return what the reference compositor shows on black of the pictures that are sent, levels of 255."""
    picture = Picture(camera)
    frames = tuple(as_sent(frame) for frame in frames)
    places = [frame.header.world_from_head[:3, 3] for frame in frames]
    for index in np.argsort([-np.linalg.norm(place - camera.position) for place in places]):
        image = images_of(frames[index])[layer]
        picture.put(image, card_texels(image, camera))
    return picture.colors[..., :3] * 255


def differences(seen: np.ndarray, wanted: np.ndarray) -> tuple[float, float]:
    """Return the mean difference over the heads' pixels, levels of 255, and the share of them that is off."""
    is_head = (seen.max(-1) > DARK) | (wanted.max(-1) > DARK)
    apart = np.abs(seen - wanted).max(-1)[is_head]
    return float(apart.mean()), float((apart > OFF).mean())
