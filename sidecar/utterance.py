"""Something that is said, and where it stands on the timeline of its conversation."""

from __future__ import annotations

from dataclasses import dataclass, field

from rsatalker.speech.audio import SPEECH_RATE_HZ


def microseconds(samples: int) -> int:
    """Return the time of a sample on the timeline."""
    return samples * 1_000_000 // SPEECH_RATE_HZ


def samples_at(time_us: float) -> int:
    """Return the sample at a time on the timeline, the next one if it lies between two."""
    return -int(-time_us * SPEECH_RATE_HZ // 1_000_000)


@dataclass(frozen=True, slots=True)
class Segment:
    """An uninterrupted part of an utterance, in samples at 16 kHz."""

    start: int
    media_start: int
    length: int

    @property
    def end(self) -> int:
        """One past its last sample on the timeline."""
        return self.start + self.length


@dataclass(slots=True)
class Utterance:
    """Something that one participant says, or both.

    Attributes:
        utterance_id: Unique in its conversation.
        participants: (0,), (1,) or (0, 1).
        start: Its first sample on the timeline; may move on until that sample has come.
        segments: In order; more than one only after an underrun, when silence went on in between.
        growing: Whether more audio may follow.
        fed_ns: When audio came last, on the sidecar's clock.
    """

    utterance_id: int
    participants: tuple[int, ...]
    start: int
    growing: bool
    fed_ns: int
    segments: list[Segment] = field(default_factory=list[Segment])

    @property
    def end(self) -> int:
        """One past its last sample so far on the timeline."""
        return self.segments[-1].end if self.segments else self.start

    @property
    def start_us(self) -> int:
        """Time of its first sample on the timeline."""
        return microseconds(self.start)

    @property
    def end_us(self) -> int:
        """Time on the timeline at which it ends, as far as it is known."""
        return microseconds(self.end)

    @property
    def duration_us(self) -> int:
        """Length of its audio so far."""
        return microseconds(sum(segment.length for segment in self.segments))

    def timeline_us(self, media_us: float) -> float:
        """Return the time on the timeline of a time on the utterance's own audio; it may lie outside."""
        for segment in self.segments:
            if media_us < microseconds(segment.media_start + segment.length):
                return microseconds(segment.start) + media_us - microseconds(segment.media_start)
        return self.end_us + media_us - self.duration_us

    def media_us(self, timeline_us: int) -> int | None:
        """Return the time on the utterance's own audio, or None outside; between segments the audio stands still."""
        if not self.start_us <= timeline_us < self.end_us:
            return None
        for segment in reversed(self.segments):
            if timeline_us >= microseconds(segment.start):
                inside = min(timeline_us - microseconds(segment.start), microseconds(segment.length))
                return microseconds(segment.media_start) + inside
        return 0
