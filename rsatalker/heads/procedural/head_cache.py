"""Built heads on disk: a process that draws needs one at once, and every worker of a cutscene is such a process."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

import rsatalker
from rsatalker.cache import cache_folder
from rsatalker.heads.head import Head, Rig, SparseShapes
from rsatalker.heads.procedural.drive import ProceduralDrive
from rsatalker.heads.procedural.identity import Identity
from rsatalker.motion.expression_space import PROCEDURAL_1
from rsatalker.npz_file import NPZ_FAULTS, open_npz
from rsatalker.whole_files import FORGOTTEN_S, remove_drafts, whole_file

CODE = ("heads", "motion/expression_space.py")  # what a head is made by
KEPT_VERSIONS = 4  # of one person
ARRAYS = (
    "faces", "quads", "vertex_region", "quad_region", "landmarks", "joints", "eye_centers", "neutral_vertices",
)  # fmt: skip


def cached_head(name: str, identity: Identity) -> Head:
    """Return the head of a person, from disk if all that it is made of is unchanged; the same numbers as `build_head`.

    A damaged file is built anew. A cache that cannot be written costs time at the next start, nothing else.

    Args:
        name: Of the person; names the file.
        identity: The person's build.
    """
    digest = hashlib.sha256((repr(identity) + _code_digest()).encode()).hexdigest()[:20]
    path = cache_folder() / "heads" / f"{name}-{digest}.npz"
    try:
        return _read(path)
    except (*NPZ_FAULTS, KeyError):
        from rsatalker.heads.procedural.build import build_head  # with scipy, which a cached head does without

        head = build_head(identity)
    try:
        _write(path, head)
        _forget_older(path.parent, name)
    except OSError:  # read-only or full disk
        pass
    return head


def _read(path: Path) -> Head:
    with open_npz(path) as file:
        columns = {name: file[name] for name in file.files}
    left, right, contact = (
        (columns[f"{pair}.0"], columns[f"{pair}.1"]) for pair in ("left_lid", "right_lid", "lip_contact")
    )
    return Head(
        name="procedural",
        expression_space="procedural-1",
        expression_names=PROCEDURAL_1,
        lid_margins=(left, right),
        lip_contact=contact,
        eye_radius_m=float(columns["eye_radius_m"]),
        rig=Rig(
            SparseShapes(columns["starts"], columns["vertices"], columns["offsets"]),
            ProceduralDrive(),
            columns["skinning"],
            columns["skinning_held"],
        ),
        **{name: columns[name] for name in ARRAYS},
    )


def _write(path: Path, head: Head) -> None:
    """Write the arrays of a head; the file replaces an older one in one step."""
    columns = {name: getattr(head, name) for name in ARRAYS} | {"eye_radius_m": np.array(head.eye_radius_m)}
    pairs = {"left_lid": head.lid_margins[0], "right_lid": head.lid_margins[1], "lip_contact": head.lip_contact}
    columns |= {f"{name}.{index}": pair[index] for name, pair in pairs.items() for index in (0, 1)}
    columns |= {name: getattr(head.rig.shapes, name) for name in ("starts", "vertices", "offsets")}
    columns |= {name: getattr(head.rig, name) for name in ("skinning", "skinning_held")}
    with whole_file(path, shared=True) as draft, draft.open("wb") as file:
        np.savez(file, allow_pickle=False, **columns)


def _forget_older(folder: Path, name: str) -> None:
    """Remove all but the newest files of a person."""
    files = sorted(folder.glob(f"{name}-*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[KEPT_VERSIONS:]:
        path.unlink(missing_ok=True)
    remove_drafts(folder, FORGOTTEN_S)


@cache
def _code_digest() -> str:
    """Return a hash of the code that builds heads, its figures, and the libraries that do its sums."""
    digest = hashlib.sha256(f"{version('numpy')} {version('scipy')}".encode())
    package = Path(rsatalker.__path__[0])
    for root in (package / part for part in CODE):
        files = [root] if root.is_file() else [path for path in root.rglob("*") if path.suffix in (".py", ".json")]
        for file in sorted(files):
            digest.update(file.read_bytes())
    return digest.hexdigest()
