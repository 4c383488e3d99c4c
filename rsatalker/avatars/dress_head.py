"""`rsatalker dress-head`: our skin, eyes, brows, lashes, hair and cloth on the head of ICT-FaceKit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from rsatalker.avatars.avatar_folder import HEAD, AvatarNote, write_note
from rsatalker.avatars.build import Progress, build_avatar_data
from rsatalker.avatars.cast import CHARACTERS
from rsatalker.avatars.dressed_folder import write_dressed
from rsatalker.avatars.fitted_avatar import BETWEEN_EYES
from rsatalker.errors import AssetError, OptionError
from rsatalker.heads.head_file import write_head
from rsatalker.heads.ict_character import ict_character
from rsatalker.heads.ict_facekit import read_ict_kit
from rsatalker.option_ranges import check_ranges

FINEST = 2.0  # detail: beyond what headsets show, and minutes of work
FARTHEST = 10.0  # from the average person, standard deviations; nobody is


@dataclass(frozen=True, slots=True)
class DressHeadOptions:
    """Options of `rsatalker dress-head`.

    Attributes:
        kit: Folder of ICT-FaceKit, or its FaceXModel.
        like: Character of the cast whose skin, eyes, hair and clothes the head gets.
        out: Folder to write; `serve --avatars`, `demo --avatars` and scripts of cutscenes take the folder above it.
        betas: Whom of the kit's identity space the head becomes, standard deviations; the average person if left out.
        detail: 1 gives about 70,000 Gaussians.
        description: One line for people who choose.
    """

    kit: Annotated[Path, tyro.conf.Positional]
    like: str
    out: Path
    betas: tuple[float, ...] = ()
    detail: float = 1.0
    description: str = ""

    def __post_init__(self) -> None:
        check_ranges(self, {"detail": (0.05, FINEST)})
        if not all(abs(beta) <= FARTHEST for beta in self.betas):
            given = " ".join(f"{beta:g}" for beta in self.betas)
            raise OptionError(f"betas are {given}; expected -{FARTHEST:g} to {FARTHEST:g} standard deviations each.")


def dress_head(options: DressHeadOptions, say: Callable[[str], None], progress: Progress) -> Path:
    """Write the folder and return it; `say` receives what was found, `progress` what is being done.

    Raises:
        AssetError: There is no such kit or character, or the identity has more coefficients than the kit.
    """
    if options.like not in CHARACTERS:
        raise AssetError(f"there is no character {options.like!r}; choose one of {', '.join(CHARACTERS)}.")
    kit = read_ict_kit(options.kit, say)
    person = kit.head
    if options.betas:
        if kit.identity is None:
            raise AssetError(
                f"{options.kit} has no identity modes; leave out --betas, or add identity000.obj and others."
            )
        person = kit.identity.person(person, np.array(options.betas))
    shift = (BETWEEN_EYES - person.joints[3:].mean(0)).astype(np.float32)  # eyes where our own heads have them
    person = replace(
        person, name=options.out.name, neutral_vertices=person.neutral_vertices + shift, joints=person.joints + shift
    )
    head = ict_character(options.out.name, person, kit.quads, kit.kept)
    data = build_avatar_data(head, CHARACTERS[options.like].look, options.detail, progress)
    options.out.mkdir(parents=True, exist_ok=True)
    write_head(options.out / HEAD, person)
    write_dressed(options.out, head, data)
    write_note(
        options.out,
        AvatarNote(
            name=options.out.name,
            description=options.description or f"ICT-FaceKit's head that looks like {options.like}", carriers="affine",
            antialiased=False, expression_space=head.expression_space, character="",
            background=(0.0, 0.0, 0.0), made={"by": "dress-head", "like": options.like, "betas": list(options.betas)},
        ),
    )  # fmt: skip
    say(f"{len(data.bound):,} Gaussians")
    say(f"written: {options.out}; try it: rsatalker demo --avatars {options.out.parent} --avatar-a {options.out.name}")
    return options.out
