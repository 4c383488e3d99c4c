import gc
from collections.abc import Callable
from weakref import ref

import pytest

from sidecar.conversations import Conversations, ConversationSetup
from sidecar.watching.remote_engine import RemoteEngines

pytestmark = pytest.mark.unit


def test_conversation_that_an_engine_wrote_to_is_let_go_when_it_is_closed(
    conversations: Conversations, setup: Callable[..., ConversationSetup]
):
    engines, conversation = RemoteEngines(), conversations.create(setup())
    assert [engines.write(conversation, 0, (), None, ()) for _ in range(2)] == [1, 2]
    conversations.close(conversation.conversation_id)
    kept = ref(conversation)
    del conversation
    gc.collect()
    assert kept() is None
    engines.close()


def test_poses_are_counted_from_one_again_after_the_largest_number(
    conversations: Conversations, setup: Callable[..., ConversationSetup]
):
    engines, conversation = RemoteEngines(), conversations.create(setup())
    largest = (1 << 64) - 1
    assert engines.write(conversation, largest, (), None, ()) == largest
    assert engines.write(conversation, 0, (), None, ()) == 1
    engines.close()
