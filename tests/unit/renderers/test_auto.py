"""What `auto` does where gsplat should run: a function in the place of its kernels says whether they build."""

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from rsatalker.errors import RendererUnavailable
from rsatalker.renderers import auto, failed_build
from rsatalker.renderers.auto import AutoRenderer
from rsatalker.renderers.choose import choose_renderer, describe_renderers, explain_choice, resolved
from rsatalker.renderers.cpu import CpuRenderer
from rsatalker.renderers.cpu_rasterization import CpuRasterization
from rsatalker.renderers.rasterization import choose_rasterization

pytestmark = pytest.mark.unit

COMPLAINT = "gsplat's CUDA kernels could not be built or run (no MSVC)."


class Kernels:
    """Stands in for GsplatRenderer: its kernels build or they do not, and it draws grey."""

    name = "gsplat"
    build = True
    builds = 0

    def warm_up(self) -> None:
        Kernels.builds += 1
        if not Kernels.build:
            raise RendererUnavailable(COMPLAINT)

    def render(self, gaussians: Any, cameras: Any, colors: np.ndarray, depths: np.ndarray) -> None:
        colors[...], depths[...] = 128, 1


@pytest.fixture(autouse=True)
def machine_with_a_card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RSATALKER_CACHE", str(tmp_path))
    monkeypatch.setattr("rsatalker.renderers.gsplat_needs.find_lack", lambda: None)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some Card")
    monkeypatch.setattr(auto, "GsplatRenderer", Kernels)
    monkeypatch.setattr(Kernels, "build", True)
    monkeypatch.setattr(Kernels, "builds", 0)


@pytest.fixture
def without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kernels, "build", False)


def test_auto_draws_with_gsplat_and_builds_its_kernels_once(scene: SimpleNamespace):
    renderer, (colors, depths) = AutoRenderer(), scene.images()
    for _ in range(2):
        renderer.render(scene.head(50), [scene.view()], colors, depths)
    assert (renderer.name, Kernels.builds) == ("gsplat", 1)
    assert (colors == 128).all()


@pytest.mark.usefixtures("without_a_compiler")
def test_auto_draws_on_the_cpu_and_says_why_once_when_the_kernels_do_not_build(
    scene: SimpleNamespace, caplog: pytest.LogCaptureFixture
):
    renderer, found, expected = AutoRenderer(threads=1), scene.images(), scene.images()
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            renderer.render(scene.head(50), [scene.view()], *found)
    CpuRenderer(1).render(scene.head(50), [scene.view()], *expected)
    np.testing.assert_array_equal(found[0], expected[0])
    assert (renderer.name, Kernels.builds) == ("cpu", 1)
    assert [record.getMessage() for record in caplog.records] == [f"Drawing on the CPU: {COMPLAINT}"]


@pytest.mark.usefixtures("without_a_compiler")
def test_a_failed_build_is_repeated_by_the_report_and_not_tried_at_every_start():
    assert resolved("auto") == "cpu"
    assert choose_renderer("auto", threads=1).name == "cpu"
    assert Kernels.builds == 1
    report = describe_renderers()[0]
    assert (report.name, report.usable, report.reason) == ("gsplat", False, COMPLAINT)
    assert "rsatalker warm-up" in report.advice
    assert explain_choice() == f"cpu, not gsplat: {COMPLAINT}"


def test_auto_draws_on_the_cpu_when_gsplat_cannot_be_imported(monkeypatch: pytest.MonkeyPatch):
    def broken() -> Kernels:
        raise RendererUnavailable("the renderer gsplat cannot be imported (undefined symbol).")

    monkeypatch.setattr(auto, "GsplatRenderer", broken)
    assert choose_renderer("auto", threads=1).name == "cpu"
    assert "undefined symbol" in explain_choice()


def test_auto_tries_again_when_the_failure_is_forgotten():
    failed_build.note_failed_build(COMPLAINT)
    assert choose_renderer("auto", threads=1).name == "cpu"
    failed_build.forget_failed_build()
    assert resolved("auto") == "gsplat"


def test_auto_tries_again_with_another_torch(monkeypatch: pytest.MonkeyPatch):
    failed_build.note_failed_build(COMPLAINT)
    monkeypatch.setattr(torch, "__version__", "9.0")
    assert failed_build.failed_build() is None
    assert choose_renderer("auto").name == "gsplat"


@pytest.mark.usefixtures("without_a_compiler")
def test_auto_rasterizes_on_the_cpu_when_the_kernels_do_not_build():
    assert isinstance(choose_rasterization("auto", threads=1), CpuRasterization)


@pytest.mark.usefixtures("without_a_compiler")
def test_auto_draws_on_the_cpu_where_the_failure_cannot_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("RSATALKER_CACHE", str(blocked))
    assert resolved("auto") == "cpu"
    failed_build.forget_failed_build()
    assert failed_build.failed_build() is None
