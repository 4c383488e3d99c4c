"""Built avatars on disk: found again by a hash of all that went into them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import rsatalker.avatars
from rsatalker.avatars.appearance.look import Look
from rsatalker.avatars.avatar_data import AvatarData
from rsatalker.cache import cache_folder
from rsatalker.heads.head import Head
from rsatalker.npz_file import NPZ_FAULTS
from rsatalker.whole_files import FORGOTTEN_S, remove_drafts

if TYPE_CHECKING:
    from rsatalker.avatars.build import Progress


def cached_avatar_data(name: str, head: Head, look: Look, detail: float, progress: Progress) -> AvatarData:
    """Return a built avatar, from disk if all that it is made of is unchanged.

    A damaged file is built anew. A cache that cannot be written costs time at the next start, nothing else.
    """
    path = _path(name, head, look, detail)
    try:
        return AvatarData.load(path)
    except (*NPZ_FAULTS, KeyError):
        from rsatalker.avatars.build import build_avatar_data  # see `cast` for why not sooner

        data = build_avatar_data(head, look, detail, progress)
    try:
        data.save(path)
        _forget_older(path, name)
    except OSError:  # read-only or full disk
        pass
    return data


def is_cached(name: str, head: Head, look: Look, detail: float) -> bool:
    """Return whether a built avatar is on disk, whole or not."""
    return _path(name, head, look, detail).exists()


def _path(name: str, head: Head, look: Look, detail: float) -> Path:
    return cache_folder() / "avatars" / f"{name}-{_digest(head, look, detail)}.npz"


def _digest(head: Head, look: Look, detail: float) -> str:
    """Return a hash of the head's geometry and motion, the recipe, and the code of this package."""
    digest = hashlib.sha256()
    for array in (head.neutral_vertices, head.quads, head.quad_region, head.landmarks):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(repr((look, detail, tuple(head.expression_names))).encode())
    package = Path(rsatalker.avatars.__path__[0])
    for source in sorted(package.rglob("*.py")):
        if source.parent.name != "characters":  # the recipe itself is in the hash; other people's are not
            digest.update(source.read_bytes())
    return digest.hexdigest()[:20]


def _forget_older(kept: Path, name: str) -> None:
    """Remove files of the same character that no longer match; a handful of details may stay side by side."""
    others = sorted(kept.parent.glob(f"{name}-*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[4:]:
        if path != kept:
            path.unlink(missing_ok=True)
    remove_drafts(kept.parent, FORGOTTEN_S)
