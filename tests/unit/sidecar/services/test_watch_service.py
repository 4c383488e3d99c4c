"""What an engine that calls is told while the sidecar stops."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sidecar.conversations import Conversations, ConversationSetup
from sidecar.errors import UnreachableError
from sidecar.services.watch_service import WatchService
from sidecar.v1 import watch_pb2

pytestmark = pytest.mark.unit
NO_CONTEXT: Any = None  # nothing of the call is looked at


def test_engine_of_a_sidecar_that_stops_is_told_so(
    conversations: Conversations, setup: Callable[..., ConversationSetup]
):
    service, conversation = WatchService(conversations, lambda: 0), conversations.create(setup())
    request = watch_pb2.SetEngineStateRequest(conversation_id=conversation.conversation_id)
    asyncio.run(service.SetEngineState(request, NO_CONTEXT))
    conversation.engine_attached = True  # as the sidecar sees it soon after
    service.close()
    with pytest.raises(UnreachableError, match="The sidecar is stopping"):
        asyncio.run(service.SetEngineState(request, NO_CONTEXT))
