"""Cutscenes rendered beside the live conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc.aio

from sidecar.cutscenes.film import Film, FilmProgress
from sidecar.cutscenes.film_messages import progress_message
from sidecar.cutscenes.film_queue import FilmQueue
from sidecar.errors import LimitError, UnreachableError
from sidecar.v1 import cutscene_pb2, cutscene_pb2_grpc

LOOK_S = 0.1  # between looks for something new
MOST_STREAMS = 16  # at a time

Context = grpc.aio.ServicerContext[Any, Any]


class CutsceneService(cutscene_pb2_grpc.CutsceneServiceServicer):
    """Serves RenderCutscene, GetCutscene and CancelCutscene.

    Args:
        films: All cutscenes of this sidecar.
    """

    def __init__(self, films: FilmQueue) -> None:
        self._films = films
        self._streams = 0
        self._is_closing = False

    async def RenderCutscene(
        self, request: cutscene_pb2.RenderCutsceneRequest, context: Context
    ) -> AsyncIterator[cutscene_pb2.RenderCutsceneResponse]:
        """Render a cutscene, or follow one that is rendered, and say how far it is until it ends."""
        if self._streams >= MOST_STREAMS:
            raise LimitError(f"{MOST_STREAMS} cutscenes are followed, as many as this sidecar sends; use GetCutscene.")
        self._streams += 1
        try:
            film = await asyncio.to_thread(self._film, request.script_toml, request.script_path, request.output_path)
            async for progress, still in self._changes(film):
                message = progress_message(film.film_id, progress, still)
                yield cutscene_pb2.RenderCutsceneResponse(progress=message)
        finally:
            self._streams -= 1
        if film.error:
            raise film.error

    async def GetCutscene(
        self, request: cutscene_pb2.GetCutsceneRequest, context: Context
    ) -> cutscene_pb2.GetCutsceneResponse:
        """Say how far a cutscene is."""
        film = self._films.find(request.cutscene_id)
        progress = film.progress
        return cutscene_pb2.GetCutsceneResponse(progress=progress_message(film.film_id, progress, progress.still))

    async def CancelCutscene(
        self, request: cutscene_pb2.CancelCutsceneRequest, context: Context
    ) -> cutscene_pb2.CancelCutsceneResponse:
        """End a cutscene; its process is gone when the answer comes."""
        film = await asyncio.to_thread(self._films.cancel, request.cutscene_id)
        return cutscene_pb2.CancelCutsceneResponse(progress=progress_message(film.film_id, film.progress, b""))

    def close(self) -> None:
        """Let streams end."""
        self._is_closing = True

    def _film(self, script_toml: str, script_path: str, output_path: str) -> Film:
        return self._films.add(self._films.folder.job(script_toml, script_path, output_path))

    async def _changes(self, film: Film) -> AsyncIterator[tuple[FilmProgress, bytes]]:
        """Yield every progress that is seen, the last one for certain, with its still if that is a new one."""
        shown: FilmProgress | None = None
        while shown is None or not shown.state.is_end:
            if self._is_closing:
                raise UnreachableError(
                    "The sidecar ends; ask the next one for the same to go on from what is finished."
                )
            progress = film.progress
            if progress is shown:
                await asyncio.sleep(LOOK_S)
                continue
            is_new = shown is None or progress.still is not shown.still
            yield progress, progress.still if is_new else b""
            shown = progress
