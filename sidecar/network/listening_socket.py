"""A TCP port of this machine that stays open whatever those do who connect to it."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from typing import Any

from sidecar.errors import ConfigError

SEND_BUFFER = 512 << 10  # bytes: what a slow client has not taken yet is old when it comes; about 0.1 s of pictures


class ListeningSocket(socket.socket):
    """A listening socket that only its owner closes, by `give_back`.

    The event loop of Windows closes one, and accepts nothing any more, when a connection is broken off by its client
    before it was accepted (python/cpython#93821). Here such a loop is told no, and the owner learns of it.

    Attributes:
        on_refused: Called instead of closing; it has to begin to accept again.
    """

    on_refused: Callable[[], None] | None = None

    def close(self) -> None:
        """Close unless somebody serves on it."""
        if self.on_refused is None:
            super().close()
        else:
            self.on_refused()

    def give_back(self) -> None:
        """Let whoever serves on it close it, from now on."""
        self.on_refused = None


def bind(host: str, port: int) -> ListeningSocket:
    """Take a TCP port of an address of this machine; 0 takes a free one.

    Raises:
        ConfigError: The port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = ListeningSocket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: else asyncio leaves Nagle on
    try:
        if sys.platform == "win32":  # there SO_REUSEADDR would let two programs share a port
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # connections inherit it
        taken.bind((host, port))
        taken.setblocking(False)
    except OSError as error:
        taken.close()
        raise ConfigError(
            f"Port {port} of {host} cannot be taken for HTTP ({error.strerror}). Choose another with --http-port, or 0 "
            "for a free one."
        ) from error
    return taken


def port_of(bound: socket.socket) -> int:
    """Return the port that a socket was given."""
    name: tuple[Any, ...] = bound.getsockname()
    return int(name[1])
