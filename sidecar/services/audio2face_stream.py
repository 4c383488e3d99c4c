"""One stream of NVIDIA Audio2Face-3D: a voice in, time-coded ARKit weights with the same voice out."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.mood import STRONGEST_STYLE, Style
from rsatalker.motion.pose import MOTION_RATE_HZ
from rsatalker.speech.audio import SPEECH_RATE_HZ
from sidecar.errors import InvalidRequestError
from sidecar.intake import AudioFormat, Intake
from sidecar.motion_load import MotionLoad
from sidecar.nvidia_ace.animation_data import v1_pb2 as animation
from sidecar.nvidia_ace.audio import v1_pb2 as audio
from sidecar.nvidia_ace.controller import v1_pb2 as controller
from sidecar.nvidia_ace.emotion_aggregate import v1_pb2 as aggregate
from sidecar.nvidia_ace.emotion_with_timecode import v1_pb2 as timecoded
from sidecar.services.audio2face_emotions import SETTLE_S, SmoothedEmotions, checked_emotions, mood_of
from sidecar.services.audio2face_weights import BLEND_SHAPES, WeightRule
from sidecar.studio import MotionSource

BLOCK = SPEECH_RATE_HZ // 10  # samples heard at a turn, 100 ms: as finely as emotions can change
LONGEST_TAIL_S = 2.0  # of silence after the end, until the last instant must have come
SAMPLE_BYTES = 2
SPEAKER = 0  # whose face is sent; the other head of the dialogue is silent and nobody sees it


class Audio2FaceStream:
    """What a client hears back for one voice. One thread at a time.

    Args:
        header: What the client asks for.
        source: Makes the motion.
        load: Takes note of what that costs.

    Attributes:
        ignored: Names of blend shapes that the client sets and nobody has.

    Raises:
        AudioError: The sample rate cannot be used.
        InvalidRequestError: The header asks for something that cannot be had; the message names it.
    """

    def __init__(self, header: controller.AudioStreamHeader, source: MotionSource, load: MotionLoad) -> None:
        check_header(header.audio_header)
        self._audio_header = header.audio_header
        self._source = source
        self._load = load
        self._rate_hz = header.audio_header.samples_per_second
        self._intake = Intake(AudioFormat(self._rate_hz, 1, "s16"), (SPEAKER,))
        self._rule = WeightRule(header.blendshape_params)
        self.ignored = self._rule.unknown
        self._voice = bytearray()  # as it came; what was sent back is cut off
        self._sent_samples = 0
        self._received_samples = 0
        self._sent = 0  # instants
        self._emotions = checked_emotions(header.emotion_params.beginning_emotion)
        self._ahead: deque[tuple[float, dict[str, float]]] = deque()  # emotions whose time has not come
        self._strength = emotion_strength(header)
        self._smoothed = SmoothedEmotions(settle_s(header), self._emotions)
        source.set_mood(SPEAKER, mood_of(self._emotions, self._strength))
        source.set_style(SPEAKER, style_of(header))

    def header(self, now_s: float) -> controller.AnimationDataStreamHeader:
        """Return what precedes all animation; `now_s` is Unix time."""
        return controller.AnimationDataStreamHeader(
            audio_header=self._audio_header,
            skel_animation_header=animation.SkelAnimationHeader(blend_shapes=BLEND_SHAPES),
            start_time_code_since_epoch=now_s,
        )

    def push(
        self, voice: bytes, emotions: Sequence[timecoded.EmotionWithTimeCode] = ()
    ) -> Iterator[animation.AnimationData]:
        """Yield the instants that a chunk completes; all that can be refused is refused before the first.

        Raises:
            AudioError: The voice gets too long.
            InvalidRequestError: The chunk is too long or odd, or an emotion cannot be used.
        """
        later = [(at_s(emotion), checked_emotions(emotion.emotion)) for emotion in emotions]
        samples = self._intake.push(voice)[0]
        self._ahead = deque(sorted((*self._ahead, *later), key=lambda entry: entry[0]))
        self._voice += voice
        self._received_samples += len(voice) // SAMPLE_BYTES
        return self._hear(samples)

    def finish(self) -> Iterator[animation.AnimationData]:
        """Yield the instants that were still waiting for audio, so that all of the voice has been sent back."""
        yield from self._hear(self._intake.finish()[0])
        silence = np.zeros(BLOCK, np.float32)
        for _ in range(round(LONGEST_TAIL_S * SPEECH_RATE_HZ / BLOCK)):
            if self._sent >= self._instants_due:
                return
            yield from self._hear(silence)
        raise AssertionError(f"the motion of {self._instants_due} instants ended after {self._sent}")

    @property
    def _instants_due(self) -> int:
        """Instants that begin before the voice ends."""
        return -(-self._received_samples * MOTION_RATE_HZ // self._rate_hz)

    def _hear(self, samples: Float32[np.ndarray, " S"]) -> Iterator[animation.AnimationData]:
        for first in range(0, len(samples), BLOCK):
            block = samples[first : first + BLOCK]
            self._feel()
            voices = np.zeros((2, len(block)), np.float32)
            voices[SPEAKER] = block
            started_s = time.perf_counter()
            motion = self._source.push(voices)[SPEAKER]
            self._load.note(time.perf_counter() - started_s, len(block))
            for pose in motion:
                if self._sent < self._instants_due:
                    yield self._instant(pose.arkit)

    def _feel(self) -> None:
        """Take up the emotions whose time has come for the next instant, which lies behind the sound that is heard."""
        before = self._emotions
        while self._ahead and self._ahead[0][0] <= self._sent / MOTION_RATE_HZ:
            self._emotions = self._ahead.popleft()[1]
        if self._emotions != before:
            self._source.set_mood(SPEAKER, mood_of(self._emotions, self._strength))

    def _instant(self, weights: Float32[np.ndarray, "52"]) -> animation.AnimationData:
        time_s = self._sent / MOTION_RATE_HZ
        self._sent += 1
        data = animation.AnimationData(
            skel_animation=animation.SkelAnimation(
                blend_shape_weights=[
                    animation.FloatArrayWithTimeCode(time_code=time_s, values=self._rule.apply(weights).tolist())
                ]
            ),
            audio=animation.AudioWithTimeCode(
                time_code=self._sent_samples / self._rate_hz, audio_buffer=self._voice_until(self._sent)
            ),
        )
        felt = self._smoothed.step(self._emotions, 1 / MOTION_RATE_HZ)
        data.metadata["emotion_aggregate"].Pack(
            aggregate.EmotionAggregate(
                input_emotions=[timecoded.EmotionWithTimeCode(time_code=time_s, emotion=self._emotions)],
                a2f_smoothed_output=[timecoded.EmotionWithTimeCode(time_code=time_s, emotion=felt)],
            )
        )
        return data

    def _voice_until(self, instant: int) -> bytes:
        """Return the part of the voice up to an instant that has not been sent back yet."""
        end = min(instant * self._rate_hz // MOTION_RATE_HZ, self._received_samples)
        part = bytes(self._voice[: SAMPLE_BYTES * (end - self._sent_samples)])
        del self._voice[: len(part)]
        self._sent_samples = end
        return part


def check_header(header: audio.AudioHeader) -> None:
    """Raise InvalidRequestError unless the audio is one channel of 16-bit PCM; its rate is checked where it is used."""
    for field, found, expected in (
        ("audio_format", header.audio_format, 0),
        ("channel_count", header.channel_count, 1),
        ("bits_per_sample", header.bits_per_sample, 8 * SAMPLE_BYTES),
    ):
        if found != expected:
            raise InvalidRequestError(
                f"{field} of the audio header is {found}; expected {expected}: one channel of 16-bit PCM is taken."
            )


def at_s(emotion: timecoded.EmotionWithTimeCode) -> float:
    """Return when an emotion begins."""
    if not np.isfinite(emotion.time_code):
        raise InvalidRequestError(f"time_code of an emotion is {emotion.time_code}; expected seconds.")
    return emotion.time_code


def emotion_strength(header: controller.AudioStreamHeader) -> float:
    """Return the factor on all emotions."""
    parameters = header.emotion_post_processing_params
    strength = parameters.emotion_strength if parameters.HasField("emotion_strength") else 1.0
    if not 0 <= strength <= 1:
        raise InvalidRequestError(f"emotion_strength is {strength:g}; expected 0 to 1.")
    return strength


def settle_s(header: controller.AudioStreamHeader) -> float:
    """Return the time in which a change of emotion settles."""
    parameters = header.emotion_params
    seconds = parameters.live_transition_time if parameters.HasField("live_transition_time") else SETTLE_S
    if not 0 <= seconds <= 60:
        raise InvalidRequestError(f"live_transition_time is {seconds:g}; expected 0 to 60 seconds.")
    return seconds


def style_of(header: controller.AudioStreamHeader) -> Style:
    """Return how strongly the mouth moves."""
    strength = header.face_params.float_params.get("lowerFaceStrength", 1.0)
    if not 0 <= strength <= STRONGEST_STYLE:
        raise InvalidRequestError(f"lowerFaceStrength is {strength:g}; expected 0 to {STRONGEST_STYLE:g}.")
    return Style(jaw_strength=strength, lip_strength=strength)
