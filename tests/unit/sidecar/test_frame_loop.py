"""Which ticks draw what: a conversation in a time of its own."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from light_studio import LightStudio
from turned_by_hand import TICK_NS, Scene

from rsatalker.renderers.camera import look_at
from sidecar.conversation import State
from sidecar.conversation_regions import FrameSize
from sidecar.conversations import Conversations, ConversationSetup
from sidecar.frame_loop import FrameLoop
from sidecar.heart import Heart
from sidecar.intake import AudioFormat
from sidecar.placement import camera_at
from sidecar.regions.blocks import View
from sidecar.regions.engine_region import EngineRegionWriter, EngineState, Playback
from sidecar.regions.frame_ring import FrameRingReader
from sidecar.regions.layout import FrameFlags, RegionState
from sidecar.regions.shared_memory import open_region
from sidecar.timings import Timings

pytestmark = pytest.mark.unit

SECOND = np.full(16_000, 0.5, "<f4").tobytes()
MONO = AudioFormat(16_000, 1, "f32")
EYE = View(np.eye(4, dtype=np.float32), np.zeros(4, np.float32), 0.1, 10.0)  # without a frustum: sees everything


def engine_of(scene: Scene) -> EngineRegionWriter:
    return EngineRegionWriter(scene.conversation.regions.engine.name)


def state_of(scene: Scene, *, pose_id: int = 1, position_us: int | None = None) -> EngineState:
    playbacks = () if position_us is None else (Playback(1, position_us, scene.now_ns, rate=0),)
    return EngineState(pose_id, (EYE,), scene.conversation.world_from_heads, playbacks=playbacks)


def test_silent_heads_that_nobody_looks_at_are_drawn_at_the_idle_rate(scene: Scene):
    scene.tick(60)
    assert scene.frames == 15


def test_heads_are_drawn_at_every_tick_while_one_speaks(scene: Scene):
    scene.tick(60)
    scene.conversation.voices.speak((0,), MONO, SECOND, 0, scene.now_ns)
    scene.tick(30)
    idle = scene.frames
    before = scene.conversation.clock_us[0]
    scene.tick(10)
    assert scene.conversation.readings[0].utterance_id == 1
    assert scene.conversation.clock_us[0] - before == pytest.approx(166_667, abs=2)
    assert scene.frames == idle + 10


def test_heads_are_drawn_at_every_tick_while_an_engine_looks(scene: Scene):
    engine = engine_of(scene)
    for pose_id in range(1, 31):
        engine.write(state_of(scene, pose_id=pose_id))
        scene.tick()
    assert scene.frames == 30
    engine.close()


def test_head_out_of_the_view_of_both_eyes_is_drawn_at_the_idle_rate(scene: Scene):
    engine = engine_of(scene)
    first, second = scene.conversation.participants
    towards_a = scene.conversation.world_from_heads[0, :3, 3] + np.float32([0, 0, 1])
    camera = look_at(towards_a, scene.conversation.world_from_heads[0, :3, 3])  # b is 1.2 m to the right of a
    eye = replace(EYE, camera_from_world=camera.camera_from_world, tangents=np.full(4, 0.3, np.float32))
    for pose_id in range(1, 61):
        engine.write(replace(state_of(scene, pose_id=pose_id), eyes=(eye, eye)))
        scene.tick()
    assert first.frames_published == 60
    assert second.frames_published == 15
    engine.close()


def test_head_is_drawn_once_while_its_clock_is_held(scene: Scene):
    scene.conversation.voices.speak((0,), MONO, SECOND, 1, scene.now_ns)
    engine = engine_of(scene)
    engine.write(state_of(scene, position_us=100_000))
    assert not scene.tick(3)
    shown = scene.frames
    assert not scene.tick(5)
    assert scene.frames == shown
    engine.write(state_of(scene, position_us=100_000, pose_id=2))
    assert not scene.tick(5)
    assert scene.frames == shown + 1
    engine.close()


def test_loop_rests_a_period_while_there_is_no_conversation(conversations: Conversations):
    assert FrameLoop(conversations, Timings(), 60, 15, lambda: 0).turn() == pytest.approx(1 / 60)


def test_ticks_that_a_slow_one_cost_are_counted_and_left_out(scene: Scene):
    scene.tick(3)
    due_ns = scene.conversation.pace.due_ns
    scene.now_ns = due_ns + round(2.5 * TICK_NS)
    assert scene.turn_until_rest() == pytest.approx(0.5 / 60, abs=1e-6)
    assert scene.conversation.ticks_missed == 2


def test_frame_after_missed_ticks_says_that_some_were_dropped(scene: Scene):
    scene.conversation.speak((0,), MONO, SECOND, 0, scene.now_ns)
    reader = FrameRingReader(scene.conversation.regions.frames[0].name)
    scene.tick(30)
    before = reader.latest()
    scene.now_ns += 3 * TICK_NS
    scene.tick()
    late = reader.latest()
    scene.tick()
    after = reader.latest()
    assert before is not None
    assert late is not None
    assert after is not None
    assert FrameFlags.DROPPED_BEFORE in late.header.flags
    assert late.header.frame_number == before.header.frame_number + 4
    assert FrameFlags.DROPPED_BEFORE not in after.header.flags
    assert after.header.frame_number == late.header.frame_number + 1
    assert scene.frames == after.header.frame_number - 3
    reader.close()


def test_frames_of_a_head_far_away_are_smaller_unless_its_clock_is_stepped(
    conversations: Conversations, setup: Callable[..., ConversationSetup]
):
    scene = Scene(conversations, setup(FrameSize(256, 256, 1, pixels_per_degree=25)))
    engine = engine_of(scene)
    reader = FrameRingReader(scene.conversation.regions.frames[0].name)

    def width_at(distance_m: float, position_us: int | None = None) -> int:
        state = state_of(scene, pose_id=round(1000 * distance_m), position_us=position_us)
        eye = scene.conversation.world_from_heads[0, :3, 3] + np.float32([0, 0, distance_m])
        camera_from_world = EYE.camera_from_world.copy()
        camera_from_world[:3, 3] = -eye
        engine.write(replace(state, eyes=(replace(EYE, camera_from_world=camera_from_world),)))
        scene.tick(2)
        frame = reader.latest()
        assert frame
        return frame.colors.shape[2]

    assert [width_at(1.0), width_at(3.0), width_at(20.0)] == [256, 184, 72]  # 160 and 64 would do; sizes come in steps
    scene.conversation.voices.speak((0,), MONO, SECOND, 1, scene.now_ns)
    scene.tick(30)
    assert width_at(21.0, position_us=100_000) == 256
    reader.close()
    engine.close()


def test_both_heads_and_both_eyes_of_a_tick_carry_one_pose(
    conversations: Conversations, setup: Callable[..., ConversationSetup], studio: LightStudio
):
    scene = Scene(conversations, setup(FrameSize(16, 16, 2)))
    engine = engine_of(scene)
    readers = [FrameRingReader(ring.name) for ring in scene.conversation.regions.frames]
    left, right = EYE.camera_from_world.copy(), EYE.camera_from_world.copy()
    left[0, 3], right[0, 3] = 0.03, -0.03

    def write(pose_id: int) -> None:
        eyes = (replace(EYE, camera_from_world=left), replace(EYE, camera_from_world=right))
        engine.write(replace(state_of(scene, pose_id=pose_id), eyes=eyes))

    studio.heads["ann"][0].takes = lambda: write(99)  # the engine goes on while a is drawn
    for pose_id in range(1, 10):
        write(pose_id)
        scene.tick()
        frames = [reader.latest() for reader in readers]
        assert [frame and frame.header.pose_id for frame in frames] == [pose_id, pose_id]
        for frame in frames:
            assert frame
            eyes_x = [
                -float(view.camera_from_world[:3, :3].T[0] @ view.camera_from_world[:3, 3])
                for view in frame.header.views
            ]
            assert eyes_x == pytest.approx([-0.03, 0.03], abs=1e-5)
    for reader in readers:
        reader.close()
    engine.close()


def test_both_eyes_of_a_head_are_oversampled_alike_where_one_alone_would_be_less(
    conversations: Conversations, setup: Callable[..., ConversationSetup], studio: LightStudio
):
    scene = Scene(conversations, setup(FrameSize(56, 56, 2)))
    engine = engine_of(scene)
    anchor, sphere = scene.conversation.world_from_heads[0], studio.heads["ann"][0].bounding_sphere
    places = [anchor[:3, 3] + np.float32([0, 0, distance_m]) for distance_m in (0.3, 3.0)]
    assert [camera_at(place, anchor, sphere, 56, 56).oversampling for place in places] == [4, 3]
    eyes = []
    for place in places:
        camera_from_world = EYE.camera_from_world.copy()
        camera_from_world[:3, 3] = -place
        eyes.append(replace(EYE, camera_from_world=camera_from_world))
    engine.write(replace(state_of(scene), eyes=tuple(eyes)))
    scene.tick(3)
    assert [camera.oversampling for camera in studio.heads["ann"][0].cameras_now] == [4, 4]
    engine.close()


def test_engine_that_has_not_beaten_yet_is_read(scene: Scene):
    engine = engine_of(scene)
    engine.write(state_of(scene))
    region = open_region(engine.name, writable=True)
    region.header["heartbeat_ns"] = 0  # a plugin that announces its first state before its first beat
    scene.tick(2)
    assert scene.conversation.state is State.LIVE
    assert scene.conversation.engine is not None
    region.close()
    engine.close()


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("world_from_head", {"world_from_head": np.zeros((2, 4, 4), np.float32)}),
        ("camera_from_world", {"eyes": (replace(EYE, camera_from_world=np.full((4, 4), 1e30, np.float32)),)}),
    ],
)
def test_warning_is_there_as_long_as_its_cause(scene: Scene, field: str, change: dict):
    engine = engine_of(scene)
    engine.write(replace(state_of(scene), **change))
    scene.tick(4)
    assert scene.conversation.warning.startswith(f"{field} in the engine region is not a rotation and a shift")
    assert scene.frames > 0
    engine.write(state_of(scene, pose_id=2))
    scene.tick()
    assert scene.conversation.warning == ""
    engine.close()


def test_malformed_engine_region_is_a_warning(scene: Scene):
    engine = engine_of(scene)
    engine.write(state_of(scene))
    region = open_region(engine.name, writable=True)
    region.header["state"] = 77
    scene.tick(4)
    assert scene.conversation.warning == "Malformed region: state is 77; expected 1 to 5."
    assert scene.conversation.state is State.LIVE
    region.close()
    engine.close()


def test_heart_beats_whatever_the_frames_do(conversations: Conversations, scene: Scene, studio: LightStudio):
    reader = FrameRingReader(scene.conversation.regions.frames[0].name)
    heart = Heart(conversations)
    heart.turn()
    assert reader.state == RegionState.LIVE
    studio.heads["ann"][0].fails = True
    scene.tick(4)
    heart.turn()
    assert reader.state == RegionState.ERROR
    assert not reader.writer_is_lost
    reader.close()


def test_frames_fit_the_sound_in_the_middle_of_the_time_they_are_seen(scene: Scene, studio: LightStudio):
    draw_ns = 15_000_000
    for heads in studio.heads.values():
        heads[0].takes = lambda: setattr(scene, "now_ns", scene.now_ns + draw_ns)
    scene.conversation.voices.speak((0,), MONO, SECOND * 5, 1, scene.now_ns)
    engine, begun_ns = engine_of(scene), scene.now_ns
    middles = []
    for pose_id in range(1, 28):  # 0.9 s: the engine beats in real time and is trusted for one second
        asked_ns = scene.now_ns = scene.conversation.pace.due_ns
        position_us = (asked_ns - begun_ns) // 1000
        playback = Playback(1, position_us, asked_ns, rate=1.0)
        engine.write(replace(state_of(scene, pose_id=pose_id), playbacks=(playback,)))
        while scene.conversation.motion.advance(scene.conversation.shown, scene.now_ns):
            pass
        scene.turn_until_rest()
        seen_ns = scene.conversation.pace.due_ns - asked_ns
        middle_us = position_us + (1.5 * draw_ns + 0.5 * seen_ns) / 1000  # heads are published after 1 and 2 drawings
        middles.append(middle_us - scene.conversation.readings[0].media_us)
    assert abs(middles[0]) > 20_000
    assert abs(middles[-1]) < 3_000
    engine.close()


@pytest.mark.parametrize(
    ("av_offset_us", "rate", "earlier_us"),
    [(0, 1.0, 0), (80_000, 1.0, 80_000), (-80_000, 1.0, -80_000), (80_000, 0.0, 0)],
)
def test_av_offset_shows_the_face_later_unless_the_clock_is_stepped(
    scene: Scene, av_offset_us: int, rate: float, earlier_us: int
):
    scene.conversation.speak((0,), MONO, SECOND * 3, 1, scene.now_ns)
    scene.conversation.av_offset_us = av_offset_us
    engine = engine_of(scene)
    scene.tick(12)
    engine.write(replace(state_of(scene), playbacks=(Playback(1, 300_000, scene.now_ns + TICK_NS, rate=rate),)))
    lead_us = scene.conversation.display_lead.ns / 1000 * rate
    scene.tick()
    assert scene.conversation.readings[0].media_us == pytest.approx(300_000 + lead_us - earlier_us, abs=1)
    engine.close()
