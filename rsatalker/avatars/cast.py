"""The characters that ship: small recipes, no meshes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rsatalker.avatars.appearance.look import (
    BrowLook,
    ClothLook,
    EyeLook,
    HairLook,
    LashLook,
    LipLook,
    Look,
    SkinLook,
    StubbleLook,
)
from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.avatar_cache import cached_avatar_data
from rsatalker.avatars.avatar_folder import is_avatar, read_avatar
from rsatalker.avatars.fitted_avatar import FittedAvatar
from rsatalker.errors import AssetError
from rsatalker.heads.head import Head
from rsatalker.heads.procedural import Identity, build_head


@dataclass(frozen=True, slots=True)
class Character:
    """A person of their own: geometry and appearance.

    Attributes:
        name: Key in `CHARACTERS`.
        description: One line for people who choose.
        identity: Parameters of the procedural head.
        look: Recipe of the appearance.
    """

    name: str
    description: str
    identity: Identity
    look: Look


MARA = Character(
    name="mara",
    description="a fair woman with long auburn hair, green eyes and freckles",
    identity=Identity(
        male=-0.8, face_width=-0.25, face_length=-0.5, jaw=-0.45, taper=0.5, chin=0.15, cheekbones=0.45, fat=-0.1,
        nose=-0.5, nose_width=-0.5, nose_tip=0.3, eye_open=0.2, eye_tilt=0.2, lips=-0.2, mouth_width=0.3, neck=-0.6,
        brow_height=0.05, forehead=-0.6,
    ),
    look=Look(
        skin=SkinLook(
            color=(0.60, 0.335, 0.230), blood=(0.60, 0.205, 0.145), shade=(0.40, 0.205, 0.150), redness=0.50,
            under_eyes=0.5, blush=0.12, eye_shadow=(0.30, 0.16, 0.12), oil=0.75, pores=0.7, freckles=420, moles=1,
            age=0.1,
        ),
        lips=LipLook(color=(0.47, 0.165, 0.140), amount=0.84, gloss=0.75, roughness=0.36),
        eyes=EyeLook(inner=(0.30, 0.22, 0.07), outer=(0.07, 0.17, 0.13), pupil=0.33),
        brows=BrowLook(hairs=560, color=(0.085, 0.042, 0.024), thickness=0.36, length=0.44, arch=0.12),
        lashes=LashLook(hairs=112, length=0.50, line=(0.012, 0.008, 0.008), line_opacity=0.85, line_width=0.030),
        hair=HairLook(
            style="long", dark=(0.055, 0.020, 0.009), light=(0.20, 0.072, 0.026), strands=1360, width=0.073,
            length=27.0, part=1.4, wave=0.42,
            hairline=((0, 10.4), (22, 10.5), (40, 9.6), (52, 7.6), (62, 5.0), (70, 3.0), (80, 4.0), (100, 4.5),
                      (115, 0.0), (135, -4.0), (180, -5.0)),
        ),
        cloth=ClothLook(color=(0.050, 0.105, 0.095), kind="vneck", neckline_depth=4.2, band=0.9, shoulder_width=0.98),
        seed=1,
    ),
)  # fmt: skip

TOMAS = Character(
    name="tomas",
    description="a tanned man with short dark hair, brown eyes and stubble",
    identity=Identity(
        male=0.85, face_width=0.05, face_length=0.2, jaw=0.35, chin=0.4, brow_ridge=0.45, cheekbones=0.2, fat=-0.25,
        nose=-0.15, nose_width=-0.2, nose_bridge=0.25, eye_open=-0.1, lips=-0.25, neck=0.3, age=0.15,
    ),
    look=Look(
        skin=SkinLook(
            color=(0.355, 0.205, 0.135), blood=(0.36, 0.145, 0.095), shade=(0.20, 0.105, 0.075), redness=0.50,
            under_eyes=0.8, oil=0.8, pores=1.15, moles=3, age=0.45,
        ),
        lips=LipLook(color=(0.275, 0.108, 0.092), amount=0.76, gloss=0.7, roughness=0.42),
        eyes=EyeLook(inner=(0.16, 0.075, 0.025), outer=(0.075, 0.032, 0.012), pupil=0.36),
        brows=BrowLook(hairs=660, color=(0.022, 0.016, 0.013), thickness=0.50, length=0.50),
        lashes=LashLook(hairs=70, length=0.34, line_opacity=0.35),
        hair=HairLook(
            style="short", dark=(0.021, 0.014, 0.011), light=(0.090, 0.056, 0.037), strands=3000, width=0.046,
            length=3.7, side_length=1.25, shine=0.9,
            hairline=((0, 10.6), (22, 10.9), (36, 10.2), (47, 8.6), (55, 6.6), (62, 4.6), (70, 2.4), (76, 3.2),
                      (86, 4.4), (100, 4.0), (112, 2.0), (130, -3.0), (150, -5.0), (180, -5.0)),
        ),
        cloth=ClothLook(color=(0.030, 0.042, 0.060), neckline_depth=2.2, band=1.7, shoulder_width=1.14),
        stubble=StubbleLook(amount=0.52, color=(0.112, 0.084, 0.072), dots=3800),
        seed=2,
    ),
)  # fmt: skip

CHARACTERS: dict[str, Character] = {character.name: character for character in (MARA, TOMAS)}


def character_head(name: str) -> Head:
    """Return the mesh of a character.

    Raises:
        AssetError: There is no such character.
    """
    if name not in CHARACTERS:
        raise AssetError(f"there is no character {name!r}; choose one of {', '.join(sorted(CHARACTERS))}.")
    return build_head(CHARACTERS[name].identity)


def load_avatar(
    name: str | Path, *, detail: float = 1.0, threads: int = 2, progress: Callable[[str, float], None] | None = None
) -> Avatar | FittedAvatar:
    """Return an avatar that talks: a character of ours, or one that `rsatalker fit-avatar` made.

    A character comes from the cache in under a second, or is built, which takes up to a minute.

    Args:
        name: Key of `CHARACTERS`, or the folder of a fitted avatar.
        detail: 1 gives about 55,000 Gaussians, 0.7 about 38,000; a fitted avatar keeps those it has.
        threads: That one call of `follow` may use.
        progress: Told what is being done and which share of the work is done; not called when the cache answers.

    Raises:
        AssetError: There is no such character or folder, or the folder is malformed.
    """
    if name not in CHARACTERS and is_avatar(Path(name)):
        return read_avatar(Path(name), character_head, threads)
    if isinstance(name, Path) or name not in CHARACTERS:
        raise AssetError(
            f"there is no character {str(name)!r}; choose one of {', '.join(sorted(CHARACTERS))}, or give the folder "
            "of a fitted avatar."
        )
    character = CHARACTERS[name]
    head = character_head(name)
    data = cached_avatar_data(name, head, character.look, detail, progress or (lambda step, share: None))
    return Avatar(name, head, data, threads)
