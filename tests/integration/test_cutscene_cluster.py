"""A Ray cluster on this machine draws what one process draws, byte for byte."""

from pathlib import Path

import drawn_chunks
import numpy as np
import pytest
from drawn_chunks import DIES_ONCE, draw, draw_light
from light_avatar import LightAvatar

from rsatalker.cutscenes.batch import SAMPLE_DIALOGUE
from rsatalker.cutscenes.chunk import ChunkJob
from rsatalker.cutscenes.cluster import cluster_workers
from rsatalker.cutscenes.read_script import cutscene_from
from rsatalker.cutscenes.render import render_cutscene
from rsatalker.errors import OutputError

pytestmark = pytest.mark.integration
pytest.importorskip("ray", reason="ray is not installed; pip install rsatalker[cluster]")


def job(key: str) -> ChunkJob:
    return ChunkJob(None, 0, np.full((3, 2, 5), len(key), np.float32), (), None, key)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def workers_find_the_fakes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(drawn_chunks.__file__).parent))
    monkeypatch.setenv("DIED_MARK", str(tmp_path / "died"))


@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_cluster_draws_the_same_files_though_a_worker_dies(tmp_path: Path) -> None:
    keys = [*(f"job-{index:024d}" for index in range(3)), DIES_ONCE]
    with cluster_workers("local", draw) as workers:
        assert workers.count >= 1
        (tmp_path / "cluster").mkdir()
        drawn = dict(workers.draw((job(key) for key in keys), tmp_path / "cluster"))
    assert {key: times.frames for key, times in drawn.items()} == dict.fromkeys(keys, 3)
    for key in keys:
        draw(job(key), tmp_path / "here" / key)
        for path in (tmp_path / "here" / key).rglob("*"):
            there = tmp_path / "cluster" / path.relative_to(tmp_path / "here")
            assert path.is_dir() or path.read_bytes() == there.read_bytes()
    assert {path.name for path in (tmp_path / "cluster").iterdir()} == set(keys)


@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_cluster_renders_a_stereo_pair_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rsatalker.cutscenes.chunk_artist.load_avatar", lambda name, **options: LightAvatar(str(name)))
    monkeypatch.setattr("rsatalker.cutscenes.chunk_artist._artists", {})
    script = {
        "participant": [{"avatar": "mara"}, {"avatar": "tomas"}],
        "dialogue": str(SAMPLE_DIALOGUE),
        "duration_s": 1.5,
        "shot": [{}, {"start_s": 0.5, "move": "hand-held"}, {"start_s": 1.0}],
        "stereo": {"layout": "over-under"},
        "output": {"width": 320, "height": 180, "write": ["mp4", "png", "exr"], "layers": False},
    }
    cutscene = cutscene_from(script, tmp_path)
    render_cutscene(cutscene, tmp_path / "one", workers=1)
    with cluster_workers("local", draw_light) as workers:
        render_cutscene(cutscene, tmp_path / "many", workers=workers)
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*") if path.is_file()]
    compared = [path for path in files if path.parts[0] != ".cutscene.work"]
    assert len(compared) == 1 + 72 + 72
    for path in compared:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "many" / path).read_bytes(), path


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "nowhere"])
def test_cluster_that_is_not_there_is_said_in_one_sentence(address: str) -> None:
    with pytest.raises(OutputError, match=rf"no Ray cluster answers at '{address}'"), cluster_workers(address):
        pass


def test_ray_that_does_not_start_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def init(**options: object) -> None:
        raise Exception("node timed out during startup")

    monkeypatch.setattr("ray.init", init)
    with pytest.raises(OutputError, match="Ray does not start or join 'local'"), cluster_workers("local"):
        pass


def test_ray_that_starts_at_the_second_try_is_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses: list[object] = []

    def init(address: object, **options: object) -> None:
        addresses.append(address)
        if len(addresses) == 1:
            raise Exception("node timed out during startup")

    monkeypatch.setattr("ray.init", init)
    monkeypatch.setattr("rsatalker.cutscenes.cluster.ClusterWorkers", lambda ray, draw: "joined")
    with cluster_workers("local") as workers:
        assert workers == "joined"
    assert addresses == ["local", "local"]
