"""A training run's folder: begins, goes on, and refuses what does not fit."""

import io
import json
import signal
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from rich.console import Console

from rsatalker.errors import AssetError, OutputError
from rsatalker.training.training_run import TrainingRun
from rsatalker.whole_files import DRAFT

pytestmark = pytest.mark.unit

QUIET = Console(quiet=True)


@dataclass(frozen=True)
class Config:
    folder: Path
    rate: float = 0.1
    threads: int = 1
    resume: bool = False


def begun(folder: Path, *, resume: bool = False, stage: str = "speech", **changes: object) -> TrainingRun:
    return TrainingRun(folder, stage, replace(Config(folder), **changes), resume=resume, console=QUIET)


def saved_run(folder: Path) -> None:
    run = begun(folder)
    for step in run.steps(4):
        run.log(step, {"loss": 1 / step, "held_out": {"r8": step / 10}})
        if step == 3:
            run.save(step, {"weights": torch.full((2,), float(step)), "name": "a"})


def test_run_begins_without_a_state_and_notes_its_configuration(tmp_path):
    run = begun(tmp_path / "run")
    assert run.state is None
    assert list(run.steps(3)) == [1, 2, 3]
    note = json.loads((tmp_path / "run" / "config.json").read_text())
    assert note["stage"] == "speech"
    assert note["config"]["rate"] == 0.1


def test_resumed_run_goes_on_after_the_saved_step(tmp_path):
    saved_run(tmp_path)
    run = begun(tmp_path, resume=True)
    assert run.state is not None
    assert run.state["name"] == "a"
    assert torch.equal(run.state["weights"], torch.full((2,), 3.0))
    assert list(run.steps(6)) == [4, 5, 6]


def test_resumed_run_drops_the_log_after_the_saved_step(tmp_path):
    saved_run(tmp_path)
    with (tmp_path / "log.jsonl").open("ab") as log:
        log.write(b'{"step": 5, "lo\x00\xff')  # the power went
    begun(tmp_path, resume=True)
    assert [json.loads(line)["step"] for line in (tmp_path / "log.jsonl").read_text().splitlines()] == [1, 2, 3]


def test_resumed_run_counts_the_time_before(tmp_path):
    saved_run(tmp_path)
    before = torch.load(tmp_path / "state.pt", weights_only=True)["elapsed_s"]
    assert begun(tmp_path, resume=True).elapsed_s >= before


def test_run_in_a_used_folder_says_to_resume(tmp_path):
    saved_run(tmp_path)
    with pytest.raises(AssetError, match="holds a run already; add --resume to go on with it"):
        begun(tmp_path)


def test_run_that_saved_nothing_may_begin_again_with_other_settings(tmp_path):
    begun(tmp_path)
    assert begun(tmp_path, rate=0.2).first_step == 0


def test_resumed_run_names_the_settings_that_differ(tmp_path):
    saved_run(tmp_path)
    with pytest.raises(AssetError, match=r"other settings: rate 0.1 \(now 0.2\)"):
        begun(tmp_path, resume=True, rate=0.2)


def test_resumed_run_may_use_other_threads(tmp_path):
    saved_run(tmp_path)
    assert begun(tmp_path, resume=True, threads=2).first_step == 3


def test_run_of_another_stage_is_refused(tmp_path):
    saved_run(tmp_path)
    with pytest.raises(AssetError, match="a run of stage 'speech', not 'dialogue'"):
        begun(tmp_path, resume=True, stage="dialogue")


@pytest.mark.parametrize(("whole", "damaged"), [(b"weights", b"\xffeights"), (b"little", b"kittle"), (b"PK", b"no")])
def test_damaged_state_says_what_to_do(tmp_path, whole, damaged):
    saved_run(tmp_path)
    state = (tmp_path / "state.pt").read_bytes()
    assert whole in state
    (tmp_path / "state.pt").write_bytes(state.replace(whole, damaged))
    with pytest.raises(AssetError, match=r"state\.pt cannot be read .* delete it to begin again"):
        begun(tmp_path, resume=True)


def test_damaged_configuration_says_what_to_do(tmp_path):
    saved_run(tmp_path)
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(AssetError, match=r"config\.json is no configuration of a run"):
        begun(tmp_path, resume=True)


def test_finished_run_has_a_report_and_curves(tmp_path):
    saved_run(tmp_path)
    begun(tmp_path, resume=True).finish({"r8": 0.9})
    assert json.loads((tmp_path / "report.json").read_text())["r8"] == 0.9
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert not list(tmp_path.glob(f"{DRAFT}*"))


def interrupted(run: TrainingRun, *, at: int, times: int = 1) -> list[int]:
    done: list[int] = []

    def train() -> None:
        for step in run.steps(9):
            for _ in range(times if step == at else 0):
                signal.raise_signal(signal.SIGINT)
            done.append(step)
            if run.is_stopping:
                run.save(step, {"step": step})

    with pytest.raises(KeyboardInterrupt):
        train()
    return done


def test_interrupted_run_finishes_and_saves_its_step_and_says_how_to_go_on(tmp_path):
    said = io.StringIO()
    run = TrainingRun(tmp_path, "speech", Config(tmp_path), resume=False, console=Console(file=said, width=200))
    assert interrupted(run, at=2) == [1, 2]
    told = "Stopped after step 2 of 9. Step 2 is saved: the same command with --resume goes on from there."
    assert told in said.getvalue()
    assert begun(tmp_path, resume=True).first_step == 2


def test_run_that_is_interrupted_twice_ends_at_once(tmp_path):
    assert interrupted(begun(tmp_path), at=2, times=2) == [1]


def test_run_gives_ctrl_c_back_when_it_ends(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    interrupted(begun(tmp_path), at=1)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture
def small_files():
    resource = pytest.importorskip("resource", reason="this system has no limit on the size of a process's files")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_run_that_finds_no_room_keeps_what_was_saved_and_says_how_to_go_on(tmp_path, small_files):
    saved_run(tmp_path)
    run = begun(tmp_path, resume=True)
    with pytest.raises(OutputError, match=r"cannot be written: File too large\. Make room there\. Step 3 is saved"):
        run.save(4, {"weights": torch.zeros(50_000)})
    assert not list(tmp_path.glob(f"{DRAFT}*"))
    assert begun(tmp_path, resume=True).first_step == 3


def test_run_that_finds_no_room_at_first_says_that_it_begins_again(tmp_path, small_files):
    with pytest.raises(OutputError, match=r"Nothing was saved yet: the same command with --resume begins again\."):
        begun(tmp_path).save(1, {"weights": torch.zeros(50_000)})
