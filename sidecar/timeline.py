"""The two voices of a conversation on one timeline, and which utterance stands where on it.

The timeline counts samples at 16 kHz from the start of the conversation, both voices together. What the motion model
has heard is settled; an utterance goes behind that, and behind what the same voice has yet to say. Everything in
between is silence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from rsatalker.speech.audio import SPEECH_RATE_HZ
from sidecar.errors import LimitError

START_GRID = 16  # samples: utterances begin on whole milliseconds, so that microseconds of both times are integers
UNDERRUN_NS = 500_000_000  # a growing utterance that brings nothing for so long is taken to pause: silence goes on
LONGEST_BACKLOG_S = 600.0  # of one voice that is not heard yet; two utterances of the longest kind
KEPT_UTTERANCES = 64  # that are over; a frame on its way or a late engine may still name one
FOREVER = 1 << 62  # samples


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


class Timeline:
    """Two voices with what they have yet to say. Not thread-safe: its conversation holds a lock."""

    def __init__(self) -> None:
        self.heard = 0  # samples that the motion model has taken
        self._waiting: tuple[deque[tuple[int, np.ndarray]], ...] = (deque(), deque())  # (start, samples) of each voice
        self._utterances: dict[int, Utterance] = {}
        self._highest_id = 0

    @property
    def has_speech(self) -> bool:
        """Whether an utterance has ever begun."""
        return self._highest_id > 0

    def __getitem__(self, utterance_id: int) -> Utterance:
        """Return an utterance; KeyError if there is none of that id, or it was over long ago."""
        return self._utterances[utterance_id]

    def __contains__(self, utterance_id: int) -> bool:
        return utterance_id in self._utterances

    def utterances(self, participant: int) -> list[Utterance]:
        """Return what a participant says, has yet to say, or said lately, in the order of the timeline."""
        return [utterance for utterance in self._utterances.values() if participant in utterance.participants]

    def speaking_at(self, participant: int, timeline_us: int) -> tuple[int, int] | None:
        """Return the utterance of a participant at a time and its own time there, or None if the voice is silent."""
        for utterance in reversed(self.utterances(participant)):
            media_us = utterance.media_us(timeline_us)
            if media_us is not None:
                return utterance.utterance_id, media_us
        return None

    def fresh_id(self) -> int:
        """Return an id that no utterance has had."""
        return self._highest_id + 1

    def begin(self, utterance_id: int, participants: tuple[int, ...], now_ns: int) -> Utterance:
        """Open an utterance behind everything that its voices have yet to say."""
        start = _on_grid(max(self.heard, *(self._voice_end(participant) for participant in participants)))
        utterance = Utterance(utterance_id, participants, start, growing=True, fed_ns=now_ns)
        self._utterances[utterance_id] = utterance
        self._highest_id = max(self._highest_id, utterance_id)
        self._forget_old()
        return utterance

    def check_room(self, participants: tuple[int, ...], seconds: float) -> None:
        """Raise LimitError if so much more would be waiting than a voice may hold."""
        waiting = max(0, *(self._voice_end(participant) - self.heard for participant in participants))
        backlog_s = waiting / SPEECH_RATE_HZ + seconds
        if backlog_s > LONGEST_BACKLOG_S:
            raise LimitError(
                f"{backlog_s:.0f} s of audio would be waiting; a voice holds at most {LONGEST_BACKLOG_S:.0f} s. "
                "Send the next utterance when the earlier ones have been played."
            )

    def append(self, utterance: Utterance, voices: Float32[np.ndarray, "C S"], now_ns: int) -> None:
        """Add audio at 16 kHz to a growing utterance, one channel for each of its participants."""
        utterance.fed_ns = now_ns
        count = voices.shape[1]
        if count == 0:
            return
        start = utterance.end
        if start < self.heard:  # silence went on meanwhile
            start = _on_grid(self.heard)
        if not utterance.segments:  # the utterance begins with its first sample, however late that comes
            utterance.start = start
        media_start = sum(segment.length for segment in utterance.segments)
        if utterance.segments and utterance.segments[-1].end == start:
            last = utterance.segments[-1]
            utterance.segments[-1] = Segment(last.start, last.media_start, last.length + count)
        else:
            utterance.segments.append(Segment(start, media_start, count))
        for participant, samples in zip(utterance.participants, voices, strict=True):
            self._waiting[participant].append((start, np.array(samples, np.float32)))

    def cut(self, utterance: Utterance) -> int:
        """End an utterance where the motion model has heard it; return that time on its own audio, microseconds."""
        utterance.growing = False
        end = max(min(utterance.end, self.heard), utterance.start)
        removed = utterance.end - end
        utterance.segments[:] = [
            Segment(segment.start, segment.media_start, min(segment.length, end - segment.start))
            for segment in utterance.segments
            if segment.start < end
        ]
        if removed > 0:
            for participant in utterance.participants:
                self._drop_waiting(participant, end, end + removed)
        return utterance.duration_us

    def known_until(self, now_ns: int) -> int:
        """Return up to which sample it is settled what both voices say; `FOREVER` when nothing is growing."""
        known = FOREVER
        for utterance in self._utterances.values():
            if utterance.growing and now_ns - utterance.fed_ns < UNDERRUN_NS:
                known = min(known, max(utterance.end, self.heard))
        return known

    def whole_until(self) -> int:
        """Return the end of the two-channel clip that is being heard, which nobody can interrupt; else 0."""
        for utterance in self._utterances.values():
            is_whole_dialogue = len(utterance.participants) == 2 and not utterance.growing
            if is_whole_dialogue and utterance.start <= self.heard < utterance.end:
                return utterance.end
        return 0

    def silent_from(self, sample: int) -> bool:
        """Return whether neither voice has anything to say from a sample on."""
        return all(utterance.end <= sample and not utterance.growing for utterance in self._utterances.values())

    def take(self, count: int) -> Float32[np.ndarray, "2 S"]:
        """Return the next samples of both voices; they count as heard from now on."""
        voices = np.zeros((2, count), np.float32)
        end = self.heard + count
        for voice, waiting in zip(voices, self._waiting, strict=True):
            while waiting and waiting[0][0] < end:
                start, samples = waiting.popleft()
                usable = samples[: end - start]
                voice[start - self.heard : start - self.heard + len(usable)] = usable
                if len(usable) < len(samples):
                    waiting.appendleft((end, samples[len(usable) :]))
        self.heard = end
        return voices

    def _voice_end(self, participant: int) -> int:
        return max((utterance.end for utterance in self.utterances(participant)), default=0)

    def _drop_waiting(self, participant: int, start: int, end: int) -> None:
        kept: Sequence[tuple[int, np.ndarray]] = [
            block for block in self._waiting[participant] if not start <= block[0] < end
        ]
        self._waiting[participant].clear()
        self._waiting[participant].extend(kept)

    def _forget_old(self) -> None:
        over = [u.utterance_id for u in self._utterances.values() if not u.growing and u.end < self.heard]
        for utterance_id in over[: max(len(over) - KEPT_UTTERANCES, 0)]:
            del self._utterances[utterance_id]


def _on_grid(sample: int) -> int:
    """Return the first sample from here on at which an utterance may begin."""
    return -(-sample // START_GRID) * START_GRID
