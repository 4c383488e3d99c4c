"""Real processes, and what becomes of a job whose process dies."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from drawn_chunks import ALWAYS_DIES, DIES_ONCE, ENDLESS, draw, prepare

from rsatalker.cutscenes.chunk import ChunkJob
from rsatalker.cutscenes.workers import LocalProcesses, ThisProcess
from rsatalker.errors import OutputError

pytestmark = pytest.mark.unit


def job(key: str) -> ChunkJob:
    rows = np.full((3, 2, 5), len(key), np.float32)
    return ChunkJob(None, 7, rows, (), None, key)  # type: ignore[arg-type]  # the fake looks at key and rows only


def test_processes_draw_every_job_once(tmp_path: Path) -> None:
    keys = [f"job-{index}" for index in range(7)]
    with closing(LocalProcesses(2, draw)) as workers:
        drawn = dict(workers.draw((job(key) for key in keys), tmp_path))
    assert sorted(drawn) == keys
    assert {times.frames for times in drawn.values()} == {3}
    assert sorted(path.name for path in tmp_path.iterdir()) == keys


def test_processes_get_ready_and_stay_for_the_next_scene(tmp_path: Path) -> None:
    with closing(LocalProcesses(1, draw, prepare)) as workers:
        for scene in ("one", "two"):
            (tmp_path / scene).mkdir()
            workers.get_ready(str(tmp_path / scene))  # type: ignore[arg-type]  # the fake marks a folder
            assert [key for key, _ in workers.draw(iter([job(scene)]), tmp_path)] == [scene]
    first, second = (next((tmp_path / scene).glob("ready-*")).name for scene in ("one", "two"))
    assert first == second


def test_process_that_dies_while_it_gets_ready_costs_nothing(tmp_path: Path) -> None:
    with closing(LocalProcesses(1, draw, os._exit)) as workers:  # type: ignore[arg-type]
        workers.get_ready(1)  # type: ignore[arg-type]
        assert dict(workers.draw(iter([job("a")]), tmp_path)).keys() == {"a"}


def test_job_of_a_process_that_dies_is_drawn_again(tmp_path: Path) -> None:
    keys = ["a", DIES_ONCE, "b", "c"]
    with closing(LocalProcesses(2, draw)) as workers:
        drawn = dict(workers.draw((job(key) for key in keys), tmp_path))
    assert set(drawn) == set(keys)


def test_job_that_kills_every_process_is_given_up_with_a_sentence(tmp_path: Path) -> None:
    workers = LocalProcesses(1, draw)
    with pytest.raises(OutputError, match=r"draws frames 7 to 9 died 3 times; is there enough memory\?"):
        list(workers.draw(iter([job(ALWAYS_DIES)]), tmp_path))


def test_this_process_takes_jobs_only_as_it_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rsatalker.cutscenes.workers.draw_chunk", draw)
    taken = []

    def jobs():
        for key in "abc":
            taken.append(key)
            yield job(key)

    next(ThisProcess().draw(jobs(), tmp_path))
    assert taken == ["a"]


LEFT_ALONE = """
import sys
from pathlib import Path
import numpy as np
from drawn_chunks import ENDLESS, draw, say
from rsatalker.cutscenes.chunk import ChunkJob
from rsatalker.cutscenes.workers import LocalProcesses

workers = LocalProcesses(1, draw, say)
workers.get_ready("drawing")
job = ChunkJob(None, 7, np.zeros((3, 2, 5), np.float32), (), None, ENDLESS)
list(workers.draw(iter([job]), Path(sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_processes_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    program = [sys.executable, "-c", LEFT_ALONE, str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "drawing\n"  # said by the worker
        parent.kill()
        said, _ = parent.communicate(timeout=60)  # its end is there when the last one that holds it has ended
        assert said == ""


def test_chunks_under_way_are_given_up_when_drawing_is_closed(tmp_path: Path) -> None:
    drawn = LocalProcesses(1, draw).draw(iter([job("a"), job(ENDLESS), job("b")]), tmp_path)
    assert next(drawn)[0] == "a"
    drawn.close()  # returns, though nothing else ends the second job
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
