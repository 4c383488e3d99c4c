import inspect
from pathlib import Path

import grpc
import pytest
from light_studio import LightStudio

from sidecar.config import ServeOptions
from sidecar.conversations import Conversations
from sidecar.cutscenes.film_queue import FilmQueue
from sidecar.cutscenes.folder import CutsceneFolder
from sidecar.network.connect_codec import HTTP_STATUSES
from sidecar.services.assembly import services_of
from sidecar.services.calls import Call, calls_of
from sidecar.services.status import STATUS_OF_ERROR
from sidecar.timings import Timings

pytestmark = pytest.mark.unit

DOCUMENT = (Path(__file__).parents[4] / "proto" / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def calls(tmp_path: Path) -> dict[str, Call]:
    studio, options, timings = LightStudio(), ServeOptions(), Timings()
    conversations = Conversations(studio, options, timings)
    films = FilmQueue(CutsceneFolder(tmp_path))
    return calls_of(services_of(studio, options, conversations, films, timings, "0.1.0", lambda: 0))


def test_every_call_is_served(calls: dict[str, Call]):
    ours = {path: call for path, call in calls.items() if path.startswith("/sidecar.v1.")}
    assert len(ours) > 15
    for path, call in ours.items():
        declared = inspect.getattr_static(call.behaviour.__self__, path.rpartition("/")[2]).__qualname__  # type: ignore[attr-defined]
        assert not declared.split(".")[0].endswith("Servicer"), f"{path} is the generated refusal"


def test_every_call_is_documented(calls: dict[str, Call]):
    names = [path.rpartition("/")[2] for path in calls]
    assert [name for name in names if name not in DOCUMENT] == []


def test_every_service_has_a_call_without_a_stream(calls: dict[str, Call]):
    """Code generators of engines know no streams; a service without another call would be nothing to them."""
    ours = [path for path in calls if path.startswith("/sidecar.v1.")]
    plain = {path.rpartition("/")[0] for path in ours if not calls[path].response_streams}
    assert {path.rpartition("/")[0] for path in ours} == plain


@pytest.mark.parametrize("status", sorted(set(STATUS_OF_ERROR.values()), key=str))
def test_every_status_is_documented_and_has_its_http_status(status: grpc.StatusCode):
    assert f"`{status.name}` | {HTTP_STATUSES[status]} `{status.name.lower()}`" in DOCUMENT
