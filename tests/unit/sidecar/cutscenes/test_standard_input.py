"""How a program notices that its standard input has ended."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

WAITS = """
import sys
from sidecar.cutscenes.standard_input import wait_for_end
print("waits", flush=True)
wait_for_end()
print("ended", flush=True)
"""


def test_end_of_standard_input_is_noticed_though_something_came_before():
    with subprocess.Popen([sys.executable, "-c", WAITS], stdin=-1, stdout=-1) as waiting:
        assert waiting.stdin is not None
        assert waiting.stdout is not None
        assert waiting.stdout.readline().strip() == b"waits"
        waiting.stdin.write(b"a word")
        waiting.stdin.flush()
        waiting.stdin.close()
        assert waiting.stdout.readline().strip() == b"ended"
