"""A conversation that lives for hours holds no more than one of minutes."""

import gc
import sys
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np
import pytest
from light_studio import DrawingCost, LightStudio
from turned_by_hand import TICK_NS, Scene

from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion, FlamePose
from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.speech.audio import SPEECH_RATE_HZ
from sidecar import clock
from sidecar.conversation import Conversation
from sidecar.conversations import Conversations, ConversationSetup
from sidecar.intake import AudioFormat
from sidecar.regions import layout
from sidecar.regions.engine_region import EngineRegionWriter, EngineState, Playback
from sidecar.timings import Timings

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("unchecked_shapes")]

FORMAT = AudioFormat(SPEECH_RATE_HZ, 1, "s16")
VOICE = np.zeros(SPEECH_RATE_HZ, "<i2").tobytes()  # a second
CHUNK = np.zeros(640, "<i2").tobytes()  # 40 ms
ROUND_TICKS = 180  # 3 s: in each somebody speaks, is interrupted, streams, runs dry and is cancelled
SHARED = (ModuleType, FunctionType, BuiltinFunctionType, type, Timings)  # with other conversations


class Forgetful:
    """Motion and a head that keep nothing of what they are told."""

    bounding_sphere = (np.array([0, 0.03, 0.02], np.float32), 0.14)

    def __init__(self, heard: int = 0) -> None:
        self.features_ms = self.motion_ms = 0.5
        self._heard = heard

    def push(self, voices) -> tuple[FlameMotion, FlameMotion]:
        first = self._heard * MOTION_RATE_HZ // SPEECH_RATE_HZ
        self._heard += voices.shape[1]
        poses = [FlamePose.neutral()] * (self._heard * MOTION_RATE_HZ // SPEECH_RATE_HZ - first)
        start_us = round(first * 1e6 / MOTION_RATE_HZ)
        if not poses:
            return (FlameMotion.empty(start_us, MOTION_RATE_HZ, "procedural-1"),) * 2
        return (FlameMotion.of(poses, start_us, MOTION_RATE_HZ, "procedural-1"),) * 2

    def pushing(self, voices):
        yield from ()
        return self.push(voices)

    def fork(self) -> "Forgetful":
        return Forgetful(self._heard)

    def place(self, world_from_head) -> None: ...

    def relate(self, social) -> None: ...

    def draw(self, pose, cameras, light, world_from_head, colors, depths, at_s=None) -> DrawingCost:
        return DrawingCost()


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> LightStudio:
    studio = LightStudio()
    monkeypatch.setattr(studio, "head", lambda avatar: Forgetful())
    monkeypatch.setattr(studio, "dialogue", lambda relationship, seed: Forgetful())
    for module, name in ((layout, "STALE_MS"), (clock, "SILENT_ENGINE_NS")):  # hours pass here, and no time by the host
        monkeypatch.setattr(module, name, 1 << 60)
    return studio


def bytes_held(root: object) -> int:
    """Return the memory of everything that can be reached from an object."""
    seen: dict[int, object] = {}
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, SHARED):
            continue
        seen[id(one)] = one
        waiting += gc.get_referents(one)
        if isinstance(one, np.ndarray) and one.base is not None:
            waiting.append(one.base)
    return sum(sys.getsizeof(one) for one in seen.values())


class Hours:
    """Rounds of a lively conversation with an engine that plays all that is said."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._conversation = scene, scene.conversation
        self._engine = EngineRegionWriter(self._conversation.regions.engine.name)
        self._pose_id = 0

    def close(self) -> None:
        self._engine.close()

    def pass_rounds(self, count: int) -> None:
        for number in range(count):
            self._say(number)

    def _say(self, number: int) -> None:
        one, voices = self._conversation, self._conversation.voices
        now_ns = self._scene.now_ns
        spoken = one.speak((0,), FORMAT, VOICE, 0, now_ns)
        self._play(spoken.utterance_id, ROUND_TICKS // 6)
        one.motion.relate(SocialInput(Relationship()))
        spoken = one.speak((1,), FORMAT, VOICE, 0, self._scene.now_ns, interrupts=True)
        self._play(spoken.utterance_id, ROUND_TICKS // 3)
        growing = one.begin((number % 2,), FORMAT, 0, self._scene.now_ns).utterance_id
        for sequence in range(8):
            voices.push(growing, sequence, CHUNK, self._scene.now_ns)
            self._play(growing, 2 if sequence != 4 else ROUND_TICKS // 6)  # once it runs dry
        one.cancel(growing, self._scene.now_ns)
        self._play(0, ROUND_TICKS // 4)

    def _play(self, utterance_id: int, ticks: int) -> None:
        for tick in range(0, ticks, 3):
            self._pose_id += 1
            now_ns = self._scene.now_ns
            position_us = tick * TICK_NS // 1000
            playbacks = (Playback(utterance_id, position_us, now_ns, 1.0),) if utterance_id else ()
            anchors = self._conversation.world_from_heads
            self._engine.write(EngineState(self._pose_id, (), anchors, playbacks=playbacks))
            self._scene.now_ns += 2 * TICK_NS
            self._scene.tick()


def test_conversation_of_hours_holds_no_more_than_one_of_minutes(
    conversations: Conversations, setup: Callable[..., ConversationSetup]
):
    hours = Hours(Scene(conversations, setup()))
    conversation: Conversation = hours._conversation
    hours.pass_rounds(23)
    begun_us, minutes_hold = conversation.clock_us[0], bytes_held(conversation)
    hours.pass_rounds(23)
    assert conversation.state == "live"
    assert conversation.clock_us[0] > 1.8 * begun_us
    assert conversation.motion.end_us > conversation.clock_us[0]
    assert bytes_held(conversation) < 1.05 * minutes_hold
    hours.close()
