"""What a stereo frame costs on its way to an engine: shared memory, gRPC, JPEG over WebSocket, all in one run."""

from __future__ import annotations

import io
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import util
from importlib.resources import files
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

import grpc
import numpy as np
from PIL import Image

from benchmarks.samples import in_turns, median, percentile
from rsatalker.motion.pose import FlamePose
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import Frame, FrameHeader, FrameRingReader, FrameRingWriter
from sidecar.regions.layout import FrameFlags

METHOD = "/transport.Frames/Next"
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
EYES = 2
MOST_SHARE = 1.3  # of a plain copy, that publishing may take


@dataclass(frozen=True)
class Options:
    """Time the ways of a stereo frame, colour and depth, on this machine.

    Shared memory is written and read by two threads of one process, as polling would add only to the wait; gRPC and
    WebSocket bring the frame from another process over loopback, on request. JPEG carries colour alone.

    Attributes:
        size: Width and height of one eye, pixels.
        rounds: How often each way is taken; they take turns, so that a busy machine slows all alike.
        quality: Of JPEG.
    """

    size: int = 1024
    rounds: int = 60
    quality: int = 85


def run(options: Options) -> None:
    """Print milliseconds a frame of every way, and how many times a plain copy that is."""
    if util.find_spec("websockets") is None:
        raise SystemExit("The package websockets is missing; python3 scripts/test.py installs it with the other tools.")
    from rich.console import Console
    from rich.table import Table

    with ExitStack() as stack:
        ways = stack.enter_context(shared_memory(options)) | stack.enter_context(from_other_process(options))
        for way in ways.values():
            way()
        times = in_turns(ways, options.rounds)
    copy_ms = median(times["plain copy"])
    table = Table("way of a frame", "p50 ms", "p95 ms", "x plain copy")
    for name, samples in times.items():
        p50 = median(samples)
        table.add_row(name, f"{p50:.2f}", f"{percentile(samples, 0.95):.2f}", f"{p50 / copy_ms:.2f}")
    megabytes = EYES * options.size**2 * 8 / 1e6
    console = Console()
    console.print(f"two eyes of {options.size} x {options.size}, colour and depth, {megabytes:.1f} MB, in turns")
    console.print(table)
    share = median(
        [publish / copy for publish, copy in zip(times["copy and publish"], times["plain copy"], strict=True)]
    )
    verdict = "kept" if share <= MOST_SHARE else "NOT kept"
    console.print(f"copy and publish / plain copy, median of the turns: {share:.2f}; at most {MOST_SHARE}: {verdict}")


def picture(size: int) -> np.ndarray:
    """Return both eyes' colours: what a head looks like to a codec."""
    with files("rsatalker").joinpath("samples/pictures/conversation.jpg").open("rb") as file:
        eye = np.asarray(Image.open(file).convert("RGBA").resize((size, size)))
    return np.stack([eye] * EYES)


@contextmanager
def shared_memory(options: Options) -> Iterator[dict[str, Callable[[], object]]]:
    """Give the ways that stay in this machine's memory."""
    colors, depths = picture(options.size), np.ones((EYES, options.size, options.size), np.float32)
    into_colors, into_depths = np.empty_like(colors), np.empty_like(depths)
    ring = FrameRingWriter(options.size, options.size, EYES, 43)
    reader = FrameRingReader(ring.name)
    anchor = np.eye(4, dtype=np.float32)
    views = (View(anchor, np.ones(4, np.float32), 0.1, 10.0),) * EYES
    header = FrameHeader(1, 0, 0, -1, 1, 0, 0, views, anchor, FrameFlags(0), FlamePose.neutral())
    kept: list[Frame | None] = [None, None]

    def plain_copy() -> None:
        np.copyto(into_colors, colors)
        np.copyto(into_depths, depths)

    def publish(copies: bool) -> None:
        slot = ring.begin()
        if copies:
            np.copyto(slot.colors, colors)
            np.copyto(slot.depths, depths)
        ring.publish(slot, header)

    def read() -> None:
        kept.append(reader.latest(into=kept.pop(0)))

    try:
        yield {
            "plain copy": plain_copy,
            "copy and publish": lambda: publish(copies=True),
            "publish what was drawn in place": lambda: publish(copies=False),
            "read": read,
        }
    finally:
        reader.close()
        ring.close()


@contextmanager
def from_other_process(options: Options) -> Iterator[dict[str, Callable[[], object]]]:
    """Give the ways over loopback."""
    from websockets.sync.client import connect

    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there, options), daemon=True)
    process.start()
    grpc_port, websocket_port = here.recv()
    try:
        with (
            grpc.insecure_channel(f"127.0.0.1:{grpc_port}", options=UNLIMITED) as channel,
            connect(f"ws://127.0.0.1:{websocket_port}", max_size=None, compression=None) as socket,
        ):
            call = channel.unary_unary(METHOD)

            def by_jpeg() -> None:
                socket.send(b"next")
                for _ in range(EYES):
                    np.asarray(Image.open(io.BytesIO(socket.recv())))

            yield {"gRPC": lambda: np.frombuffer(call(b""), np.uint8), "JPEG over WebSocket (no depth)": by_jpeg}
    finally:
        here.send("end")
        process.join()


def serve(pipe: Connection, options: Options) -> None:
    """Send frames on request, until told to end: another process."""
    from websockets.sync.server import serve as serve_websocket

    colors = picture(options.size)
    depths = np.ones((EYES, options.size, options.size), np.float32)

    def next_frame(request: bytes, context: Any) -> bytes:
        return colors.tobytes() + depths.tobytes()

    def send_pictures(socket: Any) -> None:
        for _ in socket:
            for eye in colors:
                encoded = io.BytesIO()
                Image.fromarray(eye[..., :3]).save(encoded, "JPEG", quality=options.quality)
                socket.send(encoded.getvalue())

    server = grpc.server(ThreadPoolExecutor(1), options=UNLIMITED)
    service, method = METHOD[1:].split("/")
    handler = grpc.method_handlers_generic_handler(service, {method: grpc.unary_unary_rpc_method_handler(next_frame)})
    server.add_generic_rpc_handlers((handler,))
    grpc_port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with serve_websocket(send_pictures, "127.0.0.1", 0, compression=None) as websocket:
        Thread(target=websocket.serve_forever, daemon=True).start()
        pipe.send((grpc_port, websocket.socket.getsockname()[1]))
        pipe.recv()
        websocket.shutdown()
    server.stop(None).wait()
