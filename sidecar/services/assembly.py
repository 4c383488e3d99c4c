"""All services of a sidecar, each with what it needs: to add a service, add its line here."""

from __future__ import annotations

from collections.abc import Callable

from sidecar.config import ServeOptions
from sidecar.conversations import Conversations
from sidecar.cutscenes.film_queue import FilmQueue
from sidecar.nvidia_ace.services.a2f_controller import v1_pb2_grpc as audio2face_grpc
from sidecar.services import audio2face_service
from sidecar.services.audio2face_service import Audio2FaceService
from sidecar.services.calls import Service
from sidecar.services.conversation_service import ConversationService
from sidecar.services.cutscene_service import CutsceneService
from sidecar.services.sidecar_service import SidecarService
from sidecar.services.speech_service import SpeechService
from sidecar.services.watch_service import WatchService
from sidecar.studio import Studio
from sidecar.timings import Timings
from sidecar.v1 import (
    conversation_pb2,
    conversation_pb2_grpc,
    cutscene_pb2,
    cutscene_pb2_grpc,
    sidecar_pb2,
    sidecar_pb2_grpc,
    speech_pb2,
    speech_pb2_grpc,
    watch_pb2,
    watch_pb2_grpc,
)


def services_of(
    studio: Studio,
    options: ServeOptions,
    conversations: Conversations,
    films: FilmQueue,
    timings: Timings,
    version: str,
    clock_ns: Callable[[], int],
) -> list[Service]:
    """Return the services that this sidecar offers over gRPC and HTTP."""
    watch = WatchService(conversations, clock_ns)
    cutscenes = CutsceneService(films)
    return [
        Service(
            sidecar_pb2.DESCRIPTOR.services_by_name["SidecarService"],
            SidecarService(studio, options, conversations, films, timings, version, clock_ns),
            sidecar_pb2_grpc.add_SidecarServiceServicer_to_server,
        ),
        Service(
            conversation_pb2.DESCRIPTOR.services_by_name["ConversationService"],
            ConversationService(conversations, options),
            conversation_pb2_grpc.add_ConversationServiceServicer_to_server,
        ),
        Service(
            speech_pb2.DESCRIPTOR.services_by_name["SpeechService"],
            SpeechService(conversations, clock_ns),
            speech_pb2_grpc.add_SpeechServiceServicer_to_server,
        ),
        Service(
            audio2face_service.DESCRIPTOR,
            Audio2FaceService(studio, conversations),
            audio2face_grpc.add_A2FControllerServiceServicer_to_server,
        ),
        Service(
            watch_pb2.DESCRIPTOR.services_by_name["WatchService"],
            watch,
            watch_pb2_grpc.add_WatchServiceServicer_to_server,
            watch.close,
        ),
        Service(
            cutscene_pb2.DESCRIPTOR.services_by_name["CutsceneService"],
            cutscenes,
            cutscene_pb2_grpc.add_CutsceneServiceServicer_to_server,
            cutscenes.close,
        ),
    ]
