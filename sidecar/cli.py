"""`rsatalker COMMAND`: hands the command line to the command's own file in `sidecar/commands`.

A command's file is imported only when it runs, so that --help answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from rich.console import Console
from rich.table import Table

from rsatalker.errors import RsaTalkerError
from sidecar.errors import SidecarError

INTERRUPTED = 130  # exit code of a program that Ctrl+C ended, as shells count

# Command: what it does, one line for --help. `a-b` is sidecar/commands/a_b.py.
COMMANDS: dict[str, str] = {
    "serve": "Run the sidecar beside an engine.",
    "demo": "Show two heads talking to each other; writes a video.",
    "status": "Show how a running sidecar is doing, live.",
    "discover": "List the sidecars on the LAN.",
    "render": "Render cutscenes from scripts to files, with no engine and no sidecar.",
    "gallery": "Render the README's pictures and clips.",
    "doctor": "Say what was found on this machine and what to do about what is missing.",
    "warm-up": "Make now what the first start would wait for: characters, compiled kernels.",
    "corpus": "Make the synthetic speech corpus that the motion model is trained on.",
    "train-speech": "Train the lips, speech of one voice to motion: stage 1 of training.",
    "train-dialogue": "Train both heads together: gaze, nods, blinks, smiles, by what they are to each other.",
    "compare-relations": "Render the same voices under several relationships, side by side.",
    "fit-avatar": "Fit an avatar to images of a person: stage 3 of training.",
    "evaluate": "Print the quality of a motion model beside baselines.",
    "import-head": "Make a head file of a FLAME model file or an ICT-FaceKit folder.",
    "retarget-motion": "Write motion of one head as motion of another, with ARKit-52 weights.",
    "import-avatar": "Make a talking avatar of a GaussianAvatars PLY, or of a plain one and a head.",
    "dress-head": "Let our skin, eyes and hair grow on the head of ICT-FaceKit.",
    "export-avatar": "Write an avatar in any pose as PLY (3D Gaussian Splatting) or SPZ.",
    "compare-heads": "Print and draw our head beside a real one: surface, shapes, what must not show.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        _print_help()
        return 0
    if arguments[0] == "--version":
        from sidecar.server import sidecar_version

        Console().print(f"rsatalker {sidecar_version()}", highlight=False)
        return 0
    if arguments[0] not in COMMANDS:
        _complain(f"There is no command {arguments[0]!r}. Commands are {', '.join(COMMANDS)}.")
        return 2
    try:
        command = import_module(f"sidecar.commands.{arguments[0].replace('-', '_')}")
        return command.run(arguments[1:])
    except (RsaTalkerError, SidecarError) as error:
        _complain(str(error))
        return 1
    except OSError as error:  # where no file of ours knows better: a folder that may not be written, a full disk
        place = f"{error.filename} cannot be used" if error.filename else "a file or a connection cannot be used"
        _complain(f"{place}: {error.strerror or error}. Name another one, or make room or the right to it.")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _print_help() -> None:
    console = Console()
    console.print("Animates two NPCs in conversation for Unity and Unreal.\n")
    console.print("usage: rsatalker COMMAND [options]      rsatalker COMMAND --help\n", markup=False, highlight=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, summary in COMMANDS.items():
        table.add_row(f"  [bold]{name}[/bold]", summary)
    console.print(table)


def _complain(sentence: str) -> None:
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    console.print(f"rsatalker: {sentence}", style="red")


if __name__ == "__main__":
    sys.exit(main())
