"""The editor's part of the Unreal plugin on stubs that behave: its window, the sidecar it starts, what it makes."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from play_session import PATIENCE_S, PlaySession, play_session, spoken
from region_probes import ROOT
from waiting import until

pytestmark = pytest.mark.cross_language


def test_sidecar_that_the_editor_starts_runs_and_ends_with_it(
    build_unreal_session: Callable[[str], Path], tmp_path: Path
) -> None:
    arguments = '"$@" --port=0 --http-port=0 --no-warm-up --detail=0.1'
    with session_with_program(build_unreal_session("gcc"), tmp_path, arguments) as play:
        play("begin", "mono")
        assert play("window", "start")["text"].startswith("The sidecar gets ready; its first start on a machine")
        assert play("look")["sentence"].startswith("The sidecar gets ready;")
        named = play("sidecar", "10.0.0.7", "token")  # it does not hide what is wrong with another one
        assert named["sentence"].startswith("The address is 10.0.0.7; expected host:port")
        assert play("look")["sentence"] == named["sentence"]
        play("sidecar")
        for _ in range(PATIENCE_S):
            if (seen := play("window"))["text"].startswith("Connected to sidecar"):
                break
            play("run", 1)
        assert seen["text"].startswith("Connected to sidecar")
        assert not seen["mayStart"]
        play("end")
    until(lambda: not (tmp_path / "sidecar.json").exists(), "the sidecar ends with the program that started it", 60)


def test_sidecar_that_ends_at_once_when_it_is_started_is_told(
    build_unreal_session: Callable[[str], Path], tmp_path: Path
) -> None:
    with session_with_program(build_unreal_session("gcc"), tmp_path, "--no-such-option") as play:
        play("begin", "mono")
        play("window", "start")
        for _ in range(PATIENCE_S):
            if "has ended" in (said := play("window")["text"]):
                break
            play("run", 1)
        assert said.startswith("The sidecar that was started from here has ended. Run rsatalker serve in a terminal")
        play("end")


@contextmanager
def session_with_program(session: Path, runtime: Path, arguments: str) -> Iterator[PlaySession]:
    """A session that finds a program `rsatalker` in PATH: the command line, with arguments of ours."""
    program = runtime / "bin" / "rsatalker"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -m sidecar.cli {arguments}\n")
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    with play_session(session, runtime, PATH=path, PYTHONPATH=str(ROOT)) as play:
        yield play


def test_window_of_the_editor_says_what_is_missing_and_how_it_goes(
    play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    play("begin", "mono")
    missing = play("window")
    assert missing["text"].startswith(f"No sidecar is running: there is no {tmp_path}/sidecar.json.")
    assert missing["mayStart"]
    assert "\nNo program rsatalker is in PATH." in play("window", "start")["text"]
    sidecar()
    play.until("live")
    spoken(play, "A", 9)
    play("run", 2.2)
    live = re.compile(
        r"Connected to sidecar 0\.1\.0 at http://127\.0\.0\.1:\d+\.\n\n\w+: Live\.\n"
        r"[1-9]\d* frames a second, [1-9]\d* ms from eyes to picture, faces \d+ ms (behind|ahead of) their sound\."
    )
    for _look in range(PATIENCE_S):
        found = play("window")
        if found["text"].startswith("Connected to sidecar"):
            break
        play("run", 2.2)  # longer than from one question to the next: a window that is seldom looked at
    assert not found["mayStart"]
    play.when(lambda found: live.fullmatch(found["text"]), "window")
    play("end")


def test_editor_without_windows_writes_into_the_log(play: PlaySession) -> None:
    play("begin", "mono")
    assert play("editor", "commandlet")["note"] == ""
    (line,) = (line for line in play("look")["log"] if "No program rsatalker" in line)
    assert line.startswith("LogRsaTalkerEditor Warning: ")
    play("end")


def test_editor_makes_both_materials_and_a_menu(play: PlaySession) -> None:
    play("begin", "mono")
    made = play("editor")
    solid, edge = made["/RsaTalker/M_RsaTalkerSolid.uasset"], made["/RsaTalker/M_RsaTalkerEdge.uasset"]
    assert (solid["blend"], edge["blend"]) == (1, 2)  # masked, premultiplied
    assert solid["connections"] == edge["connections"] == 8
    assert solid["outputs"] == edge["outputs"] == 2
    assert made["entries"] == 3
    assert made["asksLan"]
    assert made["note"].startswith("No program rsatalker is in PATH.")
    play("end")
