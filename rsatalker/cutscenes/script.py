"""A cutscene as its script describes it: records, all times exact."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Literal, get_args

from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.social import Relationship

Vector = tuple[float, float, float]
Easing = Literal["linear", "smooth", "ease-in", "ease-out"]
Move = Literal["still", "push-in", "pull-out", "orbit-left", "orbit-right", "hand-held"]
Preset = Literal["two-shot", "wide", "medium", "close-up", "extreme-close-up", "over-the-shoulder", "profile"]
StereoLayout = Literal["side-by-side", "over-under"]
BackgroundKind = Literal["backdrop", "color", "gradient", "image", "transparent"]
Panning = Literal["stage", "camera", "center"]
Format = Literal["mp4", "av1", "prores", "qtrle", "png", "exr", "wav", "flame", "arkit", "glb", "usd", "timecode"]

EASINGS: tuple[str, ...] = get_args(Easing)
MOVES: tuple[str, ...] = get_args(Move)
PRESETS: tuple[str, ...] = get_args(Preset)
STEREO_LAYOUTS: tuple[str, ...] = get_args(StereoLayout)
BACKGROUNDS: tuple[str, ...] = get_args(BackgroundKind)
PANNINGS: tuple[str, ...] = get_args(Panning)
FORMATS: tuple[str, ...] = get_args(Format)
OPAQUE: tuple[str, ...] = ("mp4", "av1")  # formats that show the background
CUT_OUT: tuple[str, ...] = ("prores", "qtrle", "png", "exr")  # formats that show the heads alone, with alpha


@dataclass(frozen=True, slots=True)
class Participant:
    """One of the two who talk.

    Attributes:
        name: How the script calls them.
        avatar: Character of the cast, or the folder of a fitted avatar.
        position_m: Where the head stands.
        turned_deg: About the vertical; 0 looks along +z, 90 along +x.
        gain_db: Of the voice.
        mood: At the beginning.
        style: At the beginning.
    """

    name: str
    avatar: str
    position_m: Vector
    turned_deg: float
    gain_db: float = 0.0
    mood: Mood = field(default_factory=Mood)
    style: Style = field(default_factory=Style)


@dataclass(frozen=True, slots=True)
class Clip:
    """One voice from one channel of a file, placed on the scene's timeline.

    Attributes:
        participant: 0 or 1.
        file: One of the kinds that `rsatalker.speech.sound_file` reads.
        channel: Of the file.
        start_s: When its first sample is heard.
        duration_s: Of the file.
        end_s: When it ends; earlier than start + duration where the other one interrupts.
        gain_db: On top of the participant's.
    """

    participant: int
    file: Path
    channel: int
    start_s: Fraction
    duration_s: Fraction
    end_s: Fraction
    gain_db: float = 0.0

    @property
    def is_cut(self) -> bool:
        """Whether it is interrupted."""
        return self.end_s < self.start_s + self.duration_s


@dataclass(frozen=True, slots=True)
class Change:
    """What changes in mid-scene; None leaves things as they are.

    Attributes:
        at_s: From the first instant of motion at or after this time on.
        relationship: Who the two are to each other.
        participant: Whose mood and style change.
        mood: What they feel from now on.
        style: How they speak from now on.
    """

    at_s: Fraction
    relationship: Relationship | None = None
    participant: int = 0
    mood: Mood | None = None
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class View:
    """Where a camera is at one moment.

    Attributes:
        position_m: World space.
        target_m: What is in the middle of the picture.
        fov_deg: Vertical angle of view.
        roll_deg: Clockwise turn of the camera about its axis.
    """

    position_m: Vector
    target_m: Vector
    fov_deg: float
    roll_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Key:
    """A view that a moving camera passes.

    Attributes:
        at_s: From the start of the shot.
        view: Where the camera is then.
        easing: How it gets from here to the next key.
    """

    at_s: Fraction
    view: View
    easing: Easing = "smooth"


@dataclass(frozen=True, slots=True)
class Shot:
    """What is seen from one cut to the next.

    Attributes:
        name: For timecode files and messages.
        start_s: The cut is at the first frame at or after this time.
        keys: Of the camera, in order of time; a single one is a still.
        move: What the camera does on top of that, over the whole shot.
        amount: How much: share of the distance for push-in and pull-out, degrees for orbits, factor for hand-held.
        move_easing: Of the move.
        light: Preset that replaces the scene's, or None.
    """

    name: str
    start_s: Fraction
    keys: tuple[Key, ...]
    move: Move = "still"
    amount: float = 0.0
    move_easing: Easing = "smooth"
    light: str | None = None


@dataclass(frozen=True, slots=True)
class Stereo:
    """Two eyes instead of one camera.

    Attributes:
        eye_distance_m: Between them.
        convergence_m: Distance from the camera at which both pictures agree: what is nearer comes out of the screen.
        layout: Of both pictures in a video; sequences go to a folder each.
    """

    eye_distance_m: float = 0.063  # the human mean
    convergence_m: float = 1.0
    layout: StereoLayout = "side-by-side"


@dataclass(frozen=True, slots=True)
class KeyLight:
    """The one hard light of a scene; None keeps what the preset has.

    Attributes:
        azimuth_deg: 0 comes from +z, 90 from +x.
        elevation_deg: 0 is level, 90 from above.
        color: Linear RGB.
        strength: Factor on the colour.
    """

    azimuth_deg: float | None = None
    elevation_deg: float | None = None
    color: Vector | None = None
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Lighting:
    """Light of the scene: a preset and what differs from it.

    Attributes:
        preset: Key of `lights.PRESETS`.
        key: Changes of the key light.
        ambient: Linear RGB that comes from everywhere, added to the preset's.
        exposure: Factor on all light, as stops: 1 is twice as bright.
    """

    preset: str = "studio"
    key: KeyLight = KeyLight()
    ambient: Vector = (0.0, 0.0, 0.0)
    exposure: float = 0.0


@dataclass(frozen=True, slots=True)
class Background:
    """What is behind the heads.

    Attributes:
        kind: `backdrop` is a room out of focus that turns with the camera; `transparent` is nothing.
        color: sRGB 0-255: of `color`, of the upper edge of `gradient`, of the walls of `backdrop`.
        lower: sRGB 0-255 of the lower edge of `gradient`.
        file: Of `image`, which fills the picture.
        blur: Radius in 1/1000 of the picture's height, for `image`.
        fade: Share of the picture's height, at the bottom, over which the busts dissolve into the background.
    """

    kind: BackgroundKind = "backdrop"
    color: Vector = (46.0, 52.0, 62.0)
    lower: Vector = (14.0, 15.0, 18.0)
    file: Path | None = None
    blur: float = 0.0
    fade: float = 0.10


@dataclass(frozen=True, slots=True)
class Output:
    """What is written.

    Attributes:
        width: Pixels of one view.
        height: Pixels.
        frame_rate: Frames per second, exact.
        formats: Which files.
        quality: Constant rate factor of MP4s: 0 is lossless, 18 looks it, 20 nearly, 51 is worst.
        layers: Whether EXRs hold each head alone too.
        detail: Share of the full number of Gaussians.
    """

    width: int = 1280
    height: int = 720
    frame_rate: Fraction = Fraction(24)
    formats: tuple[str, ...] = ("mp4",)
    quality: int = 20
    layers: bool = True
    detail: float = 1.0

    @property
    def is_drawn(self) -> bool:
        """Whether any of the files shows pictures."""
        return any(name in OPAQUE or name in CUT_OUT for name in self.formats)


@dataclass(frozen=True, slots=True)
class Cutscene:
    """A whole scene.

    Attributes:
        name: Of the files that are written.
        participants: The two, in the order of relationship and sound channels.
        relationship: At the beginning.
        clips: Voices, in order of their start.
        changes: In order of time.
        shots: In order of time; the first starts at 0.
        duration_s: Of the scene; the last frame begins before it.
        lighting: Of the scene; a shot may have another preset.
        background: What is behind the heads.
        output: What is written.
        stereo: Two eyes, or None for one camera.
        panning: Where the voices are heard: where the heads stand, where the camera sees them, or in the middle.
        seed: Of all chance.
    """

    name: str
    participants: tuple[Participant, Participant]
    relationship: Relationship
    clips: tuple[Clip, ...]
    changes: tuple[Change, ...]
    shots: tuple[Shot, ...]
    duration_s: Fraction
    lighting: Lighting = Lighting()
    background: Background = Background()
    output: Output = Output()
    stereo: Stereo | None = None
    panning: Panning = "stage"
    seed: int = 1

    @property
    def frame_count(self) -> int:
        """Frames of the whole scene."""
        return ceil(self.duration_s * self.output.frame_rate)

    def first_frame(self, shot: int) -> int:
        """Return the frame of a shot's cut; one past the last frame for the shot after the last."""
        if shot == len(self.shots):
            return self.frame_count
        return min(ceil(self.shots[shot].start_s * self.output.frame_rate), self.frame_count)

    def time_of(self, frame: int) -> Fraction:
        """Return when a frame begins, seconds."""
        return frame / self.output.frame_rate
