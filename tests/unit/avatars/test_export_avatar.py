"""An avatar in any pose becomes a file of Gaussians."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rsatalker.avatars import export_avatar as exporter
from rsatalker.avatars.export_avatar import ExportAvatarOptions, export_avatar
from rsatalker.avatars.ply import read_cloud
from rsatalker.errors import AssetError, ExpressionSpaceError
from rsatalker.exports.curves import write_flame_npz
from rsatalker.motion.pose import FlameMotion, FlamePose
from rsatalker.training.head_comparison import shape_pose

pytestmark = pytest.mark.unit


@pytest.fixture
def options(avatar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExportAvatarOptions:
    monkeypatch.setattr(exporter, "load_avatar", lambda *_, **__: avatar)
    return ExportAvatarOptions("tomas", tmp_path / "tomas.ply")


def test_avatar_at_rest_is_written_as_it_is_drawn(avatar, options: ExportAvatarOptions) -> None:
    said: list[str] = []
    export_avatar(options, said.append)
    cloud, _ = read_cloud(options.out)
    pose = FlamePose.neutral()
    gaussians = avatar.follow(avatar.head(pose), pose, exporter.studio_light(), exporter.VIEWER, exporter.HERE)
    np.testing.assert_array_equal(cloud.centers, gaussians.means)
    assert said[0] == f"{len(avatar):,} Gaussians of tomas, harmonics of degree 0"


def test_weights_of_arkit_move_the_face(avatar, options: ExportAvatarOptions) -> None:
    rest = export_avatar(options, lambda _: None)
    opened = export_avatar(replace(options, arkit=("jawOpen=1",)), lambda _: None)
    assert np.linalg.norm(opened.centers - rest.centers, axis=1).max() > 0.03


def test_instant_of_a_motion_is_written(avatar, options: ExportAvatarOptions, tmp_path: Path) -> None:
    motion = FlameMotion.of([FlamePose.neutral(), shape_pose("jawOpen")], 0, 1.0, "procedural-1")
    write_flame_npz(tmp_path / "motion.npz", motion)
    instant = export_avatar(replace(options, motion=tmp_path / "motion.npz", at_s=1.0), lambda _: None)
    opened = export_avatar(replace(options, arkit=("jawOpen=1",)), lambda _: None)
    np.testing.assert_allclose(instant.centers, opened.centers, atol=1e-6)
    with pytest.raises(AssetError, match=r"--at-s is 1.5; .*motion.npz has instants of 0 to 1.00 s"):
        export_avatar(replace(options, motion=tmp_path / "motion.npz", at_s=1.5), lambda _: None)


def test_spz_is_a_tenth_of_the_ply(options: ExportAvatarOptions, tmp_path: Path) -> None:
    export_avatar(options, lambda _: None)
    export_avatar(replace(options, out=tmp_path / "tomas.spz"), lambda _: None)
    assert (tmp_path / "tomas.spz").stat().st_size < 0.12 * options.out.stat().st_size


def test_ply_can_stand_as_captures_do(options: ExportAvatarOptions) -> None:
    export_avatar(options, lambda _: None)
    rest, _ = read_cloud(options.out)
    export_avatar(replace(options, y_down=True), lambda _: None)
    turned, _ = read_cloud(options.out)
    np.testing.assert_allclose(turned.centers, rest.centers * np.float32([1, -1, -1]), atol=1e-7)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"out": Path("a.obj")}, r"a\.obj names no format that can be written; expected one of \.ply, \.spz"),
        ({"out": Path("a.spz"), "y_down": True}, r"--y-down is for \.ply"),
        ({"arkit": ("smile=1",)}, "--arkit smile=1 is no weight; expected a name of ARKit"),
        ({"arkit": ("jawOpen=wide",)}, "--arkit jawOpen=wide is no weight"),
        ({"arkit": ("jawOpen=1",), "motion": Path("a.npz")}, "both say what the face shows"),
    ],
    ids=["format", "axes", "name", "number", "both"],
)
def test_option_that_cannot_be_is_refused(options: ExportAvatarOptions, change: dict, sentence: str) -> None:
    with pytest.raises(AssetError, match=sentence):
        export_avatar(replace(options, **change), lambda _: None)


def test_motion_of_another_space_is_refused(options: ExportAvatarOptions, tmp_path: Path) -> None:
    pose = replace(FlamePose.neutral(), expression=np.zeros(100, np.float32))
    write_flame_npz(tmp_path / "motion.npz", FlameMotion.of([pose], 0, 25.0, "flame2020"))
    with pytest.raises(ExpressionSpaceError, match=r"motion of flame2020, avatars are driven by procedural-1"):
        export_avatar(replace(options, motion=tmp_path / "motion.npz"), lambda _: None)
