"""The pins of constraints.txt, the ranges of pyproject.toml and what is installed fit together."""

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

pytestmark = pytest.mark.repository

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {".md", ".jpg", ".jsonl"}  # of the packages' files: documents, the README's pictures, logs of training
NOT_PINNED = {"gsplat", "pytorch3d"}  # the cuda extra pins the first itself; the second has no wheel to pin


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def requirements() -> list[tuple[str, str]]:
    """Name and lower bound or pin of everything that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *(text for extra in project["optional-dependencies"].values() for text in extra)]
    return [re.fullmatch(r"([\w-]+)(?:\[[\w,]+\])?[>=]=([\d.]+)", text).groups() for text in texts]


def numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version.split("+", maxsplit=1)[0])]


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_requirement_has_a_pin() -> None:
    assert [name for name, _ in requirements() if name not in pins() and name not in NOT_PINNED] == []


def test_every_pin_is_within_its_range() -> None:
    pinned = pins()
    below = {
        name: pinned[name] for name, low in requirements() if name in pinned and numbers(pinned[name]) < numbers(low)
    }
    assert below == {}


def test_every_pin_is_exact_and_sorted() -> None:
    assert list(pins()) == sorted(pins())
    assert [f"{name}=={version}" for name, version in pins().items() if not re.fullmatch(r"[\d.]+", version)] == []


def test_everything_that_is_installed_for_the_project_has_a_pin() -> None:
    """Follows the requirements of what is installed here, so that no package comes in without one."""
    pinned, waiting, seen = pins(), [name for name, _ in requirements()], set()
    while waiting:
        name = normalized(waiting.pop())
        if name in seen or name in NOT_PINNED:
            continue
        seen.add(name)
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # of an extra that is not installed
        waiting += [re.match(r"[\w.-]+", text).group() for text in required if ";" not in text]
    assert sorted(seen - set(pinned)) == []


def test_wheel_takes_every_file_that_the_packages_read() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ]
    taken = {file for package, globs in patterns.items() for glob in globs for file in (ROOT / package).glob(glob)}
    command = ["git", "ls-files", *patterns]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    read = [ROOT / name for name in tracked if Path(name).suffix not in {".py", *LEFT_OUT}]
    assert len(read) > 10
    assert [file.name for file in read if file not in taken] == []
