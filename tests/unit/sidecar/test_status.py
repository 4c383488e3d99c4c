import inspect

import grpc
import pytest

from rsatalker import errors as rsatalker_errors
from sidecar import errors
from sidecar.services.status import STATUS_OF_ERROR, error_of, status_of

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
