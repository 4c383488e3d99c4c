import logging
import threading

import pytest

from sidecar.loop import LONGEST_SLEEP_S, Loop, sleep_in_pieces

pytestmark = pytest.mark.unit


class Stumbling(Loop):
    """Fails at its first turn."""

    def __init__(self) -> None:
        super().__init__("stumbling")
        self.turns = 0
        self.goes_on = threading.Event()

    def turn(self) -> float:
        self.turns += 1
        if self.turns == 1:
            raise ZeroDivisionError("nobody thought of this")
        self.goes_on.set()
        return 0.01


def test_loop_goes_on_after_a_turn_that_failed(caplog: pytest.LogCaptureFixture):
    loop = Stumbling()
    with caplog.at_level(logging.ERROR, "sidecar.loop"):
        loop.start()
        assert loop.goes_on.wait(30)
        loop.stop()
    assert "a turn of the thread stumbling failed" in caplog.text
    assert "nobody thought of this" in caplog.text


def test_long_sleep_is_cut_into_pieces_after_which_stop_is_heard():
    stop, slept = threading.Event(), list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            stop.set()

    sleep_in_pieces(stop, 10.0, sleep)
    assert slept == [LONGEST_SLEEP_S] * 3


def test_short_sleep_is_as_long_as_was_asked_for():
    slept: list[float] = []
    sleep_in_pieces(threading.Event(), LONGEST_SLEEP_S + 0.002, slept.append)
    assert slept == [LONGEST_SLEEP_S, pytest.approx(0.002)]
    sleep_in_pieces(threading.Event(), 0.0, slept.append)
    assert len(slept) == 2
