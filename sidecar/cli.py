"""`rsatalker serve | demo | doctor | corpus | train | evaluate`: reads the command line and hands it on.

A command's own modules are imported only when it runs, so that --help answers at once.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from rsatalker.errors import RsaTalkerError
from sidecar.errors import ConfigError, SidecarError

INTERRUPTED = 130  # exit code of a program that Ctrl+C ended, as shells count


@dataclass(frozen=True, slots=True)
class DoctorOptions:
    """`rsatalker doctor` has no options."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of `rsatalker`.

    Attributes:
        summary: One line for --help.
        run: Receives the arguments after the command's name; returns the exit code.
    """

    summary: str
    run: Callable[[Sequence[str]], int]


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
    command = COMMANDS.get(arguments[0])
    if command is None:
        _complain(f"There is no command {arguments[0]!r}. Commands are {', '.join(COMMANDS)}.")
        return 2
    try:
        return command.run(arguments[1:])
    except (RsaTalkerError, SidecarError) as error:
        _complain(str(error))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def serve(arguments: Sequence[str]) -> int:
    """Run the sidecar until it is interrupted."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # gRPC would complain in its own words before our sentence
    import tyro

    from sidecar.config import ServeOptions, read_options
    from sidecar.server import serve as serve_until_stopped
    from sidecar.studio import RsaTalkerStudio

    config, rest = _without_config(arguments)
    defaults = read_options(config) if config else ServeOptions()
    options = tyro.cli(ServeOptions, args=rest, default=defaults, prog="rsatalker serve [--config file.toml]")
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[RichHandler(console=Console(stderr=True))])
    serve_until_stopped(options, RsaTalkerStudio, _say)
    return 0


def demo(arguments: Sequence[str]) -> int:
    """Show two heads talking to each other."""
    import tyro

    from sidecar.demo.options import DemoOptions
    from sidecar.demo.show import run_demo

    run_demo(tyro.cli(DemoOptions, args=arguments, prog="rsatalker demo"))
    return 0


def doctor(arguments: Sequence[str]) -> int:
    """Say what was found on this machine."""
    import tyro

    from sidecar.doctor import examine, print_findings

    tyro.cli(DoctorOptions, args=arguments, prog="rsatalker doctor")
    return print_findings(examine(), Console())


def corpus(arguments: Sequence[str]) -> int:
    """Make the synthetic speech corpus."""
    import tyro

    from rsatalker.training.corpus import CorpusOptions, make_corpus

    make_corpus(tyro.cli(CorpusOptions, args=arguments, prog="rsatalker corpus"), Console())
    return 0


def train(arguments: Sequence[str]) -> int:
    """Train the motion model."""
    import tyro

    from rsatalker.training.train import TrainOptions
    from rsatalker.training.train import train as train_model

    train_model(tyro.cli(TrainOptions, args=arguments, prog="rsatalker train"), Console())
    return 0


def evaluate(arguments: Sequence[str]) -> int:
    """Print the quality of a checkpoint beside baselines."""
    import tyro

    from rsatalker.training.evaluate import EvaluateOptions
    from rsatalker.training.evaluate import evaluate as evaluate_checkpoint

    evaluate_checkpoint(tyro.cli(EvaluateOptions, args=arguments, prog="rsatalker evaluate"), Console())
    return 0


COMMANDS: dict[str, Command] = {
    "serve": Command("Run the sidecar beside an engine.", serve),
    "demo": Command("Show two heads talking to each other; writes a video.", demo),
    "doctor": Command("Say what was found on this machine and what to do about what is missing.", doctor),
    "corpus": Command("Make the synthetic speech corpus that the motion model is trained on.", corpus),
    "train": Command("Train the motion model.", train),
    "evaluate": Command("Print the quality of a motion model beside baselines.", evaluate),
}


def _without_config(arguments: Sequence[str]) -> tuple[Path | None, list[str]]:
    """Return the file of `--config` and the arguments without it."""
    rest = list(arguments)
    for index, argument in enumerate(rest):
        if argument.startswith("--config="):
            del rest[index]
            return Path(argument.partition("=")[2]), rest
        if argument == "--config":
            if index + 1 == len(rest):
                raise ConfigError("--config needs the name of a TOML file.")
            file = Path(rest[index + 1])
            del rest[index : index + 2]
            return file, rest
    return None, rest


def _print_help() -> None:
    console = Console()
    console.print("Animates two NPCs in conversation for Unity and Unreal.\n")
    console.print("usage: rsatalker COMMAND [options]      rsatalker COMMAND --help\n", markup=False, highlight=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, command in COMMANDS.items():
        table.add_row(f"  [bold]{name}[/bold]", command.summary)
    console.print(table)


def _say(line: str) -> None:
    """Print a line at once, also into a pipe, without wrapping it."""
    Console(soft_wrap=True, highlight=False, markup=False).print(line)
    sys.stdout.flush()


def _complain(sentence: str) -> None:
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    console.print(f"rsatalker: {sentence}", style="red")


if __name__ == "__main__":
    sys.exit(main())
