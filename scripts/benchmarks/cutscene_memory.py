"""Memory of a render and of its workers while a scene of an hour is drawn: it should not grow with the scene."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rows import Rows, busy

if TYPE_CHECKING:
    from rsatalker.cutscenes.script import Cutscene

ROWS = 10  # of the table for motion, and as many for frames


@dataclass(frozen=True)
class Options:
    """Render a long scene in small pictures, with the sample dialogue over and over. Linux only.

    Attributes:
        seconds: Of the scene.
        workers: Processes that draw.
        width: Pixels.
        height: Pixels.
        frame_rate: Frames a second.
        formats: What is written.
        detail: Share of the characters' Gaussians, 0.2 to 1.5.
    """

    seconds: float = 3600.0
    workers: int = 2
    width: int = 96
    height: int = 64
    frame_rate: int = 24
    formats: tuple[str, ...] = ("mp4", "png", "wav", "arkit", "timecode")
    detail: float = 0.2


@dataclass(slots=True)
class Probe:
    """Watches a render and adds a row whenever a tenth of a stage is done.

    Attributes:
        rows: Where they go.
        seen: Of each stage, MB of the memory that is its alone: of this process, and of the worker that has most.
    """

    rows: Rows
    seen: dict[str, list[tuple[float, float]]] = field(default_factory=dict[str, "list[tuple[float, float]]"])

    def motion(self, done_s: float, total_s: float) -> None:
        """See that seconds of motion are made."""
        self._look("motion", done_s, total_s, "s")

    def building(self, step: str, share: float) -> None:
        """See nothing: avatars are built before."""

    def frames(self, done: int, total: int, still: Path | None) -> None:
        """See that frames are drawn."""
        if still is not None:
            self._look("frames", done, total, "")

    def writing(self, what: str) -> None:
        """See that a file is about to be written."""
        self._add(f"before {what}")

    def _look(self, stage: str, done: float, total: float, unit: str) -> None:
        if done * ROWS >= total * (len(self.seen.get(stage, ())) + 1):
            self._add(stage, f"{done:.0f} of {total:.0f} {unit}")

    def _add(self, stage: str, done: str = "") -> None:
        workers = [own_mb(child.pid) for child in multiprocessing.active_children() if child.pid is not None]
        found = own_mb(os.getpid()), max(workers, default=0.0)
        self.seen.setdefault(stage, []).append(found)
        self.rows.add(stage, done, *(f"{mb:.0f}" for mb in found), f"{most_mb():.0f}")

    def growth_mb(self, stage: str) -> tuple[float, float]:
        """Return by how much the later half of a stage had more than its second tenth, at most."""
        had = self.seen.get(stage, [])
        later = had[len(had) // 2 :] or [(0.0, 0.0)]
        begun = had[min(1, len(had) - 1)] if had else (0.0, 0.0)
        own, worker = (max(mb[index] for mb in later) - begun[index] for index in (0, 1))
        return own, worker


def run(options: Options) -> None:
    """Print memory while motion is made, frames are drawn and files are written."""
    from rsatalker.avatars.cast import load_avatar
    from rsatalker.cutscenes.render import render_cutscene

    if sys.platform != "linux":
        sys.exit("This benchmark reads /proc, which only Linux has.")
    probe = Probe(Rows("stage", "done", "this process, MB", "a worker, MB", "most so far, MB"))
    with probe.rows.until_interrupted(), tempfile.TemporaryDirectory() as folder:
        cutscene = _scene(options, Path(folder))
        for participant in cutscene.participants:  # not in what is measured
            load_avatar(participant.avatar, detail=options.detail)
        report = render_cutscene(cutscene, Path(folder, "out"), workers=options.workers, watcher=probe)
        probe.writing("the end")
        spans = (report.motion_s, report.drawing_s, report.joining_s)
        probe.rows.add("seconds", "motion {:.0f}, drawing {:.0f}, writing {:.0f}".format(*spans), "", "", "")
    own_motion, _ = probe.growth_mb("motion")  # workers load meanwhile
    below = (
        f"Motion, later half beside the second tenth: this process {own_motion:+.0f} MB.",
        "Frames, later half beside the second tenth: this process {:+.0f} MB, a worker {:+.0f} MB.".format(
            *probe.growth_mb("frames")
        ),
    )
    probe.rows.print(
        f"{options.seconds:.0f} s of {options.width} x {options.height} at {options.frame_rate} frames/s, "
        f"{', '.join(options.formats)}, {options.workers} workers; memory that is a process's alone; {busy()}",
        *below,
    )


def own_mb(process: int) -> float:
    """Return the memory that is a process's alone: not files, which the system takes back when it likes."""
    return _status_mb(process, "RssAnon")


def most_mb() -> float:
    """Return the most memory that this process has had, files included."""
    return _status_mb(os.getpid(), "VmHWM")


def _status_mb(process: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:  # it has just ended
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), 0.0)


def _scene(options: Options, folder: Path) -> Cutscene:
    """Return the scene; its voices are a file as long as it."""
    import soundfile

    from rsatalker.cutscenes.batch import SAMPLE_DIALOGUE
    from rsatalker.cutscenes.read_script import cutscene_from

    sample, rate_hz = soundfile.read(SAMPLE_DIALOGUE, dtype="int16")
    left = round(options.seconds * rate_hz)
    with soundfile.SoundFile(str(folder / "voices.wav"), "w", rate_hz, 2, "PCM_16", format="WAV") as file:
        while left > 0:
            file.write(sample[:left])
            left -= len(sample)
    script = {
        "participant": [{"avatar": "mara"}, {"avatar": "tomas"}],
        "dialogue": "voices.wav",
        "duration_s": options.seconds,
        "output": {
            "width": options.width,
            "height": options.height,
            "frame_rate": options.frame_rate,
            "write": list(options.formats),
            "detail": options.detail,
        },
    }
    return cutscene_from(script, folder)
