"""Dialogues that are really spoken: two engine voices in turns, a relationship, and the motion of both heads.

Timing and behaviour follow the rules of stage 2 (`dialogue_plan.py`, `dialogue_rules.py`); lips follow the phones. Each
dialogue is NAME.wav (float32, 16 kHz, one participant a channel) and NAME.npz:

    exp [2, T, 43]          expression in the space `procedural-1`
    jaw, neck [2, T, 3]     rotations, rad
    eyes [2, T, 6]          left, right; rad
    transl [2, T, 3]        metres
    articulation [2, T, 12] lip controls
    visemes [2, T]          what sounds
    fps                     30

and an entry in `relationships.json`, as the readers of recorded dialogues take it (`dualtalk.py`).
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32, UInt8

from rsatalker.motion.generator import MotionGenerator
from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion
from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.speech.features import log_mel
from rsatalker.speech.loudness import loudness_db
from rsatalker.training.animator import animate, viseme_labels
from rsatalker.training.arrays import write_arrays
from rsatalker.training.augment import rms
from rsatalker.training.dialogue_plan import GAP_SPREAD_S, INTERRUPTS
from rsatalker.training.dialogue_rules import RuleMind
from rsatalker.training.engines.spoken import Spoken
from rsatalker.training.engines.voices import Line, Voice, one_speaker, speak_lines
from rsatalker.training.phones import Segment, Viseme
from rsatalker.training.social_manner import RELATIONSHIPS, gap_s
from rsatalker.training.text import english
from rsatalker.whole_files import whole_file

SPEAKING_RMS = 0.07  # -23 dB: the loudness that voices are brought to
LEAD_S = 0.8  # of silence before and after the talk
OVERLAP_S = (0.3, 0.9)  # by which an interruption comes early
LONGEST_TURN_S = 14.0  # what is longer is left out, lest one turn fill the dialogue
PACES = (0.85, 1.2)
RELATIONSHIPS_FILE = "relationships.json"


@dataclass(frozen=True, slots=True)
class DialoguePlan:
    """One dialogue to be made.

    Attributes:
        path: Its npz.
        relationship: Of the two.
        voices: Who speaks, participant 0 and 1.
        seconds: About how long.
        seed: Of texts, timing and behaviour.
    """

    path: Path
    relationship: Relationship
    voices: tuple[Voice, Voice]
    seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class SpokenDialogue:
    """A dialogue: sound, what the lips do, and how both heads move. T instants.

    Attributes:
        sound: 16 kHz.
        articulation: Lip controls.
        visemes: What sounds.
        motion: Of both heads.
    """

    sound: Float32[np.ndarray, "2 S"]
    articulation: Float32[np.ndarray, "2 T 12"]
    visemes: UInt8[np.ndarray, "2 T"]
    motion: tuple[FlameMotion, FlameMotion]


def plan_dialogues(folder: Path, count: int, seconds: float, voices: Sequence[Voice], seed: int) -> list[DialoguePlan]:
    """Return dialogues of every relationship in turn, each between two speakers drawn from the voices of English.

    Args:
        folder: Where they go.
        count: How many.
        seconds: Length of each.
        voices: Installed; those that are held out, or speak another language, stay silent.
        seed: Another seed makes other dialogues.
    """
    speakers = [voice for voice in voices if not voice.held_out and voice.group != "foreign"]
    plans: list[DialoguePlan] = []
    for index in range(count):
        rng = random.Random(f"{seed}/{index}")
        first, second = (one_speaker(voice, rng) for voice in rng.choices(speakers, k=2))
        relationship = RELATIONSHIPS[index % len(RELATIONSHIPS)]
        path = folder / f"dialogue-{index:04d}.npz"
        plans.append(DialoguePlan(path, relationship, (first, second), seconds, rng.randrange(2**31)))
    return plans


def make_dialogue(plan: DialoguePlan) -> SpokenDialogue:
    """Speak a dialogue, move its heads, save both, and return them.

    Raises:
        ToolMissing: An engine is not installed.
    """
    dialogue = speak_dialogue(plan)
    faces = dialogue.motion
    columns = {"exp": "expression", "jaw": "jaw_pose", "neck": "neck_pose", "eyes": "eye_pose", "transl": "transl"}
    arrays = {name: np.stack([getattr(face, column) for face in faces]) for name, column in columns.items()}
    plan.path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(str(plan.path.with_suffix(".wav")), dialogue.sound.T, SPEECH_RATE_HZ, subtype="FLOAT")
    lips = {"articulation": dialogue.articulation, "visemes": dialogue.visemes}
    write_arrays(
        plan.path, arrays | lips | {"fps": np.array(MOTION_RATE_HZ, np.float32)}
    )  # last: it says that all is there
    return dialogue


def write_relationships(plans: Sequence[DialoguePlan], folder: Path) -> None:
    """Note who the two of each dialogue are to each other, and which voices speak."""
    entries = {
        plan.path.stem: asdict(plan.relationship) | {"voices": [f"{v.engine} {v.name}" for v in plan.voices]}
        for plan in plans
    }
    with whole_file(folder / RELATIONSHIPS_FILE) as draft:
        draft.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def speak_dialogue(plan: DialoguePlan) -> SpokenDialogue:
    """Return a dialogue.

    Raises:
        ToolMissing: An engine is not installed.
    """
    rng = np.random.default_rng(plan.seed)
    turns = _turns(plan, random.Random(plan.seed), rng)
    end = max(start + len(spoken.samples) for _, start, spoken in turns) + round(LEAD_S * SPEECH_RATE_HZ)
    sound = np.zeros((2, end), np.float32)
    segments: tuple[list[Segment], list[Segment]] = ([], [])
    for participant, start, spoken in turns:
        sound[participant, start : start + len(spoken.samples)] += spoken.samples
        _append(segments[participant], spoken.segments, start / SPEECH_RATE_HZ)
    loudness = loudness_db(log_mel(sound))
    count = loudness.shape[1]
    for its in segments:
        _append(its, [Segment(Viseme.SILENCE, 0.0, 1 / MOTION_RATE_HZ)], count / MOTION_RATE_HZ)
    articulation = np.stack([animate(its, count) for its in segments])
    visemes = np.stack([viseme_labels(its, count) for its in segments])
    activity = (visemes != Viseme.SILENCE).astype(np.float32)
    motion = MotionGenerator(RuleMind(SocialInput(plan.relationship)), plan.seed).push(articulation, activity, loudness)
    return SpokenDialogue(sound, articulation, visemes, motion)


def _append(segments: list[Segment], more: Sequence[Segment], offset_s: float) -> None:
    """Add segments at a later time, with silence up to them."""
    end_s = segments[-1].end_s if segments else 0.0
    segments.append(Segment(Viseme.SILENCE, end_s, offset_s))
    segments += [Segment(viseme, start_s + offset_s, stop_s + offset_s) for viseme, start_s, stop_s in more]


def _turns(plan: DialoguePlan, texts: random.Random, rng: np.random.Generator) -> list[tuple[int, int, Spoken]]:
    """Return who speaks, from which sample on, and what, until the dialogue is long enough."""
    waiting: tuple[list[Spoken], list[Spoken]] = ([], [])
    turns: list[tuple[int, int, Spoken]] = []
    speaker, at_s = int(rng.integers(2)), LEAD_S
    while at_s < plan.seconds - LEAD_S:
        if not waiting[speaker]:
            waiting[speaker].extend(_said(plan.voices[speaker], texts))
        spoken = waiting[speaker].pop(0)
        free_s = max((start / SPEECH_RATE_HZ + _length_s(s) for who, start, s in turns if who == speaker), default=0.0)
        start_s = max(at_s, free_s, 0.0)
        turns.append((speaker, round(start_s * SPEECH_RATE_HZ), spoken))
        listener = 1 - speaker
        at_s = start_s + _length_s(spoken)
        if rng.random() < INTERRUPTS[_rank(plan.relationship, listener)] and _length_s(spoken) > 2:
            at_s -= float(rng.uniform(*OVERLAP_S))
        else:
            at_s += float(rng.normal(gap_s(plan.relationship, listener), GAP_SPREAD_S))
        speaker = listener
    return turns


def _said(voice: Voice, texts: random.Random) -> list[Spoken]:
    """Return some turns of a voice, without the engine's silence around them, at the common loudness."""
    lines: list[Line] = []
    pace, pitch = texts.uniform(*PACES), texts.uniform(-1, 1)
    while len(lines) < 4:
        lines.append(Line(english(texts), pace * texts.uniform(0.93, 1.07), pitch))
    said = [_trimmed(spoken) for spoken in speak_lines(lines, voice)]
    kept = [spoken for spoken in said if 0.3 < _length_s(spoken) < LONGEST_TURN_S]
    return kept or _said(voice, texts)


def _trimmed(spoken: Spoken) -> Spoken:
    sounding = [segment for segment in spoken.segments if segment.viseme != Viseme.SILENCE]
    if not sounding:
        return Spoken(spoken.samples[:1], spoken.segments[:1], spoken.voice)
    start_s, end_s = max(sounding[0].start_s - 0.03, 0.0), sounding[-1].end_s + 0.05
    samples = spoken.samples[round(start_s * SPEECH_RATE_HZ) : round(end_s * SPEECH_RATE_HZ)]
    kept = [
        Segment(viseme, max(begin_s - start_s, 0.0), min(stop_s, end_s) - start_s)
        for viseme, begin_s, stop_s in spoken.segments
        if stop_s > start_s and begin_s < end_s
    ]
    return Spoken(samples * np.float32(SPEAKING_RMS / rms(samples)), kept, spoken.voice)


def _length_s(spoken: Spoken) -> float:
    return len(spoken.samples) / SPEECH_RATE_HZ


def _rank(relationship: Relationship, participant: int) -> str:
    rank = relationship.rank(participant)
    return "equal" if rank == "peer" else rank
