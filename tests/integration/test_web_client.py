"""The web client in Chromium with an emulated headset: both eyes show what the reference compositor shows.

The heads are chequered balls that a live sidecar draws; the headset is IWER's, with the stereo picture on the page's
canvas. Cameras are computed here from where the headset was put, not taken from the page.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from ball_studio import CENTER, BallStudio
from chromium import Chromium, chromium
from PIL import Image
from running_sidecar import RunningSidecar, running_sidecar
from scipy.spatial.transform import Rotation
from waiting import until

from rsatalker.renderers.camera import Camera
from sidecar.compositor import Picture, card_texels, images_of
from sidecar.config import ServeOptions
from sidecar.coordinates import WEBXR
from sidecar.regions.frame_ring import Frame, FrameRingReader
from sidecar.watching.pictures import PictureFormat, picture_of

pytestmark = pytest.mark.integration

WEB = Path(__file__).parents[2] / "engine_plugins" / "web"
EYE_PX = 480  # width and height of one eye's picture
FOV_RAD = 0.9
EYE_DISTANCE_M = 0.064
JPEG_QUALITY = 92  # that the page asks for
STANDING = ((0.0, 1.6, 0.0), (0.0, 0.0, 0.0))  # place and rotation vector of the headset
STEPPED = ((0.03, 1.58, 0.05), (0.02, 0.05, 0.01))  # a moment later
ASIDE = ((-1.45, 1.6, -0.85), (0.0, -math.pi / 2, 0.0))  # looks along the line between the heads: a hides part of b
# What another JPEG decoder and the GPU's sampling may cost, in levels of 255: the mean over the pixels of the heads,
# and the share of pixels that are off by more than a quarter of the squares' contrast.
MOST_MEAN, MOST_OFF, OFF = 3.0, 0.015, 30

Pose = tuple[tuple[float, float, float], tuple[float, float, float]]
SHOWN = (
    "rsatalker.viewer.heads.map(({frame}) =>"
    " frame && {width: frame.color.width, views: frame.views.map((view) => view.cameraFromWorld)})"
)
HIDE_ROOM = (
    "{const {scene} = rsatalker.viewer.stage; scene.background = null;"
    "for (const part of scene.children) if (!part.material?.uniforms) part.visible = false;}"
)


@dataclass(frozen=True)
class Sight:
    """What both eyes saw, and the frames of both heads that they saw it by."""

    pose: Pose
    eyes: tuple[np.ndarray, np.ndarray]
    frames: tuple[Frame, Frame]


@dataclass(frozen=True)
class Visit:
    """What happened in one session of the headset."""

    sights: dict[str, Sight]
    heard_us: float
    shown_us: list[int]
    goes_on_us: float
    address: str
    told_light: object
    drawn_lights: list
    conversations_left: int
    complaints: list[str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSidecar]:
    for package in ("three", "iwer"):
        if not (WEB / "node_modules" / package).is_dir():
            reason = f"{package} is not installed; npm install --no-package-lock --prefix {WEB}"
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RSATALKER_RUNTIME", str(tmp_path_factory.mktemp("runtime")))
        options = ServeOptions(
            port=0, warm_up=False, frame_size_px=256, least_frame_scale=1.0, admit_by_load=False, web=WEB
        )
        with running_sidecar(BallStudio(), options) as running:
            yield running


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("profile"), 2 * EYE_PX, EYE_PX) as tab:
        yield tab


@pytest.fixture(scope="module")
def visit(served: RunningSidecar, tab: Chromium) -> Visit:
    """Enter VR, look from three places, listen, and leave."""
    emulator = (WEB / "node_modules/iwer/build/iwer.min.js").read_text(encoding="utf-8")
    options = f"{{stereoEnabled: true, fovy: {FOV_RAD}, ipd: {EYE_DISTANCE_M}}}"
    install = f"globalThis.headset = new IWER.XRDevice(IWER.metaQuest3, {options});"
    install += "headset.installRuntime({forceInstall: true});"
    script = tab.call("Page.addScriptToEvaluateOnNewDocument", source=f"{emulator};{install}")["identifier"]
    open_page(served, tab)
    address = tab.evaluate("location.href")
    tab.evaluate("document.getElementById('enter').click()")
    tab.wait("globalThis.rsatalker?.show()?.voices.isPlaying")
    tab.evaluate(HIDE_ROOM)
    sights = {"standing": look(served, tab, STANDING), "aside": look(served, tab, ASIDE)}
    look(served, tab, STANDING)
    tab.evaluate("rsatalker.viewer.show = ({color, alpha}) => (color.close(), alpha.close())")  # no newer frames
    frames = shown_frames(served, tab)
    sights["stepped"] = Sight(STEPPED, seen_by(tab, STEPPED), frames)
    tab.evaluate("delete rsatalker.viewer.show")
    tab.evaluate("rsatalker.show().hold(true)")
    heard_us = tab.evaluate("rsatalker.show().voices.heardS() * 1e6")
    stopped = f"rsatalker.viewer.heads.every(({{frame}}) => Math.abs(frame.mediaUs - {heard_us}) < 50_000)"
    tab.wait(stopped)
    shown_us = tab.evaluate("rsatalker.viewer.heads.map(({frame}) => frame.mediaUs)")
    light = tab.evaluate("rsatalker.viewer.stage.light")
    lights = [head.lights[-1] for head in heads_of(served)]
    tab.evaluate("headset.activeSession.end()")
    tab.wait("rsatalker.viewer.heads.every(({frame}) => frame?.views.length === 1)")
    goes_on_us = tab.wait("rsatalker.show().voices.isPlaying && rsatalker.show().voices.heardS() * 1e6")
    tab.evaluate("rsatalker.show().stop()")
    left = len(served.sidecar.conversations.all())
    tab.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    return Visit(sights, heard_us, shown_us, goes_on_us, address, light, lights, left, list(tab.complaints))


def open_page(served: RunningSidecar, tab: Chromium, code: str | None = None) -> None:
    """Open the address that the sidecar printed, or with another code, afresh."""
    tab.call("Page.navigate", url="about:blank")
    code = served.sidecar.web.code if code is None else code
    tab.call("Page.navigate", url=f"http://{served.http_address}/view/#{code}")
    if code == served.sidecar.web.code:
        tab.wait("document.getElementById('controls')?.hidden === false && globalThis.rsatalker !== undefined")


def play(served: RunningSidecar, tab: Chromium) -> None:
    """Open the page and let both talk."""
    open_page(served, tab)
    tab.evaluate("document.getElementById('play').click()")
    tab.wait("rsatalker.show()?.voices.isPlaying && rsatalker.viewer.heads.every(({frame}) => frame)")


def heads_of(served: RunningSidecar) -> list:
    return [served.studio.heads[name][-1] for name in ("ann", "bob")]


def look(served: RunningSidecar, tab: Chromium, pose: Pose) -> Sight:
    """Put the headset somewhere and return what is seen as soon as both heads are drawn for there."""
    put(tab, pose)
    frames = frames_for(served, tab, cameras_of(pose)[0].position)
    return Sight(pose, seen_by(tab, pose), frames)


def frames_for(served: RunningSidecar, tab: Chromium, eye: np.ndarray) -> tuple[Frame, Frame]:
    """Return frames of both heads, which the page shows too, as soon as they are drawn for an eye at a place."""

    def settled() -> tuple[Frame, Frame] | None:
        frames = shown_frames(served, tab)
        eyes = [np.linalg.inv(frame.header.views[0].camera_from_world)[:3, 3] for frame in frames]
        return frames if all(np.allclose(one, eye, atol=1e-4) for one in eyes) else None

    return until(settled, f"frames for an eye at {eye}", 60)


def shown_frames(served: RunningSidecar, tab: Chromium) -> tuple[Frame, Frame]:
    """Return the newest frames of the sidecar's regions once the page shows frames of the same views."""

    def same() -> tuple[Frame, Frame] | None:
        shown = tab.evaluate(
            "rsatalker.viewer.heads.map(({frame}) => frame?.views.map((view) => view.cameraFromWorld))"
        )
        conversation = served.sidecar.conversations.all()[-1]
        frames = tuple(latest(region.name) for region in conversation.regions.frames)
        for views, frame in zip(shown, frames, strict=True):
            if views is None or frame is None or len(views) != len(frame.header.views):
                return None
            held = [view.camera_from_world.ravel() for view in frame.header.views]
            if not np.allclose(views, held, atol=1e-5):
                return None
        return frames

    return until(same, "the page to show the newest frames", 60)


def is_shown(shown: dict, frame: Frame) -> bool:
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


def put(tab: Chromium, pose: Pose) -> None:
    place, turn = (", ".join(map(str, part)) for part in (pose[0], Rotation.from_rotvec(pose[1]).as_quat()))
    tab.evaluate(f"headset.position.set({place}); headset.quaternion.set({turn});")


def seen_by(tab: Chromium, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
    """Return what both eyes see from a place, after it has been drawn."""
    put(tab, pose)
    tab.evaluate("(async () => { for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame); })()")
    picture = tab.picture().astype(float)
    return picture[:, :EYE_PX], picture[:, EYE_PX:]


def cameras_of(pose: Pose) -> tuple[Camera, Camera]:
    """Return the left and the right eye of a headset."""
    rotation = Rotation.from_rotvec(pose[1])
    eyes = [rotation.apply([side * EYE_DISTANCE_M / 2, 0, 0]) + pose[0] for side in (-1, 1)]
    poses = [WEBXR.camera_from_object_pose(eye, rotation.as_quat()).astype(np.float32) for eye in eyes]
    focal = EYE_PX / 2 / math.tan(FOV_RAD / 2)
    K = np.array([[focal, 0, EYE_PX / 2], [0, focal, EYE_PX / 2], [0, 0, 1]], np.float32)
    return tuple(Camera(pose, K, EYE_PX, EYE_PX) for pose in poses)


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
    """Return the mean difference over the heads' pixels, and the share that is off."""
    is_head = (seen.max(-1) > 12) | (wanted.max(-1) > 12)
    apart = np.abs(seen - wanted).max(-1)[is_head]
    return float(apart.mean()), float((apart > OFF).mean())


@pytest.mark.parametrize("eye", [0, 1], ids=["left", "right"])
@pytest.mark.parametrize("place", ["standing", "aside", "stepped"])
def test_eye_sees_what_the_compositor_shows(visit: Visit, place: str, eye: int):
    sight = visit.sights[place]
    wanted = composed(sight.frames, cameras_of(sight.pose)[eye], eye)
    mean, off = differences(sight.eyes[eye], wanted)
    assert mean < MOST_MEAN, (mean, off)
    assert off < MOST_OFF, (mean, off)


@pytest.mark.parametrize("head", [0, 1])
def test_eyes_see_a_head_as_far_apart_as_it_is_near(visit: Visit, head: int):
    sight = visit.sights["standing"]
    world_from_head = sight.frames[head].header.world_from_head
    center = world_from_head[:3, :3] @ CENTER + world_from_head[:3, 3]
    columns = []
    for picture in sight.eyes:
        red_or_blue = picture[..., 2 * head] - picture[..., 2 - 2 * head] > 15
        columns.append(np.nonzero(red_or_blue)[1].mean())
    left, right = (camera.K @ (camera.camera_from_world @ [*center, 1])[:3] for camera in cameras_of(sight.pose))
    assert columns[0] - columns[1] == pytest.approx(left[0] / left[2] - right[0] / right[2], abs=0.5)
    assert columns[0] - columns[1] > 20  # pixels: far from flat


def test_left_and_right_eye_see_their_own_frames(visit: Visit):
    sight = visit.sights["standing"]
    swapped = composed(sight.frames, cameras_of(sight.pose)[0], 1)
    assert differences(sight.eyes[0], swapped)[0] > 2 * MOST_MEAN


def test_faces_stand_where_the_sound_is_held(visit: Visit):
    assert visit.heard_us > 0
    assert visit.shown_us == pytest.approx([visit.heard_us] * 2, abs=20_000)


def test_leaving_vr_goes_on_where_it_was_with_one_eye(visit: Visit):
    assert visit.heard_us - 500_000 < visit.goes_on_us < visit.heard_us + 10_000_000


def test_heads_are_lit_by_the_rooms_light(visit: Visit):
    for light in visit.drawn_lights:
        assert np.allclose(light.probe.ravel(), visit.told_light["probe"], atol=1e-5)
        assert np.allclose(light.key_direction, visit.told_light["keyDirection"], atol=1e-5)
        assert np.allclose(light.key_color, visit.told_light["keyColor"], atol=1e-5)


def test_no_code_stays_in_the_address(visit: Visit):
    assert visit.address.endswith("/view/")


def test_conversation_ends_with_the_show(visit: Visit):
    assert visit.conversations_left == 0


def test_page_has_nothing_to_complain_of(visit: Visit):
    assert [line for line in visit.complaints if "favicon" not in line] == []


def message(tab: Chromium) -> str:
    return tab.evaluate("document.getElementById('message').textContent")


def test_without_a_headset_one_eye_is_drawn_where_the_mouse_turns_it(
    served: RunningSidecar, tab: Chromium, visit: Visit
):
    play(served, tab)
    x, y = EYE_PX * 1.5, EYE_PX / 2
    for kind, shift in (("mousePressed", 0), ("mouseMoved", 60), ("mouseReleased", 60)):
        tab.call("Input.dispatchMouseEvent", type=kind, x=x + shift, y=y + shift / 3, button="left", buttons=1)
    tab.evaluate(HIDE_ROOM + "document.querySelectorAll('.panel, p').forEach((part) => (part.hidden = true));")
    turned = (-1.5 * math.cos(0.12) * math.sin(0.36), 1.54 + 1.5 * math.sin(0.12))  # 6 milliradians a pixel
    place = tab.wait(
        f"(({{x, y, z}}) => Math.hypot(x - {turned[0]}, y - {turned[1]}) < 0.01 && [x, y, z])"
        "(rsatalker.viewer.camera.position)"
    )
    frames = frames_for(served, tab, np.array(place))
    view = served.sidecar.conversations.all()[-1].regions.engine.latest().eyes[0]
    left, right, down, up = (float(tangent) for tangent in view.tangents)
    width, height = 2 * EYE_PX, EYE_PX
    fx, fy = width / (left + right), height / (down + up)
    K = np.array([[fx, 0, left * fx], [0, fy, up * fy], [0, 0, 1]], np.float32)
    wanted = composed(frames, Camera(view.camera_from_world, K, width, height), 0)
    mean, off = differences(tab.picture().astype(float), wanted)
    assert mean < MOST_MEAN, (mean, off)
    assert off < MOST_OFF, (mean, off)


def test_wrong_code_is_refused_in_words(served: RunningSidecar, tab: Chromium, visit: Visit):
    open_page(served, tab, "0000000000")
    tab.wait("document.getElementById('code-form')?.hidden === false && document.getElementById('message').textContent")
    assert message(tab) == "The code is wrong; enter the 10 digits that `rsatalker serve` printed at its last start."


def test_typed_code_opens_the_page(served: RunningSidecar, tab: Chromium, visit: Visit):
    open_page(served, tab)
    tab.evaluate("sessionStorage.clear(); location.reload()")
    tab.wait("document.getElementById('code-form')?.hidden === false")
    code = served.sidecar.web.code
    tab.evaluate(f"document.getElementById('code').value = '{code[:5]} {code[5:]}'")
    tab.evaluate("document.querySelector('#code-form button').click()")
    tab.wait("!document.getElementById('controls').hidden")
    assert message(tab) == "Choose two characters and press Start."


def test_conversation_whose_lease_is_over_goes_on_as_another_one(served: RunningSidecar, tab: Chromium, visit: Visit):
    play(served, tab)
    conversations = served.sidecar.conversations
    first = conversations.all()[-1].conversation_id
    conversations.close(first)
    until(lambda: [one for one in conversations.all() if one.conversation_id != first], "another conversation")
    tab.wait("rsatalker.show().voices.isPlaying && rsatalker.viewer.heads.every(({frame}) => frame)")
    tab.evaluate("rsatalker.show().stop()")


def test_sidecar_that_stops_is_named(served: RunningSidecar, tab: Chromium, visit: Visit):
    play(served, tab)
    served.stop()
    tab.wait("!rsatalker.show().isOn")
    assert message(tab) in (
        "The sidecar does not answer; see whether `rsatalker serve` still runs there.",
        "The sidecar is stopping; watch the conversation that you create on the next one.",
    )
