"""Makes the corpus: engines speak, the animator moves the lips, parts of about two minutes are saved as npz.

Resumable: a part that exists is not made again. Every part has its own seed, so texts, voices and augmentation do not
depend on how many processes made it; eSpeak alone varies its pauses from run to run.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int16
from rich.console import Console
from rich.progress import Progress

from rsatalker.errors import AssetError, ToolMissing
from rsatalker.option_ranges import LARGEST_SEED, MOST_PROCESSES, check_ranges
from rsatalker.speech.audio import LONGEST_S, SPEECH_RATE_HZ
from rsatalker.speech.encoders import LOG_MEL, heard_whole
from rsatalker.training.animator import animate, viseme_labels
from rsatalker.training.augment import (
    Samples,
    made_breathy,
    through_a_channel,
    warped,
    with_breaths,
    with_hums,
    with_other_formants,
)
from rsatalker.training.dialogue_images import ImageOptions, character_of, has_views, save_views
from rsatalker.training.engines.spoken import Spoken
from rsatalker.training.engines.voices import (
    GROUPS,
    Engine,
    InstalledVoices,
    Voice,
    installed_voices,
    speak_endlessly,
)
from rsatalker.training.examples import Example, write_part
from rsatalker.training.phones import Segment, Viseme
from rsatalker.training.sound_parts import SoundExample, write_sound_part
from rsatalker.training.spoken_dialogue import DialoguePlan, make_dialogue, plan_dialogues, write_relationships
from rsatalker.whole_files import whole_file

PART_S = 60.0  # of clean speech in one part: small enough to lose, large enough to amortise an engine's start
SHORTEST_S = 0.6  # shorter utterances teach nothing about context
BABBLE_VOICES = 24  # clips from which each process mixes babble
FORMANT_RANGE = (0.84, 1.2)  # of the voice's own formants: from a large man's throat to a child's
SPEED_RANGE = (0.8, 1.35)  # of the voice's own pace; pitch goes with it
BREATHY_SHARE = 0.25  # of the augmented copies
LISTENING_SHARE = 0.12  # of the utterances are followed by seconds of silence, as when the other one speaks
HISS_SHARE = 0.8  # of the utterances have a microphone's hiss; the others are digital, as an engine's own speech is
MAY_GROW = ("folder", "jobs", "engines", "dialogues", "images")  # options that a corpus may be continued with
Split = Literal["training", "held-out"]


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """How to make a corpus.

    Attributes:
        folder: Where the parts go.
        hours: Clean speech for training; augmented copies come on top.
        held_out_minutes: Speech of voices that are never trained on.
        augmented_copies: Copies of each training utterance through random throats, rooms and microphones.
        sound: Keep the sound too, for training on another encoder (`rsatalker train-speech --encoder`); three times
            the space.
        sound_only: Keep the sound, compressed, and nothing that follows from it; a twentieth of the space. For
            `rsatalker train-speech --from-sound`, which makes its own augmented copies.
        engines: Who may speak; all that are installed if none is named. They share the hours.
        seed: Another seed makes another corpus.
        dialogues: Spoken dialogues of two voices with the motion of both heads, in turn of every relationship; they go
            into the folder `dialogues`.
        dialogue_s: Length of each.
        images: Of so many of these dialogues, also rendered views of both heads, as `rsatalker fit-avatar` reads them.
        jobs: Processes; 0 takes one for each core.
    """

    folder: Path = Path("corpus")
    hours: float = 3.0
    held_out_minutes: float = 6.0
    augmented_copies: int = 2
    sound: bool = False
    sound_only: bool = False
    engines: tuple[Engine, ...] = ()
    seed: int = 0
    dialogues: int = 0
    dialogue_s: float = 60.0
    images: int = 0
    jobs: int = 0

    def __post_init__(self) -> None:
        check_ranges(self, {
            "hours": (0.001, 100_000), "held_out_minutes": (0, 100_000), "augmented_copies": (0, 100),
            "seed": (0, LARGEST_SEED), "dialogues": (0, 1_000_000), "dialogue_s": (5, LONGEST_S),
            "images": (0, 1_000_000), "jobs": (0, MOST_PROCESSES),
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class PartPlan:
    """One part: who speaks, for how long, with what seed, into which file."""

    path: Path
    voice: Voice
    duration_s: float
    seed: int
    augmented_copies: int
    keep_sound: bool = False
    sound_only: bool = False


@dataclass(slots=True)
class CorpusReport:
    """What was made: minutes of clean speech of each voice, of dialogues, and what was left out and why."""

    minutes: dict[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpokenPlan:
    """One dialogue to be made, and whether to draw its heads."""

    dialogue: DialoguePlan
    draws: bool

    @property
    def is_made(self) -> bool:
        """Whether all of it is there already."""
        return self.dialogue.path.exists() and (not self.draws or all(map(has_views, self.view_folders)))

    @property
    def view_folders(self) -> tuple[Path, Path]:
        """Where the views of both participants go."""
        path = self.dialogue.path
        return path.with_name(f"{path.stem}-participant-0"), path.with_name(f"{path.stem}-participant-1")


def make_corpus(options: CorpusOptions, console: Console | None = None) -> CorpusReport:
    """Make the parts that do not exist yet.

    Raises:
        ToolMissing: No speech engine is installed, or none of those that may speak.
        AssetError: The folder holds a corpus of other options.
    """
    console = console or Console()
    installed = installed_voices().only(options.engines)
    for sentence in installed.missing:
        console.print(f"[yellow]{sentence}")
    _claim_folder(options)
    parts = planned_parts(options, installed)
    dialogues = planned_dialogues(options, installed)
    report = CorpusReport(missing=installed.missing)
    context = get_context("spawn")  # the same on every system; the engines' libraries do not survive a fork
    with Progress(console=console) as progress, ProcessPoolExecutor(options.jobs or None, context) as pool:
        waiting = [pool.submit(make_part, part) for part in parts if not part.path.exists()]
        waiting += [pool.submit(make_spoken, plan) for plan in dialogues if not plan.is_made]
        total = len(parts) + len(dialogues)
        task = progress.add_task("speaking", total=total, completed=total - len(waiting))
        for made in as_completed(waiting):
            voice, minutes = made.result()
            report.minutes[voice] = report.minutes.get(voice, 0.0) + minutes
            progress.advance(task)
    return report


def planned_dialogues(options: CorpusOptions, installed: InstalledVoices) -> list[SpokenPlan]:
    """Return the dialogues of a corpus and note their relationships in its folder."""
    folder = options.folder / "dialogues"
    plans = plan_dialogues(folder, options.dialogues, options.dialogue_s, installed.voices, options.seed)
    if plans:
        folder.mkdir(parents=True, exist_ok=True)
        write_relationships(plans, folder)
    return [SpokenPlan(plan, draws=index < options.images) for index, plan in enumerate(plans)]


def make_spoken(plan: SpokenPlan) -> tuple[str, float]:
    """Make one dialogue, with its views if they are wanted; return what it is and its minutes."""
    dialogue = make_dialogue(plan.dialogue)
    if plan.draws:
        for participant, folder in enumerate(plan.view_folders):
            save_views(folder, character_of(participant), dialogue.motion[participant], ImageOptions())
    return "dialogues", dialogue.sound.shape[1] / SPEECH_RATE_HZ / 60


def planned_parts(options: CorpusOptions, installed: InstalledVoices) -> list[PartPlan]:
    """Return the parts of a corpus in the order of making: every voice's share of the time, cut into equal parts."""
    plans: list[tuple[float, PartPlan]] = []
    totals: dict[Split, float] = {"training": options.hours * 3600, "held-out": options.held_out_minutes * 60}
    for split, total_s in totals.items():
        voices = [voice for voice in installed.voices if voice.held_out == (split == "held-out")]
        for voice in voices:
            voice_s = total_s * voice.share / sum(other.share for other in voices)
            count = max(1, round(voice_s / PART_S))
            for index in range(count):
                name = f"{split}-{voice.engine}-{voice.name.replace('*', 'all')}-{index:03d}"
                seed = seed_of(f"{options.seed}/{name}")
                copies = options.augmented_copies if split == "training" and not options.sound_only else 0
                path = options.folder / f"{name}.npz"
                plan = PartPlan(path, voice, voice_s / count, seed, copies, options.sound, options.sound_only)
                plans.append((index / count, plan))
    plans.sort(key=lambda plan: plan[0])  # all voices in turn: also half a corpus has every one
    return [plan for _, plan in plans]


def seed_of(name: str) -> int:
    """Return a number that depends on the name only, not on the process (as `hash` does)."""
    return int.from_bytes(name.encode(), "little") % (2**31 - 1)


def make_part(plan: PartPlan) -> tuple[str, float]:
    """Make one part and save it; return the voice and its minutes of clean speech."""
    rng = np.random.default_rng(plan.seed)
    examples: list[Example] = []
    sounds: list[SoundExample] = []
    spoken_s = 0.0
    for spoken in speak_endlessly(plan.voice, random.Random(plan.seed)):
        if len(spoken.samples) < SHORTEST_S * SPEECH_RATE_HZ or np.abs(spoken.samples).max() < 1e-3:
            continue
        if plan.sound_only:
            sounds.append(sound_of(spoken, plan, rng))
        else:
            examples += examples_of(spoken, plan, rng)
        spoken_s += len(spoken.samples) / SPEECH_RATE_HZ
        if spoken_s >= plan.duration_s:
            break
    if plan.sound_only:
        write_sound_part(plan.path, sounds)
    else:
        write_part(plan.path, examples)
    return f"{plan.voice.engine} {plan.voice.name}", spoken_s / 60


def sound_of(spoken: Spoken, plan: PartPlan, rng: np.random.Generator) -> SoundExample:
    """Return an utterance as it was spoken, with quiet around it."""
    samples, segments = _with_silence_around(spoken, rng)
    return SoundExample(as_int16(samples), np.array(segments, np.float32), spoken.voice, GROUPS.index(plan.voice.group))


def as_int16(samples: Samples) -> Int16[np.ndarray, " S"]:
    """Return sound at full scale 32767."""
    return np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)


def examples_of(spoken: Spoken, plan: PartPlan, rng: np.random.Generator) -> Iterator[Example]:
    """Yield an utterance as it was spoken, and its augmented copies."""
    samples, segments = _with_silence_around(spoken, rng)
    group = GROUPS.index(plan.voice.group)
    yield example_of(samples, segments, spoken.voice, group, keep_sound=plan.keep_sound)
    for _ in range(plan.augmented_copies):
        moved, moved_segments = by_another_speaker(samples, segments, rng)
        heard = through_a_channel(moved, rng, babble_voices())
        yield example_of(heard, moved_segments, spoken.voice, group, noisy=True, keep_sound=plan.keep_sound)


def by_another_speaker(
    samples: Samples, segments: Sequence[Segment], rng: np.random.Generator
) -> tuple[Samples, list[Segment]]:
    """Return an utterance as if someone else had spoken it: another throat, pitch and pace, breaths and hums."""
    speed = float(np.exp(rng.uniform(*np.log(SPEED_RANGE))))  # resampling moves the formants by as much
    samples = with_other_formants(samples, float(rng.uniform(*FORMANT_RANGE)) / speed)
    if rng.random() < BREATHY_SHARE:
        samples = made_breathy(samples, rng)
    samples, segments = with_hums(with_breaths(samples, segments, rng), segments, rng)
    return warped(samples, segments, speed, rng)


def example_of(
    samples: Float32[np.ndarray, " S"],
    segments: Sequence[Segment],
    voice: str,
    group: int,
    *,
    noisy: bool = False,
    encoder: str = LOG_MEL,
    keep_sound: bool = False,
) -> Example:
    """Return what the model hears of an utterance through an encoder and what the lips should do in it."""
    heard = heard_whole(encoder, samples[None])
    features, count = heard.features[0], heard.loudness_db.shape[1]
    kept = samples if keep_sound else samples[:0]
    return Example(
        features=features.astype(np.float16),
        articulation=animate(segments, count).astype(np.float16),
        visemes=viseme_labels(segments, count),
        segments=np.array(segments, np.float32),
        voice=voice,
        group=group,
        noisy=noisy,
        sound=as_int16(kept),
    )


@cache
def babble_voices() -> tuple[Samples, ...]:
    """Return clips of many voices, made once a process; none without eSpeak."""
    rng = random.Random(7)
    try:
        speech = speak_endlessly(Voice("espeak", "*", "formant", 1.0), rng)
        return tuple(spoken.samples for spoken in islice(speech, BABBLE_VOICES))
    except ToolMissing:
        return ()


def _with_silence_around(spoken: Spoken, rng: np.random.Generator) -> tuple[Samples, list[Segment]]:
    """Return the utterance at a random loudness, with quiet before and after it."""
    before_s, after_s = rng.uniform(0, 0.6), rng.uniform(0.1, 0.8)
    if rng.random() < LISTENING_SHARE:
        after_s = rng.uniform(2, 6)
    scaled = spoken.samples * np.float32(rng.uniform(0.3, 0.9) / np.abs(spoken.samples).max())
    samples = np.pad(scaled, (int(before_s * SPEECH_RATE_HZ), int(after_s * SPEECH_RATE_HZ)))
    if rng.random() < HISS_SHARE:
        hiss = rng.standard_normal(len(samples)).astype(np.float32)
        samples = samples + hiss * np.float32(10 ** (-rng.uniform(55, 90) / 20))
    segments = [Segment(Viseme.SILENCE, 0.0, before_s)]
    segments += [Segment(viseme, start_s + before_s, end_s + before_s) for viseme, start_s, end_s in spoken.segments]
    segments.append(Segment(Viseme.SILENCE, segments[-1].end_s, len(samples) / SPEECH_RATE_HZ))
    return samples.astype(np.float32), segments


def _claim_folder(options: CorpusOptions) -> None:
    """Note the options in the folder, so that a corpus is never continued with others."""
    options.folder.mkdir(parents=True, exist_ok=True)
    note = options.folder / "options.json"
    wanted = {name: value for name, value in asdict(options).items() if name not in MAY_GROW}
    if note.exists() and json.loads(note.read_text(encoding="utf-8")) != wanted:
        raise AssetError(
            f"{options.folder} holds a corpus made with {note.read_text(encoding='utf-8').strip()}; expected "
            f"{json.dumps(wanted)}. Use the same options to continue it, or another folder."
        )
    with whole_file(note) as draft:
        draft.write_text(json.dumps(wanted) + "\n", encoding="utf-8")
