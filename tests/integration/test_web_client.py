"""The web client in Chromium with an emulated headset: both eyes show what the reference compositor shows.

The heads are chequered balls that a live sidecar draws.
"""

from __future__ import annotations

import math
import os
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from ball_studio import CENTER, BallStudio
from chromium import chromium
from running_sidecar import RunningSidecar, running_sidecar
from waiting import until
from web_visitor import HIDE_ROOM, PLAYING, WEB, Pose, Sight, WebVisitor, composed, differences

from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.renderers.camera import Camera
from sidecar.config import ServeOptions

pytestmark = pytest.mark.integration

EYE_PX = 480
FOV_RAD = 0.9
STANDS_STILL = "document.getElementById('play').textContent === 'Start'"
STANDING: Pose = ((0.0, 1.6, 0.0), (0.0, 0.0, 0.0))
STEPPED: Pose = ((0.03, 1.58, 0.05), (0.02, 0.05, 0.01))  # a moment later
ASIDE: Pose = ((-1.45, 1.6, -0.85), (0.0, -math.pi / 2, 0.0))  # looks along the line of heads: a hides part of b
# What another JPEG decoder and the GPU's sampling may cost: levels of 255, the mean over the pixels of the heads, and
# the share of pixels that are off by more than a quarter of the squares' contrast.
MOST_MEAN, MOST_OFF = 3.0, 0.015


OPTIONS = ServeOptions(port=0, warm_up=False, frame_size_px=256, least_frame_scale=1.0, admit_by_load=False, web=WEB)


@dataclass(frozen=True)
class Visit:
    """What happened in one session of the headset."""

    sights: dict[str, Sight]
    heard_us: float
    shown_us: list[int]
    goes_on_us: float
    address: str
    told_light: dict
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
        with running_sidecar(BallStudio(), OPTIONS) as running:
            yield running


@pytest.fixture(scope="module")
def visitor(served: RunningSidecar, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebVisitor]:
    with chromium(tmp_path_factory.mktemp("profile"), 2 * EYE_PX, EYE_PX) as tab:
        yield WebVisitor(served, tab, EYE_PX, FOV_RAD)


@pytest.fixture(scope="module")
def visit(visitor: WebVisitor) -> Visit:
    """Enter VR, hold the dialogue, look from three places, leave VR while it goes on, and end it."""
    tab, served = visitor.tab, visitor.served
    headset = visitor.put_headset_on()
    visitor.open_page()
    address = tab.evaluate("location.href")
    visitor.press("enter")
    tab.wait("rsatalker.show().voices.heardS() > 1")  # by more than a loudspeaker of a busy machine is late
    tab.evaluate("rsatalker.show().hold(true)")  # however slow the machine: the dialogue must not be over meanwhile
    heard_us = tab.evaluate("rsatalker.show().voices.heardS() * 1e6")
    tab.wait(f"rsatalker.viewer.heads.every(({{frame}}) => Math.abs(frame.mediaUs - {heard_us}) < 50_000)")
    tab.evaluate(HIDE_ROOM)
    sights = {"standing": visitor.look(STANDING), "aside": visitor.look(ASIDE)}
    visitor.look(STANDING)
    shown_us = tab.evaluate(
        "rsatalker.viewer.heads.map(({frame}) => frame.mediaUs)"
    )  # long after the last that was on its way
    tab.evaluate("rsatalker.viewer.show = ({color, alpha}) => (color.close(), alpha.close())")  # no newer frames
    frames = visitor.shown_frames()
    sights["stepped"] = Sight(STEPPED, visitor.seen_from(STEPPED), frames)
    tab.evaluate("delete rsatalker.viewer.show")
    light = tab.evaluate("rsatalker.viewer.stage.light")
    lights = [served.studio.heads[name][-1].lights[-1] for name in ("ann", "bob")]
    tab.evaluate("rsatalker.show().hold(false)")
    tab.evaluate("headset.activeSession.end()")
    tab.wait("rsatalker.viewer.heads.every(({frame}) => frame?.views.length === 1)")
    goes_on_us = tab.wait("rsatalker.show().voices.isPlaying && rsatalker.show().voices.heardS() * 1e6")
    tab.evaluate("rsatalker.show().stop()")
    left = len(served.sidecar.conversations.all())
    visitor.take_headset_off(headset)
    return Visit(sights, heard_us, shown_us, goes_on_us, address, light, lights, left, list(tab.complaints))


@pytest.mark.parametrize("eye", [0, 1], ids=["left", "right"])
@pytest.mark.parametrize("place", ["standing", "aside", "stepped"])
def test_eye_sees_what_the_compositor_shows(visitor: WebVisitor, visit: Visit, place: str, eye: int):
    sight = visit.sights[place]
    wanted = composed(sight.frames, visitor.cameras(sight.pose)[eye], eye)
    mean, off = differences(sight.eyes[eye], wanted)
    assert mean < MOST_MEAN, (mean, off)
    assert off < MOST_OFF, (mean, off)


@pytest.mark.parametrize("head", [0, 1])
def test_eyes_see_a_head_as_far_apart_as_it_is_near(visitor: WebVisitor, visit: Visit, head: int):
    sight = visit.sights["standing"]
    world_from_head = sight.frames[head].header.world_from_head
    center = world_from_head[:3, :3] @ CENTER + world_from_head[:3, 3]
    columns = []
    for picture in sight.eyes:
        red_or_blue = picture[..., 2 * head] - picture[..., 2 - 2 * head] > 15
        columns.append(np.nonzero(red_or_blue)[1].mean())
    left, right = (camera.K @ (camera.camera_from_world @ [*center, 1])[:3] for camera in visitor.cameras(sight.pose))
    assert columns[0] - columns[1] == pytest.approx(left[0] / left[2] - right[0] / right[2], abs=0.5)
    assert columns[0] - columns[1] > 20  # pixels: far from flat


def test_left_and_right_eye_see_their_own_frames(visitor: WebVisitor, visit: Visit):
    sight = visit.sights["standing"]
    swapped = composed(sight.frames, visitor.cameras(sight.pose)[0], 1)
    assert differences(sight.eyes[0], swapped)[0] > 2 * MOST_MEAN


def test_faces_stand_where_the_sound_is_held(visit: Visit):
    assert visit.heard_us >= 0
    assert visit.shown_us == pytest.approx([visit.heard_us] * 2, abs=20_000)


def test_sound_that_stalls_is_not_taken_for_heard(visitor: WebVisitor, visit: Visit):
    heard_s = visitor.tab.evaluate(
        """(async () => {
          const { Voices } = await import("./src/voices.js");
          const context = new OfflineAudioContext(2, 1, 48000);
          const voices = new Voices(context);
          const stalled = { contextTime: 1.9, performanceTime: performance.now() - 5000 }; // told 5 s ago
          Object.defineProperties(context, {
            state: { value: "running" }, currentTime: { value: 2 }, getOutputTimestamp: { value: () => stalled },
          });
          return voices.heardS();
        })()"""
    )
    assert heard_s == 2  # seconds that were computed: not the 6.9 that it would be by the clock


def test_leaving_vr_goes_on_where_it_was_with_one_eye(visit: Visit):
    assert visit.goes_on_us > visit.heard_us - 500_000


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
    assert visit.complaints == []


def test_wrong_code_is_refused_in_words(visitor: WebVisitor, visit: Visit):
    visitor.open_page("0000000000")
    visitor.tab.wait(
        "document.getElementById('code-form')?.hidden === false && document.getElementById('message').textContent"
    )
    assert visitor.message == "The code is wrong; enter the 10 digits that `rsatalker serve` printed at its last start."


def test_typed_code_opens_the_page(visitor: WebVisitor, visit: Visit):
    tab, served = visitor.tab, visitor.served
    visitor.open_page()
    tab.evaluate("sessionStorage.clear(); location.reload()")
    tab.wait("document.getElementById('code-form')?.hidden === false")
    code = served.sidecar.web.code
    tab.evaluate(f"document.getElementById('code').value = '{code[:5]} {code[5:]}'")
    tab.evaluate("document.querySelector('#code-form button').click()")
    tab.wait("!document.getElementById('controls').hidden")
    assert visitor.message == "Choose two characters and press Start."


@pytest.fixture
def talking(visitor: WebVisitor, visit: Visit) -> WebVisitor:
    """Both talk in a page without a headset; a page of the test before it goes on."""
    if not visitor.tab.evaluate("!globalThis.headset && document.getElementById('controls')?.hidden === false"):
        visitor.open_page()
    if visitor.tab.evaluate(STANDS_STILL):
        visitor.press("play")
    visitor.tab.wait(PLAYING)  # at once, unless the page makes another conversation just now
    return visitor


def test_without_a_headset_one_eye_is_drawn_where_the_mouse_turns_it(talking: WebVisitor):
    tab, served, visitor = talking.tab, talking.served, talking
    x, y = EYE_PX * 1.5, EYE_PX / 2
    for kind, shift in (("mousePressed", 0), ("mouseMoved", 60), ("mouseReleased", 60)):
        tab.call("Input.dispatchMouseEvent", type=kind, x=x + shift, y=y + shift / 3, button="left", buttons=1)
    tab.evaluate(HIDE_ROOM + "document.querySelectorAll('.panel, p').forEach((part) => (part.hidden = true));")
    turned = (-1.5 * math.cos(0.12) * math.sin(0.36), 1.54 + 1.5 * math.sin(0.12))  # 6 milliradians a pixel
    place = tab.wait(
        f"(({{x, y, z}}) => Math.hypot(x - {turned[0]}, y - {turned[1]}) < 0.01 && [x, y, z])"
        "(rsatalker.viewer.camera.position)"
    )
    frames = visitor.frames_for(np.array(place))
    view = served.sidecar.conversations.all()[-1].regions.engine.latest().eyes[0]
    left, right, down, up = (float(tangent) for tangent in view.tangents)
    width, height = 2 * EYE_PX, EYE_PX
    fx, fy = width / (left + right), height / (down + up)
    K = np.array([[fx, 0, left * fx], [0, fy, up * fy], [0, 0, 1]], np.float32)
    wanted = composed(frames, Camera(view.camera_from_world, K, width, height), 0)
    mean, off = differences(tab.picture().astype(float), wanted)
    assert mean < MOST_MEAN, (mean, off)
    assert off < MOST_OFF, (mean, off)


def test_both_heads_are_within_a_window_that_is_higher_than_wide(talking: WebVisitor):
    size = {"width": EYE_PX // 2, "height": EYE_PX, "deviceScaleFactor": 1, "mobile": False}
    talking.tab.call("Emulation.setDeviceMetricsOverride", **size)
    talking.tab.wait("rsatalker.viewer.camera.aspect === 0.5")
    across = "rsatalker.viewer.stage.anchors.map((anchor) => anchor.clone().project(rsatalker.viewer.camera).x)"
    places = talking.tab.evaluate(across)
    talking.tab.call("Emulation.setDeviceMetricsOverride", **{**size, "width": 2 * EYE_PX})
    assert -0.7 < places[0] < places[1] < 0.7  # of half the window's width; a head takes 0.25


def test_relationship_is_changed_while_they_talk(talking: WebVisitor, monkeypatch: pytest.MonkeyPatch):
    told: list[SocialInput] = []
    monkeypatch.setattr(talking.served.sidecar.conversations.all()[-1].motion, "relate", told.append)
    talking.choose("kinship", "KINSHIP_BLOOD")
    talking.choose("standing", "b")
    wanted = Relationship("blood", "unequal", senior=1)
    until(lambda: [social for social in told if social.relationship == wanted], f"{wanted}")
    assert talking.tab.evaluate(PLAYING)


def test_conversation_whose_lease_is_over_goes_on_as_another_one(talking: WebVisitor):
    conversations = talking.served.sidecar.conversations
    first = conversations.all()[-1].conversation_id
    conversations.close(first)
    until(lambda: [one for one in conversations.all() if one.conversation_id != first], "another conversation")
    talking.tab.wait(PLAYING)


def write_wav(path: Path, seconds: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(np.full(round(16000 * seconds), 8000, "<i2").tobytes())


def test_files_of_ones_own_are_said(talking: WebVisitor, tmp_path: Path):
    for name, seconds in (("left", 1.0), ("right", 1.5)):
        write_wav(tmp_path / f"{name}.wav", seconds)
    talking.tab.evaluate("rsatalker.show().stop()")
    talking.tab.wait(STANDS_STILL)
    talking.give_files("sound", [tmp_path / "left.wav", tmp_path / "right.wav"])
    talking.press("play")
    (utterance,) = talking.served.sidecar.conversations.all()[-1].voices.timeline.utterances(1)
    assert utterance.duration_us == pytest.approx(1_500_000, abs=1000)
    talking.tab.wait("document.getElementById('play').textContent === 'Start'")
    assert talking.message == "The dialogue is over; both live on. Press Start to hear it again."


def test_sidecar_that_stops_is_named(talking: WebVisitor):
    talking.served.stop()
    talking.tab.wait("!rsatalker.show().isOn")
    assert talking.message in (
        "The sidecar does not answer; see whether `rsatalker serve` still runs there.",
        "The sidecar is stopping; start it again and create the conversation anew.",
    )


def test_start_without_a_sidecar_is_refused_in_words(visitor: WebVisitor, served: RunningSidecar):
    served.stop()
    visitor.tab.wait(STANDS_STILL)
    visitor.tab.evaluate("document.getElementById('sound').value = ''")  # the sample dialogue, which the sidecar has
    visitor.tab.evaluate("document.getElementById('message').textContent = ''; document.getElementById('play').click()")
    visitor.tab.wait(STANDS_STILL)
    assert visitor.message == "The sidecar does not answer; see whether `rsatalker serve` still runs there."


@pytest.fixture
def again(served: RunningSidecar) -> Iterator[RunningSidecar]:
    """Another sidecar at the address of the one that has stopped."""
    served.stop()
    port = int(served.http_address.rpartition(":")[2])
    options = replace(OPTIONS, http_port=port)
    with running_sidecar(BallStudio(), options, "another-token-for-tests-0123456789") as running:
        yield running


def test_sidecar_that_was_started_again_asks_for_its_new_code(visitor: WebVisitor, again: RunningSidecar):
    tab = visitor.tab
    tab.evaluate("document.getElementById('play').click()")
    tab.wait("document.getElementById('message').textContent.startsWith('The sidecar was')")
    assert visitor.message == "The sidecar was started again; open the address that it printed."
    tab.evaluate("location.reload()")
    tab.wait("document.getElementById('code-form')?.hidden === false")
    tab.evaluate(f"location.hash = '{again.sidecar.web.code}'")
    tab.wait("document.getElementById('controls')?.hidden === false")
