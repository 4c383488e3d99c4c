"""The generated layouts are fresh, and the generator refuses a layout that breaks its own rules."""

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidecar.regions import layout

pytestmark = pytest.mark.unit

SCRIPTS = Path(__file__).parents[3] / "scripts"
STRUCTS = {
    "RegionHeader": (layout.REGION_HEADER, layout.REGION_HEADER_RESERVED),
    "FrameSlot": (layout.FRAME_SLOT, layout.FRAME_SLOT_RESERVED),
    "MotionSlot": (layout.MOTION_SLOT, layout.MOTION_SLOT_RESERVED),
    "EngineSlot": (layout.ENGINE_SLOT, layout.ENGINE_SLOT_RESERVED),
}


@pytest.fixture(scope="module")
def generator() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPTS / "generate_layout.py"))


@pytest.mark.parametrize("script", ["generate_layout.py", "generate_vectors.py"])
def test_generated_files_are_fresh(script: str) -> None:
    command = [sys.executable, str(SCRIPTS / script), "--check"]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, ""), result.stderr


@pytest.mark.parametrize("name", STRUCTS)
def test_fields_and_reserved_bytes_cover_a_struct_once(name: str) -> None:
    dtype, reserved = STRUCTS[name]
    covered = np.zeros(dtype.itemsize, int)
    for field_dtype, offset, *_ in dtype.fields.values():
        covered[offset : offset + field_dtype.itemsize] += 1
    for offset, size in reserved:
        covered[offset : offset + size] += 1
    assert (covered == 1).all()


@pytest.mark.parametrize("name", STRUCTS)
def test_every_counter_and_time_is_aligned_to_its_size(name: str) -> None:
    dtype, _ = STRUCTS[name]
    assert all(offset % field.base.alignment == 0 for field, offset, *_ in dtype.fields.values())


def test_words_that_different_sides_poll_have_cache_lines_of_their_own() -> None:
    lines = [
        layout.REGION_HEADER.fields[name][1] // 64 for name in ("generation", "writer_pid", "latest", "heartbeat_ns")
    ]
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ('{ at = 4, name = "a", type = "u64", text = "" }', "not a multiple of 8"),
        (
            '{ at = 0, name = "a", type = "u64", text = "" }, { at = 4, name = "b", type = "u32", text = "" }',
            "overlaps",
        ),
        ('{ at = 0, name = "a", type = "u16", text = "" }', "neither a scalar nor a struct"),
        ('{ at = 0, name = "a", type = "u64", shape = [3], text = "" }', "must hold them"),
    ],
)
def test_generator_refuses_a_malformed_struct(generator: dict[str, Any], fields: str, complaint: str) -> None:
    head = 'constants = []\nenums = []\n[protocol]\n[[structs]]\nname = "S"\ntext = ""\nsize_bytes = 16\n'
    source = f"{head}fields = [{fields}]"
    with pytest.raises(generator["LayoutError"], match=complaint):
        generator["read_layout"](source)
