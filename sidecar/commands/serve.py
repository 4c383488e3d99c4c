"""`rsatalker serve`."""

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from sidecar.commands.command_line import read_command_line
from sidecar.config import ServeOptions, read_options
from sidecar.errors import ConfigError

# Libraries that read these when they are loaded. Products here are small: a second thread gains nothing, and beside a
# busy game it spins while it waits for its core; ten times the cost of motion has been measured. Renderers have
# threads of their own.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LOG_FORMAT, LOG_TIME = "%(asctime)s %(levelname)s: %(message)s", "%Y-%m-%d %H:%M:%S"  # a line each, also in a file


def run(arguments: Sequence[str]) -> int:
    """Run the sidecar until it is interrupted."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # gRPC would complain in its own words before our sentence
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    from sidecar.server import serve
    from sidecar.studio import RsaTalkerStudio

    config, rest = _without_config(arguments)
    defaults = read_options(config) if config else ServeOptions()
    options = read_command_line(ServeOptions, "serve", rest, usage="[--config file.toml]", default=defaults)
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, datefmt=LOG_TIME)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # what it says of its start, and of every odd request
    serve(options, RsaTalkerStudio, _say)
    return 0


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


def _say(line: str) -> None:
    """Print a line at once, also into a pipe, without wrapping it or taking a fingerprint's ":CD:" for a picture."""
    Console(soft_wrap=True, highlight=False, markup=False, emoji=False).print(line)
    sys.stdout.flush()
