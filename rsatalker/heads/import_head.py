"""A FLAME model file or an ICT-FaceKit folder -> a head file, for avatars that are fitted or imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro

from rsatalker.errors import AssetError
from rsatalker.heads.arkit import expression_from_arkit
from rsatalker.heads.flame_file import FlameSpace, read_flame
from rsatalker.heads.head_file import write_head
from rsatalker.heads.ict_facekit import read_ict_facekit


@dataclass(frozen=True, slots=True)
class ImportHeadOptions:
    """Options of `rsatalker import-head`.

    Attributes:
        source: FLAME's .pkl, or the folder of ICT-FaceKit.
        out: Head file to write; beside the source under its name if left out.
        space: Of a FLAME file's expressions, where its name does not say it.
    """

    source: Annotated[Path, tyro.conf.Positional]
    out: Path | None = None
    space: FlameSpace | None = None


def import_head(options: ImportHeadOptions, say: Callable[[str], None]) -> Path:
    """Write the head file and return its path; `say` receives what was found, line by line.

    Raises:
        AssetError: The source is neither, or malformed.
    """
    source = options.source
    if source.is_dir():
        head, identity = read_ict_facekit(source, say)
    elif source.is_file() and source.suffix == ".pkl":
        head, identity = read_flame(source, options.space, say)
        head = replace(head, expression_from_arkit=expression_from_arkit(head))
        say("fitted to our own face, so that motion of ours and ARKit weights drive it")
    elif not source.exists():
        raise AssetError(f"{source} does not exist; give a FLAME model file (.pkl) or an ICT-FaceKit folder.")
    else:
        raise AssetError(f"{source} is no head; expected a FLAME model file (.pkl) or an ICT-FaceKit folder.")
    out = options.out or source.with_suffix(".head.npz")
    write_head(out, head, identity)
    say(f"written: {out}")
    return out
