"""The program that renders one cutscene beside a sidecar: `python -m sidecar.cutscenes.background_render`.

It reads its job from the first line of its standard input and tells how it goes on its standard output. It ends when
its standard input does: because the sidecar wants it, or because there is no sidecar any more.
"""

from __future__ import annotations

import _thread
import io
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from rsatalker.errors import RsaTalkerError
from sidecar.cutscenes.job import CutsceneJob, Told
from sidecar.cutscenes.standard_input import wait_for_end

NICENESS = 10  # a tenth of the processor time of a process that is not nice, where both want all
STILL_PX = 320  # longer side
STILL_QUALITY = 85  # JPEG
END_S = 1.5  # from the end of standard input: time to remove what is half-written
INTERRUPTED = 130  # exit code of a program that Ctrl+C ended, as shells count

Tell = Callable[[Told], None]


class Telling:
    """Tells what it is told by the rendering; a `Watcher`.

    Args:
        tell: Receives every line.
        clock_s: Seconds.
    """

    def __init__(self, tell: Tell, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock_s = clock_s
        self._stage = ""
        self._began: tuple[int, float] | None = None  # frames that were there, and when drawing began

    def motion(self, done_s: float, total_s: float) -> None:
        """Tell that motion is made."""
        self._begin("motion")

    def building(self, step: str, share: float) -> None:
        """Tell that an avatar is built."""
        self._begin("avatars")

    def frames(self, done: int, total: int, still: Path | None) -> None:
        """Tell how many frames are finished, and show one of them."""
        now_s = self._clock_s()
        if self._began is None:
            self._began = done, now_s
        drawn, spent_s = done - self._began[0], now_s - self._began[1]
        eta_ms = round(1000 * spent_s * (total - done) / drawn) if drawn else 0
        self._tell(Told("frames", done, total, eta_ms, small_still(still) if still else b""))

    def writing(self, what: str) -> None:
        """Tell that files are written."""
        self._begin("files")

    def _begin(self, stage: str) -> None:
        if stage != self._stage:
            self._stage = stage
            self._tell(Told(stage))


def small_still(path: Path) -> bytes:
    """Return a picture as a JPEG that is not large."""
    with Image.open(path) as image:
        image.thumbnail((STILL_PX, STILL_PX))
        file = io.BytesIO()
        image.convert("RGB").save(file, "JPEG", quality=STILL_QUALITY)
    return file.getvalue()


def render(job: CutsceneJob, tell: Tell) -> None:
    """Render a cutscene with this process alone and tell how it goes and how it ends."""
    from rsatalker.cutscenes.render import render_cutscene

    out = Path(job.out)
    try:
        report = render_cutscene(job.read(), out, renderer="cpu", workers=1, watcher=Telling(tell))
    except RsaTalkerError as error:
        tell(Told(error=type(error).__name__, message=str(error)))
        return
    tell(Told(files=tuple(file.relative_to(out).as_posix() for file in report.files)))


def main() -> int:
    """Render what the first line of standard input says."""
    job_line = sys.stdin.buffer.readline()
    if not job_line:
        return INTERRUPTED
    lines = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints is no line of ours
    threading.Thread(target=_end_with_standard_input, name="standard input", daemon=True).start()
    if sys.platform != "win32":  # where the sidecar starts it like that
        os.nice(NICENESS)
    try:
        render(CutsceneJob.of_line(job_line), lambda told: _write(lines, told.line()))
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _write(lines: io.RawIOBase, line: bytes) -> None:
    rest = memoryview(line)
    try:
        while rest:
            rest = rest[lines.write(rest) or 0 :]
    except OSError as error:  # the sidecar is gone; standard input says so, too. Windows names it EINVAL, not EPIPE
        raise KeyboardInterrupt from error


def _end_with_standard_input() -> None:
    wait_for_end()
    last_word = threading.Timer(END_S, os._exit, (INTERRUPTED,))
    last_word.daemon = True
    last_word.start()
    _thread.interrupt_main()


if __name__ == "__main__":
    sys.exit(main())
