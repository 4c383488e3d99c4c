"""A conversation of the real sidecar, read by Python, C++ and C# from processes of their own."""

import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from region_probes import BUILDERS, Probe

import rsatalker
from rsatalker.speech.audio import read_audio
from sidecar.client import SidecarClient
from sidecar.demo.engine import Engine
from sidecar.demo.sidecar_process import running_sidecar
from sidecar.remote_conversation import RemoteConversation

pytestmark = pytest.mark.cross_language

SAMPLE = Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"
SIZE_PX = 64
POSITIONS_US = (640_000, 1_240_000, 2_200_000)


@pytest.fixture(scope="module")  # its sidecar draws as long as it lives: of a larger scope, beside all other tests
def conversation() -> Iterator[RemoteConversation]:
    """Two seconds and a half of the sample dialogue in a sidecar that runs as a process of its own."""
    audio = read_audio(SAMPLE)
    voices = audio.samples[:, : round(2.5 * audio.sample_rate_hz)]
    with (
        running_sidecar("--detail", "0.1") as sidecar,
        SidecarClient.connect(sidecar.record.address, sidecar.record.token) as client,
    ):
        first, second = (avatar.name for avatar in client.avatars()[:2])
        with client.create_conversation(
            first, second, width=SIZE_PX, height=SIZE_PX, seed=3, starts_with_speech=True
        ) as conversation:
            Engine(conversation, 1).play(0, rate=0.0)  # the clock is held before the first sample is there
            conversation.speak(voices, audio.sample_rate_hz, "both", utterance_id=1)
            yield conversation


def rounded(values: Any) -> list[float]:
    """Decimal numbers as the float32 that they stand for."""
    return np.asarray(values, np.float32).tolist()


@pytest.mark.parametrize("name", BUILDERS)
def test_every_language_reads_the_same_conversation(
    build: Callable[[str], Probe], name: str, conversation: RemoteConversation
) -> None:
    probe = build(name)
    engine = Engine(conversation, 1)
    expressions = []
    for position_us in POSITIONS_US:
        frames = engine.frames_at(position_us, position_us)
        for reader, frame in zip(conversation.frames, frames, strict=True):
            (line,) = probe.run("once", reader.name)
            assert line["frame_number"] == frame.header.frame_number
            assert line["timeline_us"] == frame.header.timeline_us
            assert rounded(line["expression"]) == frame.header.pose.expression.tolist()
            assert rounded(line["jaw_pose"]) == frame.header.pose.jaw_pose.tolist()
            assert line["colors_crc32"] == zlib.crc32(frame.colors.data)
            assert line["depths_crc32"] == zlib.crc32(frame.depths.data)
            expressions.append(json.dumps(line["expression"]))
    assert len(set(expressions)) == len(expressions)  # heads and instants differ, so equality says something
