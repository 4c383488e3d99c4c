"""Makes the sample dialogue that ships with the project: `python -m rsatalker.training.sample_dialogue OUT.wav`.

Two NPCs by a road, one voice a channel, with the timing of real talk: gaps of about 200 ms (Levinson & Torreira 2015),
one backchannel inside a turn, one turn that begins before the other has ended. The voices
are Flite's slt and awb (free).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32

from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.training.engines.flite import FliteStyle, speak_with_flite

GAP_S = 0.2  # the mode of gaps between turns in ten languages
SPEAKING_RMS = 0.07  # -23 dB: the loudness both voices are brought to
LEAD_IN_S = 0.5
LEAD_OUT_S = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance of the dialogue.

    Attributes:
        participant: Channel, 0 or 1.
        text: What is said; phones if `as_phones`.
        after_s: Pause after the end of the last turn; negative means that it overlaps.
        as_phones: The text is ARPAbet.
        backchannel: Spoken inside the last turn, which goes on: the next pause counts from that turn's end.
        stretch: Pace; more is slower.
    """

    participant: int
    text: str
    after_s: float = GAP_S
    as_phones: bool = False
    backchannel: bool = False
    stretch: float = 1.0


VOICES = (("slt", 178.0), ("awb", 118.0))  # name, mean pitch in Hz
TURNS = (
    Turn(0, "Good morning, brother. Have you heard about the bridge?", LEAD_IN_S),
    Turn(1, "No. What happened to the bridge?"),
    Turn(0, "The storm took it, before midnight. The whole middle part fell into the river.", 0.25),
    Turn(1, "m hh m", -2.15, as_phones=True, backchannel=True, stretch=1.5),
    Turn(1, "That is bad. My father must bring the big wagon over it tomorrow.", 0.15),
    Turn(0, "I know, I know. We should warn him, before he leaves the farm.", -0.45),
    Turn(1, "Maybe Martha would give us a boat for a few days.", 0.3),
    Turn(0, "Yes. Meet me by the mill at five."),
)


def sample_dialogue() -> Float32[np.ndarray, "2 S"]:
    """Return the dialogue at 16 kHz, one voice a channel.

    Raises:
        ToolMissing: Flite is not installed.
    """
    placed: list[tuple[int, int, np.ndarray]] = []
    turn_end = 0
    for turn in TURNS:
        voice, pitch_hz = VOICES[turn.participant]
        spoken = speak_with_flite(turn.text, voice, FliteStyle(turn.stretch, pitch_hz), as_phones=turn.as_phones)
        samples = _trimmed(spoken.samples)
        start = turn_end + round(turn.after_s * SPEECH_RATE_HZ)
        placed.append((turn.participant, start, samples))
        if not turn.backchannel:
            turn_end = start + len(samples)
    voices = np.zeros((2, turn_end + round(LEAD_OUT_S * SPEECH_RATE_HZ)), np.float32)
    for participant, start, samples in placed:
        voices[participant, start : start + len(samples)] += samples
    return voices


def _trimmed(samples: np.ndarray) -> np.ndarray:
    """Return the utterance without the engine's silence around it, at the common loudness."""
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    speech = samples[max(0, loud[0] - 160) : loud[-1] + 480]  # keep 10 ms before and 30 ms after
    return speech * np.float32(SPEAKING_RMS / np.sqrt(np.mean(speech**2)))


def main(arguments: list[str]) -> None:
    """Write the dialogue to the path given, or where the package keeps it."""
    path = Path(arguments[0]) if arguments else Path(__file__).parents[1] / "samples" / "dialogue.wav"
    soundfile.write(str(path), sample_dialogue().T, SPEECH_RATE_HZ, subtype="PCM_16")


if __name__ == "__main__":
    main(sys.argv[1:])
