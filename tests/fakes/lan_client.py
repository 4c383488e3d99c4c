"""A client on another machine: does what each line of its input says, and answers with a line of JSON."""

import http.client
import json
import ssl
import sys
from dataclasses import asdict

import numpy as np

from sidecar.client import SidecarClient
from sidecar.errors import SidecarError
from sidecar.network.discovery import discover
from sidecar.requests import creation
from sidecar.v1.conversation_pb2 import FrameSetup

RATE_HZ = 16_000
CHUNK = np.full(RATE_HZ // 25, 0.5, np.float32)  # 40 ms


def found(seconds: str) -> list[dict]:
    return [{**asdict(one), "fingerprint": one.fingerprint()} for one in discover(float(seconds), first=True)]


def connect(address: str, token: str, fingerprint: str = "", insecure: str = "") -> dict:
    with SidecarClient.connect(address, token, fingerprint or None, insecure=bool(insecure)) as client:
        return {"version": client.info().sidecar_version, "serving": client.is_serving()}


def talk(address: str, token: str, fingerprint: str) -> dict:
    """Stream a voice and watch both heads until it is over."""
    frames = FrameSetup(width=64, height=64)
    with (
        SidecarClient.connect(address, token, fingerprint) as client,
        client.create_distant_conversation(creation(("ann", "bob"), frames=frames)) as conversation,
    ):
        spoken = conversation.stream_audio([CHUNK] * 50, RATE_HZ, "a")
        media_us, lost = [], 0
        for message in conversation.watch_motion(arkit_only=True):
            lost = message.lost_count
            heads = [instant.heads[0] for instant in message.instants]
            media_us += [head.media_us for head in heads if head.utterance_id == spoken.utterance_id]
            newest = message.instants[-1]
            is_said = newest.heads[0].utterance_id == spoken.utterance_id  # later than its length if chunks came late
            if newest.timeline_us >= spoken.start_us + spoken.duration_us and not is_said:
                break
        pictures = [message.picture for message, _ in zip(conversation.watch_frames("a"), range(20), strict=False)]
    return {
        "duration_us": spoken.duration_us,
        "media_us": media_us,
        "lost": lost,
        "pictures": len(pictures),
        "frame_numbers": [picture.frame_number for picture in pictures],
    }


def ask(address: str, host: str) -> dict:
    """Ask over HTTPS, whoever answers."""
    name, _, port = address.rpartition(":")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection(name, int(port), timeout=60, context=context)
    connection.request("GET", "/healthz", headers={"Host": host})
    answer = connection.getresponse()
    connection.close()
    return {"status": answer.status}


if __name__ == "__main__":
    commands = {command.__name__: command for command in (found, connect, talk, ask)}
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            answer: object = commands[name](*arguments)
        except (SidecarError, OSError) as error:
            answer = {"error": type(error).__name__, "sentence": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
