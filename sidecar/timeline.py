"""The two voices of a conversation on one timeline, and which utterance stands where on it.

The timeline counts samples at 16 kHz from the start of the conversation, both voices together. What the motion model
has heard is settled, until a cut makes it hear again from there; an utterance goes behind that, and behind what the
same voice has yet to say. Everything in between is silence.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from rsatalker.speech.audio import SPEECH_RATE_HZ
from sidecar.errors import LimitError
from sidecar.utterance import Segment, Utterance
from sidecar.voice_tape import VoiceTape

START_GRID = 16  # samples: utterances begin on whole milliseconds, so that microseconds of both times are integers
UNDERRUN_NS = 100_000_000  # a growing utterance that brings nothing for so long ...
RUNS_OUT = 2400  # samples, 150 ms: ... and has no more than this left to be shown is taken to pause: silence goes on
LONGEST_BACKLOG_S = 600.0  # of one voice that is not heard yet; two utterances of the longest kind
MOST_WAITING = 256  # utterances of a voice that are not over: each costs a look at every instant, of all conversations
KEPT_UTTERANCES = 64  # that are over; a frame on its way or a late engine may still name one
FOREVER = 1 << 62  # samples


class Timeline:
    """Two voices with what they have yet to say. Not thread-safe: its conversation holds a lock."""

    def __init__(self) -> None:
        self.heard = 0  # samples that the motion model has taken
        self._settled = 0  # up to here motion has been shown, though it may be made again
        self._tapes = (VoiceTape(), VoiceTape())
        self._utterances: dict[int, Utterance] = {}
        self._highest_id = 0

    @property
    def has_speech(self) -> bool:
        """Whether an utterance has ever begun."""
        return self._highest_id > 0

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is known to say anything that has not been heard."""
        return not any(utterance.growing or utterance.end > self.heard for utterance in self._utterances.values())

    @property
    def speech_end(self) -> int:
        """One past the last sample that anybody is known to say."""
        return max((utterance.end for utterance in self._utterances.values()), default=0)

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

    def begin(self, utterance_id: int, participants: tuple[int, ...], now_ns: int, not_before: int = 0) -> Utterance:
        """Open an utterance behind everything that its voices have yet to say, and not before a sample."""
        ends = (self._voice_end(participant) for participant in participants)
        start = _on_grid(max(not_before, self._open_from, *ends))
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

    def check_few_wait(self, participants: tuple[int, ...]) -> None:
        """Raise LimitError if a voice has as many utterances ahead as it may have."""
        for participant in participants:
            waiting = sum(not self._is_over(utterance) for utterance in self.utterances(participant))
            if waiting >= MOST_WAITING:
                raise LimitError(
                    f"{waiting} utterances of one voice are waiting, as many as it may have. Send the next one when "
                    "earlier ones have been played, or say more with each."
                )

    def append(self, utterance: Utterance, voices: Float32[np.ndarray, "C S"], now_ns: int) -> None:
        """Add audio at 16 kHz to a growing utterance, one channel for each of its participants."""
        utterance.fed_ns = now_ns
        count = voices.shape[1]
        if count == 0:
            return
        start = utterance.end
        if start < self._open_from:  # silence went on meanwhile
            start = _on_grid(self._open_from)
        if not utterance.segments:  # the utterance begins with its first sample, however late that comes
            utterance.start = start
        media_start = sum(segment.length for segment in utterance.segments)
        if utterance.segments and utterance.segments[-1].end == start:
            last = utterance.segments[-1]
            utterance.segments[-1] = Segment(last.start, last.media_start, last.length + count)
        else:
            utterance.segments.append(Segment(start, media_start, count))
        for participant, samples in zip(utterance.participants, voices, strict=True):
            self._tapes[participant].append(start, samples)

    def cut(self, utterance: Utterance, at: int) -> None:
        """End an utterance at a sample of the timeline, unless it ends earlier."""
        utterance.growing = False
        end = max(min(utterance.end, at), utterance.start)
        for participant in utterance.participants:
            self._tapes[participant].silence(end, utterance.end)
        utterance.segments[:] = [
            Segment(segment.start, segment.media_start, min(segment.length, end - segment.start))
            for segment in utterance.segments
            if segment.start < end
        ]

    def known_until(self, now_ns: int, shown: int, *, is_held: bool = False) -> int:
        """Return up to which sample it is settled what both voices say; `FOREVER` when nothing is growing.

        Args:
            now_ns: Of the host clock.
            shown: The sample that the heads show now: while there is still something to show, a late chunk is awaited.
            is_held: An engine holds the clock there: chunks are awaited for as long as it does.
        """
        known = FOREVER
        for utterance in self._utterances.values():
            pauses = not is_held and now_ns - utterance.fed_ns >= UNDERRUN_NS and shown >= utterance.end - RUNS_OUT
            if utterance.growing and not pauses:
                known = min(known, max(utterance.end, self.heard))
        return known

    def whole_until(self) -> int:
        """Return the end of the two-channel clip that is being heard, of which all is known; else 0."""
        for utterance in self._utterances.values():
            is_whole_dialogue = len(utterance.participants) == 2 and not utterance.growing
            if is_whole_dialogue and utterance.start <= self.heard < utterance.end:
                return utterance.end
        return 0

    def take(self, count: int) -> Float32[np.ndarray, "2 S"]:
        """Return the next samples of both voices; they count as heard from now on."""
        voices = np.zeros((2, count), np.float32)
        for voice, tape in zip(voices, self._tapes, strict=True):
            tape.copy_into(voice, self.heard)
        self.heard += count
        return voices

    def skip(self, count: int) -> None:
        """Count the next samples of both voices as heard although nobody hears them."""
        self.heard += count

    def hear_again(self, start: int, settled: int) -> None:
        """Let the motion model take samples again that it has heard.

        Args:
            start: From here on.
            settled: What is said before this sample stays as it is: it has been shown.
        """
        self.heard, self._settled = start, settled

    def forget(self, before: int) -> None:
        """Let go of sound that nobody will hear again."""
        for tape in self._tapes:
            tape.forget(before)

    @property
    def _open_from(self) -> int:
        """The first sample at which something new can be said."""
        return max(self.heard, self._settled)

    def _voice_end(self, participant: int) -> int:
        return max((utterance.end for utterance in self.utterances(participant)), default=0)

    def _is_over(self, utterance: Utterance) -> bool:
        """Return whether nothing of an utterance is to come: it was heard, or cut before it began."""
        return not utterance.growing and (utterance.end < self.heard or not utterance.segments)

    def _forget_old(self) -> None:
        over = [utterance.utterance_id for utterance in self._utterances.values() if self._is_over(utterance)]
        for utterance_id in over[: max(len(over) - KEPT_UTTERANCES, 0)]:
            del self._utterances[utterance_id]


def _on_grid(sample: int) -> int:
    """Return the first sample from here on at which an utterance may begin."""
    return -(-sample // START_GRID) * START_GRID
