"""What is stored of an avatar: bound Gaussians, baked light, and which vertices drive what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, Int32

from rsatalker.avatars.baked_light import BakedLight, UnfoldedLight
from rsatalker.avatars.helper_frames import Helpers
from rsatalker.npz_file import open_npz
from rsatalker.whole_files import whole_file


@dataclass(frozen=True, slots=True)
class AvatarData:
    """Everything about an avatar except its head; lengths in metres, space of the neutral head.

    Attributes:
        bound: Array of `binding.BOUND`, as `gaussian_blocks.in_turns` orders it.
        ranks: Of each of them, from 0 to 1: which stay longest where fewer are drawn.
        garment: Vertices of the garment; they follow the torso.
        quads: Of the head, then of the garment (whose vertices follow the head's).
        neutral: Vertices of head and garment at rest.
        light: Baked at rest.
        mouth: Light inside it when it is open.
        left_lid: Light of the left lid when it is closed.
        right_lid: Light of the right lid when it is closed.
        follows_skull: 1 for vertices that move with the skull, 0 for those of the torso.
        around_eyes: For each eye, skin vertices whose shadow also falls on the eye.
        crease_vertices: Vertices that expressions cover or uncover, one entry per expression and vertex.
        crease_expressions: Index of the expression of each entry; the last one stands for the jaw.
        crease_changes: Light gained (or lost) at weight 1.
        helpers: What drives the helper frames.
        wrinkle_drivers: How much each group of wrinkles shows at weight 1 of each expression.
        wrinkles_at_rest: How much of each shows without any.
        sphere: Center and radius of a sphere around all Gaussians.
    """

    bound: np.ndarray
    ranks: Float32[np.ndarray, " N"]
    garment: Float32[np.ndarray, "G 3"]
    quads: Int32[np.ndarray, "Q 4"]
    neutral: Float32[np.ndarray, "V 3"]
    light: BakedLight
    mouth: UnfoldedLight
    left_lid: UnfoldedLight
    right_lid: UnfoldedLight
    follows_skull: Float32[np.ndarray, " V"]
    around_eyes: tuple[Int32[np.ndarray, " A"], Int32[np.ndarray, " B"]]
    crease_vertices: Int32[np.ndarray, " K"]
    crease_expressions: Int32[np.ndarray, " K"]
    crease_changes: Float32[np.ndarray, " K"]
    helpers: Helpers
    wrinkle_drivers: Float32[np.ndarray, "G E"]
    wrinkles_at_rest: Float32[np.ndarray, " G"]
    sphere: Float32[np.ndarray, "4"]

    def save(self, path: Path) -> None:
        """Write an npz file; it replaces an older one in one step."""
        with whole_file(path, shared=True) as draft, draft.open("wb") as file:
            np.savez(file, allow_pickle=False, **dict(_columns("", self)))

    @staticmethod
    def load(path: Path) -> AvatarData:
        """Read what `save` wrote.

        Raises:
            `NPZ_FAULTS`, KeyError: The file is missing or damaged.
        """
        with open_npz(path) as file:
            return _record(AvatarData, "", {name: file[name] for name in file.files})


def _columns(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the arrays of nested records under dotted names; tuples count their items."""
    if isinstance(value, np.ndarray):
        yield prefix, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _columns(f"{prefix}.{index}", item)
    else:
        for field in fields(value):
            yield from _columns(f"{prefix}.{field.name}".lstrip("."), getattr(value, field.name))


RECORDS: dict[str, type] = {
    "light": BakedLight,
    "mouth": UnfoldedLight,
    "left_lid": UnfoldedLight,
    "right_lid": UnfoldedLight,
    "helpers": Helpers,
}
TUPLES = ("around_eyes", "eyeballs", "margins")


def _record(kind: type, prefix: str, columns: dict[str, np.ndarray]) -> Any:
    """Return a record built from the arrays whose names start with the prefix."""
    values: list[Any] = []
    for field in fields(kind):
        name = f"{prefix}{field.name}"
        if field.name in RECORDS:
            values.append(_record(RECORDS[field.name], f"{name}.", columns))
        elif field.name in TUPLES:
            count = sum(key.startswith(f"{name}.") for key in columns)
            values.append(tuple(columns[f"{name}.{index}"] for index in range(count)))
        else:
            values.append(columns[name])
    return kind(*values)
