import logging
import threading

import pytest

from sidecar.loop import Loop

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
