"""Do once what the first run would otherwise wait for: bake the characters, load the model, compile the kernels.

`rsatalker warm-up`, or `python -m sidecar.warm_up` as scripts/environment.py runs it after an installation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from rsatalker.avatars.cast import CHARACTERS, FIRST_PAIR, load_avatar
from rsatalker.renderers.failed_build import forget_failed_build
from sidecar.config import ServeOptions
from sidecar.studio import RsaTalkerStudio


def warm_up(console: Console, characters: Sequence[str] | None = None, *, fitting: bool = False) -> None:
    """Bake characters and compile what draws them; what that makes is kept on disk.

    Args:
        console: Says how long it took.
        characters: Whom to bake; everyone if left out.
        fitting: Also compile what fitting an avatar needs; an installation leaves it out, to be talking sooner.

    Raises:
        RsaTalkerError: A file of the package is missing or malformed.
    """
    started = time.perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        for name in CHARACTERS if characters is None else characters:
            load_avatar(name, progress=_shown(progress, name))
        made = time.perf_counter()
        forget_failed_build()
        studio = RsaTalkerStudio(ServeOptions())
        minutes = ", minutes on a fresh machine" if studio.renderer_name == "gsplat" else ""
        progress.add_task(f"Compiling the kernels of the renderer {studio.renderer_name}{minutes}", total=None)
        studio.warm_up()
        if fitting:
            from rsatalker.training.avatar_warm_up import warm_up_fitting

            progress.add_task("Compiling the kernels of fitting", total=None)
            warm_up_fitting()
    ended = time.perf_counter()
    console.print(
        f"Characters made in {made - started:.0f} s; kernels of the renderer {studio.renderer_name} compiled in "
        f"{ended - made:.0f} s"
    )


def _shown(progress: Progress, name: str) -> Callable[[str, float], None]:
    """Return what shows how far the making of a character is."""
    task = progress.add_task(f"Making the character {name}", total=1.0)
    return lambda step, share: progress.update(
        task, description=f"Making the character {name}: {step}", completed=share
    )


if __name__ == "__main__":
    warm_up(Console(), FIRST_PAIR)
