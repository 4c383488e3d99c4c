"""Demands on watching and steering without shared memory."""

from __future__ import annotations

import grpc
import numpy as np

from demands.subject import Subject, demand, until
from sidecar.v1 import conversation_pb2, speech_pb2, watch_pb2

Code = grpc.StatusCode
INSTANTS = 30  # a second of motion
JPEG = b"\xff\xd8\xff"
POSITION_US = 400_000


def motion_can_be_watched(subject: Subject) -> None:
    """WatchMotion sends instants of both heads in order, 30 a second, and ends with its conversation."""
    with subject.conversation() as created:
        request = watch_pb2.WatchMotionRequest(conversation_id=created.conversation_id)
        messages = subject.stream(subject.watch.WatchMotion, request)
        instants: list[watch_pb2.MotionInstant] = []
        for message in messages:
            instants += message.instants
            if len(instants) >= INSTANTS:
                break
    demand(len(instants) >= INSTANTS, f"{INSTANTS} instants", len(instants))
    sizes = {(len(instant.heads), *(len(head.arkit) for head in instant.heads)) for instant in instants}
    demand(sizes == {(2, 52, 52)}, "2 heads of 52 weights in every instant", sizes)
    demand(bool(instants[0].heads[0].expression), "FLAME values", "none")
    steps_us = np.diff([instant.timeline_us for instant in instants])
    demand(set(steps_us.tolist()) <= {33_333, 33_334}, "instants 1/30 s apart", sorted(set(steps_us.tolist())))
    left = sum(1 for _ in messages)
    demand(left < 1000, "the end of the stream, since its conversation is closed", f"{left} messages")


def weights_alone_can_be_watched(subject: Subject) -> None:
    """With arkit_only the FLAME values stay away."""
    with subject.conversation() as created:
        request = watch_pb2.WatchMotionRequest(conversation_id=created.conversation_id, arkit_only=True)
        messages = subject.stream(subject.watch.WatchMotion, request)
        head = next(messages).instants[0].heads[0]
        messages.close()
    demand(len(head.arkit) == 52, "52 weights", len(head.arkit))
    demand(not head.expression, "no expression", f"{len(head.expression)} coefficients")


def frames_can_be_watched(subject: Subject) -> None:
    """WatchFrames sends pictures of both heads as JPEG, each frame once and in order."""
    with subject.conversation() as created:
        request = watch_pb2.WatchFramesRequest(conversation_id=created.conversation_id)
        messages = subject.stream(subject.watch.WatchFrames, request)
        pictures = [message.picture for message, _ in zip(messages, range(8), strict=False)]
        messages.close()
    heads = {picture.participant for picture in pictures}
    demand(heads == {speech_pb2.PARTICIPANT_A, speech_pb2.PARTICIPANT_B}, "pictures of both heads", heads)
    for head in heads:
        numbers = [picture.frame_number for picture in pictures if picture.participant == head]
        demand(numbers == sorted(set(numbers)), "frame numbers that rise", numbers)
    for picture in pictures:
        both = picture.color[:3] == JPEG and picture.alpha[:3] == JPEG
        demand(both, "JPEG in color and alpha", (picture.color[:3], picture.alpha[:3]))


def client_can_be_its_own_engine(subject: Subject) -> None:
    """SetEngineState steps the clock: the frame that comes shows that position, for that pose."""
    with subject.conversation() as created:
        spoken = subject.call(subject.speech.Speak, subject.speak_request(created.conversation_id))
        playback = watch_pb2.PlaybackPosition(utterance_id=spoken.utterance_id, position_us=POSITION_US)
        state = watch_pb2.SetEngineStateRequest(conversation_id=created.conversation_id, pose_id=7)
        state.playbacks.append(playback)
        asked = watch_pb2.GetFrameRequest(conversation_id=created.conversation_id, participant=speech_pb2.PARTICIPANT_A)

        def look() -> bool:
            pose_id = subject.call(subject.watch.SetEngineState, state).pose_id
            demand(pose_id == 7, "pose 7, as sent", pose_id)
            try:
                picture = subject.watch.GetFrame(asked, timeout=60, metadata=subject.metadata).picture
            except grpc.RpcError as error:
                code = error.code()  # type: ignore[attr-defined]
                demand(code == Code.FAILED_PRECONDITION, "a frame, or that there is none yet", code.name)
                return False
            return (picture.media_us, picture.pose_id) == (POSITION_US, 7)

        until(look, f"a frame of pose 7 at {POSITION_US} us of the utterance")


def engine_state_is_checked(subject: Subject) -> None:
    """Eyes, places, light and positions that are none are refused."""
    with subject.conversation() as created:
        identity = created.conversation_id
        eye = watch_pb2.EyeView(camera_from_world=[2.0] * 16, tangents=[1.0] * 4)
        light = watch_pb2.SceneLight(probe=[1.0])
        for wrong, word in (
            (watch_pb2.SetEngineStateRequest(conversation_id=identity, eyes=[eye]), "camera_from_world"),
            (watch_pb2.SetEngineStateRequest(conversation_id=identity, world_from_heads=[1.0]), "world_from_heads"),
            (watch_pb2.SetEngineStateRequest(conversation_id=identity, light=light), "probe"),
            (
                watch_pb2.SetEngineStateRequest(conversation_id=identity, playbacks=[watch_pb2.PlaybackPosition()]),
                "utterance",
            ),
        ):
            subject.refused(subject.watch.SetEngineState, wrong, Code.INVALID_ARGUMENT, word)


def conversation_without_frames_has_none_to_watch(subject: Subject) -> None:
    """Frames of a conversation of motion alone, and of one that is not there, are refused."""
    with subject.conversation(frames=conversation_pb2.FrameSetup(motion_only=True)) as created:
        asked = watch_pb2.GetFrameRequest(conversation_id=created.conversation_id, participant=speech_pb2.PARTICIPANT_A)
        subject.refused(subject.watch.GetFrame, asked, Code.FAILED_PRECONDITION, "motion_only")
    subject.refused(subject.watch.GetFrame, asked, Code.NOT_FOUND, created.conversation_id)
