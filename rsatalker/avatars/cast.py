"""The characters that ship, by name, and how they are loaded.

What only a character that is not cached yet needs, and what reads other people's avatars, is imported by whoever comes
to it: with scipy, which both take, a start would be .3 s longer.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.avatar_cache import cached_avatar_data, is_cached
from rsatalker.avatars.character import Character
from rsatalker.avatars.characters.amara import AMARA
from rsatalker.avatars.characters.bruno import BRUNO
from rsatalker.avatars.characters.gustav import GUSTAV
from rsatalker.avatars.characters.helen import HELEN
from rsatalker.avatars.characters.kenji import KENJI
from rsatalker.avatars.characters.mara import MARA
from rsatalker.avatars.characters.rosa import ROSA
from rsatalker.avatars.characters.tomas import TOMAS
from rsatalker.avatars.fitted_avatar import FittedAvatar
from rsatalker.errors import AssetError
from rsatalker.heads.head import Head
from rsatalker.heads.procedural.head_cache import cached_head

CHARACTERS: dict[str, Character] = {
    character.name: character for character in (MARA, TOMAS, GUSTAV, ROSA, AMARA, KENJI, BRUNO, HELEN)
}

FIRST_PAIR = tuple(CHARACTERS)[:2]  # who hold the demo's dialogue, and are ready when a sidecar has started


def character_head(name: str) -> Head:
    """Return the mesh of a character.

    Raises:
        AssetError: There is no such character.
    """
    if name not in CHARACTERS:
        raise AssetError(f"there is no character {name!r}; choose one of {', '.join(CHARACTERS)}.")
    return cached_head(name, CHARACTERS[name].identity)


def is_built(name: str | Path, detail: float = 1.0) -> bool:
    """Return whether `load_avatar` will be quick; of fitted avatars and unknown names, that it need not build them."""
    if isinstance(name, Path) or name not in CHARACTERS:
        return True
    return is_cached(name, character_head(name), CHARACTERS[name].look, detail)


def load_avatar(
    name: str | Path, *, detail: float = 1.0, threads: int = 2, progress: Callable[[str, float], None] | None = None
) -> Avatar | FittedAvatar:
    """Return an avatar that talks: a character of ours, or one that `rsatalker fit-avatar` made.

    A character comes from the cache in under a second, or is built, which takes up to a minute.

    Args:
        name: Key of `CHARACTERS`, or the folder of a fitted avatar.
        detail: 1 gives about 70,000 Gaussians, 0.7 about 48,000; a fitted avatar keeps those it has.
        threads: That one call of `follow` may use.
        progress: Told what is being done and which share of the work is done; not called when the cache answers.

    Raises:
        AssetError: There is no such character or folder, or the folder is malformed.
    """
    if isinstance(name, Path) or name not in CHARACTERS:
        from rsatalker.avatars.avatar_folder import is_avatar, read_avatar

        if is_avatar(Path(name)):
            return read_avatar(Path(name), character_head, threads)
        raise AssetError(
            f"there is no character {str(name)!r}; choose one of {', '.join(CHARACTERS)}, or give the folder "
            "of a fitted avatar."
        )
    character = CHARACTERS[name]
    head = character_head(name)
    data = cached_avatar_data(name, head, character.look, detail, progress or (lambda step, share: None))
    return Avatar(name, head, data, threads)
