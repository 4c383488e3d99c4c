"""What the sidecar is, which avatars it offers and how it is doing."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from typing import Any

import grpc.aio

from rsatalker.motion.expression_space import ARKIT_NAMES
from sidecar.config import ServeOptions
from sidecar.conversations import Conversations
from sidecar.cutscenes.film_queue import FilmQueue
from sidecar.messages import check_version, limits_message, status_message
from sidecar.requests import PROTOCOL_VERSION
from sidecar.studio import Studio
from sidecar.timings import Timings
from sidecar.v1 import sidecar_pb2, sidecar_pb2_grpc

CAPABILITIES = (
    "frames",
    "motion",
    "engine_clock",
    "speak",
    "push_audio",
    "stream_audio",
    "cancel",
    "relationship",
    "http",
    "watch_motion",
    "watch_frames",
    "engine_calls",
    "outputs",
    "mood",
    "style",
    "av_offset",
    "audio2face",
    "cutscenes",
)
LONGEST_NAME = 80  # letters of a client's name in the log
MOST_NAMES = 64  # of clients in the log of one run

Context = grpc.aio.ServicerContext[Any, Any]
log = logging.getLogger(__name__)


class SidecarService(sidecar_pb2_grpc.SidecarServiceServicer):
    """Serves GetInfo, ListAvatars and GetStatus."""

    def __init__(
        self,
        studio: Studio,
        options: ServeOptions,
        conversations: Conversations,
        films: FilmQueue,
        timings: Timings,
        version: str,
        clock_ns: Callable[[], int],
    ) -> None:
        self._studio = studio
        self._options = options
        self._conversations = conversations
        self._films = films
        self._timings = timings
        self._version = version
        self._clock_ns = clock_ns
        self._started_ns = clock_ns()
        self._client_names: set[str] = set()

    async def GetInfo(self, request: sidecar_pb2.GetInfoRequest, context: Context) -> sidecar_pb2.GetInfoResponse:
        """Say version, capabilities and limits; refuse a client of another major version."""
        self._note_client(request.client_name)
        check_version(request.protocol_version)
        return sidecar_pb2.GetInfoResponse(
            protocol_version=PROTOCOL_VERSION,
            sidecar_version=self._version,
            capabilities=CAPABILITIES,
            renderer=self._studio.renderer_name,
            limits=limits_message(self._options),
            arkit_names=ARKIT_NAMES,
            process_id=os.getpid(),
        )

    async def ListAvatars(
        self, request: sidecar_pb2.ListAvatarsRequest, context: Context
    ) -> sidecar_pb2.ListAvatarsResponse:
        """List the cast."""
        cast = await asyncio.to_thread(self._studio.cast)
        return sidecar_pb2.ListAvatarsResponse(
            avatars=[
                sidecar_pb2.Avatar(
                    name=member.name, description=member.description, expression_space=member.expression_space
                )
                for member in cast
            ]
        )

    async def GetStatus(self, request: sidecar_pb2.GetStatusRequest, context: Context) -> sidecar_pb2.GetStatusResponse:
        """Say how long stages take and what is running."""
        uptime_ms = (self._clock_ns() - self._started_ns) // 1_000_000
        stages = self._timings.percentiles()
        return status_message(uptime_ms, stages, self._conversations.all(), self._films.open_films())

    def _note_client(self, name: str) -> None:
        """Log who calls, each once: a client may ask at every look, and whoever it is chooses the name."""
        name = "".join(letter for letter in name[:LONGEST_NAME] if letter.isprintable())
        if name and name not in self._client_names and len(self._client_names) < MOST_NAMES:
            self._client_names.add(name)
            log.info("client %s", name)
