"""Conversations watched and steered without shared memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc.aio

from sidecar.conversation import Conversation, State
from sidecar.conversations import Conversations
from sidecar.errors import InvalidRequestError, LimitError, StateError, UnreachableError
from sidecar.messages import participants_from
from sidecar.v1 import speech_pb2, watch_pb2, watch_pb2_grpc
from sidecar.watching.frame_watch import FrameWatch, WatchedFrame
from sidecar.watching.motion_watch import MotionWatch
from sidecar.watching.pictures import PictureFormat
from sidecar.watching.remote_engine import RemoteEngines
from sidecar.watching.watch_messages import (
    anchors_from,
    eyes_from,
    instant_message,
    light_from,
    picture_format_from,
    picture_message,
    playbacks_from,
    rate_from,
)

LOOK_S = 0.005  # between looks for something new
MOST_WATCHERS = 16  # streams at a time: each holds a copy of a frame

Context = grpc.aio.ServicerContext[Any, Any]


class WatchService(watch_pb2_grpc.WatchServiceServicer):
    """Serves WatchMotion, WatchFrames, GetFrame and SetEngineState.

    Reading and encoding has a thread of its own; neither the loops that make motion and frames nor other clients wait
    for it. A stream takes the newest when its client has taken what came before, so nothing piles up.
    """

    def __init__(self, conversations: Conversations, clock_ns: Callable[[], int]) -> None:
        self._conversations = conversations
        self._clock_ns = clock_ns
        self._engines = RemoteEngines()
        self._watchers = 0
        self._is_closing = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="watch")

    async def WatchMotion(
        self, request: watch_pb2.WatchMotionRequest, context: Context
    ) -> AsyncIterator[watch_pb2.WatchMotionResponse]:
        """Send every instant as soon as it is made."""
        conversation = self._live(request.conversation_id)
        with self._watcher():
            watch = await self._run(MotionWatch, conversation.regions.motion.name, min(conversation.clock_us))
            try:
                while self._goes_on(conversation):
                    if not watch.has_new:
                        await asyncio.sleep(LOOK_S)
                    elif instants := await self._run(watch.take):
                        messages = [instant_message(one, arkit_only=request.arkit_only) for one in instants]
                        yield watch_pb2.WatchMotionResponse(instants=messages, lost_count=watch.lost_count)
            finally:
                self._thread.submit(watch.close)  # behind what the thread may still be reading
        _say_why(conversation)

    async def WatchFrames(
        self, request: watch_pb2.WatchFramesRequest, context: Context
    ) -> AsyncIterator[watch_pb2.WatchFramesResponse]:
        """Send the newest frame of each head when the client can take one."""
        form, rate_hz = picture_format_from(request.format), rate_from(request.max_rate_hz)
        participants = participants_from(request.participant or speech_pb2.PARTICIPANT_BOTH)
        conversation = self._live(request.conversation_id)
        clock_s = asyncio.get_running_loop().time
        with self._watcher():
            watches: list[FrameWatch] = []
            try:
                for participant in participants:
                    watches.append(await self._open(conversation, participant, form))
                while self._goes_on(conversation):
                    due_s = clock_s() + 1 / rate_hz
                    if not any(watch.has_new for watch in watches):
                        await asyncio.sleep(LOOK_S)
                        continue
                    for watch in watches:
                        if watch.has_new and (taken := await self._run(watch.take)):
                            picture = picture_message(taken, self._clock_ns())
                            yield watch_pb2.WatchFramesResponse(picture=picture, dropped_count=taken.dropped_count)
                    await asyncio.sleep(max(due_s - clock_s(), 0))
            finally:
                for watch in watches:
                    self._thread.submit(watch.close)
        _say_why(conversation)

    async def GetFrame(self, request: watch_pb2.GetFrameRequest, context: Context) -> watch_pb2.GetFrameResponse:
        """Return the newest frame of one head."""
        form = picture_format_from(request.format)
        participants = participants_from(request.participant)
        if len(participants) != 1:
            raise InvalidRequestError("participant is 3 (both); GetFrame takes 1 (a) or 2 (b).")
        conversation = self._live(request.conversation_id)
        watch = await self._open(conversation, participants[0], form)
        try:
            taken: WatchedFrame | None = await self._run(watch.take)
        finally:
            self._thread.submit(watch.close)
        if taken is None:
            raise StateError("There is no frame yet; ask again in a moment.")
        return watch_pb2.GetFrameResponse(picture=picture_message(taken, self._clock_ns()))

    async def SetEngineState(
        self, request: watch_pb2.SetEngineStateRequest, context: Context
    ) -> watch_pb2.SetEngineStateResponse:
        """Take what an engine on another machine tells."""
        eyes, anchors = eyes_from(request.eyes), anchors_from(request.world_from_heads)
        playbacks = playbacks_from(request.playbacks)
        light = light_from(request.light) if request.HasField("light") else None
        conversation = self._conversations.get(request.conversation_id)
        conversation.check_live()
        self._check_stays()
        pose_id = self._engines.write(conversation, request.pose_id, eyes, anchors, playbacks, light)
        return watch_pb2.SetEngineStateResponse(pose_id=pose_id)

    def close(self) -> None:
        """Let all streams end. The thread ends with this object: it still lets go of what it has read from."""
        self._is_closing = True
        self._engines.close()

    def _goes_on(self, conversation: Conversation) -> bool:
        """Return whether there is more to come.

        Raises:
            UnreachableError: The sidecar stops.
        """
        self._check_stays()
        return conversation.state is State.LIVE

    def _check_stays(self) -> None:
        if self._is_closing:
            raise UnreachableError("The sidecar is stopping; start it again and create the conversation anew.")

    async def _open(self, conversation: Conversation, participant: int, form: PictureFormat) -> FrameWatch:
        if not conversation.regions.frames:
            raise StateError("The conversation is motion_only and has no frames; watch its motion.")
        return await self._run(FrameWatch, conversation.regions.frames[participant].name, participant, form)

    async def _run(self, work: Callable[..., Any], *arguments: object) -> Any:
        """Do something on the service's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    def _live(self, conversation_id: str) -> Conversation:
        """Return a conversation without renewing its lease."""
        conversation = self._conversations.find(conversation_id)
        conversation.check_live()
        return conversation

    @contextmanager
    def _watcher(self) -> Generator[None]:
        """Count a stream while it lasts."""
        if self._watchers >= MOST_WATCHERS:
            raise LimitError(
                f"{MOST_WATCHERS} streams are being watched, as many as this sidecar sends. End one of them first."
            )
        self._watchers += 1
        try:
            yield
        finally:
            self._watchers -= 1


def _say_why(conversation: Conversation) -> None:
    """Let a stream end with the reason if its conversation failed, and in peace if it was closed."""
    if conversation.state is State.FAILED:
        conversation.check_live()
