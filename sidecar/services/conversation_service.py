"""Conversations made, changed, kept and closed."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc.aio

from sidecar.config import ServeOptions
from sidecar.conversations import Conversations
from sidecar.messages import relationship_from, setup_from
from sidecar.v1 import conversation_pb2, conversation_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class ConversationService(conversation_pb2_grpc.ConversationServiceServicer):
    """Serves CreateConversation, SetRelationship, KeepAlive and CloseConversation."""

    def __init__(self, conversations: Conversations, options: ServeOptions) -> None:
        self._conversations = conversations
        self._options = options
        self._lease_ms = round(options.lease_s * 1000)

    async def CreateConversation(
        self, request: conversation_pb2.CreateConversationRequest, context: Context
    ) -> conversation_pb2.CreateConversationResponse:
        """Begin a conversation and name its regions."""
        setup = setup_from(request, self._options)
        conversation = await asyncio.to_thread(self._conversations.create, setup)
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
        relationship = relationship_from(request.relationship)
        conversation = self._conversations.get(request.conversation_id)
        conversation.check_live()
        await asyncio.to_thread(conversation.motion.set_relationship, relationship)
        return conversation_pb2.SetRelationshipResponse()

    async def KeepAlive(
        self, request: conversation_pb2.KeepAliveRequest, context: Context
    ) -> conversation_pb2.KeepAliveResponse:
        """Renew the lease."""
        self._conversations.get(request.conversation_id).check_live()
        return conversation_pb2.KeepAliveResponse(lease_ms=self._lease_ms)

    async def CloseConversation(
        self, request: conversation_pb2.CloseConversationRequest, context: Context
    ) -> conversation_pb2.CloseConversationResponse:
        """End a conversation."""
        await asyncio.to_thread(self._conversations.close, request.conversation_id)
        return conversation_pb2.CloseConversationResponse()
