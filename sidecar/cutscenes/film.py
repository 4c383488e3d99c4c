"""A cutscene that a client asked for: how far it is, as everybody reads it and one thread writes it."""

from __future__ import annotations

import enum
import secrets
from dataclasses import dataclass, replace

from sidecar.cutscenes.job import CutsceneJob, Told

ID_BYTES = 8


class FilmState(enum.Enum):
    """What becomes of a cutscene."""

    WAITING = "waiting"
    RENDERING = "rendering"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def is_end(self) -> bool:
        """Whether nothing follows."""
        return self in (FilmState.DONE, FilmState.CANCELLED, FilmState.FAILED)


@dataclass(frozen=True, slots=True)
class FilmProgress:
    """How far a cutscene is at one moment.

    Attributes:
        state: What becomes of it.
        stage: "motion", "avatars", "frames" or "files", while it is rendered.
        frames_done: Of the scene.
        frames_total: Of the scene; 0: not known yet.
        eta_ms: Until the last frame; 0: not known.
        still: JPEG of the last frame, or empty.
        files: That are done, relative to the output folder.
        message: Why it failed.
    """

    state: FilmState = FilmState.WAITING
    stage: str = ""
    frames_done: int = 0
    frames_total: int = 0
    eta_ms: int = 0
    still: bytes = b""
    files: tuple[str, ...] = ()
    message: str = ""

    def after(self, told: Told) -> FilmProgress:
        """Return the progress after the process has told something."""
        return replace(
            self,
            stage=told.stage,
            frames_done=self.frames_done if told.frames_done is None else told.frames_done,
            frames_total=self.frames_total if told.frames_total is None else told.frames_total,
            eta_ms=told.eta_ms,
            still=told.still or self.still,
            files=self.files if told.files is None else told.files,
        )


class Film:
    """A cutscene that a client asked for.

    Attributes:
        film_id: Names it in calls.
        job: What is rendered.
        progress: Replaced, never changed; any thread may read it.
        error: What it failed with.
    """

    def __init__(self, job: CutsceneJob) -> None:
        self.film_id = secrets.token_hex(ID_BYTES)
        self.job = job
        self.progress = FilmProgress()
        self.error: Exception | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.progress.state.is_end

    def turn(self, state: FilmState, message: str = "") -> None:
        """Go over to a state."""
        stage = self.progress.stage if state is FilmState.RENDERING else ""
        self.progress = replace(self.progress, state=state, stage=stage, eta_ms=0, message=message)
