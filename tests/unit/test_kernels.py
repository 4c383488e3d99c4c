import ast
from pathlib import Path

import numba
import numpy as np
import pytest
from llvmlite.binding import Linkage

from rsatalker import kernels

pytestmark = pytest.mark.unit

CALLED = "from rsatalker.kernels import njit\n\nSTEP = {step}\n\n\n@njit()\ndef step(x):\n    return x + STEP\n"
CALLER = "from rsatalker.called import step\n\n\ndef twice(x):\n    return step(step(x))\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of sources that import each other as ours do."""
    folder = tmp_path / "rsatalker"
    folder.mkdir()
    (folder / "called.py").write_text(CALLED.format(step=1))
    (folder / "caller.py").write_text(CALLER)
    (folder / "other.py").write_text("ELSE = 1\n")
    monkeypatch.setattr(kernels, "ROOT", tmp_path)
    monkeypatch.setenv("RSATALKER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    return folder


def folder_of(source: Path) -> Path:
    """Return the folder that a new process would take."""
    kernels.kernel_folder.cache_clear()
    kernels.imported_modules.cache_clear()
    return kernels.kernel_folder(source)


def test_kernels_are_another_ones_when_a_file_that_they_are_made_of_changes(package: Path):
    before = folder_of(package / "caller.py")
    (package / "called.py").write_text(CALLED.format(step=2))
    assert folder_of(package / "caller.py") != before


def test_kernels_stay_when_another_file_changes(package: Path):
    before = folder_of(package / "caller.py")
    (package / "other.py").write_text("ELSE = 2\n")
    assert folder_of(package / "caller.py") == before


def test_only_the_newest_versions_are_kept(package: Path):
    made: list[Path] = []
    for step in range(2 * kernels.KEPT_VERSIONS):
        (package / "called.py").write_text(CALLED.format(step=step))
        made.append(folder_of(package / "caller.py"))
        made[-1].mkdir(parents=True)
    assert len([folder for folder in made if folder.exists()]) <= kernels.KEPT_VERSIONS
    assert made[-1].exists()


def test_setting_of_others_is_left_as_it_was(package: Path, monkeypatch: pytest.MonkeyPatch):
    given = str(package.parent / "theirs")
    monkeypatch.setattr(numba.config, "CACHE_DIR", given)
    kernels.kernel_folder.cache_clear()

    def add_one(x):
        return x + 1

    add = kernels.njit()(add_one)
    assert add(1) == 2
    assert numba.config.CACHE_DIR == given  # noqa: SIM300


def spread(x):
    """Return how far each row (R, C) is from being even: too long to be inlined everywhere it is called."""
    found = np.zeros(x.shape[0], np.float32)
    for row in range(x.shape[0]):
        mean, far = np.float32(0), np.float32(0)
        for i in range(x.shape[1]):
            mean += x[row, i]
        mean /= np.float32(x.shape[1])
        for i in range(x.shape[1]):
            far += (x[row, i] - mean) ** 2
        found[row] = np.sqrt(far) * mean
    return found


def test_kernel_shows_none_of_its_copies_to_the_linker(package: Path):
    """Else another kernel takes them for its own, which were optimised for it and add up in another order."""
    inner = kernels.njit(fastmath=True)(spread)

    def three_spreads(x):
        return inner(x)[2] + inner(x[1:])[1] + inner(x[2:])[0]

    outer = kernels.njit()(three_spreads)
    outer(np.ones((4, 8), np.float32))
    functions = list(outer.overloads[outer.signatures[0]].library._final_module.functions)
    seen = [one.name for one in functions if not one.is_declaration and one.linkage != Linkage.internal]
    assert any("spread" in one.name for one in functions)
    assert seen
    assert all("three_spreads" in name for name in seen)


def test_no_file_of_ours_goes_past_the_check():
    packages = [Path(kernels.__file__).parent, Path(kernels.__file__).parent.parent / "sidecar"]
    for source in (path for folder in packages for path in folder.rglob("*.py") if path.name != "kernels.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "numba":
                assert "njit" not in [name.name for name in node.names], source
