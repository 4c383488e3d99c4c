"""A training run in a folder, the same for every stage: what it was asked for, how it went, and where to go on.

    config.json    the stage and its configuration
    log.jsonl      one line for each entry of the log
    state.pt       everything from which the run goes on; replaced whole, so that a power cut leaves the last one
    curves.png     every number of the log against the steps
    report.json    what came out, once the run has ended

A stage reads like this, whether it begins or goes on:

    run = TrainingRun(folder, "speech", config, resume=True)
    if run.state is not None:
        ...                                    # load the weights, the optimiser, the random generator
    for step in run.steps(config.steps):       # from where the run stopped; shows progress and the time left
        loss = ...
        run.show(f"loss {loss:.3f}")
        if step % 100 == 0:
            run.log(step, {"loss": loss})
        if step % 1000 == 0 or run.is_stopping:
            run.save(step, {...})
    run.finish({...})

Ctrl+C lets the step be finished and saved; a second one ends the run where it is.
"""

from __future__ import annotations

import json
import pickle
import signal
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from rsatalker.errors import AssetError, OutputError, ToolMissing
from rsatalker.exports.full_disk import full_disk_named
from rsatalker.extras import install_command
from rsatalker.whole_files import whole_file

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MAY_CHANGE = ("folder", "resume", "threads")  # settings that a resumed run need not share with its beginning
# What torch raises of a file that is damaged, by where the damage is.
STATE_FAULTS: tuple[type[Exception], ...] = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    LookupError,
    TypeError,
    AssertionError,
    pickle.UnpicklingError,
)
CURVE_COLUMNS = 3
CURVE_SIZE_INCHES = (4.0, 2.6)


class TrainingRun:
    """The folder of one training run.

    Attributes:
        folder: Where everything of the run lies.
        stage: Name of the stage, such as `speech`.
        state: What the last `save` of this run was given, tensors on the CPU; None at the beginning.
        first_step: Steps that are already done.
        saved_step: The last step that was saved.
        is_stopping: Ctrl+C was pressed: save after this step, `steps` ends with it.

    Args:
        folder: A new folder, or one of a run that stopped.
        stage: Name of the stage.
        config: A dataclass of plain values; saved as config.json.
        resume: Go on where a run of the same configuration stopped; begins if there is none.
        console: Where progress is shown.

    Raises:
        AssetError: The folder holds a run and `resume` is not given, or it holds another stage or configuration.
    """

    def __init__(
        self, folder: Path, stage: str, config: DataclassInstance, *, resume: bool, console: Console | None = None
    ) -> None:
        assert is_dataclass(config)
        self.folder, self.stage = folder, stage
        self.console = console or Console()
        self.state: dict[str, Any] | None = None
        self.first_step = self.saved_step = 0
        self.is_stopping = False
        self._message = ""
        self._elapsed_before_s = 0.0
        self._started = time.monotonic()
        self._config = json.loads(json.dumps(asdict(config), default=str))
        with self.writing():
            folder.mkdir(parents=True, exist_ok=True)
        if self.config_path.exists():
            self._check_same_run(resume)
        if self.state_path.exists():
            self._load_state()
        self._cut_log()
        note = json.dumps({"stage": stage, "config": self._config}, indent=2)
        self._write(self.config_path, note + "\n")

    @property
    def config_path(self) -> Path:
        """What the run was asked for."""
        return self.folder / "config.json"

    @property
    def log_path(self) -> Path:
        """One JSON object a line."""
        return self.folder / "log.jsonl"

    @property
    def state_path(self) -> Path:
        """From where the run can go on."""
        return self.folder / "state.pt"

    @property
    def report_path(self) -> Path:
        """What came out."""
        return self.folder / "report.json"

    @property
    def curves_path(self) -> Path:
        """The log as a picture."""
        return self.folder / "curves.png"

    @property
    def elapsed_s(self) -> float:
        """Seconds that the run has taken up to now, those before it was resumed included."""
        return self._elapsed_before_s + time.monotonic() - self._started

    def steps(self, last: int) -> Iterator[int]:
        """Yield the numbers of the steps still to do, `first_step + 1` to `last`, and show how far they are.

        Raises:
            KeyboardInterrupt: Ctrl+C was pressed, and the step at which it was is done.
        """
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[message]}"),
        )
        with self._stopping_gently(), Progress(*columns, console=self.console) as progress:
            task = progress.add_task(self.stage, total=last, completed=self.first_step, message="")
            for step in range(self.first_step + 1, last + 1):
                yield step
                progress.update(task, completed=step, message=self._message)
                if self.is_stopping and step < last:
                    progress.stop()
                    self.console.print(f"Stopped after step {step:,} of {last:,}. {self._how_to_go_on()}")
                    raise KeyboardInterrupt

    def show(self, message: str) -> None:
        """Show a few words beside the progress."""
        self._message = message

    def log(self, step: int, values: Mapping[str, object]) -> None:
        """Add a line to the log; numbers in it, nested ones too, become curves."""
        entry = {"step": step, "elapsed_s": round(self.elapsed_s, 1), **values}
        with self.writing(), self.log_path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry, default=str) + "\n")

    def save(self, step: int, state: Mapping[str, Any]) -> None:
        """Keep what the run needs to go on after `step` as if it had never stopped.

        Args:
            step: The last step done.
            state: Tensors, numbers, strings, and lists and dictionaries of them.

        Raises:
            OutputError: The disk is full, or the like; what was saved before is still there.
        """
        with self.writing(), whole_file(self.state_path, durable=True) as draft, full_disk_named(self.folder):
            torch.save({"step": step, "elapsed_s": self.elapsed_s, "state": dict(state)}, draft)
        self.saved_step = step
        self.draw_curves()

    def finish(self, report: Mapping[str, object]) -> None:
        """Write the report and the curves."""
        about = {"stage": self.stage, "elapsed_s": round(self.elapsed_s, 1), **report}
        self._write(self.report_path, json.dumps(about, indent=2, default=str) + "\n")
        self.draw_curves()

    def draw_curves(self) -> None:
        """Draw curves.png from the log.

        Raises:
            ToolMissing: matplotlib is not installed.
        """
        entries = [json.loads(line) for line in self._log_lines()]
        curves: dict[str, tuple[list[int], list[float]]] = {}
        for entry in entries:
            for name, value in _numbers(entry):
                if name not in ("step", "elapsed_s"):
                    steps, values = curves.setdefault(name, ([], []))
                    steps.append(entry["step"])
                    values.append(value)
        if curves:
            with self.writing():
                _draw(curves, f"{self.stage}: {self.folder.name}", self.curves_path)

    @contextmanager
    def writing(self) -> Generator[None]:
        """Say how the run goes on where files that are written inside find no room.

        Raises:
            OutputError: In place of the system's or a library's own error.
        """
        try:
            with full_disk_named(self.folder):
                yield
        except OSError as error:
            raise OutputError(
                f"{self.folder} cannot be written: {error.strerror or error}. Make room there. {self._how_to_go_on()}"
            ) from error

    def _how_to_go_on(self) -> str:
        if self.saved_step == 0:
            return "Nothing was saved yet: the same command with --resume begins again."
        return f"Step {self.saved_step:,} is saved: the same command with --resume goes on from there."

    @contextmanager
    def _stopping_gently(self) -> Generator[None]:
        """Let the first Ctrl+C ask the run to stop, and the second one end it; only the main thread can be asked."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def ask(number: int, frame: FrameType | None) -> None:
            if self.is_stopping:
                raise KeyboardInterrupt
            self.is_stopping = True
            self.console.print("Stopping after this step; Ctrl+C again ends the run at once.")

        before = signal.signal(signal.SIGINT, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _check_same_run(self, resume: bool) -> None:
        try:
            found = json.loads(self.config_path.read_text(encoding="utf-8"))
            stage, config = found["stage"], dict(found["config"])
        except (ValueError, KeyError, TypeError) as error:
            raise AssetError(
                f"{self.config_path} is no configuration of a run ({error}); give a new folder."
            ) from error
        if stage != self.stage:
            raise AssetError(f"{self.folder} holds a run of stage {stage!r}, not {self.stage!r}; give another folder.")
        if not self.state_path.exists():
            return  # it ended before anything was saved: nothing is lost
        if not resume:
            raise AssetError(f"{self.folder} holds a run already; add --resume to go on with it, or give a new folder.")
        names = sorted((set(config) | set(self._config)) - set(MAY_CHANGE))
        changed = [name for name in names if config.get(name) != self._config.get(name)]
        if changed:
            was = ", ".join(f"{name} {config.get(name)!r} (now {self._config.get(name)!r})" for name in changed)
            raise AssetError(
                f"{self.folder} holds a run with other settings: {was}. Go on with the same, or give a new folder."
            )

    def _load_state(self) -> None:
        try:
            kept = torch.load(self.state_path, map_location="cpu", weights_only=True)
            self.state, self.first_step, self._elapsed_before_s = kept["state"], kept["step"], kept["elapsed_s"]
            self.saved_step = self.first_step
        except STATE_FAULTS as error:
            why = str(error).split(".", maxsplit=1)[0]  # torch adds paragraphs of advice that does not apply
            raise AssetError(
                f"{self.state_path} cannot be read ({why}); delete it to begin again, or give a new folder."
            ) from error

    def _log_lines(self) -> list[str]:
        """Return the lines of the log; bytes of one that are damaged do not hide the others."""
        if not self.log_path.exists():
            return []
        return self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()

    def _cut_log(self) -> None:
        """Drop what was logged after the state was saved: it will be done again."""
        kept: list[str] = []
        for line in self._log_lines():
            try:
                if json.loads(line)["step"] <= self.first_step:
                    kept.append(line)
            except (ValueError, KeyError, TypeError):  # the line was being written when the run was stopped
                continue
        self._write(self.log_path, "".join(f"{line}\n" for line in kept))

    def _write(self, path: Path, text: str) -> None:
        """Write a file whole, or leave the one that is there."""
        with self.writing(), whole_file(path) as draft:
            draft.write_text(text, encoding="utf-8")


def _numbers(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number of a log entry; nested ones are called `outer inner`."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{prefix}{name} ")  # pyright: ignore[reportUnknownArgumentType]
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield prefix + name, float(value)


def _draw(curves: Mapping[str, tuple[list[int], list[float]]], title: str, path: Path) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ToolMissing(
            f"matplotlib draws the curves and is not installed: {install_command('rsatalker[training]')}"
        ) from error
    rows = -(-len(curves) // CURVE_COLUMNS)
    figure = Figure((CURVE_SIZE_INCHES[0] * CURVE_COLUMNS, CURVE_SIZE_INCHES[1] * rows), layout="constrained")
    figure.suptitle(title)
    for index, (name, (steps, values)) in enumerate(curves.items()):
        axes = figure.add_subplot(rows, CURVE_COLUMNS, index + 1)
        axes.plot(steps, values, marker="." if len(steps) < 40 else None)
        axes.set_title(name, fontsize=9)
        axes.grid(visible=True, alpha=0.3)
    with whole_file(path) as draft:
        figure.savefig(draft, format="png", dpi=100)
