"""A conversation as its client holds it, on a connection that fails."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from sidecar.conversation_calls import ConversationCalls
from sidecar.errors import NotFoundError, UnreachableError
from sidecar.v1 import conversation_pb2

pytestmark = pytest.mark.unit

LEASE_MS = 10
PATIENCE_S = 30.0


class FailingConnection:
    """Answers every KeepAlive with the next of some errors, and with nothing once they are used up."""

    conversation_calls: Any = SimpleNamespace(KeepAlive="KeepAlive")

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.has_answered = threading.Event()

    def call(self, method: Any, request: Any, timeout_s: float = 0.0) -> None:
        """Fail, or note that an answer came."""
        if self._errors:
            raise self._errors.pop(0)
        self.has_answered.set()


@pytest.fixture
def hold():
    """Give a function that makes a conversation on a connection; all of them are let go in the end."""
    held: list[ConversationCalls] = []

    def held_by(connection: FailingConnection) -> ConversationCalls:
        created = conversation_pb2.CreateConversationResponse(lease_ms=LEASE_MS, world_from_heads=[0.0] * 32)
        held.append(ConversationCalls(connection, created))  # type: ignore[arg-type]
        return held[-1]

    yield held_by
    for conversation in held:
        conversation.abandon()


def test_lease_is_kept_after_a_moment_without_the_sidecar(hold):
    connection = FailingConnection(UnreachableError("away"), UnreachableError("too busy"))
    hold(connection)
    assert connection.has_answered.wait(PATIENCE_S)


def test_lease_of_a_conversation_that_is_over_is_not_asked_for_again(hold):
    connection = FailingConnection(NotFoundError("closed"))
    hold(connection)._keeper.join(PATIENCE_S)
    assert not connection.has_answered.is_set()
