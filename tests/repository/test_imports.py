"""Importing a module does nothing but define names, and what a client needs does not bring torch along."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.repository

ROOT = Path(__file__).resolve().parents[2]

# Run in a process of its own: imports the modules named on its command line one by one and tells what each did. Modules
# that an earlier one imported are measured with it, which is as good: all must do nothing.
PROBE = """
import importlib, json, multiprocessing, os, sys, threading, traceback
import numpy
def traces():
    return (threading.active_count(), len(multiprocessing.active_children()), sorted(os.listdir()), list(sys.argv))
verdicts = {}
for name in sys.argv[1:]:
    before = traces()
    try:
        importlib.import_module(name)
    except BaseException:
        verdicts[name] = traceback.format_exc(limit=-3)
    else:
        verdicts[name] = "" if traces() == before else f"left traces: {before} became {traces()}"
print(json.dumps({"verdicts": verdicts, "modules": sorted(sys.modules)}))
"""

CLIENT_MODULES = (
    "sidecar.client",
    "sidecar.remote_conversation",
    "sidecar.runtime_file",
    "sidecar.regions.frame_ring",
    "sidecar.regions.motion_ring",
    "sidecar.regions.engine_region",
)
HEAVY = ("torch", "numba", "scipy", "av", "rsatalker.renderers.cpu", "rsatalker.motion.model")
SCIPY_PARTS = tuple(f"scipy.{part}" for part in ("interpolate", "linalg", "optimize", "sparse", "spatial", "special"))


def module_names() -> list[str]:
    """Every module of both packages; `__main__` modules run by design and are left out."""
    names = []
    for package in ("rsatalker", "sidecar"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if parts[-1] != "__main__":
                names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def probe(names: list[str], folder: Path) -> dict:
    command = [sys.executable, "-W", "ignore", "-c", PROBE, *names]
    answer = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("\n") == 1, f"an import printed: {answer.stdout[:500]}"
    return json.loads(answer.stdout)


def test_every_module_imports_and_does_nothing(tmp_path: Path) -> None:
    names = module_names()
    assert len(names) > 20
    verdicts = probe(names, tmp_path)["verdicts"]
    assert {name: verdict for name, verdict in verdicts.items() if verdict} == {}


@pytest.mark.parametrize("package", ["sidecar.regions", "rsatalker.exports", "rsatalker.motion", "rsatalker.speech"])
def test_package_imports_first_in_a_fresh_process(tmp_path: Path, package: str) -> None:
    """An import circle shows only when its modules are imported in the unlucky order: last first."""
    names = [name for name in module_names() if name.startswith(package)]
    verdicts = probe(names[::-1], tmp_path)["verdicts"]
    assert {name: verdict for name, verdict in verdicts.items() if verdict} == {}


def test_client_imports_without_the_model(tmp_path: Path) -> None:
    answer = probe(list(CLIENT_MODULES), tmp_path)
    assert not any(answer["verdicts"].values()), answer["verdicts"]
    assert [name for name in HEAVY if name in answer["modules"]] == []


def test_characters_import_without_scipy(tmp_path: Path) -> None:
    """It is .3 s of every start; Numba names its version, so only its parts count."""
    answer = probe(["rsatalker.avatars.cast"], tmp_path)
    assert not any(answer["verdicts"].values()), answer["verdicts"]
    assert [name for name in answer["modules"] if name in SCIPY_PARTS] == []
