"""A voice that comes too late: the face neither freezes nor loses its sound."""

import numpy as np
import pytest
from light_studio import JAW_OPEN
from turned_by_hand import TICK_NS, Scene

from sidecar.intake import AudioFormat
from sidecar.regions.engine_region import EngineRegionWriter, EngineState, Playback

pytestmark = pytest.mark.unit

MONO = AudioFormat(16_000, 1, "f32")
TICK_S = TICK_NS * 1e-9


class LiveVoice:
    """A voice that is streamed while it is spoken, and played by an engine as far as it has come.

    Every sample is its own time in seconds / 10, so that a jaw tells which sample it shows.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.sent = 0  # samples
        self.played_us: int | None = None  # of the sound
        self._sequence = 0
        self._engine = EngineRegionWriter(scene.conversation.regions.engine.name)
        self._pose_id = 0
        self.utterance_id = scene.conversation.begin((0,), MONO, 0, scene.now_ns).utterance_id

    def send(self, seconds: float) -> None:
        end = self.sent + round(seconds * 16_000)
        chunk = np.arange(self.sent, end, dtype="<f4") / 160_000
        self.scene.conversation.voices.push(self.utterance_id, self._sequence, chunk.tobytes(), self.scene.now_ns)
        self.sent, self._sequence = end, self._sequence + 1

    def tick(self) -> None:
        """Let the engine play one tick further, if it has the samples, and show the heads."""
        rate = 0.0
        if self.played_us is not None:
            wanted_us = self.played_us + round(TICK_S * 1e6)
            if wanted_us < self.sent * 1e6 / 16_000:
                self.played_us, rate = wanted_us, 1.0
        self._pose_id += 1
        position = self.played_us
        playing = rate == 1.0 and position is not None
        playbacks = (Playback(self.utterance_id, position, self.scene.now_ns + TICK_NS, rate),) if playing else ()
        anchors = self.scene.conversation.world_from_heads
        self._engine.write(EngineState(self._pose_id, (), anchors, playbacks=playbacks))
        self.scene.tick()

    def jaw(self) -> float:
        shown_us = self.scene.conversation.clock_us[0]
        return float(self.scene.conversation.motion.pose(0, shown_us).arkit[JAW_OPEN])

    def close(self) -> None:
        self._engine.close()


@pytest.fixture
def voice(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sidecar.regions.slot_ring.host_clock_ns", lambda: scene.now_ns)  # the engine's beat
    scene.tick(10)
    live = LiveVoice(scene)
    yield live
    live.close()


def speak(voice: LiveVoice, ticks: int) -> None:
    """Stream and play for a while; the sound begins 350 ms after the first chunk."""
    for _ in range(ticks):
        voice.send(TICK_S)
        if voice.played_us is None and voice.sent > 0.35 * 16_000:
            voice.played_us = 0
        voice.tick()


def test_face_is_in_sync_with_a_stream_that_comes_in_time(voice: LiveVoice):
    speak(voice, 50)
    assert voice.played_us
    assert voice.scene.conversation.readings[0].media_us == pytest.approx(voice.played_us, abs=20_000)
    assert voice.jaw() == pytest.approx(voice.played_us * 1e-7, abs=0.003)


def test_face_relaxes_and_time_goes_on_when_chunks_stay_out(voice: LiveVoice):
    speak(voice, 50)
    stands = []
    before_us = voice.scene.conversation.clock_us[0]
    for _ in range(40):
        voice.tick()
        now_us = voice.scene.conversation.clock_us[0]
        stands.append(now_us == before_us)
        before_us = now_us
    assert voice.jaw() == 0
    longest = max(len(run) for run in "".join("s" if stood else " " for stood in stands).split(" "))
    assert longest * TICK_S <= 0.15  # a freeze that is hardly seen


def test_face_is_in_sync_again_when_the_chunks_go_on(voice: LiveVoice):
    speak(voice, 50)
    for _ in range(45):
        voice.tick()
    at_us = voice.played_us
    voice.send(0.3)  # the engine has run out, too: it gathers 300 ms again before it goes on
    speak(voice, 60)
    assert voice.played_us
    assert at_us
    assert voice.played_us > at_us + 500_000
    assert voice.scene.conversation.readings[0].media_us == pytest.approx(voice.played_us, abs=20_000)
    assert voice.jaw() == pytest.approx(voice.played_us * 1e-7, abs=0.003)


def test_late_chunk_costs_nothing_while_there_was_enough_before(voice: LiveVoice):
    speak(voice, 60)
    for _ in range(9):  # 150 ms, of the 350 ms that the engine is behind
        voice.tick()
    voice.send(9 * TICK_S)
    speak(voice, 60)
    utterance = voice.scene.conversation.voices.timeline[voice.utterance_id]
    assert len(utterance.segments) == 1
    assert voice.scene.conversation.readings[0].media_us == pytest.approx(voice.played_us, abs=20_000)
