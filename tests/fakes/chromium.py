"""A headless Chromium that draws by SwiftShader, steered by its DevTools protocol."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pytest
from PIL import Image
from waiting import LONGEST_S, until
from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--autoplay-policy=no-user-gesture-required",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-sandbox",  # which root may not have
)
LARGEST_MESSAGE = 64 << 20  # bytes: of a screenshot
ANSWER_S = 60.0
LOOK_S = 0.05  # between looks: each one takes the page's time


class Chromium:
    """One tab.

    Attributes:
        complaints: What the page has logged as an error, and exceptions that nobody caught.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.complaints: list[str] = []
        self._connection = connection
        self._number = 0
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """Return the result of a method of the protocol."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(ANSWER_S))
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]
            self._note(message)

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, or of what its promise becomes."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str, longest_s: float = 60.0) -> Any:
        """Return the value of an expression as soon as there is a true one."""
        return until(lambda: self.evaluate(expression) or None, f"{expression}; {self.complaints}", longest_s, LOOK_S)

    def picture(self) -> np.ndarray:
        """Return what the tab shows: height, width, red green blue."""
        answer = self.call("Page.captureScreenshot", format="png")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(answer["data"]))).convert("RGB"))

    def _note(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"].get("exception", {}).get("description")))
        if message.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")


def program() -> str:
    """Return Chromium's program; skip the test without it, but fail in CI."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = f"none of {', '.join(NAMES)} is installed"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return found


@contextmanager
def chromium(profile: Path, width: int, height: int) -> Iterator[Chromium]:
    """Start a browser with one empty tab of that size."""
    command = [program(), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet)
    try:
        port = until(lambda: _port(profile), "Chromium's port")
        with urlopen(f"http://127.0.0.1:{port}/json/list", timeout=ANSWER_S) as answer:
            address = next(tab["webSocketDebuggerUrl"] for tab in json.load(answer) if tab["type"] == "page")
        with connect(address, max_size=LARGEST_MESSAGE, compression=None) as connection:
            tab = Chromium(connection)
            size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            tab.call("Emulation.setDeviceMetricsOverride", **size)
            yield tab
    finally:
        process.terminate()
        process.wait(LONGEST_S)


def _port(profile: Path) -> str | None:
    file = profile / "DevToolsActivePort"
    return file.read_text().split()[0] if file.exists() and file.read_text().strip() else None
