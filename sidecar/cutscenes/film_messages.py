"""How far a cutscene is, as the protocol says it."""

from __future__ import annotations

from sidecar.cutscenes.film import FilmProgress, FilmState
from sidecar.v1 import cutscene_pb2

STATES: dict[FilmState, cutscene_pb2.CutsceneState] = {
    FilmState.WAITING: cutscene_pb2.CUTSCENE_STATE_WAITING,
    FilmState.RENDERING: cutscene_pb2.CUTSCENE_STATE_RENDERING,
    FilmState.DONE: cutscene_pb2.CUTSCENE_STATE_DONE,
    FilmState.CANCELLED: cutscene_pb2.CUTSCENE_STATE_CANCELLED,
    FilmState.FAILED: cutscene_pb2.CUTSCENE_STATE_FAILED,
}


def progress_message(film_id: str, progress: FilmProgress, still: bytes) -> cutscene_pb2.CutsceneProgress:
    """Return the message of a progress.

    Args:
        film_id: Of the cutscene.
        progress: At this moment.
        still: JPEG that is sent along, or empty.
    """
    return cutscene_pb2.CutsceneProgress(
        cutscene_id=film_id,
        state=STATES[progress.state],
        frames_done=progress.frames_done,
        frames_total=progress.frames_total,
        eta_ms=progress.eta_ms,
        still_jpeg=still,
        files=progress.files,
        message=progress.message,
        stage=progress.stage,
    )
