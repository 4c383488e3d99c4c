"""Do once what the first run would otherwise wait for: bake the characters, load the model, compile the kernels.

`rsatalker warm-up`, or `python -m sidecar.warm_up` as scripts/environment.py runs it after an installation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from rsatalker.avatars.cast import CHARACTERS, FIRST_PAIR, is_built, load_avatar
from rsatalker.renderers.failed_build import forget_failed_build
from sidecar.compilations import compilations
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
    names = list(CHARACTERS if characters is None else characters)
    missing = [name for name in names if not is_built(name)]
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        compilations() as compiled,
    ):
        for name in names:
            if name in missing:
                _say_without_a_bar(console, f"Making the character {name}, for a minute or two")
            load_avatar(name, progress=_shown(progress, name))
        made = time.perf_counter()
        forget_failed_build()
        studio = RsaTalkerStudio(ServeOptions())
        minutes = ", minutes on a fresh machine" if studio.renderer_name == "gsplat" else ""
        task = f"Compiling or loading the kernels of the renderer {studio.renderer_name}{minutes}"
        progress.add_task(task, total=None)
        _say_without_a_bar(console, task)
        studio.warm_up()
        if fitting:
            from rsatalker.training.avatar_warm_up import warm_up_fitting

            progress.add_task("Compiling the kernels of fitting", total=None)
            warm_up_fitting()
    ended = time.perf_counter()
    if not missing and not compiled:
        console.print(
            f"Nothing to do: {len(names)} characters and the kernels of the renderer {studio.renderer_name} are there; "
            f"loading all took {ended - started:.0f} s"
        )
        return
    console.print(
        f"{len(missing)} of {len(names)} characters made in {made - started:.0f} s; {len(compiled)} functions "
        f"compiled, for the renderer {studio.renderer_name} in {ended - made:.0f} s"
    )


def _say_without_a_bar(console: Console, what: str) -> None:
    """Say what begins now where no bar can be drawn: into a pipe or a file it would be silent for minutes."""
    if not console.is_terminal:
        console.print(what)


def _shown(progress: Progress, name: str) -> Callable[[str, float], None]:
    """Return what shows how far the making of a character is."""
    task = progress.add_task(f"Making the character {name}", total=1.0)
    return lambda step, share: progress.update(
        task, description=f"Making the character {name}: {step}", completed=share
    )


if __name__ == "__main__":
    warm_up(Console(), FIRST_PAIR)
