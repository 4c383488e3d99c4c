"""Renders every format on a disk that is too small, then on one that is a little larger, and so on until all is there.

Started with `small_disk.cpp` before the C library, which acts the disk: not everybody may mount one. Writes a line of
JSON for each render that the disk ended, and a last one.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from light_avatar import LightAvatar  # noqa: E402

from rsatalker.cutscenes import chunk_artist  # noqa: E402
from rsatalker.cutscenes.batch import SAMPLE_DIALOGUE  # noqa: E402
from rsatalker.cutscenes.read_script import cutscene_from  # noqa: E402
from rsatalker.cutscenes.render import render_cutscene  # noqa: E402
from rsatalker.errors import RsaTalkerError  # noqa: E402

FORMATS = ("mp4", "av1", "prores", "qtrle", "png", "exr", "wav", "flame", "arkit", "timecode", "glb", "usd")
FIRST_SHARE, STEP_SHARE = 0.02, 0.18  # of what everything takes


def finished(out: Path) -> dict[str, int]:
    """Return hashes of all files that have their names."""
    names = (path.relative_to(out) for path in out.rglob("*") if path.is_file())
    return {str(name): hash((out / name).read_bytes()) for name in names if not name.parts[0].startswith(".")}


def unnamed(out: Path) -> list[str]:
    """Return what a render left half-written."""
    return [str(path.relative_to(out)) for path in out.rglob("*") if ".part" in path.name]


def scene() -> dict[str, Any]:
    """Return a short scene that writes everything."""
    return {
        "name": "scene",
        "participant": [{"avatar": "mara"}, {"avatar": "tomas"}],
        "dialogue": str(SAMPLE_DIALOGUE),
        "duration_s": 1.5,
        "shot": [{}, {"start_s": 0.5}, {"start_s": 1}],
        "output": {"width": 64, "height": 36, "frame_rate": 24, "write": list(FORMATS)},
    }


def tell(line: dict[str, Any]) -> None:
    """Write a line to whoever started this."""
    sys.stdout.write(json.dumps(line) + "\n")


def main() -> None:
    """Fill a disk again and again."""
    cutscene = cutscene_from(scene(), Path())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        wanted, small = Path(folder, "wanted"), Path(folder, "small")
        render_cutscene(cutscene, wanted, workers=1)
        whole = finished(wanted)
        disk_bytes = sum(-(-path.stat().st_size // 4096) * 4096 + 4096 for path in wanted.rglob("*"))
        small.mkdir()
        share = FIRST_SHARE
        while True:
            os.environ |= {"SMALL_DISK": str(small), "SMALL_DISK_BYTES": str(round(share * disk_bytes))}
            try:
                report = render_cutscene(cutscene, small, workers=1, free=lambda _: 1 << 40)
            except RsaTalkerError as error:
                there = finished(small)
                wrong = [name for name, content in there.items() if whole[name] != content]
                tell({"said": str(error), "there": len(there), "wrong": wrong, "part": unnamed(small)})
            else:
                tell({"kept": report.kept_frames, "same": finished(small) == whole})
                return
            share += STEP_SHARE


if __name__ == "__main__":
    chunk_artist.load_avatar = lambda name, **options: LightAvatar(str(name))
    main()
