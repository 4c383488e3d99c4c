"""All cutscenes of a sidecar: one is rendered, some wait, and the last ones that ended are remembered."""

from __future__ import annotations

import logging
import threading
from collections import deque

from rsatalker.errors import RsaTalkerError
from sidecar.cutscenes.film import Film, FilmState
from sidecar.cutscenes.folder import CutsceneFolder
from sidecar.cutscenes.job import CutsceneJob
from sidecar.cutscenes.rendering import Rendering
from sidecar.errors import LimitError, NotFoundError, SidecarError, StateError

MOST_WAITING = 8
REMEMBERED = 16  # films that have ended

log = logging.getLogger(__name__)


class FilmQueue:
    """Renders films one after the other, each in a process of its own; calls from any thread.

    Args:
        folder: Where all of them lie.
    """

    def __init__(self, folder: CutsceneFolder) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._waiting: deque[Film] = deque()
        self._ended: deque[Film] = deque(maxlen=REMEMBERED)
        self._current: Film | None = None
        self._rendering: Rendering | None = None
        self._thread: threading.Thread | None = None
        self._is_closing = False

    def add(self, job: CutsceneJob) -> Film:
        """Return the film of a job: one that is under way already, or a new one that waits for its turn.

        Raises:
            LimitError: Too many wait.
            StateError: The sidecar ends.
        """
        with self._lock:
            for film in self._open():
                if film.job == job and not film.has_ended:
                    return film
            if self._is_closing:
                raise StateError("The sidecar ends and takes no cutscene any more.")
            if len(self._waiting) >= MOST_WAITING:
                raise LimitError(
                    f"{MOST_WAITING} cutscenes wait already, as many as this sidecar takes; ask again when one is done."
                )
            film = Film(job)
            self._waiting.append(film)
            if self._thread is None:
                self._thread = threading.Thread(target=self._render_all, name="cutscenes")
                self._thread.start()
            return film

    def find(self, film_id: str) -> Film:
        """Return a film that is under way or has ended lately.

        Raises:
            NotFoundError: There is none of that id.
        """
        with self._lock:
            for film in (*self._open(), *self._ended):
                if film.film_id == film_id:
                    return film
        raise NotFoundError(f"There is no cutscene {film_id!r}; the last {REMEMBERED} that ended are known.")

    def open_films(self) -> list[Film]:
        """Return the films that are under way, oldest first."""
        with self._lock:
            return self._open()

    def cancel(self, film_id: str) -> Film:
        """End a film, and return it when its process is gone; one that has ended stays as it is."""
        film = self.find(film_id)
        with self._lock:
            if film in self._waiting:
                self._waiting.remove(film)
                self._end(film, FilmState.CANCELLED)
                return film
            rendering = self._rendering if film is self._current else None
            if film is self._current:
                film.turn(FilmState.CANCELLED)
        if rendering:
            rendering.stop()
        return film

    def close(self) -> None:
        """Cancel everything; returns when no process is left."""
        with self._lock:
            self._is_closing = True
            films, thread = self._open(), self._thread
        for film in reversed(films):  # those that wait first
            self.cancel(film.film_id)
        if thread:
            thread.join()

    def _open(self) -> list[Film]:
        return [*([self._current] if self._current else []), *self._waiting]

    def _end(self, film: Film, state: FilmState, message: str = "") -> None:
        film.turn(state, message)
        self._ended.append(film)

    def _render_all(self) -> None:
        while film := self._next():
            try:
                self._render(film)
            except (RsaTalkerError, SidecarError) as error:
                film.error = type(error)(self.folder.without_root(str(error)))
            except Exception as error:
                log.exception("cutscene %s", film.film_id)
                film.error = SidecarError(f"The sidecar failed ({type(error).__name__}); its log says where.")
            self._finish(film)

    def _next(self) -> Film | None:
        with self._lock:
            self._current = self._waiting.popleft() if self._waiting else None
            if self._current is None:
                self._thread = None
            else:
                self._current.turn(FilmState.RENDERING)
            return self._current

    def _render(self, film: Film) -> None:
        rendering = Rendering(film.job)
        with self._lock:
            self._rendering = rendering
        if film.has_ended:  # cancelled in this moment
            rendering.stop()
        for told in rendering.listen():
            with self._lock:
                if not film.has_ended:
                    film.progress = film.progress.after(told)

    def _finish(self, film: Film) -> None:
        with self._lock:
            self._rendering = self._current = None
            if film.has_ended:
                self._end(film, FilmState.CANCELLED)
            elif film.error:
                self._end(film, FilmState.FAILED, str(film.error))
            else:
                self._end(film, FilmState.DONE)
