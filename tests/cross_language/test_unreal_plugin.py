"""The Unreal plugin on stubs that behave, against live sidecars: scripted play sessions."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from play_session import (
    PATIENCE_S,
    PlaySession,
    bulging_sidecar,
    card_of,
    cast_sidecar,
    newest_pixels,
    play_session,
    spoken,
)
from region_probes import ROOT
from waiting import until

from sidecar.client import SidecarClient

pytestmark = pytest.mark.cross_language

SIZE_PX = 64
LONGEST_COMPILE_S = 240  # the first frame may have to wait for kernels, on a machine that does much else


@pytest.fixture
def play(build_unreal_session: Callable[[str], Path], tmp_path: Path) -> Iterator[PlaySession]:
    with play_session(build_unreal_session("gcc"), tmp_path) as session:
        yield session


@pytest.fixture(params=["gcc", "clang"])
def any_play(
    request: pytest.FixtureRequest, build_unreal_session: Callable[[str], Path], tmp_path: Path
) -> Iterator[PlaySession]:
    with play_session(build_unreal_session(request.param), tmp_path) as session:
        yield session


@pytest.fixture(scope="module")
def shared_runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The runtime folder of a sidecar for all tests that leave it as it was."""
    runtime = tmp_path_factory.mktemp("shared_sidecar")
    with bulging_sidecar(runtime):
        yield runtime


@pytest.fixture
def live(build_unreal_session: Callable[[str], Path], shared_runtime: Path) -> Iterator[PlaySession]:
    """A session in which both heads live, for one eye; it ends by itself."""
    with play_session(build_unreal_session("gcc"), shared_runtime) as session:
        session("begin", "mono")
        session.until("live")
        yield session
        assert session("end")["regions"] == 0


@pytest.fixture
def sidecar(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start sidecars one after the other."""
    started: list[Any] = []

    def start() -> subprocess.Popen[str]:
        context = bulging_sidecar(tmp_path)
        started.append(context)
        return context.__enter__()

    yield start
    for context in reversed(started):
        context.__exit__(None, None, None)


def test_play_session_goes_from_start_to_start_again(
    any_play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    play = any_play
    play("begin", "mono")
    play("run", 0.3)
    waiting = play("look")
    assert waiting["state"] == "waiting"
    assert waiting["sentence"].startswith(f"No sidecar is running: there is no {tmp_path}/sidecar.json.")
    first = sidecar()
    play.until("live")
    play("run", 0.5)
    assert card_of(play, "A", tmp_path / "a")[0]["visible"]
    assert card_of(play, "B", tmp_path / "b")[0]["visible"]

    turn = spoken(play, "A", 0.6)
    ended = play("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    heard = play("look")["heardSamples"]
    assert 9_500 <= heard <= 9_600  # all of the 9,600, but for a sample of silence

    turn = spoken(play, "A", 5)
    reply = spoken(play, "B", 0.3, "interrupt")
    ended = play("heard-end", turn, 3)  # of its 5 seconds
    assert (ended["reached"], ended["cut"]) == (True, True)
    assert play("heard-end", reply, PATIENCE_S)["reached"]

    play("relate")
    first.terminate()
    play.until("waiting")
    first.wait()
    sidecar()
    play.until("live")
    turn = spoken(play, "B", 0.2)
    assert play("heard-end", turn, PATIENCE_S)["reached"]

    play("stop")
    play("run", 0.2)
    assert play("look")["state"] == "stopped"
    assert not play("card", "A", tmp_path / "a")["visible"]
    play("start")
    play.until("live")
    left = play("end")
    assert (left["regions"], left["tickers"], left["subjects"]) == (0, 0, 0)


def test_card_shows_the_pixels_that_python_reads(
    play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    sidecar()
    play("begin", "stereo")
    play.until("live")
    spoken(play, "A", 8)
    play("run", 0.6)
    play("pause")  # the sound stands, and so do both faces
    play("run", 1.0)
    card, shown = card_of(play, "A", tmp_path / "a")
    other = card_of(play, "B", tmp_path / "b")[1]
    read = newest_pixels()
    assert shown.shape == (2 * SIZE_PX, SIZE_PX, 4)
    assert shown[..., 0].max() > 10  # an open jaw
    assert any(np.array_equal(shown, pixels) for pixels in read)
    assert any(np.array_equal(other, pixels) for pixels in read)
    assert not np.array_equal(shown, other)
    assert (card["firstEye"], card["lastEye"]) == (0, 1)
    play("end")


def test_card_stands_where_the_head_is(live: PlaySession, tmp_path: Path) -> None:
    live("run", 1)
    corners = np.array(card_of(live, "A", tmp_path / "a")[0]["corners"]).reshape(-1, 3)
    middle = corners[len(corners) // 2]
    assert middle == pytest.approx(
        (-60, -15, 160), abs=25
    )  # cm; .9 m before an eye at y = -100, in the head's direction


def test_first_sentence_is_said_once_and_answered(
    build_unreal_session: Callable[[str], Path], shared_runtime: Path
) -> None:
    with play_session(build_unreal_session("gcc"), shared_runtime) as session:
        session("begin", "mono")
        session("sentences", 0.3)
        session("start")
        assert session("heard-end", 2, PATIENCE_S)["reached"]  # the reply
        heard = session("look")["heardSamples"]
        assert 9_500 <= heard <= 9_600
        session("run", 0.5)
        assert session("look")["heardSamples"] == heard
        session("end")


def test_curves_follow_the_voice(live: PlaySession) -> None:
    spoken(live, "A", 20)
    live("run", 1.5)
    seen = live("look")
    subject = seen["subjects"]["RSATalkerA"]
    assert subject["names"] == len(subject["values"]) == 61
    jaw = subject["values"][17]  # jawOpen, which the light studio makes of the sample that is heard: a ramp
    assert jaw == pytest.approx(seen["heardSamples"] / (20 * 16_000), abs=0.1)
    assert jaw > 0.02
    assert seen["jawOpen"] == pytest.approx(jaw)  # of the mesh that follows, too
    assert seen["morphs"] == 52
    assert seen["subjects"]["RSATalkerB"]["values"][17] == 0


def test_voice_goes_on_after_the_audio_device_changed(live: PlaySession) -> None:
    turn = spoken(live, "A", 0.8)
    live("run", 0.2)
    live("swap-audio")
    assert live("heard-end", turn, PATIENCE_S)["reached"]
    assert live("look")["heardSamples"] > 12_000


def test_voice_of_a_paused_game_waits_for_it(live: PlaySession) -> None:
    turn = spoken(live, "A", 1.2)
    live("run", 0.3)
    live("pause")
    before = live("look")
    live("run", 0.4)
    paused = live("look")
    assert (paused["state"], paused["heardSamples"]) == ("live", before["heardSamples"])
    live("resume")
    ended = live("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    assert live("look")["heardSamples"] > 19_000  # of 19,200


def test_game_that_lost_the_focus_goes_on_with_few_ticks(live: PlaySession, tmp_path: Path) -> None:
    turn = spoken(live, "A", 2.5)
    live("run", 0.3)
    live("unseen", 2)
    unseen = live("look")
    assert (unseen["state"], unseen["lost"]) == ("live", 0)
    ended = live("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    assert live("look")["heardSamples"] > 39_000  # of 40,000
    assert card_of(live, "A", tmp_path / "a")[0]["visible"]


def test_conversation_of_the_next_map_lives_over_the_same_connection(live: PlaySession) -> None:
    spoken(live, "A", 9)
    live("travel")
    assert live("look")["playing"] == 0  # the voice stayed behind
    live.until("live")
    turn = spoken(live, "B", 0.2)
    assert live("heard-end", turn, PATIENCE_S)["reached"]
    assert sum(line.startswith("LogRsaTalker Log: Connected") for line in live("look")["log"]) == 1


@pytest.mark.parametrize("action", ["destroy", "stop", "restart", "speak"])
def test_whoever_hears_of_a_conversation_may_change_it_at_once(
    build_unreal_session: Callable[[str], Path], shared_runtime: Path, action: str
) -> None:
    with play_session(build_unreal_session("gcc"), shared_runtime) as play:  # the sanitizers see who is used too late
        for event in ("began", "ended", "found"):
            play("begin", "mono")
            play("when", event, action)
            if event != "found":
                play.until("live")
                play("speak", "A", 0.1)
            play("run", 0.5)
            state = "stopped" if action in {"destroy", "stop"} else "live"
            assert play("look")["state"] == state, event
            assert play("end")["regions"] == 0


def test_turn_that_is_begun_when_play_ends_is_refused(live: PlaySession) -> None:
    spoken(live, "A", 9)
    live("when", "ended", "speak")
    live("stop")
    live("run", 0.1)
    stopped = live("look")
    assert (stopped["state"], stopped["playing"]) == ("stopped", 0)
    assert stopped["sentence"].startswith("The conversation has not been started, so nobody can speak.")


def test_head_of_an_actor_that_is_destroyed_gives_its_voice_back(live: PlaySession, tmp_path: Path) -> None:
    live("visitor", "enter")
    turn = spoken(live, "A", 1.2)
    live("run", 0.3)
    visiting = card_of(live, "A", tmp_path / "a")[0]
    assert (visiting["own"], visiting["visible"]) == (False, True)
    live("visitor", "leave")
    ended = live("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    assert live("look")["heardSamples"] > 19_000  # of 19,200
    left = card_of(live, "A", tmp_path / "a")[0]
    assert (left["own"], left["visible"]) == (True, True)


def test_sound_comes_from_the_head_also_without_attenuation_settings(live: PlaySession) -> None:
    spoken(live, "A", 0.2)
    assert live("look")["speakersWithAPlace"] == 1


def test_conversation_without_materials_says_what_to_do(live: PlaySession, tmp_path: Path) -> None:
    live("stop")
    live("end")
    live("materials", "missing")
    live("begin", "mono")
    live.until("live")
    live("run", 0.2)
    assert live("look")["sentence"] == (
        "The materials of the heads are missing. Choose Tools > RSATalker > Make Materials in the editor once."
    )
    live("materials", "there")
    live("start")
    live.until("live")
    live("run", 0.3)
    assert live("card", "A", tmp_path / "a")["visible"]


def test_light_of_the_scene_falls_on_a_real_head(build_unreal_session: Callable[[str], Path], tmp_path: Path) -> None:
    """The cast, the renderer and the motion model behind a sidecar of the command line."""
    with cast_sidecar(tmp_path), play_session(build_unreal_session("gcc"), tmp_path) as play:
        play("begin", "mono")
        play("cast", "tomas", "mara")
        play("start")
        assert play("until", "live", LONGEST_COMPILE_S)["reached"]
        for _ in range(LONGEST_COMPILE_S):
            if play("card", "A", tmp_path / "a")["shown"]:
                break
            play("run", 1)
        shown = {}
        for sun in ("1,0,0", "0,0,1"):
            play("sun", sun)
            play("run", 0.8)  # lights are looked at every 0.2 s
            pixels = card_of(play, "A", tmp_path / "a")[1].astype(float)
            shown[sun] = pixels[pixels[..., 3] > 200][:, :3].mean(0)
        (red, _, _), (_, _, blue) = shown["1,0,0"] - shown["0,0,1"], shown["0,0,1"] - shown["1,0,0"]
        assert red > 10  # of 255
        assert blue > 10
        play("end")


def test_avatar_that_is_not_there_is_refused_in_one_sentence_and_can_be_changed(
    live: PlaySession, tmp_path: Path
) -> None:
    live("cast", "nobody")
    live("start")
    live.until("live")  # the other head
    live("run", 0.5)
    refused = live("look")
    assert refused["sentence"].startswith("There is no avatar 'nobody'")
    assert refused["refusalB"] == refused["sentence"]
    assert sum("nobody'" in line for line in refused["log"]) == 1
    assert live("card", "A", tmp_path / "a")["visible"]
    assert not live("card", "B", tmp_path / "b").get("visible", False)
    assert list(refused["subjects"]) == ["RSATalkerA"]
    live("cast", "bob")
    live("start")
    live.until("live")
    live("run", 0.5)
    assert live("look")["refusalB"] == ""
    assert live("card", "B", tmp_path / "b")["visible"]


def test_voice_of_a_head_that_is_refused_is_heard(live: PlaySession) -> None:
    live("cast", "nobody")
    live("start")
    live.until("live")
    turn = spoken(live, "B", 0.3)
    assert live("heard-end", turn, PATIENCE_S)["reached"]


def test_sidecar_that_is_held_up_is_waited_for(play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]]) -> None:
    process = sidecar()
    play("begin", "mono")
    play.until("live")
    turn = spoken(play, "A", 2.5)
    process.send_signal(signal.SIGSTOP)
    play("run", 1.2)  # more than twice as long as a heartbeat may take
    halted = play("look")["state"]
    process.send_signal(signal.SIGCONT)
    assert halted == "live"
    ended = play("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    assert play("look")["state"] == "live"
    play("end")


def test_answer_to_a_conversation_of_the_map_before_calls_nobody(
    play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]]
) -> None:
    process = sidecar()
    play("begin", "mono")
    play.until("live")
    process.send_signal(signal.SIGSTOP)
    play("run", 1.2)  # the sidecar is asked whether it lives
    play("travel")
    process.send_signal(signal.SIGCONT)
    play.until("live")
    play("end")


def test_voice_goes_on_when_its_sidecar_dies_and_comes_back(
    play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]]
) -> None:
    first = sidecar()
    play("begin", "mono")
    play.until("live")
    turn = spoken(play, "A", 4)
    first.kill()
    first.wait()
    play.until("waiting")
    assert play("look")["playing"] == 1
    sidecar()
    play.until("live")
    ended = play("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    events = play("look")
    assert (events["found"], events["lost"]) == (2, 1)
    play("end")


def test_streamed_voice_is_heard_and_ends(live: PlaySession) -> None:
    turn = live("stream", "B", 1.0)["turn"]
    ended = live("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)


def test_each_change_of_state_is_logged_once(play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]]) -> None:
    play("begin", "mono")
    play("run", 1.5)  # looks again and again
    sidecar()
    play.until("live")
    play("run", 0.5)
    lines = play("look")["log"]
    assert len(lines) == len(set(lines))
    assert len(lines) <= 5
    assert [line for line in lines if re.search(r"Connected to sidecar .* at http://127\.0\.0\.1:\d+\.", line)]
    play("end")


def test_nothing_is_left_after_100_starts_and_stops(
    play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    sidecar()
    left = []
    for number in range(100):
        play("begin", "stereo")
        if number % 40 == 0:  # the others end wherever they are
            play.until("live")
            play("speak", "A", 1)
        play("run", 0.02 * (number % 3))
        left.append(play("end"))
    assert [entry["regions"] for entry in left] == [0] * 100
    assert left[-1] == left[20]  # objects, threads, files, tickers
    record = json.loads((tmp_path / "sidecar.json").read_text())
    with SidecarClient(record["address"], record["token"]) as client:
        assert list(client.status().conversations) == []  # nor in the sidecar, until leases end


def test_sidecar_that_the_editor_starts_runs_and_ends_with_it(
    build_unreal_session: Callable[[str], Path], tmp_path: Path
) -> None:
    arguments = '"$@" --port=0 --http-port=0 --no-warm-up'
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
    play("window")  # asks
    play("run", 0.5)
    found = play("window")
    assert not found["mayStart"]
    assert re.fullmatch(
        r"Connected to sidecar 0\.1\.0 at http://127\.0\.0\.1:\d+\.\n\n\w+: Live\.\n"
        r"[1-9]\d* frames a second, [1-9]\d* ms from eyes to picture, faces \d+ ms (behind|ahead of) their sound\.",
        found["text"],
    )
    play("end")


def test_nodes_of_blueprint_fire_their_pins_in_order(
    play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]]
) -> None:
    sidecar()
    play("begin", "mono")
    fired = play("nodes")
    assert fired["fired"] == "failed live began ended "
    assert fired["listeners"] == 0  # a node that is done listens no more
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
