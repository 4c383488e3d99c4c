"""The real model, avatars and renderer behind a sidecar: a voice opens the mouth of the one who speaks."""

from pathlib import Path

import numpy as np
import pytest
from running_sidecar import running_sidecar
from waiting import until

import rsatalker
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.speech.audio import read_audio
from sidecar.config import ServeOptions
from sidecar.regions.engine_region import EngineState, Playback
from sidecar.regions.frame_ring import Frame
from sidecar.regions.host_clock import host_clock_ns
from sidecar.remote_conversation import RemoteConversation
from sidecar.studio import RsaTalkerStudio

pytestmark = pytest.mark.integration

SAMPLE = Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"
JAW_OPEN = ARKIT_INDEX["jawOpen"]
SIZE_PX = 96
LONGEST_COMPILE_S = 240.0  # the first frame may have to wait for kernels, on a machine that does much else


def frames_at(conversation: RemoteConversation, position_us: int) -> list[Frame]:
    playback = Playback(1, position_us, host_clock_ns(), rate=0)
    conversation.engine.write(EngineState(1, (), conversation.world_from_heads, playbacks=(playback,)))

    def look() -> list[Frame] | None:
        frames = [ring.latest() for ring in conversation.frames]
        found = [frame for frame in frames if frame and frame.header.media_us == position_us]
        return found if len(found) == 2 else None

    return until(look, f"both frames at {position_us} us", LONGEST_COMPILE_S)


def test_voices_move_the_faces_of_the_cast():
    options = ServeOptions(port=0, warm_up=False)
    studio = RsaTalkerStudio(options)
    audio = read_audio(SAMPLE)
    with running_sidecar(studio, options) as running, running.connect() as client:
        names = [avatar.name for avatar in client.avatars()]
        with client.create_conversation(names[0], names[1], width=SIZE_PX, height=SIZE_PX, seed=3) as conversation:
            conversation.speak(
                audio.samples[:, : 4 * audio.sample_rate_hz], audio.sample_rate_hz, "both", utterance_id=1
            )
            steps = [frames_at(conversation, position_us) for position_us in range(0, 4_000_000, 200_000)]
    jaws = np.array([[frame.header.pose.arkit[JAW_OPEN] for frame in frames] for frames in steps])
    assert jaws.max() > 0.15
    for frames in steps:
        for frame in frames:
            covered = frame.colors[..., 3] > 128
            assert 0.1 < covered.mean() < 0.9
            depths = frame.depths[covered]
            assert 0.5 < depths.min() < depths.max() < 1.5
    first, last = (np.float32([frame.colors for frame in frames]) for frames in (steps[0], steps[-1]))
    assert np.abs(first - last).mean() > 0.1
