"""`rsatalker COMMAND`: hands the command line to the command's own file in `sidecar/commands`.

A command's file is imported only when it runs, so that --help answers at once.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rsatalker.errors import RsaTalkerError
from sidecar.commands import COMMANDS
from sidecar.errors import SidecarError

INTERRUPTED = 130  # exit code of a program that Ctrl+C ended, as shells count
READER_GONE = 141  # of one whose reader has gone, such as `head`


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name and return its exit code."""
    _accept_any_output()
    try:
        try:
            return _run(sys.argv[1:] if arguments is None else arguments)
        finally:
            sys.stdout.flush()  # that nobody reads any more shows here, and not when Python ends
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python still writes as it ends
        return READER_GONE


def _run(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        _print_help()
        return 0
    if arguments[0] == "--version":
        from sidecar.server import sidecar_version

        Console().print(f"rsatalker {sidecar_version()}", highlight=False)
        return 0
    if arguments[0] not in COMMANDS:
        _complain(f"There is no command {arguments[0]!r}{_meant(arguments[0])} Commands are {', '.join(COMMANDS)}.")
        return 2
    try:
        command = import_module(f"sidecar.commands.{arguments[0].replace('-', '_')}")
        return command.run(arguments[1:])
    except (RsaTalkerError, SidecarError) as error:
        _complain(str(error))
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:  # where no file of ours knows better: a folder that may not be written, a full disk
        place = f"{error.filename} cannot be used" if error.filename else "a file or a connection cannot be used"
        _complain(f"{place}: {error.strerror or error}. Name another one, or make room or the right to it.")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _accept_any_output() -> None:
    """Let nothing that is printed end this program.

    A game engine on Windows may start it with no output at all, which Python shows as None; and output into a file or a
    pipe is written in a code page there, which lacks most letters.
    """
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  as long as the program runs
    if sys.stderr is None:
        sys.stderr = sys.stdout
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _meant(word: str) -> str:
    """Return which command a misspelt one may have meant, as a clause."""
    near = get_close_matches(word, COMMANDS, n=1)
    return f"; did you mean {near[0]!r}?" if near else "."


def _print_help() -> None:
    console = Console()
    console.print("Animates two NPCs in conversation for Unity and Unreal.\n")
    console.print("usage: rsatalker COMMAND [options]      rsatalker COMMAND --help\n", markup=False, highlight=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, summary in COMMANDS.items():
        table.add_row(f"  [bold]{name}[/bold]", summary)
    console.print(table)


def _complain(sentence: str) -> None:
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)
    console.print(f"rsatalker: {sentence}", style="red")


if __name__ == "__main__":
    sys.exit(main())
