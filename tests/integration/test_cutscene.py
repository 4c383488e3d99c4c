"""A cutscene with real heads, drawn by several processes and by one: the same bytes."""

from pathlib import Path

import pytest

import rsatalker
from rsatalker.cutscenes.read_script import cutscene_from
from rsatalker.cutscenes.render import render_cutscene

pytestmark = pytest.mark.integration

DIALOGUE = Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"


def test_bytes_do_not_depend_on_the_number_of_workers(tmp_path: Path) -> None:
    cutscene = cutscene_from(
        {
            "participant": [{"avatar": "mara"}, {"avatar": "tomas"}],
            "dialogue": str(DIALOGUE),
            "duration_s": 1.25,
            "arrangement": "facing",
            "shot": [{}, {"start_s": 0.5, "preset": "over-the-shoulder", "of": "mara", "move": "hand-held"}],
            "output": {"width": 96, "height": 54, "write": ["mp4", "png", "exr", "glb"]},
        },
        tmp_path,
    )
    one = render_cutscene(cutscene, tmp_path / "one", workers=1)
    two = render_cutscene(cutscene, tmp_path / "two", workers=2)
    assert one.kept_frames == two.kept_frames == 0
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()]
    compared = [path for path in files if path.parts[0] != ".cutscene.work"]
    assert len(compared) == 1 + 30 + 30 + 2
    for path in compared:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes(), path
