"""What the process that renders is told, and what it tells: lines of JSON on its standard input and output."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rsatalker.cutscenes.script import Cutscene

LARGEST_SCRIPT = 64 << 10  # bytes; a turn takes about 80, so there is room for some 700


@dataclass(frozen=True, slots=True)
class CutsceneJob:
    """A script and where its files lie and go.

    Attributes:
        script: TOML.
        place: What messages call it.
        name: Of the files that are written, unless the script has one.
        folder: What the files that it names are relative to.
        within: The only folder whose files it may name.
        out: Where results go.
    """

    script: str
    place: str
    name: str
    folder: str
    within: str
    out: str

    def read(self) -> Cutscene:
        """Return the cutscene.

        Raises:
            ScriptError: The script says what cannot be.
            AudioError: A sound file cannot be used.
        """
        from rsatalker.cutscenes.read_script import read_script_text

        return read_script_text(self.script, self.place, Path(self.folder), self.name, Path(self.within))

    def line(self) -> bytes:
        """Return the job as the process is told it."""
        return line_of(asdict(self))

    @staticmethod
    def of_line(line: bytes) -> CutsceneJob:
        """Return the job of a line."""
        return CutsceneJob(**json.loads(line))


@dataclass(frozen=True, slots=True)
class Told:
    """What a line of the process says; what it does not mention is as before.

    Attributes:
        stage: "motion", "avatars", "frames" or "files".
        frames_done: Of the scene.
        frames_total: Of the scene.
        eta_ms: Until the last frame; 0: not known yet.
        still: JPEG of a frame that has just been drawn, or empty.
        files: What was written, relative to the output folder; the last line has them.
        error: Class of `rsatalker.errors` that ended the rendering, or empty.
        message: Its sentence.
    """

    stage: str = ""
    frames_done: int | None = None
    frames_total: int | None = None
    eta_ms: int = 0
    still: bytes = b""
    files: tuple[str, ...] | None = None
    error: str = ""
    message: str = ""

    def line(self) -> bytes:
        """Return the line."""
        unsaid = Told()
        said = {name: value for name, value in asdict(self).items() if value != getattr(unsaid, name)}
        if self.still:
            said["still"] = base64.b64encode(self.still).decode()
        return line_of(said)

    @staticmethod
    def of_line(line: bytes) -> Told:
        """Return what a line says."""
        said: dict[str, Any] = json.loads(line)
        if "still" in said:
            said["still"] = base64.b64decode(said["still"])
        if "files" in said:
            said["files"] = tuple(said["files"])
        return Told(**said)


def line_of(values: dict[str, Any]) -> bytes:
    """Return a line of JSON."""
    return json.dumps(values).encode() + b"\n"
