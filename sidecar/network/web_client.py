"""The web client's page on the HTTP port, and how it gets the token.

The page and its scripts are the same for everybody and say nothing; they need no token. Whoever knows the code that the
sidecar printed gets the token for it: short enough to be typed in a headset, too long to be guessed at ten tries a
minute. In an address it stands behind the `#`, which a browser sends to nobody.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import grpc
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

import rsatalker
from sidecar.errors import AuthenticationError, ConfigError, LimitError, SidecarError, TimeUpError
from sidecar.network.connect_codec import HTTP_STATUSES, error_body
from sidecar.services.status import answer_to

PAGE = "/view/"
SAMPLE_DIALOGUE = Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"
OWN_FILES = ("index.html", "icon.svg", "style.css", "src/*.js")
LIBRARY_FILES = ("node_modules/three/build/three.core.js", "node_modules/three/build/three.module.js")
MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
}
CODE_DIGITS = 10  # 33 bits: at MOST_TRIES a minute a hundred years for a chance of one in two thousand
MOST_TRIES = 10  # wrong codes from all clients ...
TRIES_S = 60.0  # ... in this time
LARGEST_BODY = 1024  # bytes of a code's request ...
BODY_S = 5.0  # ... and how long it may take
HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class WebClient:
    """Serves the page, its files, the sample dialogue, and the token for the code.

    Attributes:
        code: Of this run, digits.

    Args:
        folder: The web client's, with three.js installed in it.
        token: Of this run.
        clock_s: Seconds that never go back.

    Raises:
        ConfigError: The folder is not the web client's, or three.js is missing.
    """

    def __init__(self, folder: Path, token: str, clock_s: Callable[[], float] = time.monotonic) -> None:
        self.code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        self._files = files_of(folder)
        self._token = token
        self._clock_s = clock_s
        self._wrong_s: deque[float] = deque(maxlen=MOST_TRIES)

    def routes(self) -> list[Route]:
        """Return the pages for the application."""
        return [
            Route(PAGE.rstrip("/"), self._redirect, methods=["GET"]),
            Route(f"{PAGE}token", self._hand_over, methods=["POST"]),
            Route(f"{PAGE}{{path:path}}", self._file, methods=["GET"]),
        ]

    async def _redirect(self, request: Request) -> Response:
        return RedirectResponse(PAGE)

    async def _file(self, request: Request) -> Response:
        path = request.path_params["path"] or "index.html"
        file = self._files.get(path)
        if file is None or not await asyncio.to_thread(file.is_file):
            sentence = f"The web client has no file {path[:100]}. Its page is {PAGE}."
            return JSONResponse(error_body(grpc.StatusCode.NOT_FOUND, sentence), 404, HEADERS)
        return FileResponse(file, media_type=MEDIA_TYPES[file.suffix], headers=HEADERS)

    async def _hand_over(self, request: Request) -> Response:
        try:
            self._check(await _code_in(request))
        except ClientDisconnect:
            return Response(status_code=HTTP_STATUSES[grpc.StatusCode.CANCELLED])  # nobody reads it
        except SidecarError as error:
            status, sentence = answer_to(error, request.url.path)
            headers = HEADERS | {"connection": "close"}  # the body may not have been read
            return JSONResponse(error_body(status, sentence), HTTP_STATUSES[status], headers)
        return JSONResponse({"token": self._token}, headers=HEADERS | {"cache-control": "no-store"})

    def _check(self, code: str) -> None:
        """Raise unless a code is right and not too many wrong ones came before it."""
        now_s = self._clock_s()
        if len(self._wrong_s) == MOST_TRIES and now_s - self._wrong_s[0] < TRIES_S:
            raise LimitError(f"{MOST_TRIES} wrong codes came within {TRIES_S:.0f} s; wait a minute, then try again.")
        if not hmac.compare_digest(code.encode("utf-8", "replace"), self.code.encode()):
            self._wrong_s.append(now_s)
            raise AuthenticationError(
                f"The code is wrong; enter the {CODE_DIGITS} digits that `rsatalker serve` printed at its last start."
            )


async def _code_in(request: Request) -> str:
    """Return the digits of a request's code, whatever is written between them."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST_BODY:
                    return ""
    except TimeoutError as error:
        raise TimeUpError(f"The code did not come within {BODY_S:.0f} s; send it at once.") from error
    try:
        code = json.loads(body)["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return "".join(character for character in str(code) if character.isdigit())


def files_of(folder: Path) -> dict[str, Path]:
    """Return every file that a browser may have, by its path in an address.

    Raises:
        ConfigError: The page or three.js is missing.
    """
    found = {"dialogue.wav": SAMPLE_DIALOGUE}
    for pattern in (*OWN_FILES, *LIBRARY_FILES):
        for file in folder.glob(pattern):
            found[file.relative_to(folder).as_posix()] = file
    if "index.html" not in found:
        raise ConfigError(f"There is no web client in {folder}; name the project's folder engine_plugins/web.")
    if missing := [name for name in LIBRARY_FILES if name not in found]:
        raise ConfigError(f"The web client lacks {missing[0]}; run `npm install --prefix {folder}`.")
    return found
