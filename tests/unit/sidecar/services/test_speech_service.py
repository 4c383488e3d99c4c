"""Streams of audio that are broken off at a bad moment."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sidecar.conversations import Conversations
from sidecar.services.speech_service import SpeechService
from sidecar.v1 import speech_pb2

pytestmark = pytest.mark.unit

PATIENCE_S = 30.0
FIRST = speech_pb2.StreamAudioRequest(
    conversation_id="c",
    participant=speech_pb2.PARTICIPANT_A,
    format=speech_pb2.AudioFormat(sample_rate_hz=16_000, channels=1, sample_format=speech_pb2.SAMPLE_FORMAT_S16),
)


class SlowConversation:
    """Begins an utterance only when it is let."""

    conversation_id = "c"

    def __init__(self) -> None:
        self.is_asked, self.may_begin, self.is_cancelled = (threading.Event() for _ in range(3))

    def check_live(self) -> None:
        """Live on."""

    def begin(self, *_: object, **__: object) -> SimpleNamespace:
        self.is_asked.set()
        assert self.may_begin.wait(PATIENCE_S)
        return SimpleNamespace(utterance_id=7)

    def cancel(self, utterance_id: int, now_ns: int) -> None:
        assert utterance_id == 7
        self.is_cancelled.set()


async def messages():
    yield FIRST


def test_utterance_of_a_stream_that_is_broken_off_while_it_begins_is_cut_off():
    conversation = SlowConversation()
    conversations = cast("Conversations", SimpleNamespace(get=lambda conversation_id: conversation))

    async def break_off() -> None:
        service = SpeechService(conversations, lambda: 0)
        stream = asyncio.create_task(service.StreamAudio(messages(), cast("Any", None)))
        assert await asyncio.to_thread(conversation.is_asked.wait, PATIENCE_S)
        stream.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stream
        conversation.may_begin.set()
        assert await asyncio.to_thread(conversation.is_cancelled.wait, PATIENCE_S)

    asyncio.run(break_off())
