"""The token of a sidecar: what a call says about who it is, the same over gRPC and HTTP."""

from __future__ import annotations

import hmac

from sidecar.errors import AuthenticationError

BEARER = "Bearer "
WRONG_TOKEN = (
    "The token is missing or wrong; send the metadata `authorization: Bearer <token>` with the token of the runtime "
    "file (`rsatalker doctor` says where it is)."
)


def check_token(header: str | bytes | None, token: str) -> None:
    """Raise AuthenticationError unless a header `authorization` carries the token."""
    given = header if isinstance(header, bytes) else (header or "").encode("utf-8", "replace")
    # The comparison takes the same time wherever the two differ.
    if not hmac.compare_digest(given, f"{BEARER}{token}".encode()):
        raise AuthenticationError(WRONG_TOKEN)
