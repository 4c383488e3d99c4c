"""What the demo says while it runs."""

from io import StringIO

import pytest
from rich.console import Console

from sidecar.demo.show import progress_of

pytestmark = pytest.mark.unit


def test_progress_is_told_by_lines_into_a_pipe():
    console = Console(file=StringIO(), width=80)
    with progress_of(console, "Recording", 28.4) as advance:
        for tenth in range(285):
            advance(tenth / 10)
    assert isinstance(console.file, StringIO)
    assert console.file.getvalue().splitlines() == [
        "Recording 28 s of the dialogue",
        "Recording: 10 of 28 s",
        "Recording: 20 of 28 s",
    ]
