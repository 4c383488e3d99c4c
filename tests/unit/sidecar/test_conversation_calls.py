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


class RecordingConnection:
    """Notes what is asked for by each call."""

    conversation_calls: Any = SimpleNamespace(KeepAlive="KeepAlive", SetAvOffset="SetAvOffset")

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def call(self, method: str, request: Any, timeout_s: float = 0.0) -> None:
        """Note a request."""
        self.asked[method] = request


@pytest.fixture
def hold():
    """Give a function that makes a conversation on a connection; all of them are let go in the end."""
    held: list[ConversationCalls] = []

    def held_by(connection: FailingConnection | RecordingConnection) -> ConversationCalls:
        created = conversation_pb2.CreateConversationResponse(lease_ms=LEASE_MS, world_from_heads=[0.0] * 32)
        held.append(ConversationCalls(connection, created))  # type: ignore[arg-type]
        return held[-1]

    yield held_by
    for conversation in held:
        conversation.abandon()


def test_offset_of_faces_against_sound_is_sent(hold):
    connection = RecordingConnection()
    hold(connection).set_av_offset(-40)
    assert connection.asked["SetAvOffset"].av_offset_ms == -40


def test_lease_is_kept_after_a_moment_without_the_sidecar(hold):
    connection = FailingConnection(UnreachableError("away"), UnreachableError("too busy"))
    hold(connection)
    assert connection.has_answered.wait(PATIENCE_S)


def test_lease_of_a_conversation_that_is_over_is_not_asked_for_again(hold):
    connection = FailingConnection(NotFoundError("closed"))
    hold(connection)._keeper.join(PATIENCE_S)
    assert not connection.has_answered.is_set()
