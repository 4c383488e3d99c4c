"""Demands on voices: whole clips, chunks, streams, cancelling."""

from __future__ import annotations

import grpc
import numpy as np

from demands.subject import RATE_HZ, Subject, audio_format, demand
from sidecar.v1 import sidecar_pb2, speech_pb2

Code = grpc.StatusCode
CHUNK = np.zeros(640, "<f4")  # 40 ms


def push_request(conversation_id: str, sequence: int, utterance_id: int = 0, **more: object) -> object:
    """Return a chunk of participant a."""
    fields = {"participant": speech_pb2.PARTICIPANT_A, "format": audio_format(), "audio": CHUNK.tobytes(), **more}
    return speech_pb2.PushAudioRequest(
        conversation_id=conversation_id, sequence=sequence, utterance_id=utterance_id, **fields
    )


def clip_is_spoken(subject: Subject) -> None:
    """Speak answers with id, start and length; ids are not used twice; the next clip follows the first."""
    with subject.conversation() as created:
        request = subject.speak_request(created.conversation_id)
        first = subject.call(subject.speech.Speak, request)
        demand(first.utterance_id > 0, "an utterance's id", first.utterance_id)
        demand(first.duration_us == 1_000_000, "1000000 us, the length of the clip", first.duration_us)
        second = subject.call(subject.speech.Speak, request)
        begins = first.start_us + first.duration_us
        demand(second.start_us >= begins, f"a start at or after {begins} us, behind the first clip", second.start_us)
        request.utterance_id = first.utterance_id
        subject.refused(subject.speech.Speak, request, Code.INVALID_ARGUMENT, str(first.utterance_id))


def audio_that_cannot_be_used_is_refused(subject: Subject) -> None:
    """NaN, no audio, half a sample, a rate or channels that are not taken, too long a clip: all refused."""
    with subject.conversation() as created:

        def refused(word: str, **more: object) -> None:
            request = subject.speak_request(created.conversation_id, **more)
            subject.refused(subject.speech.Speak, request, Code.INVALID_ARGUMENT, word)

        refused("NaN", audio=np.full(100, np.nan, "<f4").tobytes())
        refused("empty", audio=b"")
        refused("multiple", audio=b"123")
        limits = subject.info().limits
        refused(str(limits.min_sample_rate_hz - 1), format=audio_format(limits.min_sample_rate_hz - 1))
        refused(str(limits.max_sample_rate_hz + 1), format=audio_format(limits.max_sample_rate_hz + 1))
        refused("channels", format=audio_format(channels=2))
        refused("participant", participant=0)
        refused("lasts", audio=bytes(4 * 8 * (limits.max_utterance_ms + 1000)), format=audio_format(8000))
        subject.call(subject.speech.Speak, subject.speak_request(created.conversation_id))


def chunks_come_in_order(subject: Subject) -> None:
    """A chunk out of order or too long is refused, and the right one is taken afterwards."""
    with subject.conversation() as created:
        push = subject.speech.PushAudio
        first = subject.call(push, push_request(created.conversation_id, 0))
        demand(first.next_sequence == 1, "next_sequence 1", first.next_sequence)
        for wrong in (0, 2):
            request = push_request(created.conversation_id, wrong, first.utterance_id)
            subject.refused(push, request, Code.INVALID_ARGUMENT, str(wrong), "1")
        long = np.zeros((subject.info().limits.max_chunk_ms + 1000) * RATE_HZ // 1000, "<f4")
        request = push_request(created.conversation_id, 1, first.utterance_id, audio=long.tobytes())
        subject.refused(push, request, Code.INVALID_ARGUMENT, "chunk")
        last = subject.call(push, push_request(created.conversation_id, 1, first.utterance_id, last=True))
        demand(last.duration_us == 80_000, "80000 us after two chunks", last.duration_us)
        request = push_request(created.conversation_id, 2, first.utterance_id)
        subject.refused(push, request, Code.FAILED_PRECONDITION, "ended")


def stream_is_spoken(subject: Subject) -> None:
    """StreamAudio takes chunks until the client half-closes."""
    with subject.conversation() as created:
        first = speech_pb2.StreamAudioRequest(
            conversation_id=created.conversation_id,
            participant=speech_pb2.PARTICIPANT_B,
            format=audio_format(),
            audio=CHUNK.tobytes(),
        )
        more = (speech_pb2.StreamAudioRequest(sequence=number, audio=CHUNK.tobytes()) for number in range(1, 25))
        answer = subject.call(subject.speech.StreamAudio, iter([first, *more]))
        demand(answer.duration_us == 1_000_000, "1000000 us after 25 chunks", answer.duration_us)


def other_voice_can_be_interrupted(subject: Subject) -> None:
    """A voice that interrupts begins within 150 ms of what is shown, or where the other one was to begin."""
    with subject.conversation() as created:
        identity = created.conversation_id
        other = subject.call(subject.speech.Speak, subject.speak_request(identity, audio=bytes(4 * 20 * RATE_HZ)))
        breaking_in = subject.speak_request(identity, participant=speech_pb2.PARTICIPANT_B, interrupts=True)
        begun = subject.call(subject.speech.Speak, breaking_in)
        status = subject.call(subject.sidecar.GetStatus, sidecar_pb2.GetStatusRequest())
        (shown_us,) = (max(c.clock_us) for c in status.conversations if c.conversation_id == identity)
        latest_us = max(shown_us + 150_000, other.start_us)
        demand(begun.start_us <= latest_us, f"a start at {latest_us} us or before", begun.start_us)


def speech_can_be_cancelled(subject: Subject) -> None:
    """CancelSpeech tells where it cut; an unknown utterance is NOT_FOUND."""
    with subject.conversation() as created:
        identity = created.conversation_id
        clip = subject.call(subject.speech.Speak, subject.speak_request(identity, audio=bytes(4 * 20 * RATE_HZ)))
        request = speech_pb2.CancelSpeechRequest(conversation_id=identity, utterance_id=clip.utterance_id)
        cut_us = subject.call(subject.speech.CancelSpeech, request).cut_at_media_us
        demand(0 <= cut_us < clip.duration_us, f"a cut before {clip.duration_us} us", cut_us)
        request.utterance_id = clip.utterance_id + 1000
        subject.refused(subject.speech.CancelSpeech, request, Code.NOT_FOUND, str(request.utterance_id))
