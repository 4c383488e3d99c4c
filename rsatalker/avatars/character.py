"""What a character is: a small recipe, no mesh."""

from __future__ import annotations

from dataclasses import dataclass

from rsatalker.avatars.appearance.look import Look
from rsatalker.heads.procedural.identity import Identity


@dataclass(frozen=True, slots=True)
class Character:
    """A person of their own: geometry and appearance.

    Attributes:
        name: Key in `cast.CHARACTERS`.
        description: One line for people who choose.
        identity: Parameters of the procedural head.
        look: Recipe of the appearance.
    """

    name: str
    description: str
    identity: Identity
    look: Look
