"""A rented GPU is there for minutes: what runs on it is tried before on a CPU, with stand-ins for what draws."""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from page_lock_driver import Driver

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.gsplat import GsplatRenderer
from rsatalker.renderers.gsplat_views import HeadTensors

pytestmark = pytest.mark.unit

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


def uniform_views(
    heads: HeadTensors, viewmats: torch.Tensor, Ks: torch.Tensor, width: int, height: int, near: float, eps2d: float
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    for head in range(len(heads.means)):
        for _ in range(viewmats.shape[1]):
            yield heads.colors[head].mean().expand(height, width, 4), torch.ones(height, width, 1)


@pytest.fixture
def driver() -> Driver:
    return Driver()


@pytest.fixture
def render_gpu(monkeypatch: pytest.MonkeyPatch, driver: Driver) -> Iterator[ModuleType]:
    """The benchmark, as if there were a CUDA device."""
    before = set(sys.modules)
    monkeypatch.setenv("COLUMNS", "150")
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from benchmarks import render_gpu

    class StandIn(GsplatRenderer):
        def __init__(self, *, reads_in_place: bool = True) -> None:
            super().__init__(uniform_views, "cpu", reads_in_place=reads_in_place)
            self._memory._lock, self._memory._unlock = driver.lock, driver.unlock

    class Baseline:
        def render(
            self, gaussians: Gaussians, cameras: Sequence[Camera], colors: np.ndarray, depths: np.ndarray
        ) -> None:
            colors[...], depths[...] = 0, 0

    monkeypatch.setattr(render_gpu, "GsplatRenderer", StandIn)
    monkeypatch.setattr(render_gpu, "CpuRenderer", Baseline)
    monkeypatch.setattr(render_gpu, "find_lack", lambda: None)
    monkeypatch.setattr(render_gpu, "STEP_ROUNDS", 1)
    monkeypatch.setattr(render_gpu, "steps_of", partial(render_gpu.steps_of, on_cuda=False))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a stand-in")
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 0)
    threads = torch.get_num_threads()
    yield render_gpu
    torch.set_num_threads(threads)
    for name in set(sys.modules) - before:
        if name.split(".")[0] == "benchmarks":
            del sys.modules[name]


def test_benchmark_prints_a_row_for_each_way_and_lets_go_of_all_memory(
    render_gpu: ModuleType, driver: Driver, capsys: pytest.CaptureFixture[str]
):
    render_gpu.run(render_gpu.Options(gaussians=(17_000,), avatars=(), size=16, rounds=1, steps=True))
    printed = capsys.readouterr().out
    for row in ("in one call", "copied first", "by way of a buffer", "head by head", "upload alone", "cpu"):
        assert row in printed
    assert "aten::copy_" in printed
    assert "did not lock" not in printed
    assert driver.asked == 8 + 10  # images of two renderers, arrays of two heads
    assert not driver.locked


def test_benchmark_says_when_the_driver_locks_nothing(
    render_gpu: ModuleType, driver: Driver, capsys: pytest.CaptureFixture[str]
):
    driver.most_bytes = 0
    render_gpu.run(render_gpu.Options(gaussians=(100,), avatars=(), size=16, rounds=1))
    assert "The driver did not lock all arrays of 100: in one call" in capsys.readouterr().out
