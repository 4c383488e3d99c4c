"""The demo from beginning to end."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from rsatalker.speech.audio import Audio
from sidecar.client import SidecarClient
from sidecar.demo.live import play_live
from sidecar.demo.options import DemoOptions, read_voices
from sidecar.demo.recording import record
from sidecar.demo.report import print_live, print_recording, print_stages
from sidecar.demo.scene import world_from_heads
from sidecar.demo.sidecar_process import LOOK_S, SidecarProcess, running_sidecar
from sidecar.errors import ConfigError, UnreachableError
from sidecar.remote_conversation import RemoteConversation

HEALTHY_S = 30.0  # longest wait from listening to serving
LINE_S = 10.0  # of the dialogue, between lines that tell how far it is


def run_demo(options: DemoOptions) -> None:
    """Play and record a dialogue as the client of a sidecar of its own, which is stopped in any case.

    Raises:
        RsaTalkerError: A voice cannot be used.
        SidecarError: The sidecar does not start, or refuses what was asked for.
    """
    console = Console()
    dialogue = read_voices(options)
    _make_folder(options.out)
    fitted = ("--avatars", str(options.avatars)) if options.avatars else ()
    console.print("Starting the sidecar as a process of its own: rsatalker serve")
    with (
        running_sidecar("--detail", str(options.detail), *fitted) as sidecar,
        _healthy_client(sidecar) as client,
    ):
        renderer = client.info().renderer
        console.print(f"It is healthy and listens at {sidecar.record.address} (pid {sidecar.record.pid}).")
        if options.live_s > 0:
            _play(client, options, dialogue, console)
            print_stages(console, client.status().stages, options.live_size_px, renderer)
        length = dialogue.duration_s
        with (
            _conversation(client, options, options.size_px) as conversation,
            progress_of(console, "Recording", length) as advance,
        ):
            recording = record(conversation, dialogue, options.size_px, options.out, advance)
        if options.live_s <= 0:
            print_stages(console, client.status().stages, options.size_px, renderer)
    print_recording(console, recording)


def _play(client: SidecarClient, options: DemoOptions, dialogue: Audio, console: Console) -> None:
    """Play the beginning of the dialogue live and print what was seen."""
    seconds = min(options.live_s, dialogue.duration_s)
    with (
        _conversation(client, options, options.live_size_px) as conversation,
        progress_of(console, "Playing live", seconds) as advance,
    ):
        live = play_live(conversation, dialogue, seconds, advance)
    print_live(console, live)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"The folder {folder} cannot be made: {error.strerror}. Name another with --out.") from error


def _healthy_client(sidecar: SidecarProcess) -> SidecarClient:
    """Return a client once the sidecar says that it serves."""
    deadline_s = time.monotonic() + HEALTHY_S
    while True:
        sidecar.check()
        try:
            client = SidecarClient.connect(sidecar.record.address, sidecar.record.token, client_name="rsatalker demo")
            if client.is_serving():
                return client
            client.close()
        except UnreachableError:
            if time.monotonic() > deadline_s:
                raise
        time.sleep(LOOK_S)


def _conversation(client: SidecarClient, options: DemoOptions, frame_px: int) -> RemoteConversation:
    """Return a fresh conversation as the options ask for."""
    cast = [avatar.name for avatar in client.avatars()]
    return client.create_conversation(
        options.avatar_a or cast[0],
        options.avatar_b or cast[1 % len(cast)],
        options.relationship(),
        width=frame_px,
        height=frame_px,
        seed=options.seed,
        starts_with_speech=True,  # the same seed and voices make the same video
        world_from_heads=world_from_heads(),
    )


@contextmanager
def progress_of(console: Console, what: str, seconds: float) -> Generator[Callable[[float], None]]:
    """Show how far the dialogue is, by a bar or, where nothing can be drawn over, by lines; yields what sets it."""
    if not console.is_terminal:
        yield _lines(console, what, seconds)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.1f} of {task.total:.1f} s"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task(what, total=seconds)
        yield lambda completed: progress.update(task, completed=completed)


def _lines(console: Console, what: str, seconds: float) -> Callable[[float], None]:
    console.print(f"{what} {seconds:.0f} s of the dialogue")
    told_s = 0.0

    def advance(completed: float) -> None:
        nonlocal told_s
        if completed >= told_s + LINE_S:
            told_s = completed - completed % LINE_S
            console.print(f"{what}: {told_s:.0f} of {seconds:.0f} s")

    return advance
