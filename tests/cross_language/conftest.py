"""Builds each probe once a session: C++ by two compilers under the sanitizers and for Windows, C# for Mono, Python."""

import runpy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from placed_regions import Place, placed_regions
from region_probes import BUILDERS, NATIVE, ROOT, Probe


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Probe]]:
    """Return the probe of a name; it is built when it is asked for first."""
    built: dict[str, Probe] = {}
    folder = tmp_path_factory.mktemp("probes")
    with ExitStack() as stack:

        def once(name: str) -> Probe:
            if name not in built:
                built[name] = stack.enter_context(BUILDERS[name](folder))
            return built[name]

        yield once


@pytest.fixture(scope="session", params=BUILDERS)
def probe(request: pytest.FixtureRequest, build: Callable[[str], Probe]) -> Probe:
    return build(request.param)


@pytest.fixture(scope="session", params=[name for name in BUILDERS if name != "python"])
def foreign_probe(request: pytest.FixtureRequest, build: Callable[[str], Probe]) -> Probe:
    return build(request.param)


@pytest.fixture(scope="session", params=NATIVE)
def native_probe(request: pytest.FixtureRequest, build: Callable[[str], Probe]) -> Probe:
    return build(request.param)


@pytest.fixture(scope="session")
def vectors() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "generate_vectors.py")))


@pytest.fixture
def place() -> Iterator[Place]:
    with placed_regions() as place:
        yield place
