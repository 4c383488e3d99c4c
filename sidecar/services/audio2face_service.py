"""NVIDIA's A2FControllerService: a client written for Audio2Face-3D gets ARKit weights for one voice from us.

It has no conversation, no partner and no frames; whoever wants those uses `sidecar.v1`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc.aio

from rsatalker.motion.social import Relationship
from sidecar.conversations import Conversations
from sidecar.errors import InvalidRequestError, StateError
from sidecar.motion_load import MotionLoad
from sidecar.nvidia_ace.animation_data import v1_pb2 as animation
from sidecar.nvidia_ace.controller import v1_pb2 as controller
from sidecar.nvidia_ace.services.a2f_controller import v1_pb2, v1_pb2_grpc
from sidecar.nvidia_ace.status import v1_pb2 as status
from sidecar.services.audio2face_stream import Audio2FaceStream
from sidecar.studio import Studio

DESCRIPTOR = v1_pb2.DESCRIPTOR.services_by_name["A2FControllerService"]
METHOD = f"/{DESCRIPTOR.full_name}/ProcessAudioStream"
IDLE_S = 30.0  # without a message from the client; NVIDIA's limit
SEED = 0  # of blinks and glances: the same voice gives the same face

Context = grpc.aio.ServicerContext[Any, Any]
Answer = controller.AnimationDataStream


class Audio2FaceService(v1_pb2_grpc.A2FControllerServiceServicer):
    """Serves ProcessAudioStream.

    Args:
        studio: Makes the motion.
        conversations: Among which a stream counts.
    """

    def __init__(self, studio: Studio, conversations: Conversations) -> None:
        self._studio = studio
        self._conversations = conversations

    async def ProcessAudioStream(
        self, request_iterator: AsyncIterator[controller.AudioStream], context: Context
    ) -> AsyncIterator[Answer]:
        """Answer a voice with its motion: a header, instants, the event of the end, a status."""
        with self._conversations.audio_stream() as load:
            async for answer in self._answers(request_iterator, load):
                yield answer

    async def _answers(
        self, requests: AsyncIterator[controller.AudioStream], load: MotionLoad
    ) -> AsyncIterator[Answer]:
        first = await self._next(requests)
        if first is None or first.WhichOneof("stream_part") != "audio_stream_header":
            raise InvalidRequestError("the stream does not begin with audio_stream_header; send it first, once.")
        stream = await asyncio.to_thread(self._open, first.audio_stream_header, load)
        yield Answer(animation_data_stream_header=stream.header(time.time()))
        while (part := await self._next(requests)) is not None:
            kind = part.WhichOneof("stream_part")
            if kind == "end_of_audio":
                break
            if kind != "audio_with_emotion":
                raise InvalidRequestError(f"a later part of the stream is {kind}; expected audio_with_emotion.")
            chunk = part.audio_with_emotion
            async for data in _in_thread(stream.push(chunk.audio_buffer, chunk.emotions)):
                yield Answer(animation_data=data)
        async for data in _in_thread(stream.finish()):
            yield Answer(animation_data=data)
        yield Answer(event=controller.Event(event_type=controller.END_OF_A2F_AUDIO_PROCESSING))
        yield Answer(status=status.Status(code=status.Status.SUCCESS, message=_last_words(stream.ignored)))

    def _open(self, header: controller.AudioStreamHeader, load: MotionLoad) -> Audio2FaceStream:
        return Audio2FaceStream(header, self._studio.dialogue(Relationship(), SEED), load)

    async def _next(self, requests: AsyncIterator[controller.AudioStream]) -> controller.AudioStream | None:
        """Return the next message; None when the client has half-closed."""
        try:
            return await asyncio.wait_for(anext(aiter(requests), None), IDLE_S)
        except TimeoutError as error:
            raise StateError(
                f"nothing came for {IDLE_S:.0f} s; send audio at least that often, and end_of_audio at the end."
            ) from error


async def _in_thread(instants: Iterator[animation.AnimationData]) -> AsyncIterator[animation.AnimationData]:
    """Yield what takes long to make without holding the loop up."""
    while (data := await asyncio.to_thread(next, instants, None)) is not None:
        yield data


def _last_words(ignored: list[str]) -> str:
    if not ignored:
        return "All audio was processed."
    return f"All audio was processed. There are no blend shapes {', '.join(ignored)}; their parameters changed nothing."
