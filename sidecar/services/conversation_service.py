"""Conversations made, changed, kept and closed."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc.aio

from sidecar.config import ServeOptions
from sidecar.conversation import Conversation
from sidecar.conversations import Conversations
from sidecar.messages import (
    av_offset_from,
    mood_from,
    participants_from,
    setup_from,
    social_from,
    style_from,
)
from sidecar.network.outputs import targets_from
from sidecar.v1 import conversation_pb2, conversation_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]
CREATED_AT_ONCE = 2  # conversations: an avatar may take a minute to load, and other calls must not wait for it


class ConversationService(conversation_pb2_grpc.ConversationServiceServicer):
    """Serves CreateConversation, what changes a conversation, KeepAlive and CloseConversation."""

    def __init__(self, conversations: Conversations, options: ServeOptions) -> None:
        self._conversations = conversations
        self._creating = ThreadPoolExecutor(CREATED_AT_ONCE, "create")
        self._options = options
        self._serves_lan = options.lan or options.insecure_lan
        self._lease_ms = round(options.lease_s * 1000)

    async def CreateConversation(
        self, request: conversation_pb2.CreateConversationRequest, context: Context
    ) -> conversation_pb2.CreateConversationResponse:
        """Begin a conversation and name its regions."""
        setup, av_offset_us = setup_from(request, self._options), av_offset_from(request.av_offset_ms)
        targets = targets_from(request.outputs, self._serves_lan)
        manners = [(mood_from(one.mood), style_from(one.style)) for one in request.participants]
        create = self._conversations.create
        conversation = await asyncio.get_running_loop().run_in_executor(self._creating, create, setup)
        conversation.av_offset_us = av_offset_us
        conversation.outputs.targets = targets
        for participant, (mood, style) in enumerate(manners):
            await asyncio.to_thread(conversation.motion.set_mood, participant, mood)
            await asyncio.to_thread(conversation.motion.set_style, participant, style)
        return conversation_pb2.CreateConversationResponse(
            conversation_id=conversation.conversation_id,
            frame_regions=[ring.name for ring in conversation.regions.frames],
            motion_region=conversation.regions.motion.name,
            engine_region=conversation.regions.engine.name,
            lease_ms=self._lease_ms,
            world_from_heads=setup.world_from_heads.ravel().tolist(),
        )

    async def SetRelationship(
        self, request: conversation_pb2.SetRelationshipRequest, context: Context
    ) -> conversation_pb2.SetRelationshipResponse:
        """Change who the two are to each other."""
        social = social_from(request)
        conversation = self._live(request.conversation_id)
        await asyncio.to_thread(conversation.motion.relate, social)
        return conversation_pb2.SetRelationshipResponse()

    async def SetMood(
        self, request: conversation_pb2.SetMoodRequest, context: Context
    ) -> conversation_pb2.SetMoodResponse:
        """Change how somebody feels."""
        participants, mood = participants_from(request.participant), mood_from(request.mood)
        conversation = self._live(request.conversation_id)
        for participant in participants:
            await asyncio.to_thread(conversation.motion.set_mood, participant, mood)
        return conversation_pb2.SetMoodResponse()

    async def SetStyle(
        self, request: conversation_pb2.SetStyleRequest, context: Context
    ) -> conversation_pb2.SetStyleResponse:
        """Change how strongly somebody moves the mouth."""
        participants, style = participants_from(request.participant), style_from(request.style)
        conversation = self._live(request.conversation_id)
        for participant in participants:
            await asyncio.to_thread(conversation.motion.set_style, participant, style)
        return conversation_pb2.SetStyleResponse()

    async def SetAvOffset(
        self, request: conversation_pb2.SetAvOffsetRequest, context: Context
    ) -> conversation_pb2.SetAvOffsetResponse:
        """Show faces later or earlier."""
        av_offset_us = av_offset_from(request.av_offset_ms)
        self._live(request.conversation_id).av_offset_us = av_offset_us
        return conversation_pb2.SetAvOffsetResponse()

    async def SetOutputs(
        self, request: conversation_pb2.SetOutputsRequest, context: Context
    ) -> conversation_pb2.SetOutputsResponse:
        """Send motion to other programs, or to none."""
        targets = targets_from(request.outputs, self._serves_lan)
        self._live(request.conversation_id).outputs.targets = targets
        return conversation_pb2.SetOutputsResponse()

    async def KeepAlive(
        self, request: conversation_pb2.KeepAliveRequest, context: Context
    ) -> conversation_pb2.KeepAliveResponse:
        """Renew the lease."""
        self._live(request.conversation_id)
        return conversation_pb2.KeepAliveResponse(lease_ms=self._lease_ms)

    async def CloseConversation(
        self, request: conversation_pb2.CloseConversationRequest, context: Context
    ) -> conversation_pb2.CloseConversationResponse:
        """End a conversation."""
        await asyncio.to_thread(self._conversations.close, request.conversation_id)
        return conversation_pb2.CloseConversationResponse()

    def _live(self, conversation_id: str) -> Conversation:
        conversation = self._conversations.get(conversation_id)
        conversation.check_live()
        return conversation
