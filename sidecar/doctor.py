"""`rsatalker doctor`: what was found on this machine, and what to do about what is missing."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rsatalker.cache import cache_folder
from rsatalker.errors import RsaTalkerError
from sidecar.config import DEFAULT_PORT
from sidecar.errors import SidecarError
from sidecar.runtime_file import read_record, runtime_file

OLDEST_PYTHON = (3, 11)  # tomllib, typing.Self
ONE_CONVERSATION_BYTES = 64 << 20  # two heads, both eyes, 800 x 800: 3 slots of 8 bytes a pixel, and a little
PACKAGES = ("torch", "numpy", "numba", "grpcio", "protobuf", "av", "soundfile", "safetensors", "scipy", "tyro", "rich")
TOOLS = {  # program -> (what it is for, how to get it)
    "espeak-ng": ("voices for `rsatalker corpus`", "apt install espeak-ng, brew install espeak-ng, or its installer"),
    "flite": ("voices for `rsatalker corpus`", "apt install flite; not on Windows: the corpus does without"),
    "g++": ("the C++ reader in the tests", "apt install g++, or the Xcode command line tools"),
    "mcs": ("the C# reader in the tests", "apt install mono-mcs mono-runtime, or brew install mono"),
}


class Verdict(StrEnum):
    """How a finding stands."""

    GOOD = "ok"
    OPTIONAL = "absent"
    BAD = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was looked at.

    Attributes:
        subject: What.
        found: In a few words.
        verdict: BAD if the sidecar cannot run like this.
        advice: What to do; empty if nothing.
    """

    subject: str
    found: str
    verdict: Verdict = Verdict.GOOD
    advice: str = ""


def examine() -> list[Finding]:
    """Look at everything that the sidecar needs or can use."""
    looks: list[Callable[[], Iterable[Finding]]] = [
        _python,
        _packages,
        _renderers,
        _numba_cache,
        _checkpoint,
        _avatars,
        _shared_memory,
        _sidecar,
        _tools,
    ]
    return [finding for look in looks for finding in look()]


def print_findings(findings: Iterable[Finding], console: Console) -> int:
    """Print a table and what to do; return the exit code: 1 if something needed is missing."""
    findings = list(findings)
    styles = {Verdict.GOOD: "green", Verdict.OPTIONAL: "yellow", Verdict.BAD: "red"}
    table = Table(title="RSATalker on this machine", title_justify="left")
    for column in ("", "what", "found"):
        table.add_column(column, overflow="fold")  # a path is read whole, also in a narrow window
    for finding in findings:
        table.add_row(f"[{styles[finding.verdict]}]{finding.verdict}[/]", finding.subject, escape(finding.found))
    console.print(table)
    for finding in findings:
        if finding.advice:
            console.print(f"[{styles[finding.verdict]}]{finding.subject}[/]: {escape(finding.advice)}", highlight=False)
    missing = sum(finding.verdict is Verdict.BAD for finding in findings)
    console.print(
        f"[red]{missing} thing(s) that the sidecar needs are missing.[/]" if missing else "Ready: `rsatalker serve`."
    )
    return 1 if missing else 0


def _python() -> Iterable[Finding]:
    found = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield Finding("Python", found, Verdict.BAD, "Install Python 3.11 or newer.")
    else:
        yield Finding("Python", found)
    yield Finding("machine", f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} cores")


def _packages() -> Iterable[Finding]:
    present: list[str] = []
    for name in PACKAGES:
        try:
            present.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Finding(
                name,
                "not installed",
                Verdict.BAD,
                "Run scripts/demo.py of the project once: it installs what is missing.",
            )
    yield Finding("packages", ", ".join(present))


def _renderers() -> Iterable[Finding]:
    try:
        from rsatalker.renderers.choose import choose_renderer, describe_renderers, explain_choice

        for report in describe_renderers():
            verdict = Verdict.GOOD if report.usable else Verdict.OPTIONAL
            yield Finding(f"renderer {report.name}", report.reason, verdict, "" if report.usable else report.advice)
        choose_renderer("auto")  # importing it shows more than looking at it
        yield Finding("renderer in use", explain_choice())
    except (RsaTalkerError, ImportError) as error:
        yield Finding("renderer", str(error), Verdict.BAD, "Run scripts/demo.py once: it installs what is missing.")


def _numba_cache() -> Iterable[Finding]:
    from rsatalker.kernels import kernels_folder

    folder = kernels_folder()
    compiled = sum(1 for _ in folder.rglob("*.nbi"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        can_write = os.access(folder, os.W_OK)
    except OSError:
        can_write = False
    if not can_write:
        yield Finding(
            "compiled kernels",
            f"{folder} cannot be written",
            Verdict.OPTIONAL,
            "Set NUMBA_CACHE_DIR to a folder of yours; else every start compiles for about a minute.",
        )
    elif compiled:
        yield Finding("compiled kernels", f"{compiled} in {folder}")
    else:
        yield Finding("compiled kernels", "none yet: the first start compiles them, about a minute")


def _checkpoint() -> Iterable[Finding]:
    try:
        from rsatalker.motion.checkpoint import BUNDLED_CHECKPOINT, load_checkpoint

        load_checkpoint()
        yield Finding("motion model", f"{BUNDLED_CHECKPOINT.name}, {BUNDLED_CHECKPOINT.stat().st_size / 1e6:.1f} MB")
    except (RsaTalkerError, ImportError, OSError) as error:
        yield Finding("motion model", str(error), Verdict.BAD, "Install the package again.")


def _avatars() -> Iterable[Finding]:
    try:
        from rsatalker.avatars.cast import CHARACTERS
    except (RsaTalkerError, ImportError) as error:
        yield Finding("avatars", str(error), Verdict.BAD, "Install the package again.")
        return
    kept = sorted((cache_folder() / "avatars").glob("*.npz"))
    for name in CHARACTERS:
        is_baked = any(file.name.startswith(f"{name}-") for file in kept)
        yield Finding(f"avatar {name}", "made" if is_baked else "not made yet: its first use takes up to a minute")
    yield Finding("cache", str(cache_folder()))


def _shared_memory() -> Iterable[Finding]:
    from sidecar.regions.layout import RegionKind
    from sidecar.regions.shared_memory import create_region, region_folder

    try:
        region = create_region(ONE_CONVERSATION_BYTES, RegionKind.FRAMES)
        region.close()
    except (SidecarError, OSError) as error:
        yield Finding("shared memory", "no room for a conversation", Verdict.BAD, str(error))
        return
    if sys.platform == "win32":  # sections live in the paging file, whose room nobody tells
        yield Finding("shared memory", f"{ONE_CONVERSATION_BYTES >> 20} MB for a conversation can be had")
        return
    free = shutil.disk_usage(region_folder()).free
    yield Finding("shared memory", f"{free / 1e9:.1f} GB free in {region_folder()}")


def _sidecar() -> Iterable[Finding]:
    record = read_record()
    if record is not None:
        yield Finding("sidecar", f"running: pid {record.pid}, {record.address}, version {record.version}")
        return
    yield Finding("sidecar", f"none is running; {runtime_file()} will name it")
    with socket.socket() as probe:
        if sys.platform != "win32":  # there it would let two programs share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", DEFAULT_PORT))
        except OSError:
            yield Finding(
                "port", f"{DEFAULT_PORT} is taken", Verdict.OPTIONAL, "Give `rsatalker serve` another --port, or 0."
            )
            return
    yield Finding("port", f"{DEFAULT_PORT} is free")


def _tools() -> Iterable[Finding]:
    for program, (purpose, advice) in TOOLS.items():
        path = shutil.which(program)
        if path:
            yield Finding(program, path)
        else:
            yield Finding(program, f"not found; {purpose}", Verdict.OPTIONAL, advice)
