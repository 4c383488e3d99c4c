"""Drives a play session of the Unreal plugin: one command, one answer."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from region_probes import ROOT

from sidecar.errors import FrameRingError
from sidecar.regions.frame_ring import FrameRingReader

SHARED = Path("/dev") / "shm"
SERVER = ROOT / "tests" / "fakes" / "serve_bulging_studio.py"
PATIENCE_S = 60  # of the session's own time: a busy machine is slower


class PlaySession:
    """A running `play_session` program."""

    def __init__(self, program: Path, runtime: Path, **variables: str) -> None:
        self._errors = (runtime / "play_session.err").open("w+")
        self._process = subprocess.Popen(
            [str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=os.environ | {"RSATALKER_RUNTIME": str(runtime), "RSATALKER_STATE": str(runtime)} | variables,
        )

    def __call__(self, *words: object) -> dict[str, Any]:
        """Give a command and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self._said()
        return json.loads(line)

    def until(self, state: str) -> None:
        """Play on until the conversation is in a state; fails with what it said instead."""
        answer = self("until", state, PATIENCE_S)
        assert answer["reached"], f"{answer['state']}, not {state}: {answer['sentence']}\n" + "\n".join(answer["log"])

    def when(self, is_so: Callable[[dict[str, Any]], Any], *words: object) -> dict[str, Any]:
        """Play on until the answer to a command is so, and return it."""
        for _look in range(10 * PATIENCE_S):
            if is_so(answer := self(*words)):
                return answer
            self("run", 0.1)
        raise AssertionError(f"waited in vain; the answer to {words} is {answer}")

    def close(self) -> None:
        """End it; sanitizers must have found nothing."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        code = self._process.wait(60)
        self._process.stdout.close()
        said = self._said()
        self._errors.close()
        assert (code, said) == (0, "")

    def kill(self) -> None:
        self._process.kill()

    def _said(self) -> str:
        self._process.poll()
        self._errors.seek(0)
        return self._errors.read()[:6000]


@contextmanager
def play_session(program: Path, runtime: Path, **variables: str) -> Iterator[PlaySession]:
    session = PlaySession(program, runtime, **variables)
    try:
        yield session
    except BaseException:
        session.kill()
        raise
    session.close()


@contextmanager
def bulging_sidecar(runtime: Path, *lan: str) -> Iterator[subprocess.Popen[str]]:
    """A sidecar of its own process, its runtime file in a folder, and on the LAN if an address is given, and a port if
    it matters; yields once it is there.
    """
    with running(runtime, str(SERVER), *lan) as process:
        yield process


@contextmanager
def cast_sidecar(runtime: Path) -> Iterator[subprocess.Popen[str]]:
    """The sidecar that a user starts, with few Gaussians on each head."""
    options = ["--port=0", "--http-port=0", "--detail=0.1", "--no-warm-up", "--no-admit-by-load"]
    with running(runtime, "-m", "sidecar.cli", "serve", *options) as process:
        yield process


@contextmanager
def running(runtime: Path, *command: str) -> Iterator[subprocess.Popen[str]]:
    """A sidecar from its runtime file on until it has said its last word."""
    environment = os.environ | {
        "RSATALKER_RUNTIME": str(runtime),
        "PYTHONPATH": str(ROOT),
        "RSATALKER_STATE": str(runtime),
    }
    (runtime / "sidecar.json").unlink(missing_ok=True)  # of one that was killed
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            while not (runtime / "sidecar.json").exists() and process.stdout.readline():
                pass
            yield process
        finally:
            process.terminate()
            process.stdout.read()


def newest_pixels() -> list[np.ndarray]:
    """Return the newest pixels of every region of frames on this machine, layers one below the other.

    Left out are regions of motion, of engines, that are just removed, and that other tests have damaged.
    """
    found = []
    for name in [path.name for path in SHARED.glob("{*}")]:
        with contextlib.suppress(FrameRingError), contextlib.closing(FrameRingReader(name)) as reader:
            frame = reader.latest()
            if frame is not None:
                found.append(np.concatenate(list(frame.colors.copy())))
    return found


def card_of(play: PlaySession, head: str, file: Path) -> tuple[dict[str, Any], np.ndarray]:
    """Return a head's card and what it shows as soon as it shows something."""
    card = play.when(lambda card: card["shown"] and card.get("visible"), "card", head, file)
    return card, np.fromfile(file, np.uint8).reshape(card["height"], card["width"], 4)


def spoken(play: PlaySession, head: str, seconds: float, *more: str) -> int:
    turn = play("speak", head, seconds, *more)["turn"]
    assert turn > 0
    assert play("heard-start", turn, PATIENCE_S)["reached"]
    return turn
