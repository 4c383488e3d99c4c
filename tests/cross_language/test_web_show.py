"""Buttons of the web client that are pressed while something is on its way: what is overtaken leaves nothing behind."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.cross_language

PROGRAM = Path(__file__).with_name("show_races.mjs")
ANN, CLEO = ["ann", "bob"], ["cleo", "bob"]
STOPPED = {"open": [], "cast": ANN, "shown": 0, "sentence": "", "isOn": False, "workers": 0}
TALKING = {"cast": ANN, "shown": 0, "sentence": "They talk. Drag to look around.", "isOn": True, "workers": 1}
# Conversations that are open, who is in the last one, from where the dialogue was played, frames that are shown, what
# the page says.
SEEN = {
    "stopped_while_the_sound_is_read": {**STOPPED, "cast": [], "played": []},
    "stopped_while_the_conversation_is_made": {**STOPPED, "played": []},
    "stopped_while_they_prepare_to_speak": {**STOPPED, "played": []},
    "refused_after_it_was_stopped": {**STOPPED, "played": []},
    "started_twice": {**TALKING, "open": ["2"], "played": [0]},
    "begun_twice_while_the_sound_is_read": {**TALKING, "open": ["1"], "played": [0]},
    "started_while_the_one_before_is_closed": {**TALKING, "open": ["2"], "played": [0, 0]},
    "frame_that_comes_after_the_stop": {**STOPPED, "played": [0]},
    "lease_that_ends_after_the_stop": {**STOPPED, "played": [0]},
    "lease_of_the_one_before_that_ends": {**TALKING, "open": ["2"], "played": [0, 0]},
    "lease_that_ends_while_they_talk": {**TALKING, "open": ["2"], "played": [0, 1.5]},
    "headset_taken_off_after_the_dialogue": {**TALKING, "open": ["2"], "played": [0, 4]},
    "recast_while_they_talk": {**TALKING, "cast": CLEO, "open": ["2"], "played": [0, 1.5]},
    "recast_after_the_stop": {**STOPPED, "played": [0]},
    "recast_while_the_sound_is_read_again": {**TALKING, "cast": CLEO, "open": ["2"], "played": [0, 0]},
}


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    node = shutil.which("node")
    if node is None:
        pytest.fail("node is not installed") if os.environ.get("CI") == "true" else pytest.skip("node is not installed")
    result = subprocess.run([node, str(PROGRAM)], check=False, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("case", SEEN)
def test_show_is_as_the_last_button_says(results: dict[str, Any], case: str):
    assert results[case] == SEEN[case]


def test_every_case_is_looked_at(results: dict[str, Any]):
    assert sorted(results) == sorted(SEEN)
