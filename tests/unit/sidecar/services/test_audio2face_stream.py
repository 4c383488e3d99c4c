"""A voice comes back whole, with the weights of every instant, as a client of Audio2Face-3D expects."""

from itertools import pairwise

import numpy as np
import pytest
from light_studio import JAW_OPEN, LoudnessMotion

from rsatalker.errors import AudioError
from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.social import Relationship
from sidecar.errors import InvalidRequestError
from sidecar.motion_load import MotionLoad
from sidecar.nvidia_ace.a2f import v1_pb2 as a2f
from sidecar.nvidia_ace.animation_data import v1_pb2 as animation
from sidecar.nvidia_ace.audio import v1_pb2 as audio
from sidecar.nvidia_ace.controller import v1_pb2 as controller
from sidecar.nvidia_ace.emotion_aggregate import v1_pb2 as aggregate
from sidecar.nvidia_ace.emotion_with_timecode import v1_pb2 as timecoded
from sidecar.services.audio2face_stream import Audio2FaceStream
from sidecar.services.audio2face_weights import BLEND_SHAPES

pytestmark = pytest.mark.unit

RATE_HZ = 16_000


def header_of(rate_hz: int = RATE_HZ, **parts) -> controller.AudioStreamHeader:
    pcm = audio.AudioHeader(channel_count=1, samples_per_second=rate_hz, bits_per_sample=16)
    return controller.AudioStreamHeader(audio_header=pcm, **parts)


def stream_of(header: controller.AudioStreamHeader | None = None) -> tuple[Audio2FaceStream, LoudnessMotion]:
    source = LoudnessMotion(Relationship())
    return Audio2FaceStream(header or header_of(), source, MotionLoad()), source


def voice_of(samples: int, level: float = 0.25) -> bytes:
    return np.full(samples, round(level * 32768), "<i2").tobytes()


def counted_voice(samples: int) -> bytes:
    return (np.arange(samples) % 30_000).astype("<i2").tobytes()


def all_of(stream: Audio2FaceStream, voice: bytes, chunk_bytes: int = 3200) -> list[animation.AnimationData]:
    chunks = [voice[first : first + chunk_bytes] for first in range(0, len(voice), chunk_bytes)]
    return [data for chunk in chunks for data in stream.push(chunk)] + list(stream.finish())


def test_stream_takes_note_of_what_its_motion_costs():
    load = MotionLoad()
    all_of(Audio2FaceStream(header_of(), LoudnessMotion(Relationship()), load), voice_of(RATE_HZ))
    assert load.share > 0


def weights_of(data: animation.AnimationData) -> list[float]:
    return list(data.skel_animation.blend_shape_weights[0].values)


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100, 48_000])
def test_voice_comes_back_byte_for_byte_with_rising_time_codes(rate_hz: int):
    stream, _ = stream_of(header_of(rate_hz))
    voice = counted_voice(round(1.234 * rate_hz))
    found = all_of(stream, voice)
    assert b"".join(data.audio.audio_buffer for data in found) == voice
    times = [data.skel_animation.blend_shape_weights[0].time_code for data in found]
    assert times == [index / 30 for index in range(38)]  # 1.234 s at 30 Hz, the last instant begun
    starts = [data.audio.time_code for data in found]
    assert all(before < after for before, after in pairwise(starts))
    assert np.abs(np.array(starts) - times).max() <= 1 / rate_hz


def test_weights_do_not_depend_on_how_the_voice_is_cut():
    voice = voice_of(RATE_HZ)
    whole = [weights_of(data) for data in all_of(stream_of()[0], voice, len(voice))]
    assert [weights_of(data) for data in all_of(stream_of()[0], voice, 642)] == whole
    assert len(whole) == 30
    assert whole[15][JAW_OPEN] == pytest.approx(0.25, abs=0.01)


def test_header_names_shapes_as_arkit_does():
    header = stream_of()[0].header(1234.5)
    names = list(header.skel_animation_header.blend_shapes)
    assert len(names) == 52
    assert (names[0], names[JAW_OPEN], names[-1]) == ("EyeBlinkLeft", "JawOpen", "TongueOut")
    assert header.audio_header.samples_per_second == RATE_HZ
    assert header.start_time_code_since_epoch == 1234.5


@pytest.mark.parametrize(("clamps", "expected"), [(None, 1.0), (True, 1.0), (False, 1.1)])
def test_multipliers_offsets_and_clamping_change_the_weights(clamps: bool | None, expected: float):
    parameters = a2f.BlendShapeParameters(
        bs_weight_multipliers={"JawOpen": 4.0, "Antenna": 2.0},
        bs_weight_offsets={"JawOpen": 0.1, "CheekPuff": 0.3},
        enable_clamping_bs_weight=clamps,
    )
    stream, _ = stream_of(header_of(blendshape_params=parameters))
    weights = weights_of(all_of(stream, voice_of(RATE_HZ))[15])
    assert weights[JAW_OPEN] == pytest.approx(expected, abs=0.01)
    assert weights[BLEND_SHAPES.index("CheekPuff")] == pytest.approx(0.3)
    assert stream.ignored == ["Antenna"]


def test_emotions_become_moods_at_their_time():
    start = a2f.EmotionParameters(beginning_emotion={"joy": 0.5, "cheekiness": 0.5})
    stream, source = stream_of(header_of(emotion_params=start))
    change = timecoded.EmotionWithTimeCode(time_code=0.5, emotion={"Grief": 1.0, "anger": 0.2})
    found = [*stream.push(voice_of(RATE_HZ), [change]), *stream.finish()]
    moods = [mood for participant, mood in source.moods if participant == 0]
    assert [(mood.name, round(mood.strength, 5)) for mood in moods] == [("happy", 0.8), ("sad", 1.0)]
    told = [aggregate.EmotionAggregate() for _ in found]
    assert all(data.metadata["emotion_aggregate"].Unpack(into) for data, into in zip(found, told, strict=True))
    assert dict(told[0].input_emotions[0].emotion) == {"joy": 0.5, "cheekiness": 0.5}
    assert dict(told[-1].input_emotions[0].emotion) == pytest.approx({"grief": 1.0, "anger": 0.2})
    grief = [entry.a2f_smoothed_output[0].emotion.get("grief", 0.0) for entry in told]
    assert grief == sorted(grief)
    assert grief[5] == 0
    assert 0.3 < grief[-1] < 0.9  # half a second after the change, which settles in as long


def test_strength_of_emotions_and_of_the_mouth_is_taken_over():
    header = header_of(
        face_params=a2f.FaceParameters(float_params={"lowerFaceStrength": 1.25, "skinStrength": 1.0}),
        emotion_post_processing_params=a2f.EmotionPostProcessingParameters(emotion_strength=0.5),
        emotion_params=a2f.EmotionParameters(beginning_emotion={"fear": 1.0}),
    )
    _, source = stream_of(header)
    assert source.moods == [(0, Mood("afraid", 0.5))]
    assert source.styles == [(0, Style(1.25, 1.25))]


def test_stream_without_a_voice_has_no_instants():
    stream, _ = stream_of()
    assert list(stream.finish()) == []


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (controller.AudioStreamHeader(), "channel_count of the audio header is 0; expected 1"),
        (
            controller.AudioStreamHeader(audio_header=audio.AudioHeader(channel_count=2, bits_per_sample=16)),
            "channel_count of the audio header is 2",
        ),
        (
            controller.AudioStreamHeader(audio_header=audio.AudioHeader(channel_count=1, bits_per_sample=32)),
            "bits_per_sample of the audio header is 32; expected 16",
        ),
        (
            header_of(emotion_params=a2f.EmotionParameters(beginning_emotion={"boredom": 1})),
            "emotion is 'boredom'; expected one of amazement, anger",
        ),
        (
            header_of(emotion_params=a2f.EmotionParameters(beginning_emotion={"joy": 2})),
            "emotion joy has strength 2; expected 0 to 1",
        ),
        (
            header_of(emotion_params=a2f.EmotionParameters(live_transition_time=-1)),
            "live_transition_time is -1; expected 0 to 60 seconds",
        ),
        (
            header_of(
                emotion_post_processing_params=a2f.EmotionPostProcessingParameters(emotion_strength=float("nan"))
            ),
            "emotion_strength is nan; expected 0 to 1",
        ),
        (
            header_of(blendshape_params=a2f.BlendShapeParameters(bs_weight_offsets={"JawOpen": float("inf")})),
            "bs_weight_offsets of JawOpen is inf; expected a finite number",
        ),
        (
            header_of(face_params=a2f.FaceParameters(float_params={"lowerFaceStrength": 9})),
            "lowerFaceStrength is 9; expected 0 to 2",
        ),
    ],
)
def test_header_that_cannot_be_had_is_refused(header: controller.AudioStreamHeader, sentence: str):
    with pytest.raises(InvalidRequestError, match=sentence):
        stream_of(header)


def test_rate_that_cannot_be_used_is_refused():
    with pytest.raises(AudioError, match="sample rate of 4000 Hz; expected 8000 to 96000 Hz"):
        stream_of(header_of(4000))


def test_chunk_that_cannot_be_used_is_refused_before_anything_is_taken():
    stream, _ = stream_of()
    with pytest.raises(InvalidRequestError, match="no multiple of 2"):
        stream.push(b"123")
    with pytest.raises(InvalidRequestError, match=r"the chunk lasts 11.0 s; at most 10 s are taken"):
        stream.push(voice_of(11 * RATE_HZ))
    for time_code, name in ((float("nan"), "joy"), (0.0, "envy")):
        with pytest.raises(InvalidRequestError):
            stream.push(voice_of(100), [timecoded.EmotionWithTimeCode(time_code=time_code, emotion={name: 1})])
    assert len(all_of(stream, voice_of(RATE_HZ))) == 30


def test_voice_of_more_than_five_minutes_is_refused():
    stream, _ = stream_of(header_of(8000))
    for _ in range(30):
        stream.push(voice_of(80_000))  # what it would yield is left alone
    with pytest.raises(AudioError, match="the utterance lasts 300 s; at most 300 s are taken"):
        stream.push(voice_of(8))
