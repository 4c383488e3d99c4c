"""Check everything that needs no test: generated files, format, lint, types, import order, C++ format.

    python3 scripts/check.py

Prepares the environment if it is not run by the environment's own interpreter. As many checks run side by side as there
are cores. One line a check once it has ended; the output of those that fail follows it. A tool that is not installed is
skipped with a word, and is a failure in CI (CI=true).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib import util

import environment

CPP_SOURCES = ("*.h", "*.hpp", "*.cpp", ":!*/FrameRingLayout.h")  # the last one is generated
CPP_STYLE = "engine_plugins/unreal/.clang-format"  # Unreal's, for all C++: the tests' programs too
PRETTIER = "engine_plugins/web/node_modules/.bin/prettier"  # after `npm install --prefix engine_plugins/web`
PLATFORMS = ("Linux", "Windows", "Darwin")
SHOWN_LINES = 40  # of a failed check's output
MOST_AT_ONCE = 3  # as many as there are systems: pyright keeps to one core, and takes 1.5 GB of memory


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


def verdict(check: Check) -> tuple[bool, str]:
    """Run a check; return whether all is well, and what to tell of it."""
    in_ci = os.environ.get("CI") == "true"
    if shutil.which(check.command[0]) is None:
        return not in_ci, f"{'failed ' if in_ci else 'skipped'} {check.name}: {check.command[0]} is not installed"
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
    passed = result.returncode == 0
    told = [f"{'ok     ' if passed else 'failed '} {check.name} ({time.monotonic() - started:.1f} s)"]
    if not passed:
        lines = result.stdout.rstrip().splitlines()
        told += [f"  {line}" for line in lines[:SHOWN_LINES]]
        if len(lines) > SHOWN_LINES:
            told.append(f"  ... and {len(lines) - SHOWN_LINES} lines more: {' '.join(check.command[:4])} ...")
    return passed, "\n".join(told)


def main() -> int:
    """Run all checks and return the exit code."""
    environment.explain_if_asked(__doc__)
    if util.find_spec("ruff") is None:  # not the environment's interpreter: start again with that one
        try:
            python = environment.prepare({"dev"}, warm_up=False)
        except environment.SetupError as error:
            environment.exit_with(error)
        return environment.run_in(python, __file__)
    all_passed = True
    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_AT_ONCE)) as pool:
        for waited in as_completed([pool.submit(verdict, check) for check in checks()]):
            passed, told = waited.result()
            print(told, flush=True)
            all_passed &= passed
    return 0 if all_passed else 1


if __name__ == "__main__":
    sys.exit(main())
