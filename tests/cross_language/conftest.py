"""Builds each probe once a session: C++ by two compilers under the sanitizers and for Windows, C# for Mono, Python."""

import runpy
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from placed_regions import Place, placed_regions
from play_session import PlaySession, bulging_sidecar, play_session
from region_probes import BUILDERS, NATIVE, ROOT, Probe, start_windows, windows_environment
from unreal_build import build_checks, build_session, clang_compiler, core_objects, gcc_compiler, windows_compiler


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


@pytest.fixture(scope="session")
def unreal_core(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Any, Path, list[Path]]]:
    """Compile the engine-free core of the Unreal plugin once for each compiler."""
    made: dict[str, tuple[Any, Path, list[Path]]] = {}

    def once(name: str) -> tuple[Any, Path, list[Path]]:
        if name not in made:
            compiler = UNREAL_COMPILERS[name]()
            folder = tmp_path_factory.mktemp(f"unreal_{name}")
            made[name] = (compiler, folder, core_objects(compiler, folder))
        return made[name]

    return once


UNREAL_COMPILERS = {"gcc": gcc_compiler, "clang": clang_compiler, "windows": windows_compiler}


@pytest.fixture(scope="session")
def unreal_checks(unreal_core: Callable[[str], tuple[Any, Path, list[Path]]]) -> Callable[[str], Path]:
    """Build the checks of the core once for each compiler."""
    return cache(lambda name: build_checks(*unreal_core(name)))


@pytest.fixture(scope="session", params=UNREAL_COMPILERS)
def core_checks(request: pytest.FixtureRequest, unreal_checks: Callable[[str], Path]) -> Iterator[Probe]:
    """The checks of the core, by each compiler."""
    program = unreal_checks(request.param)
    if request.param != "windows":
        yield Probe([str(program)])
        return
    with windows_environment() as (wine, environment):
        probe = Probe([wine, str(program)], environment)
        start_windows(probe)
        yield probe


@pytest.fixture(scope="session")
def native_core(unreal_checks: Callable[[str], Path]) -> Probe:
    return Probe([str(unreal_checks("gcc"))])


@pytest.fixture(scope="session")
def build_unreal_session(unreal_core: Callable[[str], tuple[Any, Path, list[Path]]]) -> Callable[[str], Path]:
    """Build the whole plugin on stubs that behave: as C++17 by g++, as C++20 by clang."""
    return cache(lambda name: build_session(*unreal_core(name)))


@pytest.fixture
def play(build_unreal_session: Callable[[str], Path], tmp_path: Path) -> Iterator[PlaySession]:
    with play_session(build_unreal_session("gcc"), tmp_path) as session:
        yield session


@pytest.fixture
def sidecar(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start sidecars one after the other."""
    started: list[Any] = []

    def start() -> subprocess.Popen[str]:
        context = bulging_sidecar(tmp_path)
        started.append(context)
        return context.__enter__()

    yield start
    for context in reversed(started):
        context.__exit__(None, None, None)
