from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from rsatalker.renderers.gsplat_needs import find_lack

pytestmark = pytest.mark.unit


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Make this look like a machine on which gsplat runs; return the folder of its package."""
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some Card")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (8, 9))
    package = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr("importlib.util.find_spec", lambda name: package if name == "gsplat" else None)
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/nvcc" if name == "nvcc" else None)
    return tmp_path


@pytest.mark.usefixtures("complete")
def test_find_lack_finds_none_on_a_complete_machine():
    assert find_lack() is None


@pytest.mark.usefixtures("complete")
@pytest.mark.parametrize(
    ("name", "value", "reason", "advice"),
    [
        ("torch.version.cuda", None, "is built without CUDA", "CUDA build of torch"),
        ("torch.cuda.is_available", lambda: False, "finds no CUDA device", "driver for CUDA 12.8"),
        ("torch.cuda.get_device_capability", lambda: (6, 1), "Some Card has compute capability 6.1", "newer card"),
        ("importlib.util.find_spec", lambda _: None, "Some Card, but no gsplat", '-m pip install "rsatalker[cuda]"'),
        ("shutil.which", lambda _: None, "finds no nvcc on the PATH", "CUDA toolkit 12.8"),
    ],
)
def test_find_lack_names_what_is_missing_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, reason: str, advice: str
):
    monkeypatch.setattr(name, value)
    lack = find_lack()
    assert lack is not None
    assert reason in lack.reason
    assert advice in lack.advice


def test_find_lack_needs_no_nvcc_where_the_kernels_are_built(complete: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    (complete / "csrc.cpython-312-x86_64-linux-gnu.so").touch()
    assert find_lack() is None
