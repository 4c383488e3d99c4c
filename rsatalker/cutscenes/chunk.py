"""A chunk: a few frames of one shot, with all that drawing them needs, and what is kept of it on disk.

A chunk's folder has one file or folder for each kind of output. Its name is a hash of everything that its frames follow
from: poses, cameras, light, settings and this program's own code. A changed script therefore finds again what it did
not change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float32

import rsatalker
from rsatalker.avatars.cast import CHARACTERS
from rsatalker.avatars.light import Light
from rsatalker.cutscenes.lights import AS_IN_THE_STUDIO
from rsatalker.cutscenes.script import Background, Output, Stereo, Vector
from rsatalker.exports.segments import CODECS
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.choose import RendererName

STILL_NAME = "still.jpg"  # of a chunk's last frame
TIMES_NAME = "times.json"
EYES = ("left", "right")
# What decides how a frame looks; a change in one of these folders makes kept chunks worthless.
CODE = ("avatars", "renderers", "heads", "cutscenes", "exports")


@dataclass(frozen=True, slots=True)
class SceneSettings:
    """What all chunks of a scene share.

    Attributes:
        names: Of the participants; name the layers of EXRs.
        avatars: Of both.
        world_from_heads: Where they stand.
        background: Behind them.
        output: Size, rate and formats.
        stereo: Two eyes, or None.
        renderer: Which one.
        threads: Of the renderer in each worker.
    """

    names: tuple[str, ...]
    avatars: tuple[str, ...]
    world_from_heads: Float32[np.ndarray, "2 4 4"]
    background: Background
    output: Output
    stereo: Stereo | None
    renderer: RendererName
    threads: int = 1

    @property
    def digest(self) -> str:
        """A hash of everything here that a frame follows from; the number of threads is nothing of that kind."""
        text = repr((self.names, self.background, self.stereo, self.renderer, self.output))
        digest = hashlib.sha256((text + code_digest()).encode())
        digest.update(np.ascontiguousarray(self.world_from_heads).tobytes())
        for avatar in self.avatars:
            digest.update(avatar.encode() if avatar in CHARACTERS else _folder_digest(Path(avatar)))
        if self.background.file is not None:
            digest.update(self.background.file.read_bytes())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class ChunkJob:
    """Some frames of one shot.

    Attributes:
        settings: Of the scene.
        first_frame: In the scene.
        rows: Motion, a row for each frame.
        cameras: For each frame one, or two eyes.
        light: Of the shot.
        key: Name of the chunk's folder.
        lead: Motion of the frames before, which hair swings through.
        room: Factors on the colour of a backdrop's walls in that light.
    """

    settings: SceneSettings
    first_frame: int
    rows: Float32[np.ndarray, "F 2 P"]
    cameras: tuple[tuple[Camera, ...], ...]
    light: Light
    key: str
    lead: Float32[np.ndarray, "L 2 P"] = field(default_factory=lambda: np.empty((0, 2, 0), np.float32))
    room: Vector = AS_IN_THE_STUDIO

    def __len__(self) -> int:
        return len(self.rows)

    @staticmethod
    def of(
        settings: SceneSettings,
        settings_digest: str,
        first_frame: int,
        rows: Float32[np.ndarray, "F 2 P"],
        cameras: tuple[tuple[Camera, ...], ...],
        light: Light,
        lead: Float32[np.ndarray, "L 2 P"],
        room: Vector,
    ) -> ChunkJob:
        """Return the job with its key."""
        digest = hashlib.sha256(f"{settings_digest} {room}".encode())
        if "exr" in settings.output.formats:  # each picture holds its own timecode
            digest.update(str(first_frame).encode())
        for array in (lead, rows, light.probe, light.key_direction, light.key_color):
            digest.update(np.ascontiguousarray(array).tobytes())
        for eyes in cameras:
            for camera in eyes:
                digest.update(camera.camera_from_world.tobytes() + camera.K.tobytes())
        return ChunkJob(settings, first_frame, rows, cameras, light, digest.hexdigest()[:24], lead, room)


def segment_name(kind: str) -> str:
    """Return the name of the piece of a video that a chunk holds."""
    return f"{kind}{CODECS[kind].suffix}"


def sequence_files(folder: Path, kind: str, eyes: Sequence[str]) -> dict[str, list[Path]]:
    """Return the pictures of a chunk by eye, in order."""
    return {eye: sorted((folder / kind / eye).glob(f"*.{kind}")) for eye in eyes}


@cache
def code_digest() -> str:
    """Return a hash of the code that draws."""
    digest = hashlib.sha256()
    package = Path(rsatalker.__path__[0])
    for folder in CODE:
        for source in sorted((package / folder).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _folder_digest(folder: Path) -> bytes:
    """Return a hash of the files of a fitted avatar."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.digest()
