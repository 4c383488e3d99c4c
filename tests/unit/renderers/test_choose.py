import sys
from types import SimpleNamespace

import pytest
import torch

from rsatalker.errors import RendererUnavailable
from rsatalker.renderers.choose import choose_renderer, describe_renderers, explain_choice
from rsatalker.renderers.gsplat_needs import Lack, find_lack

pytestmark = pytest.mark.unit


@pytest.fixture
def without_gsplat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rsatalker.renderers.gsplat_needs.find_lack", lambda: Lack("no CUDA device", "Get a card."))


@pytest.fixture
def with_gsplat(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("gsplat_needs", "gsplat"):
        monkeypatch.setattr(f"rsatalker.renderers.{module}.find_lack", lambda: None)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some Card")
    monkeypatch.setattr(torch.cuda, "Stream", FakeStream)
    monkeypatch.setitem(sys.modules, "gsplat", SimpleNamespace(rasterization=lambda: None))


class FakeStream:
    def __init__(self, device: torch.device, priority: int) -> None:
        assert priority == 0


@pytest.mark.parametrize(
    ("has_card", "reason", "advice"),
    [
        (True, "there is an NVIDIA card, but torch ", "Install a CUDA build of torch with the command that pytorch"),
        (False, "torch ", "On a machine with an NVIDIA card, install a CUDA build of torch, then "),
    ],
)
def test_torch_without_cuda_is_told_with_what_to_do(
    has_card: bool, reason: str, advice: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr("rsatalker.renderers.gsplat_needs.has_card", lambda: has_card)
    lack = find_lack()
    assert lack is not None
    assert lack.reason.startswith(reason)
    assert lack.reason.endswith(" is built without CUDA")
    assert lack.advice.startswith(advice)


@pytest.mark.usefixtures("without_gsplat")
def test_auto_is_cpu_where_gsplat_lacks_something():
    assert choose_renderer("auto", threads=1).name == "cpu"
    assert explain_choice() == "cpu, not gsplat: no CUDA device"


@pytest.mark.usefixtures("with_gsplat")
def test_auto_is_gsplat_where_it_can_run():
    assert choose_renderer("auto").name == "gsplat"
    assert explain_choice().startswith("gsplat: Some Card")


@pytest.mark.parametrize("name", ["cpu", "reference"])
def test_choose_renderer_gives_the_one_named(name: str):
    assert choose_renderer(name, threads=1).name == name


def test_choose_renderer_refuses_a_name_it_does_not_know():
    with pytest.raises(RendererUnavailable, match="no renderer 'vulkan'; choose auto, cpu, gsplat or reference"):
        choose_renderer("vulkan")


@pytest.mark.usefixtures("without_gsplat")
def test_describe_renderers_says_which_are_usable_and_what_to_do():
    reports = {report.name: report for report in describe_renderers()}
    assert {name: report.usable for name, report in reports.items()} == {
        "gsplat": False,
        "cpu": True,
        "reference": True,
    }
    assert (reports["gsplat"].reason, reports["gsplat"].advice) == ("no CUDA device", "Get a card.")
    assert "threads" in reports["cpu"].reason


@pytest.mark.usefixtures("with_gsplat")
def test_describe_renderers_says_that_gsplat_compiles_first():
    report = describe_renderers()[0]
    assert (report.name, report.usable) == ("gsplat", True)
    assert "rsatalker warm-up" in report.advice
