"""The Unity package, compiled once a session against stubs of the engine, and the programs that run it."""

import pytest
from unity_package import UnityPackage


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> UnityPackage:
    return UnityPackage(tmp_path_factory.mktemp("unity"))


@pytest.fixture(scope="session", params=["dotnet", "mono"])
def runtime(request: pytest.FixtureRequest) -> str:
    return request.param
