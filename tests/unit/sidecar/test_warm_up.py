import io
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from rich.console import Console

from sidecar import warm_up

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("renderer", ["cpu", "gsplat"])
def test_warm_up_makes_every_character_and_says_how_long_the_kernels_took(
    monkeypatch: pytest.MonkeyPatch, renderer: str
):
    made: list[str] = []

    def load(name: str, progress: Callable[[str, float], None]) -> None:
        progress("the skin", 1.0)
        made.append(name)

    def studio(_: object) -> SimpleNamespace:
        return SimpleNamespace(renderer_name=renderer, warm_up=lambda: made.append("kernels"))

    monkeypatch.setattr(warm_up, "load_avatar", load)
    monkeypatch.setattr(warm_up, "RsaTalkerStudio", studio)
    said = io.StringIO()
    warm_up.warm_up(Console(file=said, width=200))
    assert made == [*warm_up.CHARACTERS, "kernels"]
    assert f"Characters made in 0 s; kernels of the renderer {renderer} compiled in 0 s" in said.getvalue()


def test_warm_up_makes_only_the_characters_that_are_asked_for(monkeypatch: pytest.MonkeyPatch):
    made: list[str] = []
    monkeypatch.setattr(warm_up, "load_avatar", lambda name, progress: made.append(name))
    silent = SimpleNamespace(renderer_name="cpu", warm_up=lambda: None)
    monkeypatch.setattr(warm_up, "RsaTalkerStudio", lambda _: silent)
    warm_up.warm_up(Console(quiet=True), ["tomas"])
    assert made == ["tomas"]


def test_warm_up_compiles_what_fitting_needs_when_asked(monkeypatch: pytest.MonkeyPatch):
    compiled: list[str] = []

    def studio(_: object) -> SimpleNamespace:
        return SimpleNamespace(renderer_name="cpu", warm_up=lambda: None)

    monkeypatch.setattr(warm_up, "CHARACTERS", ())
    monkeypatch.setattr(warm_up, "RsaTalkerStudio", studio)
    monkeypatch.setattr("rsatalker.training.avatar_warm_up.warm_up_fitting", lambda: compiled.append("fitting"))
    warm_up.warm_up(Console(quiet=True))
    assert compiled == []
    warm_up.warm_up(Console(quiet=True), fitting=True)
    assert compiled == ["fitting"]
