from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from light_studio import LightStudio
from running_sidecar import RunningSidecar, running_sidecar

from sidecar import clock
from sidecar.client import SidecarClient
from sidecar.config import ServeOptions
from sidecar.regions import layout
from sidecar.remote_conversation import RemoteConversation


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime folder of the test's own, so that it neither meets nor disturbs a sidecar of the user."""
    monkeypatch.setenv("RSATALKER_RUNTIME", str(tmp_path / "runtime"))
    return tmp_path / "runtime"


@pytest.fixture
def trusted_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that writes once is believed for a minute: a machine that stalls for a second is no silent engine."""
    monkeypatch.setattr(layout, "STALE_MS", 60_000)
    monkeypatch.setattr(clock, "SILENT_ENGINE_NS", 60_000_000_000)


@pytest.fixture
def studio() -> LightStudio:
    return LightStudio()


@pytest.fixture
def start(studio: LightStudio) -> Iterator[Callable[..., RunningSidecar]]:
    """Start sidecars with given options; they are stopped at the end."""
    running: list = []

    def begin(**options) -> RunningSidecar:
        chosen = {
            "port": 0,
            "warm_up": False,
            "frame_size_px": 32,
            "admit_by_load": False,
            "least_frame_scale": 1.0,
        } | options  # the last two: also on a busy machine
        context = running_sidecar(studio, ServeOptions(**chosen))
        sidecar = context.__enter__()
        running.append(context)
        return sidecar

    yield begin
    for context in reversed(running):
        context.__exit__(None, None, None)


@pytest.fixture
def running(start: Callable[..., RunningSidecar]) -> RunningSidecar:
    return start()


@pytest.fixture
def client(running: RunningSidecar) -> Iterator[SidecarClient]:
    with running.connect() as client:
        yield client


@pytest.fixture
def conversation(client: SidecarClient) -> Iterator[RemoteConversation]:
    with client.create_conversation("ann", "bob") as conversation:
        yield conversation
