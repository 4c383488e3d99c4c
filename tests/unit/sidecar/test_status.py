import inspect
import urllib.parse

import grpc
import pytest

from rsatalker import errors as rsatalker_errors
from sidecar import errors
from sidecar.services.status import STATUS_OF_ERROR, answer_to, error_of, status_of

pytestmark = pytest.mark.unit

OURS = [
    kind
    for module in (errors, rsatalker_errors)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, Exception)
]


@pytest.mark.parametrize("kind", OURS)
def test_every_error_of_ours_has_a_status(kind: type[Exception]):
    assert status_of(kind("why")) in STATUS_OF_ERROR.values()


@pytest.mark.parametrize(
    "kind", [errors.NotFoundError, errors.InvalidRequestError, errors.LimitError, errors.StateError]
)
def test_client_gets_the_error_that_the_sidecar_raised(kind: type[Exception]):
    status = status_of(kind("why"))
    assert status is not None
    answered = error_of(status, "why")
    assert type(answered) is kind
    assert str(answered) == "why"


def test_error_of_others_has_no_status():
    assert status_of(ZeroDivisionError()) is None


def test_unknown_status_becomes_the_base_error():
    assert type(error_of(grpc.StatusCode.DATA_LOSS, "lost")) is errors.SidecarError


def test_answer_fits_into_a_trailer():
    _, sentence = answer_to(errors.NotFoundError("€" * 10_000), "/a/b")
    assert len(urllib.parse.quote(sentence)) < 8192


def test_unforeseen_error_is_logged_and_answered(caplog: pytest.LogCaptureFixture):
    status, sentence = answer_to(ZeroDivisionError("secret"), "/a/b")
    assert status == grpc.StatusCode.INTERNAL
    assert sentence == "The sidecar failed in /a/b (ZeroDivisionError); its log says where. Please report it."
    assert "secret" in caplog.text
