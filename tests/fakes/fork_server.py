"""Starts sidecars and their clients in a few milliseconds each, by forks of one process: for tests that kill many.

Reads lines: `sidecar` or `client`; answers each with the pid of a new process. A sidecar is `rsatalker serve` with a
light studio; a client is an engine that never rests: it makes a conversation, speaks, writes poses and reads frames,
and begins anew with the next sidecar when its own has gone. Ends with its standard input.
"""

import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from light_studio import LightStudio

from sidecar.client import SidecarClient
from sidecar.config import ServeOptions
from sidecar.errors import SidecarError
from sidecar.regions.engine_region import EngineState
from sidecar.server import serve

RATE_HZ = 16_000
LEASE_S = 4.0  # conversations of dead clients end soon, those of clients that are held up do not
CONVERSATIONS = 64


def run_sidecar() -> None:
    options = ServeOptions(port=0, warm_up=False, frame_size_px=32, lease_s=LEASE_S, max_conversations=CONVERSATIONS)
    serve(options, lambda options: LightStudio(), lambda line: None)


def run_client() -> None:
    while True:
        try:
            with SidecarClient.connect() as client:
                converse(client)
        except SidecarError:
            time.sleep(0.005)


def converse(client: SidecarClient) -> None:
    anchors = np.stack([np.eye(4, dtype=np.float32)] * 2)
    with client.create_conversation("ann", "bob") as conversation:
        conversation.speak(np.full(RATE_HZ, 0.5, np.float32), RATE_HZ, "a")
        for pose_id in range(1, 200):
            conversation.engine.write(EngineState(pose_id, (), anchors))
            conversation.frames[0].latest()
            conversation.motion.instants()
            if pose_id % 20 == 0:
                conversation.keep_alive()


def forked(run) -> int:
    pid = os.fork()
    if pid == 0:
        os.close(0)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            run()
        finally:
            os._exit(1)
    return pid


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried at once
    for line in sys.stdin:
        pid = forked({"sidecar": run_sidecar, "client": run_client}[line.strip()])
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
