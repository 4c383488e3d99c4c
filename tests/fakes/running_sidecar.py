"""A sidecar in a thread of the test's process, with a light studio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from waiting import LONGEST_S

from sidecar.client import SidecarClient
from sidecar.config import ServeOptions
from sidecar.server import Sidecar
from sidecar.studio import Studio

TOKEN = "a-token-for-tests-0123456789"


class RunningSidecar:
    def __init__(self, studio: Studio, options: ServeOptions, token: str = TOKEN) -> None:
        self.studio = studio
        self.token = token
        self.address = ""
        self.http_address = ""
        self.sidecar: Sidecar | None = None
        self._options = options
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="sidecar")

    def connect(self) -> SidecarClient:
        return SidecarClient.connect(self.address, self.token)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(LONGEST_S), "the sidecar did not start"
        if self._failure:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        if self._thread.is_alive() and self._loop and self.sidecar:
            self._loop.call_soon_threadsafe(self.sidecar.ask_to_stop)
        self._thread.join()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.sidecar = Sidecar(self.studio, self._options, self.token)
        try:
            self.sidecar.listen()
            await self.sidecar.start()
            self.address, self.http_address = self.sidecar.address, self.sidecar.http_address
            self._ready.set()
            await self.sidecar.wait()
        except Exception as error:  # noqa: BLE001  it is raised where the sidecar was started
            self._failure = error
        finally:
            await self.sidecar.stop()
            self._ready.set()


@contextmanager
def running_sidecar(studio: Studio, options: ServeOptions, token: str = TOKEN) -> Iterator[RunningSidecar]:
    running = RunningSidecar(studio, options, token)
    running.start()
    try:
        yield running
    finally:
        running.stop()
