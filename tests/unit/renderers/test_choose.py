import sys
from types import SimpleNamespace

import pytest
import torch

from rsatalker.errors import RendererUnavailable
from rsatalker.renderers.choose import choose_renderer, describe_renderers

pytestmark = pytest.mark.unit


@pytest.fixture
def without_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture
def with_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some Card")


@pytest.mark.usefixtures("without_cuda")
def test_auto_is_cpu_without_cuda():
    assert choose_renderer("auto", threads=1).name == "cpu"


@pytest.mark.usefixtures("with_cuda")
def test_auto_is_gsplat_with_cuda_and_the_package(monkeypatch: pytest.MonkeyPatch):
    package = SimpleNamespace(rasterization=lambda: None, __spec__=SimpleNamespace(name="gsplat"))
    monkeypatch.setitem(sys.modules, "gsplat", package)
    assert choose_renderer("auto").name == "gsplat"


@pytest.mark.usefixtures("with_cuda")
def test_auto_is_cpu_with_cuda_but_without_the_package(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert choose_renderer("auto", threads=1).name == "cpu"


@pytest.mark.parametrize("name", ["cpu", "reference"])
def test_choose_renderer_gives_the_one_named(name: str):
    assert choose_renderer(name, threads=1).name == name


def test_choose_renderer_refuses_a_name_it_does_not_know():
    with pytest.raises(RendererUnavailable, match="no renderer 'vulkan'; choose auto, cpu, gsplat or reference"):
        choose_renderer("vulkan")


@pytest.mark.usefixtures("without_cuda")
def test_describe_renderers_says_which_are_usable_and_what_to_do():
    reports = {report.name: report for report in describe_renderers()}
    assert {name: report.usable for name, report in reports.items()} == {
        "gsplat": False,
        "cpu": True,
        "reference": True,
    }
    assert "no CUDA device" in reports["gsplat"].reason
    assert "CUDA build of torch" in reports["gsplat"].advice
    assert "threads" in reports["cpu"].reason
