import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numba
import pytest
from rich.console import Console

from sidecar import warm_up
from sidecar.compilations import compilations

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
    monkeypatch.setattr(warm_up, "is_built", lambda name: name == "mara")
    monkeypatch.setattr(warm_up, "RsaTalkerStudio", studio)
    said = io.StringIO()
    warm_up.warm_up(Console(file=said, width=200))
    assert made == [*warm_up.CHARACTERS, "kernels"]
    assert f"7 of 8 characters made in 0 s; 0 functions compiled, for the renderer {renderer} in 0 s" in said.getvalue()
    beginnings = [line.split(",")[0] for line in said.getvalue().splitlines()[:-1]]  # a pipe shows no bar
    assert beginnings == [
        *(f"Making the character {name}" for name in warm_up.CHARACTERS if name != "mara"),
        f"Compiling or loading the kernels of the renderer {renderer}",
    ]


def test_warm_up_says_that_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(warm_up, "load_avatar", lambda name, progress: None)
    monkeypatch.setattr(warm_up, "is_built", lambda name: True)
    silent = SimpleNamespace(renderer_name="cpu", warm_up=lambda: None)
    monkeypatch.setattr(warm_up, "RsaTalkerStudio", lambda _: silent)
    said = io.StringIO()
    warm_up.warm_up(Console(file=said, width=200), ["mara", "tomas"])
    assert "Nothing to do: 2 characters and the kernels of the renderer cpu are there; loading" in said.getvalue()


def test_warm_up_counts_what_is_compiled_and_not_what_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))

    def add_one(x: int) -> int:
        return x + 1

    with compilations() as first:
        numba.njit(cache=True)(add_one)(1)
    with compilations() as second:
        numba.njit(cache=True)(add_one)(1)
    assert first == ["add_one"]
    assert second == []


def test_warm_up_makes_only_the_characters_that_are_asked_for(monkeypatch: pytest.MonkeyPatch):
    made: list[str] = []
    monkeypatch.setattr(warm_up, "load_avatar", lambda name, progress: made.append(name))
    monkeypatch.setattr(warm_up, "is_built", lambda name: False)
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
