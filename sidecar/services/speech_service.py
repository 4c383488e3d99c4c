"""The voices of a conversation: whole clips, chunks and streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc.aio

from sidecar.conversation import Conversation
from sidecar.conversations import Conversations
from sidecar.errors import InvalidRequestError
from sidecar.messages import audio_format_from, participants_from
from sidecar.utterance import Utterance
from sidecar.v1 import speech_pb2, speech_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class SpeechService(speech_pb2_grpc.SpeechServiceServicer):
    """Serves Speak, PushAudio, StreamAudio and CancelSpeech."""

    def __init__(self, conversations: Conversations, clock_ns: Callable[[], int]) -> None:
        self._conversations = conversations
        self._clock_ns = clock_ns

    async def Speak(self, request: speech_pb2.SpeakRequest, context: Context) -> speech_pb2.SpeakResponse:
        """Say a whole clip."""
        conversation = self._live(request.conversation_id)
        utterance = await asyncio.to_thread(
            conversation.speak,
            participants_from(request.participant),
            audio_format_from(request.format),
            request.audio,
            request.utterance_id,
            self._clock_ns(),
            interrupts=request.interrupts,
        )
        return speech_pb2.SpeakResponse(
            utterance_id=utterance.utterance_id, start_us=utterance.start_us, duration_us=utterance.duration_us
        )

    async def PushAudio(self, request: speech_pb2.PushAudioRequest, context: Context) -> speech_pb2.PushAudioResponse:
        """Say the next chunk."""
        conversation = self._live(request.conversation_id)
        return await asyncio.to_thread(self._push, conversation, request)

    async def StreamAudio(
        self, request_iterator: AsyncIterator[speech_pb2.StreamAudioRequest], context: Context
    ) -> speech_pb2.StreamAudioResponse:
        """Say chunks until the client half-closes; what a broken stream began is cut off."""
        first = await anext(aiter(request_iterator), None)
        if first is None:
            raise InvalidRequestError(
                "the stream is empty; its first message says whose voice it is and in what format."
            )
        conversation = self._live(first.conversation_id)
        utterance = await self._begun(conversation, first)
        utterance_id = utterance.utterance_id
        try:
            await self._feed(conversation, utterance_id, first)
            async for message in request_iterator:
                await self._feed(conversation, utterance_id, message)
            conversation.voices.end(utterance_id, self._clock_ns())
        except BaseException:  # also when the client breaks the call off; the loop does not wait for the heads
            asyncio.get_running_loop().run_in_executor(None, conversation.cancel, utterance_id, self._clock_ns())
            raise
        return speech_pb2.StreamAudioResponse(
            utterance_id=utterance_id, start_us=utterance.start_us, duration_us=utterance.duration_us
        )

    async def CancelSpeech(
        self, request: speech_pb2.CancelSpeechRequest, context: Context
    ) -> speech_pb2.CancelSpeechResponse:
        """Cut an utterance off."""
        conversation = self._live(request.conversation_id)
        cut_us = await asyncio.to_thread(conversation.cancel, request.utterance_id, self._clock_ns())
        return speech_pb2.CancelSpeechResponse(cut_at_media_us=cut_us)

    async def _begun(self, conversation: Conversation, request: speech_pb2.StreamAudioRequest) -> Utterance:
        """Begin the utterance of a stream; if the call is broken off meanwhile, nobody else would end it."""
        beginning = asyncio.get_running_loop().run_in_executor(None, self._begin, conversation, request)
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            beginning.add_done_callback(lambda begun: self._give_up(conversation, begun))
            raise

    def _give_up(self, conversation: Conversation, begun: asyncio.Future[Utterance]) -> None:
        if begun.exception() is None:
            utterance_id = begun.result().utterance_id
            begun.get_loop().run_in_executor(None, conversation.cancel, utterance_id, self._clock_ns())

    async def _feed(
        self, conversation: Conversation, utterance_id: int, message: speech_pb2.StreamAudioRequest
    ) -> None:
        self._live(conversation.conversation_id)
        await asyncio.to_thread(
            conversation.voices.push, utterance_id, message.sequence, message.audio, self._clock_ns()
        )

    def _live(self, conversation_id: str) -> Conversation:
        conversation = self._conversations.get(conversation_id)
        conversation.check_live()
        return conversation

    def _begin(
        self, conversation: Conversation, request: speech_pb2.PushAudioRequest | speech_pb2.StreamAudioRequest
    ) -> Utterance:
        return conversation.begin(
            participants_from(request.participant),
            audio_format_from(request.format),
            request.utterance_id,
            self._clock_ns(),
            interrupts=request.interrupts,
        )

    def _push(self, conversation: Conversation, request: speech_pb2.PushAudioRequest) -> speech_pb2.PushAudioResponse:
        voices, now_ns = conversation.voices, self._clock_ns()
        utterance_id = request.utterance_id
        if request.sequence == 0 and not voices.is_growing(utterance_id):
            utterance = self._begin(conversation, request)
            utterance_id = utterance.utterance_id
            try:
                voices.push(utterance_id, 0, request.audio, now_ns)
            except BaseException:  # the client does not know the utterance yet and could not end it
                conversation.cancel(utterance_id, now_ns)
                raise
        else:
            voices.check_same(utterance_id, participants_from(request.participant), audio_format_from(request.format))
            utterance = voices.push(utterance_id, request.sequence, request.audio, now_ns)
        next_sequence = voices.next_sequence(utterance_id)
        if request.last:
            utterance = voices.end(utterance_id, now_ns)
        return speech_pb2.PushAudioResponse(
            utterance_id=utterance_id,
            start_us=utterance.start_us,
            duration_us=utterance.duration_us,
            next_sequence=next_sequence,
        )
