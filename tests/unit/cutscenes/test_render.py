"""Renders whose heads are balls of Gaussians: everything but the avatars is real."""

import errno
import json
from collections.abc import Generator, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from rsatalker.cutscenes import folder_lock
from rsatalker.cutscenes.chunk import ChunkJob
from rsatalker.cutscenes.chunk_artist import DrawingStoppedError, draw_chunk
from rsatalker.cutscenes.disk_space import Finished
from rsatalker.cutscenes.plan import longest_chunk
from rsatalker.cutscenes.read_script import cutscene_from
from rsatalker.cutscenes.render import render_cutscene
from rsatalker.cutscenes.script import Cutscene
from rsatalker.cutscenes.work_folder import WorkFolder
from rsatalker.cutscenes.workers import Drawn, ThisProcess
from rsatalker.errors import OutputError
from rsatalker.whole_files import DRAFT

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("light_avatars")]


@pytest.fixture
def cutscene(scene: dict[str, Any], tmp_path: Path):
    """Give a function that returns a scene of two shots which writes the given formats."""

    def make(*formats: str, **changes: Any) -> Cutscene:
        scene["shot"] = [{"preset": "two-shot"}, {"start_s": 0.75, "preset": "over-the-shoulder", "of": "tomas"}]
        scene["output"] |= {"write": list(formats)}
        return cutscene_from(scene | changes, tmp_path)

    return make


class Counting(ThisProcess):
    """Draws here, and keeps what was asked for; may fail after some chunks."""

    def __init__(self, stop_after: int = 99, error: BaseException | None = None) -> None:
        self.jobs: list[ChunkJob] = []
        self._stop_after, self._error = stop_after, error

    def draw(self, jobs: Iterator[ChunkJob], chunks: Path) -> Generator[Drawn]:
        for job in jobs:
            if len(self.jobs) == self._stop_after and self._error is not None:
                raise self._error
            self.jobs.append(job)
            yield job.key, draw_chunk(job, chunks / job.key)


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_every_format_is_written_and_nothing_else(cutscene, tmp_path: Path) -> None:
    formats = ("mp4", "qtrle", "png", "wav", "flame", "arkit", "timecode")
    report = render_cutscene(cutscene(*formats), tmp_path / "out", workers=1)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        ".cutscene.work", "cutscene.mp4", "cutscene.qtrle.mov", "cutscene_png", "cutscene.wav",
        "cutscene.mara.flame.npz", "cutscene.tomas.flame.npz", "cutscene.mara.arkit.csv", "cutscene.tomas.arkit.csv",
        "cutscene.timecode.json",
    }  # fmt: skip
    assert {file.name for file in report.files} == names - {".cutscene.work"}
    assert len(list((tmp_path / "out" / "cutscene_png").iterdir())) == report.frames == 53


def test_cut_is_on_its_exact_frame(cutscene, tmp_path: Path) -> None:
    report = render_cutscene(cutscene("mp4"), tmp_path / "out", workers=1)
    frames = [frame.astype(float) for frame in pictures(report.files[0])]
    changes = [np.abs(two - one).mean() for one, two in pairwise(frames)]
    assert int(np.argmax(changes)) + 1 == 18  # 0.75 s at 24 frames a second


def test_sound_and_picture_are_equally_long_and_begin_together(cutscene, tmp_path: Path) -> None:
    scene = cutscene("mp4", output={"width": 64, "height": 36, "frame_rate": 29.97, "write": ["mp4"]})
    report = render_cutscene(scene, tmp_path / "out", workers=1)
    with av.open(str(report.files[0])) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        assert video.average_rate == Fraction(30000, 1001)
        assert (video.start_time, sound.start_time) == (0, 0)
        decoded = sum(frame.samples for frame in container.decode(sound))
    assert 0 <= decoded - round(scene.duration_s * 48_000) < 1024  # AAC fills its last frame


def test_chunks_are_short_at_the_end_so_that_workers_end_together(cutscene) -> None:
    scene, first, counts = replace(cutscene("png"), duration_s=Fraction(4)), 0, []
    while first < scene.frame_count:
        counts.append(longest_chunk(scene, first))
        first += counts[-1]
    assert counts == [24, 24, 12, 12, 6, 6, 6, 6]


def test_transparent_frames_show_the_heads_alone(cutscene, tmp_path: Path) -> None:
    render_cutscene(cutscene("png"), tmp_path / "out", workers=1)
    with Image.open(tmp_path / "out" / "cutscene_png" / "cutscene.000000.png") as image:
        frame = np.array(image)
    assert frame.shape == (36, 64, 4)
    assert not frame[0, 0].any()
    assert frame[..., 3].max() > 240


def test_stopped_render_goes_on_and_gives_the_same_bytes(cutscene, tmp_path: Path) -> None:
    whole = render_cutscene(cutscene("mp4", "png"), tmp_path / "whole", workers=1)
    with pytest.raises(KeyboardInterrupt):
        render_cutscene(cutscene("mp4", "png"), tmp_path / "twice", workers=Counting(2, KeyboardInterrupt()))
    assert not (tmp_path / "twice" / "cutscene.mp4").exists()
    rest = Counting()
    report = render_cutscene(cutscene("mp4", "png"), tmp_path / "twice", workers=rest)
    assert report.kept_frames == 18 + 12  # the first shot, and the first chunk of the other one
    assert sum(len(job) for job in rest.jobs) == 53 - report.kept_frames
    assert whole.files[0].read_bytes() == report.files[0].read_bytes()
    for path in (tmp_path / "whole" / "cutscene_png").iterdir():
        assert path.read_bytes() == (tmp_path / "twice" / "cutscene_png" / path.name).read_bytes()


def test_chunk_that_is_given_up_leaves_nothing(cutscene, tmp_path: Path) -> None:
    workers, looks = Counting(), iter([False, True])
    render_cutscene(cutscene("png"), tmp_path / "out", workers=workers)
    with pytest.raises(DrawingStoppedError):
        draw_chunk(workers.jobs[0], tmp_path / "again" / "chunk", lambda: next(looks))
    assert list((tmp_path / "again").iterdir()) == []


def test_chunk_is_the_same_whatever_its_worker_drew_before(cutscene, tmp_path: Path) -> None:
    """Its hair swings through two seconds before it, which may begin right where an earlier chunk has ended."""
    workers = Counting()
    scene = replace(cutscene("png"), shots=cutscene("png").shots[:1], duration_s=Fraction(4))
    render_cutscene(scene, tmp_path / "out", workers=workers)
    first, later = workers.jobs[0], workers.jobs[4]
    assert later.first_frame - len(later.lead) == first.first_frame + len(first)
    draw_chunk(later, tmp_path / "alone")
    draw_chunk(first, tmp_path / "before")
    draw_chunk(later, tmp_path / "after")
    for path in (tmp_path / "alone" / "png").iterdir():
        assert path.read_bytes() == (tmp_path / "after" / "png" / path.name).read_bytes()


def test_workers_get_ready_before_motion_is_made(cutscene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Counting()
    told: list[str] = []
    monkeypatch.setattr(workers, "get_ready", lambda settings: told.append(f"ready for {settings.avatars}"))
    monkeypatch.setattr("rsatalker.cutscenes.work_folder.write_motion", lambda *_: told.append("motion") or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        render_cutscene(cutscene("png"), tmp_path / "out", workers=workers)
    assert told == ["ready for ('mara', 'tomas')", "motion"]


def test_scene_without_pictures_is_not_drawn(cutscene, tmp_path: Path) -> None:
    workers = Counting()
    report = render_cutscene(cutscene("wav", "arkit"), tmp_path / "out", workers=workers)
    assert workers.jobs == []
    assert sorted(file.suffix for file in report.files) == [".csv", ".csv", ".wav"]


def test_changed_script_draws_only_what_changed(cutscene, tmp_path: Path) -> None:
    render_cutscene(cutscene("png"), tmp_path / "out", workers=1)
    second = [{"preset": "two-shot"}, {"start_s": 0.75, "preset": "close-up", "of": "tomas"}]
    again = Counting()
    changed = cutscene("png")
    report = render_cutscene(changed, tmp_path / "out", workers=again)
    assert again.jobs == []
    assert report.kept_frames == 53
    scene = cutscene_from(_with_shots(tmp_path, second), tmp_path)
    render_cutscene(scene, tmp_path / "out", workers=again)
    assert [job.first_frame for job in again.jobs] == [18, 30, 36, 42, 48]


def _with_shots(folder: Path, shots: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "participant": [{"name": "mara", "avatar": "mara"}, {"name": "tomas", "avatar": "tomas"}],
        "turn": [
            {"speaker": "mara", "file": "a.wav", "start_s": 0.1},
            {"speaker": "tomas", "file": "b.wav", "gap_s": 0.2},
        ],
        "shot": shots,
        "output": {"width": 64, "height": 36, "frame_rate": 24, "detail": 0.2, "write": ["png"]},
    }


def test_finished_render_forgets_older_chunks(cutscene, tmp_path: Path) -> None:
    render_cutscene(cutscene("png"), tmp_path / "out", workers=1)
    render_cutscene(cutscene("png", light={"preset": "noir"}), tmp_path / "out", workers=1)
    assert len(list((tmp_path / "out" / ".cutscene.work" / "chunks").iterdir())) == 6


def test_leftovers_of_a_crash_are_removed(cutscene, tmp_path: Path) -> None:
    leftover = tmp_path / "out" / ".cutscene.work" / "chunks" / f"{DRAFT}abc"
    leftover.mkdir(parents=True)
    render_cutscene(cutscene("png"), tmp_path / "out", workers=1)
    assert not leftover.exists()


def test_second_render_of_a_scene_leaves_the_first_one_its_files(cutscene, tmp_path: Path) -> None:
    work = WorkFolder(tmp_path / "out", "cutscene")
    unfinished = work.chunks / f"{DRAFT}abc"
    with work.claimed():
        unfinished.mkdir()
        with pytest.raises(OutputError, match=r"another program is rendering into .*\.cutscene\.work just now; wait"):
            render_cutscene(cutscene("wav"), tmp_path / "out", workers=Counting())
        assert unfinished.is_dir()


def test_disk_without_locks_lets_everybody_render(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(folder_lock, "_take", refuse)
    with folder_lock.locked_alone(tmp_path / "lock") as is_held:
        assert is_held


def test_disk_that_is_too_small_is_told_before_drawing(cutscene, tmp_path: Path) -> None:
    workers = Counting()
    with pytest.raises(OutputError, match=r"53 frames need about \d+ MB, but the disk of .* has 1 MB left; make room"):
        render_cutscene(cutscene("mp4"), tmp_path / "out", workers=workers, free=lambda _: 1000)
    assert workers.jobs == []


def test_disk_that_fills_up_says_how_much_is_missing_and_keeps_chunks(cutscene, tmp_path: Path) -> None:
    full = Counting(1, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(OutputError, match=r"is full: about \d+ MB more are needed. 1 finished chunks are kept"):
        render_cutscene(cutscene("png"), tmp_path / "out", workers=full)
    assert not (tmp_path / "out" / "cutscene_png").exists()
    report = render_cutscene(cutscene("png"), tmp_path / "out", workers=1)
    assert report.kept_frames == 18


def test_disk_that_fills_up_while_files_are_joined_lacks_no_frames(
    cutscene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = cutscene("mp4", "prores")

    def full(path: Path, codec: str, *arguments: object) -> None:
        if codec == "prores":
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(b"joined")

    monkeypatch.setattr("rsatalker.cutscenes.outputs.join_segments", full)
    told: list[tuple[int, tuple[str, ...]]] = []

    def missing(scene: Cutscene, finished: Finished, joined: list[str], free: int) -> int:
        told.append((finished.frames, tuple(joined)))
        assert finished.chunk_bytes > sum(finished.video_bytes.values()) > 0
        return 7_000_000

    monkeypatch.setattr("rsatalker.cutscenes.render.missing_bytes", missing)
    with pytest.raises(OutputError, match=r"is full: about 7 MB more are needed. 6 finished chunks are kept"):
        render_cutscene(scene, tmp_path / "out", workers=1)
    assert told == [(53, ("mp4",))]


def test_stereo_pair_is_side_by_side_and_in_two_folders(cutscene, tmp_path: Path) -> None:
    scene = cutscene("mp4", "png", stereo={"eye_distance_m": 0.2})
    report = render_cutscene(scene, tmp_path / "out", workers=1)
    left, right = (tmp_path / "out" / "cutscene_png" / eye / "cutscene.000000.png" for eye in ("left", "right"))
    assert left.read_bytes() != right.read_bytes()
    assert pictures(report.files[0])[0].shape == (36, 128, 3)


def test_timecode_file_says_where_shots_and_turns_are(cutscene, tmp_path: Path) -> None:
    render_cutscene(cutscene("timecode"), tmp_path / "out", workers=1)
    document = json.loads((tmp_path / "out" / "cutscene.timecode.json").read_text(encoding="utf-8"))
    assert [(shot["start_frame"], shot["end_frame"]) for shot in document["shots"]] == [(0, 18), (18, 53)]
    assert document["turns"][1]["start_sample"] == round(0.8 * 48_000)
    assert document["turns"][1]["start"] == "00:00:00:19"


def test_renderers_agree(cutscene, tmp_path: Path) -> None:
    frames = []
    scene = replace(cutscene("png"), duration_s=Fraction(1, 10))
    for renderer in ("cpu", "reference"):
        render_cutscene(scene, tmp_path / renderer, workers=1, renderer=renderer)
        with Image.open(tmp_path / renderer / "cutscene_png" / "cutscene.000001.png") as image:
            frames.append(np.asarray(image.convert("RGBa")).astype(float))
    error = np.mean((frames[0] - frames[1]) ** 2)
    assert error == 0 or 10 * np.log10(255**2 / error) > 45
