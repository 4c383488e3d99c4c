"""Compiles the probes once a session: the C++ core under the sanitizers, the C# core for Mono."""

import json
import os
import runpy
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from placed_regions import Place, placed_regions

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
CPP_CORE = ROOT / "engine_plugins" / "unreal" / "RsaTalker" / "Source" / "RsaTalkerProtocol"
CSHARP_CORE = ROOT / "engine_plugins" / "unity" / "com.rsatalker.sidecar" / "Runtime" / "Protocol"
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


@dataclass(frozen=True)
class Probe:
    """A compiled program that reads and writes regions in another language."""

    language: str
    command: list[str]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*self.command, *arguments], stdout=subprocess.PIPE, text=True)

    def run(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the objects that it printed; it must have ended well."""
        result = subprocess.run([*self.command, *arguments], check=False, capture_output=True, text=True)
        assert result.stderr == "", result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]


def tool(name: str, package: str) -> str:
    """Return the path of a compiler; without it, skip on a user's machine and fail in CI."""
    path = shutil.which(name)
    if path is None:
        message = f"{name} is not installed; on Debian: apt-get install {package}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


def compiled(command: list[str | Path]) -> None:
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def cpp_probe(folder: Path) -> Probe:
    program = folder / "read_frames"
    sources = [*sorted((CPP_CORE / "Private").glob("*.cpp")), HERE / "read_frames.cpp"]
    warnings = ["-Wall", "-Wextra", "-Werror"]
    compiler = tool("g++", "g++")
    flags = ["-std=c++17", "-O1", "-g", *warnings, *SANITIZERS, f"-I{CPP_CORE / 'Public'}", "-pthread"]
    compiled([compiler, *flags, *sources, "-o", program])
    return Probe("C++", [str(program)])


def csharp_probe(folder: Path) -> Probe:
    program = folder / "ReadFrames.exe"
    compiler, runtime = tool("mcs", "mono-mcs"), tool("mono", "mono-runtime")
    sources = [*sorted(CSHARP_CORE.glob("*.cs")), HERE / "ReadFrames.cs"]
    compiled([compiler, "-langversion:7.2", "-warnaserror", f"-out:{program}", *sources])
    return Probe("C#", [runtime, str(program)])


@pytest.fixture(scope="session", params=[cpp_probe, csharp_probe], ids=["cpp", "csharp"])
def probe(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Probe:
    make: Callable[[Path], Probe] = request.param
    return make(tmp_path_factory.mktemp("probe"))


@pytest.fixture(scope="session")
def vectors() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "generate_vectors.py")))


@pytest.fixture
def place() -> Iterator[Place]:
    with placed_regions() as place:
        yield place
