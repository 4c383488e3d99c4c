"""Which error of ours becomes which status, over gRPC and HTTP alike: one table, both ways."""

from __future__ import annotations

import logging

import grpc

from rsatalker import errors as rsatalker_errors
from sidecar import errors

STATUS_OF_ERROR: dict[type[Exception], grpc.StatusCode] = {
    errors.AuthenticationError: grpc.StatusCode.UNAUTHENTICATED,
    errors.ConfigError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.InvalidRequestError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.LimitError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.NotFoundError: grpc.StatusCode.NOT_FOUND,
    errors.ProtocolVersionError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.RegionFull: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.RegionNotFound: grpc.StatusCode.NOT_FOUND,
    errors.FrameRingError: grpc.StatusCode.INTERNAL,
    errors.StateError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.TimeUpError: grpc.StatusCode.DEADLINE_EXCEEDED,
    errors.TrustError: grpc.StatusCode.UNAVAILABLE,
    errors.UnreachableError: grpc.StatusCode.UNAVAILABLE,
    errors.UnsupportedError: grpc.StatusCode.UNIMPLEMENTED,
    errors.SidecarError: grpc.StatusCode.INTERNAL,
    rsatalker_errors.AssetError: grpc.StatusCode.FAILED_PRECONDITION,
    rsatalker_errors.AudioError: grpc.StatusCode.INVALID_ARGUMENT,
    rsatalker_errors.OptionError: grpc.StatusCode.INVALID_ARGUMENT,
    rsatalker_errors.OutputError: grpc.StatusCode.FAILED_PRECONDITION,
    rsatalker_errors.MoodError: grpc.StatusCode.INVALID_ARGUMENT,
    rsatalker_errors.RelationshipError: grpc.StatusCode.INVALID_ARGUMENT,
    rsatalker_errors.RendererUnavailable: grpc.StatusCode.FAILED_PRECONDITION,
    rsatalker_errors.ScriptError: grpc.StatusCode.INVALID_ARGUMENT,
    rsatalker_errors.ToolMissing: grpc.StatusCode.FAILED_PRECONDITION,
    rsatalker_errors.RsaTalkerError: grpc.StatusCode.INTERNAL,
}
ERROR_OF_STATUS: dict[grpc.StatusCode, type[errors.SidecarError]] = {
    grpc.StatusCode.UNAUTHENTICATED: errors.AuthenticationError,
    grpc.StatusCode.INVALID_ARGUMENT: errors.InvalidRequestError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: errors.LimitError,
    grpc.StatusCode.NOT_FOUND: errors.NotFoundError,
    grpc.StatusCode.FAILED_PRECONDITION: errors.StateError,
    grpc.StatusCode.UNAVAILABLE: errors.UnreachableError,
}

LONGEST_SENTENCE = 800  # letters: each may take 9 bytes of gRPC's trailer, of which clients take 8 kB

log = logging.getLogger(__name__)


def status_of(error: Exception) -> grpc.StatusCode | None:
    """Return the status of an error that was raised on purpose; None for any other."""
    for kind in type(error).__mro__:
        if kind in STATUS_OF_ERROR:
            return STATUS_OF_ERROR[kind]
    return None


def answer_to(error: Exception, method: str) -> tuple[grpc.StatusCode, str]:
    """Return the status and the sentence for an error that a call raised; one that nobody foresaw is logged."""
    status = status_of(error)
    if status is not None:
        return status, str(error)[:LONGEST_SENTENCE]
    log.error("%s failed", method, exc_info=error)
    return grpc.StatusCode.INTERNAL, (
        f"The sidecar failed in {method} ({type(error).__name__}); its log says where. Please report it."
    )


def error_of(status: grpc.StatusCode, message: str) -> errors.SidecarError:
    """Return what a client raises for a status that a sidecar answered."""
    return ERROR_OF_STATUS.get(status, errors.SidecarError)(message)
