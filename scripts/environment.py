"""Prepare the environment that the project runs in; the other scripts do this first, and skip it when nothing changed.

    python3 scripts/environment.py [--extras dev,training] [--no-warm-up] [--take-over]

Runs with any plain Python >= 3.11 on Windows, macOS and Linux and needs no package itself. Packages go into `.venv`, or
into the environment of the interpreter that the variable RSATALKER_PYTHON names. Versions are those of constraints.txt;
a torch that is already there (a CUDA build, say) is kept if it fits the range in pyproject.toml.

An environment serves one copy of this project: its `rsatalker` command runs that one's code. A second copy that is
pointed at the same environment is refused; --take-over gives it to the copy that asks.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib import util
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)  # tomllib, typing.Self
STAMP_NAME = "rsatalker-installed.json"  # written into the environment once everything in it stands
HELP = ("-h", "--help")
DISK = "2 GB of disk"  # measured without CUDA: packages 1.7, characters and kernels .2; manuals say the same
KEPT_LINES = 12  # of a failed installer's output; enough for pip's error and its hint

# Asked of the environment's own interpreter. pip carries `packaging`, so that a version can be compared before anything
# is installed.
INSPECTION = """
import json, sys
from importlib import metadata
from pip._vendor.packaging.requirements import Requirement
def version_of(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
requirements = [Requirement(text) for text in sys.argv[1:]]
print(json.dumps({
    "prefix": sys.prefix,
    "python": sys.version,
    "versions": {r.name: version_of(r.name) for r in requirements},
    "fits": [r.name for r in requirements if (v := version_of(r.name)) and r.specifier.contains(v, prereleases=True)],
}))
"""


class SetupError(Exception):
    """The environment cannot be made; the message is what the user reads."""


def prepare(extras: set[str] | None = None, warm_up: bool = True, take_over: bool = False) -> Path:
    """Return the interpreter of an environment in which the project is installed.

    Args:
        extras: Optional dependency groups of pyproject.toml that must be there.
        warm_up: Also compile the kernels and bake the characters, so that the first run starts at once.
        take_over: Take the environment from another copy of this project that it serves.

    Raises:
        SetupError: Python is too old, the environment serves another copy, or an installer failed.
    """
    check_python()
    python = environment_python()
    found = inspect_environment(python, [])
    stamp = Path(found["prefix"], STAMP_NAME)
    standing = read_stamp(stamp)
    if not take_over:
        refuse_to_share(standing, Path(found["prefix"]))
    extras = set(extras or ())
    fingerprint = packages_fingerprint(found)
    if standing.get("packages") != fingerprint or not extras <= set(standing.get("extras", [])):
        extras |= set(standing.get("extras", []))
        install(python, extras)
        standing = {"packages": fingerprint, "extras": sorted(extras), "project": str(ROOT)}
        stamp.write_text(json.dumps(standing), encoding="utf-8")
    if warm_up and standing.get("warm") != (warmth := sources_fingerprint()):
        run_warm_up(python)
        stamp.write_text(json.dumps({**standing, "warm": warmth}), encoding="utf-8")
    return python


def check_python() -> None:
    """Raise unless this interpreter is new enough."""
    if sys.version_info < OLDEST_PYTHON:
        wanted, found = ".".join(map(str, OLDEST_PYTHON)), ".".join(map(str, sys.version_info[:2]))
        raise SetupError(
            f"Python {wanted} or newer is needed; this is {found} ({sys.executable}). Start it with a newer one."
        )


def refuse_to_share(standing: dict, prefix: Path) -> None:
    """Raise if the environment lies outside of this copy of the project and serves another one that is still there."""
    other = Path(standing.get("project", ROOT))
    if other == ROOT or ROOT in prefix.parents or not (other / "pyproject.toml").is_file():
        return
    raise SetupError(
        f"The environment {prefix} serves the copy of this project in {other}, whose `rsatalker` command would run the "
        f"code of {ROOT} from now on. Unset RSATALKER_PYTHON, so that this copy makes its own; or give it that one: "
        "python3 scripts/environment.py --take-over"
    )


def standing_python() -> Path | None:
    """Return the interpreter of an environment that was prepared before, found without asking it; None if none was."""
    override = os.environ.get("RSATALKER_PYTHON")
    python = Path(override) if override else own_python()
    prefixes = (python.parent, python.parent.parent)  # Windows keeps some interpreters at the top of the environment
    return python if python.is_file() and any((prefix / STAMP_NAME).is_file() for prefix in prefixes) else None


def explain_if_asked(documentation: str | None) -> None:
    """Print what a script is for and leave with exit code 0, if its arguments ask for help."""
    if asks_for_help():
        print((documentation or "").strip())
        raise SystemExit(0)


def python_for_help(documentation: str | None) -> Path | None:
    """Return the interpreter that lists a script's options, from an environment as it stands.

    Where none stands, prints what the script is for and leaves: asking for help installs nothing. None: nobody asks.
    """
    if not asks_for_help():
        return None
    python = standing_python()
    if python is None:
        explain_if_asked(documentation)
    return python


def asks_for_help() -> bool:
    """Return whether the arguments of this program ask for help."""
    return any(word in HELP for word in sys.argv[1:])


def own_python() -> Path:
    """Return where the interpreter of `.venv` is or would be."""
    return ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment_python() -> Path:
    """Return the interpreter of the environment to use; makes `.venv` if that is the one and it is missing."""
    if override := os.environ.get("RSATALKER_PYTHON"):
        if not Path(override).is_file():
            raise SetupError(
                f"RSATALKER_PYTHON is {override!r}, which is no file; name a Python interpreter or unset it."
            )
        return Path(override)
    python, folder = own_python(), ROOT / ".venv"
    if not python.is_file():
        print(f"Making the environment {folder.name}", flush=True)
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(folder)], check=False, capture_output=True, text=True
        )
        if made.returncode != 0:
            raise SetupError(
                f"{sys.executable} cannot make a virtual environment; on Debian and Ubuntu install python3-venv.\n"
                + last_lines(made.stdout + made.stderr)
            )
    return python


def install(python: Path, extras: set[str]) -> None:
    """Install the project and the packages it needs at their pins."""
    print(f"Installing the packages (once; {DISK}, some minutes on a slow line)", flush=True)
    pins = read_pins()
    run_installer([*pip_command(python), "--quiet", f"pip=={pins['pip']}", f"setuptools=={pins['setuptools']}"])
    with tempfile.TemporaryDirectory() as folder:
        keep_or_install_torch(python, pins, Path(folder))
        constraints = Path(folder, "constraints.txt")
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in pins.items()), encoding="utf-8")
        project = f"{ROOT}[{','.join(sorted(extras))}]" if extras else str(ROOT)
        arguments = ["--no-build-isolation", "--progress-bar", "raw", "-c", str(constraints), "-e", project]
        run_installer([*pip_command(python), *arguments])


def keep_or_install_torch(python: Path, pins: dict[str, str], folder: Path) -> None:
    """Settle which torch it is: the one that is there, the index's, or the CPU build; adapts its pin to the former.

    On Linux the usual torch wheel brings several GB of CUDA libraries. Without an NVIDIA device they are of no use, so
    if pip would fetch them, uv installs the CPU build instead: it knows where each backend's builds are.
    """
    found = inspect_environment(python, [torch_requirement()])
    version = found["versions"]["torch"]
    if version and "torch" in found["fits"]:
        print(f"  keeping torch {version}", flush=True)
        pins["torch"] = version
        return
    if version:
        print(f"  torch {version} does not fit {torch_requirement()}; {pins['torch']} replaces it", flush=True)
    if not sys.platform.startswith("linux") or has_nvidia_device():
        return
    report = folder / "torch.json"
    pinned = f"torch=={pins['torch']}"
    run_installer(
        [*pip_command(python), "--dry-run", "--no-deps", "--ignore-installed", "--report", str(report), pinned]
    )
    if brings_cuda(json.loads(report.read_text(encoding="utf-8"))):
        print("  no NVIDIA device here: taking the CPU build of torch", flush=True)
        run_installer([*pip_command(python), "--quiet", f"uv=={pins['uv']}"])
        run_installer(
            [str(python), "-m", "uv", "pip", "install", "--python", str(python), "--torch-backend", "cpu", pinned]
        )
        pins["torch"] = inspect_environment(python, ["torch"])["versions"]["torch"]


def brings_cuda(report: dict) -> bool:
    """Return whether pip's report of a dry run shows a torch that depends on NVIDIA's packages."""
    required = report["install"][0]["metadata"].get("requires_dist", [])
    return any(name.startswith(("nvidia-", "cuda-")) and "extra ==" not in name for name in required)


def has_nvidia_device() -> bool:
    """Return whether this machine shows an NVIDIA device."""
    return Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi") is not None


def torch_requirement() -> str:
    """Return pyproject.toml's requirement of torch."""
    import tomllib  # not before check_python

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return next(text for text in project["dependencies"] if text.startswith("torch"))


def read_pins() -> dict[str, str]:
    """Return the version of each package in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def pip_command(python: Path) -> list[str]:
    """Return the start of a pip command that stays quiet about itself and never waits for an answer."""
    return [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]


def run_installer(command: list[str]) -> None:
    """Run an installer, one line a package on the terminal.

    Raises:
        SetupError: It failed; the message ends with its last lines.
    """
    said: list[str] = []
    started = time.monotonic()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as installer:
        assert installer.stdout is not None
        for line in installer.stdout:
            if line.startswith("Progress "):
                show_download(line)
                continue
            said.append(line)
            if announcement := announced(line):
                print(announcement, flush=True)
    if installer.returncode != 0:
        raise SetupError(f"The installation failed; {command[2]} ended with:\n{last_lines(''.join(said))}")
    if (seconds := time.monotonic() - started) > 5:
        print(f"  done in {seconds:.0f} s", flush=True)


def show_download(line: str) -> None:
    """Show pip's raw progress, `Progress bytes of bytes`, in place; nothing if the output is not a terminal."""
    _, done, _, total = line.split()
    if sys.stdout.isatty() and int(total) > 0:
        ending = "\n" if done == total else "\r"
        print(f"    {100 * int(done) // int(total):3d} % of {int(total) / 1e6:.1f} MB", end=ending, flush=True)


def announced(line: str) -> str:
    """Return what to tell the user of one line of pip's: what it downloads, and when it begins to install."""
    words = line.split()
    if words[:2] == ["Installing", "collected"]:
        return f"  installing {len(words) - 3} packages"
    if words[:1] != ["Downloading"] or ".metadata" in line:
        return ""
    name, version = words[1].rsplit("/", 1)[-1].split("-")[:2]
    return f"  downloading {name} {version} {' '.join(words[2:])}"


def last_lines(text: str) -> str:
    """Return the end of what a program said, indented."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-KEPT_LINES:])


def run_warm_up(python: Path) -> None:
    """Compile and bake what the first run would otherwise wait for."""
    if run_in(python, "-m", "sidecar.warm_up") != 0:
        raise SetupError("The warm-up failed; what it said stands above.")


def inspect_environment(python: Path, requirements: list[str]) -> dict:
    """Return what is installed in an environment, and which of the requirements that meets."""
    answer = subprocess.run([str(python), "-c", INSPECTION, *requirements], check=False, capture_output=True, text=True)
    if answer.returncode != 0:
        raise SetupError(f"{python} has no working pip; expected one.\n{last_lines(answer.stderr)}")
    return json.loads(answer.stdout)


def read_stamp(path: Path) -> dict:
    """Return the stamp's content; empty if there is none that can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def packages_fingerprint(found: dict) -> str:
    """Return a hash of all that decides which packages belong into the environment that was inspected."""
    digest = hashlib.sha256(f"{ROOT}\n{found['prefix']}\n{found['python']}".encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def sources_fingerprint() -> str:
    """Return a hash of the sources whose compiled or baked form the warm-up makes."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "rsatalker").rglob("*.py")):
        digest.update(path.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def run_again_where(*modules: str, documentation: str | None = None) -> int | None:
    """Run this program again in the environment if its own interpreter lacks a module, and return its exit code.

    None: nothing is lacking; the program goes on. The documentation is printed for --help while no environment stands.
    """
    if all(util.find_spec(module) for module in modules):
        return None
    try:
        python = python_for_help(documentation) or prepare()
    except SetupError as error:
        exit_with(error)
    return run_in(python, *sys.argv, folder=Path.cwd())


def run_in(python: Path, *arguments: str, folder: Path = ROOT) -> int:
    """Run the environment's interpreter in a folder and return its exit code.

    Ctrl+C reaches it, too; this process waits for its orderly end instead of killing it.
    """
    before = signal.signal(signal.SIGINT, lambda number, frame: None)  # a handler, since a child inherits "ignore"
    try:
        with subprocess.Popen([str(python), *arguments], cwd=folder) as process:
            return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def exit_with(error: SetupError) -> NoReturn:
    """Print the message and leave with exit code 1."""
    print(error, file=sys.stderr)
    raise SystemExit(1)


def main() -> None:
    """Prepare the environment as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--extras", default="", help="comma-separated: dev, training, cutscenes, cluster, cuda, mesh")
    parser.add_argument("--no-warm-up", action="store_true", help="neither compile nor bake")
    parser.add_argument(
        "--take-over", action="store_true", help="take the environment from another copy of this project"
    )
    options = parser.parse_args()
    try:
        python = prepare(
            {name for name in options.extras.split(",") if name}, not options.no_warm_up, options.take_over
        )
    except SetupError as error:
        exit_with(error)
    print(f"Ready: {python}")


if __name__ == "__main__":
    main()
