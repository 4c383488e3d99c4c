"""Every field that scripts may have, each of a wrong type once: one sentence with file, line, field, found, allowed."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rsatalker.cutscenes.fields import Table
from rsatalker.cutscenes.read_script import read_script
from rsatalker.errors import ScriptError

pytestmark = pytest.mark.unit

FULL = """\
name = "whole"
seed = 3
duration_s = 3.0
arrangement = "facing"
sound_position = "camera"
[relationship]
kinship = "blood"
status = "unequal"
senior = "mara"
[[participant]]
avatar = "mara"
name = "mara"
position_m = [-0.3, 0, 0]
turned_deg = 60
gain_db = -1
mood = "happy"
mood_strength = 0.5
jaw_strength = 1.1
lip_strength = 0.9
[[participant]]
avatar = "tomas"
[[turn]]
speaker = "mara"
file = "a.wav"
start_s = 0.1
interrupts = false
gain_db = 2
mood = "sad"
mood_strength = 0.3
[[turn]]
speaker = "tomas"
file = "a.wav"
gap_s = 0.2
[[change]]
at_s = 0.5
participant = "tomas"
mood = "angry"
mood_strength = 0.4
jaw_strength = 0.8
lip_strength = 1.2
[change.relationship]
kinship = "non-blood"
status = "unequal"
senior = "tomas"
[[shot]]
name = "one"
start_s = 0
preset = "close-up"
of = "mara"
fov_deg = 30
move = "push-in"
amount = 0.2
easing = "linear"
light = "noir"
[[shot]]
start_s = 1
position_m = [0, 0, 2]
target = "tomas"
fov_deg = 25
roll_deg = 3
[[shot]]
start_s = 2
[[shot.key]]
at_s = 0
position_m = [0, 0, 2]
target = [0, 0, 0]
fov_deg = 25
roll_deg = 0
easing = "ease-in"
[light]
preset = "evening"
ambient = [0.1, 0.1, 0.1]
exposure = 0.5
[light.key]
azimuth_deg = 30
elevation_deg = 20
color = [1, 1, 1]
strength = 2
[background]
kind = "image"
file = "wall.png"
color = [1, 2, 3]
lower = [3, 2, 1]
blur = 5
fade = 0.2
[stereo]
eye_distance_m = 0.06
convergence_m = 1.2
layout = "over-under"
[output]
width = 64
height = 36
frame_rate = 25
write = ["mp4", "exr"]
quality = 22
layers = false
detail = 0.5
"""
LINES = FULL.splitlines()
FIELDS = [index for index, line in enumerate(LINES) if "=" in line]


@pytest.fixture
def script(write_script: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Give a function that writes a script beside all files that it names."""
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "wall.png")
    return write_script


@pytest.mark.parametrize("index", FIELDS, ids=lambda index: f"{index + 1}-{LINES[index].split()[0]}")
def test_field_of_a_wrong_type_is_named_with_its_line(script: Callable[[str], Path], index: int) -> None:
    field = LINES[index].split()[0]
    wrong = [*LINES[:index], f"{field} = {{ any = 1 }}", *LINES[index + 1 :]]
    name = rf"([\w.\[\]]+\.)?{field}"
    with pytest.raises(ScriptError, match=rf"^\S*scene\.toml:{index + 1}: {name} is a table; expected [^.].*\.$"):
        read_script(script("\n".join(wrong)))


def test_no_field_is_left_out_here(script: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    known: set[str] = set()
    close = Table.close

    def seen(table: Table) -> None:
        known.update(re.sub(r"\[\d+\]", "", table.name_of(key)) for key in table._asked)
        close(table)

    monkeypatch.setattr(Table, "close", seen)
    read_script(script(FULL))
    written: set[str] = set()
    table = ""
    for line in LINES:
        if line.startswith("["):
            table = line.strip("[]") + "."
            written.add(table[:-1])
        else:
            written.add(table + line.split()[0])
    assert known - written == {"dialogue"}  # it stands instead of turns
