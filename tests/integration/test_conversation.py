"""A client and a sidecar: what is said moves the heads, and the client's clock decides when."""

import threading

import numpy as np
import pytest
from light_studio import JAW_OPEN, DrawingCost, LightStudio
from running_sidecar import RunningSidecar
from waiting import until

from rsatalker.motion.social import Relationship, SocialInput
from sidecar.client import SidecarClient
from sidecar.display_lead import DisplayLead
from sidecar.motion_window import FADE_US
from sidecar.regions.engine_region import EngineState, Playback
from sidecar.regions.frame_ring import Frame
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.layout import FrameFlags, RegionState
from sidecar.regions.motion_ring import MotionInstant
from sidecar.remote_conversation import RemoteConversation

pytestmark = pytest.mark.integration

RATE_HZ = 16_000


def ramp(seconds: float, voices: int = 1) -> np.ndarray:
    """Return a voice whose level grows from 0 to 1, so that a level tells its time."""
    return np.tile(np.linspace(0, 1, round(seconds * RATE_HZ), dtype=np.float32), (voices, 1))


def step_to(conversation: RemoteConversation, utterance_id: int, position_us: int, pose_id: int = 1) -> None:
    playback = Playback(utterance_id, position_us, host_clock_ns(), rate=0)
    conversation.engine.write(EngineState(pose_id, (), conversation.world_from_heads, playbacks=(playback,)))


def frame_at(conversation: RemoteConversation, participant: int, media_us: int) -> Frame:
    def look() -> Frame | None:
        frame = conversation.frames[participant].latest()
        return frame if frame and frame.header.media_us == media_us else None

    return until(look, f"the frame at {media_us} us")


def test_idle_heads_are_drawn_and_their_time_goes_on(conversation: RemoteConversation):
    first = until(conversation.frames[0].latest, "a frame")
    later = until(
        lambda: (f := conversation.frames[0].latest()) and f.header.timeline_us > first.header.timeline_us and f, "more"
    )
    assert later.header.flags & FrameFlags.IDLE
    assert later.header.media_us == -1
    assert later.header.frame_number > first.header.frame_number


def test_frame_shows_exactly_the_instant_that_the_client_steps_to(conversation: RemoteConversation):
    step_to(conversation, utterance_id=7, position_us=0)
    spoken = conversation.speak(ramp(2.0, voices=2), RATE_HZ, "both", utterance_id=7)
    for position_us in (0, 33_333, 500_000, 1_000_000, 1_966_667):
        step_to(conversation, 7, position_us)
        for participant in (0, 1):
            frame = frame_at(conversation, participant, position_us)
            assert frame.header.timeline_us == spoken.start_us + position_us
            assert frame.header.utterance_id == 7
            assert frame.header.pose.arkit[JAW_OPEN] == pytest.approx(position_us / 2e6, abs=0.01)


def test_stepped_frames_are_the_same_in_every_run(client: SidecarClient):
    levels = []
    for _ in range(2):
        with client.create_conversation("ann", "bob") as conversation:
            spoken = conversation.speak(ramp(1.0), RATE_HZ, "b")
            step_to(conversation, spoken.utterance_id, 700_000)
            levels.append(frame_at(conversation, 1, 700_000).header.pose.arkit[JAW_OPEN])
    assert levels[0] == pytest.approx(levels[1], abs=1e-4)


def test_standing_head_is_drawn_again_for_a_new_pose_of_the_viewer(conversation: RemoteConversation):
    conversation.speak(ramp(1.0), RATE_HZ, "a", utterance_id=1)
    step_to(conversation, 1, 500_000, pose_id=1)
    number = frame_at(conversation, 0, 500_000).header.frame_number
    step_to(conversation, 1, 500_000, pose_id=2)
    frame = until(lambda: (f := frame_at(conversation, 0, 500_000)).header.pose_id == 2 and f, "the new pose")
    assert frame.header.frame_number == number + 1


@pytest.mark.usefixtures("trusted_engine")
@pytest.mark.parametrize("lead_us", [0, 40_000])
def test_playing_clock_moves_the_face_with_the_sound(
    conversation: RemoteConversation, monkeypatch: pytest.MonkeyPatch, lead_us: int
):
    def hold(lead: DisplayLead, *_: int) -> None:
        lead.ns = lead_us * 1000

    monkeypatch.setattr(DisplayLead, "note", hold)
    spoken = conversation.speak(ramp(20.0), RATE_HZ, "a")
    began_ns = host_clock_ns()
    playback = Playback(spoken.utterance_id, 1_000_000, began_ns, rate=1.0)
    conversation.engine.write(EngineState(1, (), conversation.world_from_heads, playbacks=(playback,)))
    jumped = until(lambda: (f := conversation.frames[0].latest()) and f.header.media_us >= 1_000_000 and f, "playback")

    def came_in_time(motion: MotionInstant) -> bool:
        """Tell whether an instant was there one instant before it was shown, so that no face had to wait for it."""
        shown_us = 1_000_000 + (motion.published_ns - began_ns) / 1000 + lead_us
        return shown_us < motion.timeline_us - spoken.start_us - 34_000

    def frame_on_time() -> Frame | None:
        """Return the newest frame if motion was ahead while a face moves over, which takes a busy machine a while."""
        frame = conversation.frames[0].latest()
        if frame is None or frame.header.requested_ns < jumped.header.requested_ns + 2000 * FADE_US:
            return None
        needed_us = range(frame.header.timeline_us - 2 * FADE_US, frame.header.timeline_us + 67_000)
        needed = [motion for motion in conversation.motion.instants() if motion.timeline_us in needed_us]
        return frame if len(needed) >= 7 and all(map(came_in_time, needed)) else None

    frame = until(frame_on_time, "playback with motion ahead of it")
    heard_us = 1_000_000 + (frame.header.requested_ns - began_ns) / 1000
    assert frame.header.media_us == pytest.approx(heard_us + lead_us, abs=1)
    assert frame.header.pose.arkit[JAW_OPEN] == pytest.approx(frame.header.media_us / 20e6, abs=0.001)  # 20 ms of it


def test_utterance_is_shown_without_an_engine(conversation: RemoteConversation):
    spoken = conversation.speak(ramp(0.5), RATE_HZ, "b")
    frame = until(lambda: (f := conversation.frames[1].latest()) and f.header.media_us > 100_000 and f, "speech")
    assert frame.header.utterance_id == spoken.utterance_id
    assert frame.header.timeline_us - frame.header.media_us == spoken.start_us
    until(lambda: (f := conversation.frames[1].latest()) and f.header.timeline_us > spoken.start_us + 500_000, "idle")


def test_motion_region_has_every_instant_once_and_names_what_is_said(conversation: RemoteConversation):
    spoken = conversation.speak(ramp(1.0), RATE_HZ, "a")
    end_us = spoken.start_us + spoken.duration_us
    until(lambda: (i := conversation.motion.instants()) and i[-1].timeline_us > end_us, "motion")
    instants = conversation.motion.instants()
    steps = np.diff([instant.timeline_us for instant in instants])
    assert set(steps) <= {33_333, 33_334}
    said = [instant for instant in instants if instant.heads[0].utterance_id == spoken.utterance_id]
    assert len(said) == 30
    assert all(i.heads[0].media_us == i.timeline_us - spoken.start_us for i in said)
    assert all(i.heads[1].utterance_id == 0 for i in instants)


def test_chunks_move_the_head_like_one_clip(conversation: RemoteConversation):
    voice = ramp(1.0)[0]
    utterance_id = 0
    chunks = np.array_split(voice, 40)
    step_to(conversation, 1, 0)
    for sequence, chunk in enumerate(chunks):
        spoken = conversation.push_audio(
            chunk, RATE_HZ, "a", sequence=sequence, utterance_id=utterance_id, last=sequence == len(chunks) - 1
        )
        utterance_id = spoken.utterance_id
    assert spoken.duration_us == 1_000_000
    step_to(conversation, utterance_id, 800_000)
    frame = frame_at(conversation, 0, 800_000)
    assert frame.header.pose.arkit[JAW_OPEN] == pytest.approx(0.8, abs=0.02)


def test_stream_is_one_utterance(conversation: RemoteConversation):
    spoken = conversation.stream_audio(np.array_split(ramp(1.0)[0], 25), RATE_HZ, "b", utterance_id=9)
    assert (spoken.utterance_id, spoken.duration_us) == (9, 1_000_000)


def test_audio_of_another_rate_is_resampled(conversation: RemoteConversation):
    spoken = conversation.speak(np.zeros(48_000, np.float32), 48_000, "a")
    assert spoken.duration_us == 1_000_000


def test_cancel_silences_the_mouth_just_behind_what_is_shown(conversation: RemoteConversation):
    spoken = conversation.speak(np.full(160_000, 0.5, np.float32), RATE_HZ, "a", utterance_id=1)
    step_to(conversation, 1, 500_000)
    frame_at(conversation, 0, 500_000)
    cut_us = conversation.cancel(spoken.utterance_id)
    assert cut_us == pytest.approx(550_000, abs=1000)
    conversation.engine.write(EngineState(1, (), conversation.world_from_heads))
    frame = until(lambda: (f := conversation.frames[0].latest()) and f.header.media_us == -1 and f, "silence")
    assert frame.header.timeline_us >= spoken.start_us + cut_us


def test_voice_that_interrupts_begins_where_the_other_was_cut(conversation: RemoteConversation):
    first = conversation.speak(np.full(160_000, 0.5, np.float32), RATE_HZ, "a", utterance_id=1)
    step_to(conversation, 1, 500_000)
    frame_at(conversation, 0, 500_000)
    second = conversation.speak(np.full(16_000, 0.5, np.float32), RATE_HZ, "b", interrupts=True)
    assert second.start_us - first.start_us == pytest.approx(550_000, abs=2000)


def test_relationship_reaches_the_motion(conversation: RemoteConversation, studio: LightStudio):
    relationship = Relationship("blood", "unequal", senior=1)
    conversation.set_relationship(relationship)
    assert studio.sources[0].social == SocialInput(relationship)


def test_relationship_is_blended_with_another_and_more_or_less_strong(
    conversation: RemoteConversation, studio: LightStudio
):
    blend = SocialInput(Relationship("blood"), Relationship("non-blood", "unequal", senior=0), share=0.25, strength=1.5)
    conversation.set_relationship(blend)
    assert studio.sources[0].social == blend
    conversation.set_relationship(SocialInput(strength=0))
    assert studio.sources[0].social.strength == pytest.approx(0, abs=0.01)


def test_anchors_of_the_engine_reach_frames_and_motion(conversation: RemoteConversation, studio: LightStudio):
    anchors = np.stack([np.eye(4, dtype=np.float32)] * 2)
    anchors[1, 0, 3] = 2
    conversation.engine.write(EngineState(5, (), anchors))
    frame = until(lambda: (f := conversation.frames[1].latest()) and f.header.pose_id == 5 and f, "the pose")
    np.testing.assert_array_equal(frame.header.world_from_head, anchors[1])
    until(lambda: np.array_equal(studio.sources[0].places[-1], anchors), "the motion to know")


def test_both_eyes_of_a_headset_get_a_layer_each(client: SidecarClient, studio: LightStudio):
    with client.create_conversation("ann", "bob", layers=2, width=24, height=16) as conversation:
        frame = until(conversation.frames[0].latest, "a frame")
    assert frame.colors.shape == (2, 16, 24, 4)
    left, right = studio.heads["ann"][0].cameras[-1]
    assert np.linalg.norm(left.position - right.position) == pytest.approx(0.063, abs=1e-4)


def test_conversation_that_starts_with_speech_is_the_same_in_every_run(client: SidecarClient):
    runs = []
    for _ in range(2):
        with client.create_conversation("ann", "bob", starts_with_speech=True) as conversation:
            until(lambda: client.status().uptime_ms > 0, "an answer")
            assert conversation.frames[0].latest() is None
            spoken = conversation.stream_audio(np.array_split(ramp(1.0)[0], 7), RATE_HZ, "a")
            assert spoken.start_us == 0
            until(lambda: len(conversation.motion.instants()) > 30, "motion")
            runs.append([i.heads[0].pose.arkit[JAW_OPEN] for i in conversation.motion.instants()[:30]])
    assert runs[0] == runs[1]


def test_motion_only_conversation_has_no_frames(client: SidecarClient):
    with client.create_conversation("ann", "bob", motion_only=True) as conversation:
        assert conversation.frames == ()
        until(lambda: conversation.motion.latest_index > 30, "motion")


def test_closed_conversation_tells_its_readers(client: SidecarClient):
    conversation = client.create_conversation("ann", "bob")
    frames = conversation.frames[0]
    until(frames.latest, "a frame")
    client.call(
        client.conversation_calls.CloseConversation,
        _close_request(conversation.conversation_id),
    )
    assert frames.state == RegionState.STOPPING
    conversation.abandon()


def test_status_tells_stages_and_conversations(client: SidecarClient, conversation: RemoteConversation):
    conversation.speak(ramp(0.2), RATE_HZ, "a")
    until(lambda: (f := conversation.frames[0].latest()) and f.header.media_us > 0, "speech")
    status = client.status()
    stages = {stage.stage: stage for stage in status.stages}
    assert set(stages) == {"audio", "features", "motion", "mesh", "gaussians", "frame", "publish", "tick"}
    assert stages["gaussians"].p50_ms == pytest.approx(0.2)
    (mine,) = status.conversations
    assert mine.state == "live"
    assert mine.motion_end_us > mine.clock_us[0] > 0
    assert list(mine.gaussians) == [DrawingCost.gaussians] * 2


def _close_request(conversation_id: str):
    from sidecar.v1 import conversation_pb2

    return conversation_pb2.CloseConversationRequest(conversation_id=conversation_id)


def test_other_calls_are_answered_while_avatars_are_loaded(running: RunningSidecar, studio: LightStudio):
    with running.connect() as client:
        conversation = client.create_conversation("ann", "bob")
        studio.loading.clear()
        pending = [threading.Thread(target=lambda: client.create_conversation("ann", "bob").close()) for _ in range(8)]
        for thread in pending:
            thread.start()
        until(lambda: running.sidecar and running.sidecar.conversations._starting == 2, "the loading to begin")
        spoken = conversation.speak(np.zeros(16_000, np.float32), RATE_HZ, "a")
        assert conversation.cancel(spoken.utterance_id) >= 0
        assert client.status().conversations[0].conversation_id == conversation.conversation_id
        studio.loading.set()
        for thread in pending:
            thread.join()
        conversation.close()
