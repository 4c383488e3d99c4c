"""Trouble of one conversation, and clocks that jump: nothing of it reaches anybody else."""

import ast
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from light_studio import LightStudio
from turned_by_hand import TICK_NS, Scene

import sidecar
from sidecar.conversation import Conversation, State
from sidecar.conversations import Conversations, ConversationSetup
from sidecar.intake import AudioFormat
from sidecar.motion_loop import MotionLoop
from sidecar.regions.engine_region import EngineRegionWriter, EngineState
from sidecar.regions.layout import REGION_HEADER
from sidecar.regions.shared_memory import open_region

pytestmark = pytest.mark.unit

MONO = AudioFormat(16_000, 1, "f32")
MAY_KNOW_THE_DATE = {"audio2face_service.py", "certificate.py", "shared_memory.py"}  # headers, validity, ages of files


@pytest.fixture
def other(scene: Scene, conversations: Conversations, setup: Callable[..., ConversationSetup]) -> Conversation:
    """A second conversation, in which a speaks, beside that of the scene."""
    second = conversations.create(setup())
    second.pace.look_again(scene.now_ns + TICK_NS)
    second.speak((0,), MONO, np.full(80_000, 0.5, "<f4").tobytes(), 0, scene.now_ns)
    return second


def keeps_going(scene: Scene, other: Conversation, ticks: int = 30) -> bool:
    """Return whether the other conversation gets a frame at each tick, and time goes on in it."""
    before, before_us = other.participants[0].frames_published, other.clock_us[0]
    for _ in range(ticks):
        while other.motion.advance(other.shown, scene.now_ns + TICK_NS):
            pass
        scene.tick()
    frames = other.participants[0].frames_published - before
    return frames == ticks and other.clock_us[0] > before_us and other.state is State.LIVE


def test_rubbish_in_an_engine_region_disturbs_nobody_else(scene: Scene, other: Conversation):
    keeps_going(scene, other)
    engine = EngineRegionWriter(scene.conversation.regions.engine.name)
    engine.write(EngineState(1, (), scene.conversation.world_from_heads))
    region = open_region(engine.name, writable=True)
    random = np.random.default_rng(0)
    for _ in range(40):
        size = len(region.bytes) - REGION_HEADER.itemsize
        first = REGION_HEADER.itemsize + int(random.integers(size - 64))
        region.bytes[first : first + 64] = random.integers(0, 256, 64, np.uint8)
        assert keeps_going(scene, other, ticks=1)
    assert scene.conversation.state is State.LIVE
    region.close()
    engine.close()


def test_engine_region_whose_header_is_overwritten_disturbs_nobody_else(scene: Scene, other: Conversation):
    keeps_going(scene, other)
    region = open_region(scene.conversation.regions.engine.name, writable=True)
    region.bytes[128 : REGION_HEADER.itemsize] = 0xFF
    assert keeps_going(scene, other)
    region.close()


def test_conversation_whose_avatar_fails_disturbs_nobody_else(scene: Scene, other: Conversation, studio: LightStudio):
    keeps_going(scene, other)
    studio.heads["ann"][0].fails = True
    assert keeps_going(scene, other)
    assert scene.conversation.state is State.FAILED
    assert "the brush broke" in scene.conversation.failure


def test_conversation_whose_motion_fails_disturbs_nobody_else(
    scene: Scene, other: Conversation, studio: LightStudio, conversations: Conversations
):
    keeps_going(scene, other)
    studio.sources[0].fails = True
    loop = MotionLoop(conversations, lambda: scene.now_ns)
    before_us = other.motion.end_us
    for _ in range(60):
        scene.now_ns += TICK_NS
        scene.turn_until_rest()
        while loop.turn() == 0:
            pass
    assert scene.conversation.state is State.FAILED
    assert "the model lost its thread" in scene.conversation.failure
    assert other.state is State.LIVE
    assert other.motion.end_us > before_us + 500_000


def test_frames_go_on_at_their_rate_after_the_machine_has_slept(scene: Scene, other: Conversation):
    keeps_going(scene, other)
    scene.now_ns += 3600 * 1_000_000_000
    scene.tick(2)
    assert keeps_going(scene, other)


def test_host_clock_that_steps_back_makes_no_time_pass(scene: Scene, other: Conversation):
    keeps_going(scene, other)
    before_us = other.clock_us[0]
    scene.now_ns -= 10 * TICK_NS
    scene.turn_until_rest()
    assert other.clock_us[0] == before_us
    scene.now_ns += 10 * TICK_NS
    assert keeps_going(scene, other)


def test_nothing_that_keeps_time_goes_by_the_wall_clock():
    """Wall clocks are set, by users and by NTP: a face would jump."""
    reading = {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow")}
    found = {
        path.name
        for path in Path(sidecar.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in reading
    }
    assert found <= MAY_KNOW_THE_DATE
