"""`rsatalker compare-relations`: the same voices and seed under several relationships, side by side in one video.

Beside the video it saves a picture of the moments at which the pairs differ most, and of the end, when all that they
did stands under them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro
from jaxtyping import Float32, UInt8
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.progress import track

import rsatalker
from rsatalker.avatars.cast import CHARACTERS, load_avatar
from rsatalker.avatars.light import studio_light
from rsatalker.errors import OptionError
from rsatalker.exports.images import lay_over
from rsatalker.exports.video import VideoWriter
from rsatalker.motion.checkpoint import load_checkpoint
from rsatalker.motion.dyadic_checkpoint import bundled_dyadic_model, load_dyadic_checkpoint
from rsatalker.motion.pose import FlameMotion
from rsatalker.motion.social import STRONGEST, Relationship, SocialInput
from rsatalker.option_ranges import LARGEST_SEED, check_ranges
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.renderers.choose import RendererName, choose_renderer
from rsatalker.speech.audio import LONGEST_S, SPEECH_RATE_HZ, Audio, at_speech_rate, read_audio, two_voices
from rsatalker.talker import Dialogue, Talker
from rsatalker.training.social_marks import Marks, Strip, marks_of, most_different

Kind = Literal["blood-equal", "blood-unequal", "non-blood-equal", "non-blood-unequal"]
KINDS: tuple[Kind, ...] = ("blood-equal", "blood-unequal", "non-blood-equal", "non-blood-unequal")
CAPTIONS: dict[Kind, str] = {
    "blood-equal": "siblings (blood, equal)",
    "blood-unequal": "parent and child (blood, unequal)",
    "non-blood-equal": "colleagues (non-blood, equal)",
    "non-blood-unequal": "boss and junior (non-blood, unequal)",
}
SAMPLE_DIALOGUE = Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"
PICTURES_PER_S = 25
APART_M, TURNED_RAD = 0.46, 0.05  # between the heads, and how far each body is turned: three quarters of a face show
CAMERA_M, CAMERA_HEIGHT_M, CAMERA_FOV_RAD = 1.05, 0.0, 0.40
BACKGROUND, INK, FAINT, BETWEEN = (38, 41, 48), (240, 240, 240), (170, 176, 188), (16, 17, 20)
CAPTION_SHARE, STRIP_SHARE = 0.16, 0.16  # of a panel's height
GAP_SHARE = 0.0125  # of a panel's width, around and between panels
SENTENCE_SHARE = 0.94  # of half a panel's width, at most
MOMENTS, MOMENTS_APART_S = 2, 3.0  # that the picture shows beside the last
COLUMNS = 2


@dataclass(frozen=True, slots=True)
class CompareRelationsOptions:
    """What to compare.

    Attributes:
        audio: Dialogue with one voice a channel; the sample dialogue if left out.
        relations: Two to four of them.
        senior: Who is senior where the status is unequal, a (left) or b.
        strength: How strongly the relationships show; 1 is as learned.
        out: Video to write; a picture of the moments that differ most is saved beside it.
        seconds: How much of the dialogue is shown at most.
        seed: Of what is left to chance, the same for all.
        panel_width: Of each picture, pixels.
        detail: Share of the full number of Gaussians on each head.
        renderer: What draws.
        dyadic: Checkpoint of stage 2; the bundled one if left out.
    """

    audio: Annotated[Path | None, tyro.conf.Positional] = None
    relations: tuple[Kind, ...] = KINDS
    senior: Literal["a", "b"] = "a"
    strength: float = 1.0
    out: Path = Path("relations.mp4")
    seconds: float = 30.0
    seed: int = 1
    panel_width: int = 640
    detail: float = 0.7
    renderer: RendererName = "auto"
    dyadic: Path | None = None

    def __post_init__(self) -> None:
        check_ranges(self, {
            "seconds": (0.1, LONGEST_S), "seed": (0, LARGEST_SEED), "panel_width": (64, 2048), "detail": (0.05, 1),
            "strength": (0, STRONGEST),
        })  # fmt: skip
        if len(self.relations) < 2 or len(set(self.relations)) < len(self.relations):
            raise OptionError(f"relations are {', '.join(self.relations)}; expected two to four, each once.")
        if self.out.suffix != ".mp4":
            raise OptionError(f"out is {str(self.out)!r}; expected the name of a video that ends in .mp4.")


def compare_relations(options: CompareRelationsOptions, console: Console | None = None) -> Path:
    """Write the video and return its path.

    Raises:
        AudioError: The audio cannot be used.
        RendererUnavailable: The renderer cannot run here.
    """
    console = console or Console()
    path = options.audio or SAMPLE_DIALOGUE
    sound = read_audio(path)
    sound = Audio(
        two_voices(sound, str(path))[:, : round(options.seconds * sound.sample_rate_hz)], sound.sample_rate_hz
    )
    voices = at_speech_rate(sound)
    motions: dict[Kind, tuple[FlameMotion, FlameMotion]] = {
        kind: motion_under(relationship_of(kind, options.senior), voices, options) for kind in options.relations
    }
    count = int(sound.duration_s * PICTURES_PER_S)
    marks: dict[Kind, tuple[Marks, Marks]] = {kind: _marks(motion, voices, count) for kind, motion in motions.items()}
    moments = most_different(list(marks.values()), round(MOMENTS_APART_S * PICTURES_PER_S), MOMENTS)
    stage = Stage(options)
    width, height = stage.sheet_size(len(motions))
    kept: list[UInt8[np.ndarray, "H W 3"]] = []
    with VideoWriter(options.out, width, height, PICTURES_PER_S, SPEECH_RATE_HZ) as video:
        video.write_sound(voices[:, : count * SPEECH_RATE_HZ // PICTURES_PER_S])
        for index in track(range(count), "drawing", console=console):
            sheet = stage.sheet(motions, marks, index)
            video.write(sheet)
            if index in (*moments, count - 1):
                kept.append(sheet)
    picture = options.out.with_suffix(".png")
    Image.fromarray(np.concatenate(kept)).save(picture)
    said = f"{options.out}: {len(motions)} relationships, {count} pictures, the same voices and seed."
    console.print(said, soft_wrap=True, markup=False)
    when = ", ".join(f"{index / PICTURES_PER_S:.1f}" for index in moments)
    console.print(f"{picture}: {when} s, where they differ most, and below them the end.", soft_wrap=True, markup=False)
    return options.out


def _marks(
    motion: tuple[FlameMotion, FlameMotion], voices: Float32[np.ndarray, "2 S"], count: int
) -> tuple[Marks, Marks]:
    first, second = (
        marks_of(head, voice, toward, count, PICTURES_PER_S)
        for head, voice, toward in zip(motion, voices, _toward(), strict=True)
    )
    return first, second


def relationship_of(kind: Kind, senior: Literal["a", "b"]) -> Relationship:
    """Return the relationship of a kind."""
    unequal = kind.endswith("-unequal")
    return Relationship(
        "blood" if kind.startswith("blood") else "non-blood",
        "unequal" if unequal else "equal",
        "ab".index(senior) if unequal else None,
    )


def motion_under(
    relationship: Relationship, voices: Float32[np.ndarray, "2 S"], options: CompareRelationsOptions
) -> tuple[FlameMotion, FlameMotion]:
    """Return what both heads do when they are this to each other."""
    dyadic = load_dyadic_checkpoint(options.dyadic) if options.dyadic else bundled_dyadic_model()
    dialogue = Dialogue(load_checkpoint(), relationship, options.seed, dyadic)
    dialogue.relate(SocialInput(relationship, strength=options.strength))
    dialogue.place(world_from_heads())
    parts = dialogue.push(voices), dialogue.finish()
    return FlameMotion.joined([part[0] for part in parts]), FlameMotion.joined([part[1] for part in parts])


def world_from_heads() -> Float32[np.ndarray, "2 4 4"]:
    """Return where a (left in the picture) and b stand, half turned to each other."""
    placed = np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))
    for anchor, side in zip(placed, (-1, 1), strict=True):
        cosine, sine = np.cos(TURNED_RAD), -side * np.sin(TURNED_RAD)
        anchor[0, 0], anchor[0, 2], anchor[2, 0], anchor[2, 2] = cosine, sine, -sine, cosine
        anchor[0, 3] = side * APART_M / 2
    return placed


class Stage:
    """Draws pairs of heads with captions; every panel with the same camera."""

    def __init__(self, options: CompareRelationsOptions) -> None:
        renderer = choose_renderer(options.renderer)
        self._talkers = [Talker(load_avatar(name, detail=options.detail), renderer) for name in list(CHARACTERS)[:2]]
        self._senior, self._anchors, self._light = "ab".index(options.senior), world_from_heads(), studio_light()
        self._width = options.panel_width // 2 * 2
        self._height = round(self._width * 9 / 16 / 2) * 2
        self._caption = round(self._height * CAPTION_SHARE / 2) * 2
        self._strip = Strip(self._width // 2, round(self._height * STRIP_SHARE / 2) * 2, BACKGROUND)
        self._camera = _camera(self._width, self._height)
        self._colors = np.zeros((1, self._height, self._width, 4), np.uint8)
        self._depths = np.zeros((1, self._height, self._width), np.float32)
        self._panel_height = self._caption + self._height + round(self._height * STRIP_SHARE / 2) * 2
        self._gap = max(round(self._width * GAP_SHARE) * 2, 2)  # even, as a video's sides have to be

    def sheet_size(self, panels: int) -> tuple[int, int]:
        """Return width and height of all panels together."""
        columns = min(COLUMNS, panels)
        rows = -(-panels // columns)
        gap = self._gap
        return columns * (self._width + gap) + gap, rows * (self._panel_height + gap) + gap

    def sheet(
        self,
        motions: dict[Kind, tuple[FlameMotion, FlameMotion]],
        marks: dict[Kind, tuple[Marks, Marks]],
        index: int,
    ) -> UInt8[np.ndarray, "H W 3"]:
        """Return all panels in one picture of the video."""
        width, height = self.sheet_size(len(motions))
        sheet = np.full((height, width, 3), BETWEEN, np.uint8)
        for place, (kind, motion) in enumerate(motions.items()):
            row, column = divmod(place, COLUMNS)
            top = self._gap + row * (self._panel_height + self._gap)
            left = self._gap + column * (self._width + self._gap)
            panel = self._panel(kind, motion, marks[kind], index)
            sheet[top : top + panel.shape[0], left : left + panel.shape[1]] = panel
        return sheet

    def _panel(
        self, kind: Kind, motion: tuple[FlameMotion, FlameMotion], marks: tuple[Marks, Marks], index: int
    ) -> UInt8[np.ndarray, "H W 3"]:
        picture = np.full((self._height, self._width, 3), BACKGROUND, np.uint8)
        for talker, head, anchor in zip(self._talkers, motion, self._anchors, strict=True):
            pose = head.at(index / PICTURES_PER_S * 1e6)
            talker.draw(pose, [self._camera], self._light, anchor, self._colors, self._depths)
            lay_over(picture, self._colors[0])
        unequal = kind.endswith("-unequal")
        ranks = [("senior" if p == self._senior else "junior") if unequal else "" for p in (0, 1)]
        sentences = [seen.sentence(rank, index + 1) for seen, rank in zip(marks, ranks, strict=True)]
        strips = np.concatenate([self._strip.drawn(seen, index) for seen in marks], axis=1)
        return np.concatenate([self._caption_of(CAPTIONS[kind], sentences), picture, strips])

    def _caption_of(self, title: str, sentences: Sequence[str]) -> UInt8[np.ndarray, "h W 3"]:
        image = Image.new("RGB", (self._width, self._caption), BACKGROUND)
        pen, size = ImageDraw.Draw(image), self._caption * 0.36
        pen.text((self._width / 2, self._caption * 0.3), title, INK, ImageFont.load_default(size), anchor="mm")
        longest = max(ImageFont.load_default(size).getlength(sentence) for sentence in sentences)
        small = ImageFont.load_default(size * min(0.62, SENTENCE_SHARE * self._width / 2 / longest))
        for x, sentence in zip((0.25, 0.75), sentences, strict=True):
            pen.text((x * self._width, self._caption * 0.75), sentence, FAINT, small, anchor="mm")
        return np.asarray(image)


def _toward() -> Float32[np.ndarray, "2 2"]:
    """Return the direction (yaw, pitch) of each partner from a head at rest, about."""
    turn = np.float32(np.pi / 2 - TURNED_RAD)
    return np.array([(min(turn, 1.0), 0.0), (-min(turn, 1.0), 0.0)], np.float32)


def _camera(width: int, height: int) -> Camera:
    position = np.array([0.0, CAMERA_HEIGHT_M, CAMERA_M], np.float32)
    target = np.array([0.0, CAMERA_HEIGHT_M, 0.0], np.float32)
    return look_at(position, target, vertical_fov_rad=CAMERA_FOV_RAD, width=width, height=height)
