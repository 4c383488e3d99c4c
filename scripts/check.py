"""Check everything that needs no test: generated files, format, lint, types, import order, C++ format.

    python3 scripts/check.py

Prepares the environment if it is not run by the environment's own interpreter. One line a check; the output of those
that fail follows it. A tool that is not installed is skipped with a word, and is a failure in CI (CI=true).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import util

import environment

CPP_SOURCES = ("*.h", "*.hpp", "*.cpp", ":!*/FrameRingLayout.h")  # the last one is generated
CPP_STYLE = "engine_plugins/unreal/.clang-format"  # Unreal's, for all C++: the tests' programs too
PRETTIER = "engine_plugins/web/node_modules/.bin/prettier"  # after `npm install --prefix engine_plugins/web`
PLATFORMS = ("Linux", "Windows", "Darwin")
SHOWN_LINES = 40  # of a failed check's output


@dataclass(frozen=True)
class Check:
    """A command that exits with 0 if all is well."""

    name: str
    command: list[str]


def checks() -> list[Check]:
    """Return all checks, the fast ones first."""
    python = sys.executable
    found = [
        Check("generated files are fresh", [python, "scripts/generate.py", "--check"]),
        Check("format (ruff)", [python, "-m", "ruff", "format", "--check", "--quiet", "."]),
        Check("lint (ruff)", [python, "-m", "ruff", "check", "--quiet", "."]),
        Check(
            "import order (import-linter)",
            [python, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        ),
    ]
    if sources := tracked_files(*CPP_SOURCES):
        found.append(
            Check(
                "C++ format (clang-format)",
                ["clang-format", f"--style=file:{CPP_STYLE}", "--dry-run", "--Werror", *sources],
            )
        )
    if sources := tracked_files("*.js", "*.mjs", "engine_plugins/web/*.html", "engine_plugins/web/*.css"):
        style = "--config=engine_plugins/web/package.json"
        found.append(Check("JavaScript format (prettier)", [PRETTIER, style, "--check", *sources]))
    for platform in PLATFORMS:  # so that each system's branches are read on every system
        command = [python, "-m", "pyright", "--pythonpath", python, "--pythonplatform", platform]
        found.append(Check(f"types on {platform} (pyright)", command))
    return found


def tracked_files(*patterns: str) -> list[str]:
    """Return the project's own files of these patterns; empty outside a git clone."""
    if shutil.which("git") is None:
        return []
    listing = subprocess.run(
        ["git", "ls-files", "-z", *patterns], check=False, cwd=environment.ROOT, capture_output=True, text=True
    )
    return [name for name in listing.stdout.split("\0") if name]


def passes(check: Check) -> bool:
    """Run a check, print its line, and return whether all is well."""
    in_ci = os.environ.get("CI") == "true"
    if shutil.which(check.command[0]) is None:
        print(f"{'failed ' if in_ci else 'skipped'} {check.name}: {check.command[0]} is not installed", flush=True)
        return not in_ci
    started = time.monotonic()
    result = subprocess.run(
        check.command,
        check=False,
        cwd=environment.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    verdict = "ok     " if result.returncode == 0 else "failed "
    print(f"{verdict} {check.name} ({time.monotonic() - started:.1f} s)", flush=True)
    if result.returncode != 0:
        lines = result.stdout.rstrip().splitlines()
        print("\n".join(f"  {line}" for line in lines[:SHOWN_LINES]), flush=True)
        if len(lines) > SHOWN_LINES:
            print(f"  ... and {len(lines) - SHOWN_LINES} lines more: {' '.join(check.command[:4])} ...", flush=True)
    return result.returncode == 0


def main() -> int:
    """Run all checks and return the exit code."""
    if util.find_spec("ruff") is None:  # not the environment's interpreter: start again with that one
        try:
            python = environment.prepare({"dev"}, warm_up=False)
        except environment.SetupError as error:
            environment.exit_with(error)
        return environment.run_in(python, __file__)
    verdicts = [passes(check) for check in checks()]
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
