"""The Unreal plugin on stubs that behave, when sidecars hang, die and come back, and over a hundred starts."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from play_session import PATIENCE_S, PlaySession, spoken
from waiting import until

from sidecar.client import SidecarClient

pytestmark = pytest.mark.cross_language

ANSWERED_S = 4.5  # a sidecar that has been asked for 5 s whether it lives has gone


def test_sidecar_that_is_held_up_is_waited_for(play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]]) -> None:
    process = sidecar()
    play("begin", "mono")
    play.until("live")
    for _attempt in range(10):
        play.until("live")
        turn = spoken(play, "A", 2.5)
        halted_s = time.monotonic()
        process.send_signal(signal.SIGSTOP)
        play("run", 1.2)  # more than twice as long as a heartbeat may take
        halted = play("look")["state"]
        process.send_signal(signal.SIGCONT)
        if time.monotonic() - halted_s < ANSWERED_S:  # a busy machine may make it longer than anybody waits for
            break
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
        until(lambda: not client.status().conversations, "the last one to be closed, long before its lease ends", 20)
