"""The Unity package, compiled once a session against stubs of the engine, and the programs that run it."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from unity_package import UnityPackage
from unity_session import PatternedSidecar
from unity_toolchain import Compiler


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnityPackage]:
    with closing(Compiler()) as compiler:
        yield UnityPackage(tmp_path_factory.mktemp("unity"), compiler)


@pytest.fixture(scope="session")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatternedSidecar]:
    """A sidecar that nobody stops."""
    sidecar = PatternedSidecar(tmp_path_factory.mktemp("runtime"), least_frame_scale=1.0)  # also on a busy machine
    sidecar.start()
    yield sidecar
    sidecar.stop()


@pytest.fixture(scope="session", params=["dotnet", "mono"])
def runtime(request: pytest.FixtureRequest) -> str:
    return request.param
