"""Builds the programs that read and write regions in other languages."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "tests" / "cross_language"
CPP_CORE = ROOT / "engine_plugins" / "unreal" / "RsaTalker" / "Source" / "RsaTalkerProtocol"
CPP_REGIONS = (
    "Crc32", "EngineRegionWriter", "FrameRingReader", "Geometry", "HostClock", "MotionRingReader", "Problem",
    "SharedRegion", "SlotRing",
)  # fmt: skip  # of the core, what reads and writes regions
CSHARP_CORE = ROOT / "engine_plugins" / "unity" / "com.rsatalker.sidecar" / "Runtime" / "Protocol"
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
WINE_FOLDER = Path("/usr/lib/wine")  # where Debian's package wine64 keeps its two programs, out of the way of PATH


@dataclass(frozen=True)
class Probe:
    """A program that reads and writes regions in one language."""

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        environment = os.environ | self.environment
        return subprocess.Popen([*self.command, *arguments], stdout=subprocess.PIPE, text=True, env=environment)

    def run(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the objects that it printed; it must have ended well."""
        result = subprocess.run(
            [*self.command, *arguments], check=False, capture_output=True, text=True, env=os.environ | self.environment
        )
        assert result.stderr == "", result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]


def tool(package: str, *names: str) -> str:
    """Return the path of the first tool there is; without any, skip on a user's machine and fail in CI."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        message = f"{names[0]} is not installed; on Debian: apt-get install {package}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


def compiled(command: list[str | Path]) -> None:
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def compile_cpp(compiler: str, program: Path, *flags: str) -> None:
    sources = [*(CPP_CORE / "Private" / f"{name}.cpp" for name in CPP_REGIONS), PROGRAMS / "read_frames.cpp"]
    include = f"-I{CPP_CORE / 'Public'}"
    compiled([compiler, "-std=c++17", "-O1", "-g", *WARNINGS, include, *flags, *sources, "-o", program])


@contextmanager
def gcc_probe(folder: Path) -> Iterator[Probe]:
    program = folder / "read_frames_gcc"
    compile_cpp(tool("g++", "g++"), program, *SANITIZERS, "-pthread")
    yield Probe([str(program)])


@contextmanager
def clang_probe(folder: Path) -> Iterator[Probe]:
    program = folder / "read_frames_clang"
    compile_cpp(tool("clang libclang-rt-14-dev", "clang++"), program, *SANITIZERS, "-pthread")
    yield Probe([str(program)])


@contextmanager
def windows_probe(folder: Path) -> Iterator[Probe]:
    """The branch for Windows, built by MinGW and run by Wine on the regions of a Linux sidecar."""
    program = folder / "read_frames.exe"
    compile_cpp(windows_cpp(), program, "-static")
    with windows_environment() as (wine, environment):
        probe = Probe([wine, str(program)], environment)
        start_windows(probe)
        yield probe


def start_windows(probe: Probe) -> None:
    """Make the prefix and start Wine's services, which would keep the pipes of the first program open."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(probe.command, check=False, env=os.environ | probe.environment, **quiet)


def windows_cpp() -> str:
    return tool("g++-mingw-w64-x86-64-posix", "x86_64-w64-mingw32-g++-posix", "x86_64-w64-mingw32-g++")


@contextmanager
def windows_environment() -> Iterator[tuple[str, dict[str, str]]]:
    """Wine's program and the variables that it runs with; its server stays until the end."""
    wine = tool("wine64", str(WINE_FOLDER / "wine64"), "wine64")
    server = tool("wine64", str(WINE_FOLDER / "wineserver64"), "wineserver")
    with tempfile.TemporaryDirectory(prefix="wine", ignore_cleanup_errors=True) as prefix:  # 700 MB
        environment = {"WINEPREFIX": prefix, "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=", "DISPLAY": ""}
        variables = os.environ | environment
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}  # the services would keep pipes open
        subprocess.run(
            [server, "-p"], check=True, env=variables, **quiet
        )  # stays, so that not every run starts Windows anew
        yield wine, environment
        subprocess.run([server, "-k", "-w"], check=False, env=variables)


@contextmanager
def csharp_probe(folder: Path) -> Iterator[Probe]:
    program = folder / "ReadFrames.exe"
    compiler, runtime = tool("mono-mcs", "mcs"), tool("mono-runtime", "mono")
    sources = [*sorted(CSHARP_CORE.glob("*.cs")), PROGRAMS / "ReadFrames.cs"]
    compiled([compiler, "-langversion:7.2", "-warnaserror", f"-out:{program}", *sources])
    yield Probe([runtime, str(program)])


@contextmanager
def python_probe(folder: Path) -> Iterator[Probe]:
    yield Probe([sys.executable, str(PROGRAMS / "read_frames.py")], {"PYTHONPATH": str(ROOT)})


BUILDERS: dict[str, Callable[[Path], Any]] = {
    "gcc": gcc_probe,
    "clang": clang_probe,
    "windows": windows_probe,
    "csharp": csharp_probe,
    "python": python_probe,
}
NATIVE = [name for name in BUILDERS if name != "windows"]  # Wine's counter is CLOCK_MONOTONIC_RAW, not the host clock
