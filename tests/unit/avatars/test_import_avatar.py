"""Gaussians of others become avatars that talk, or are refused by a sentence that says what to do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsatalker.avatars.avatar_folder import read_avatar, read_note
from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.fitted_avatar import BETWEEN_EYES, FittedAvatar
from rsatalker.avatars.import_avatar import FLAME_FACES, FLAME_VERTICES, ImportAvatarOptions, import_avatar
from rsatalker.avatars.light import studio_light
from rsatalker.avatars.ply import write_ply
from rsatalker.avatars.splat_binding import bind_to_nearest, moved_cloud
from rsatalker.errors import AssetError, ExpressionSpaceError
from rsatalker.exports.splat_cloud import SplatCloud
from rsatalker.exports.splat_ply import write_splat_ply
from rsatalker.heads.head import SparseShapes
from rsatalker.heads.head_file import arkit_by_name, write_head
from rsatalker.heads.shape_head import IdentitySpace, ShapeHead
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.spherical_harmonics import colors_seen_from

pytestmark = pytest.mark.unit

HERE, VIEWER = np.eye(4, dtype=np.float32), np.array([0.0, 0, 1], np.float32)
TOOTH_FACE = FLAME_FACES + 20


def flame_sized_head() -> ShapeHead:
    """A sheet with FLAME's numbers of vertices and triangles, whose lower half opens; nothing of FLAME is in it."""
    random = np.random.default_rng(0)
    vertices = random.uniform(-0.1, 0.1, (FLAME_VERTICES, 3)).astype(np.float32)
    vertices[:, 2] = 0.05
    faces = np.arange(FLAME_FACES)[:, None] + np.arange(3)
    opening = np.zeros((1, FLAME_VERTICES, 3))
    opening[0, vertices[:, 1] < 0, 1] = -0.02
    joints = np.zeros((5, 3), np.float32)
    joints[3:] = ((0.03, 0.03, 0.05), (-0.03, 0.03, 0.05))
    skinning = np.zeros((FLAME_VERTICES, 5), np.float32)
    skinning[:, 1] = 1
    return ShapeHead(
        "sheet", "flame2023", ("jawOpen",), (faces % FLAME_VERTICES).astype(np.int32), vertices, joints,
        np.zeros((1, 5, 3), np.float32), SparseShapes.of(opening), skinning, arkit_by_name(("jawOpen",)),
    )  # fmt: skip


def bound_splats(faces: np.ndarray) -> BoundSplats:
    random, count = np.random.default_rng(1), len(faces)
    return BoundSplats(
        faces.astype(np.int32), random.normal(size=(count, 3)).astype(np.float32),
        random.normal(size=(count, 4)).astype(np.float32), np.full((count, 3), -1, np.float32),
        random.normal(size=count).astype(np.float32), random.normal(size=(count, 4, 3)).astype(np.float32),
    )  # fmt: skip


class GaussianAvatarsFolder:
    """What training GaussianAvatars leaves behind, and a head file beside it."""

    def __init__(self, folder: Path, faces: np.ndarray, offset_vertices: int = FLAME_VERTICES) -> None:
        self.ply, self.head, self.shelf = folder / "point_cloud.ply", folder / "flame2023.head.npz", folder / "people"
        write_ply(self.ply, bound_splats(faces))
        shapes = np.zeros((2, FLAME_VERTICES, 3), np.float32)
        shapes[0, :, 0] = 0.01
        write_head(self.head, flame_sized_head(), IdentitySpace(shapes, np.full((5, FLAME_VERTICES), 2e-4, np.float32)))
        self.offset = np.full((1, offset_vertices, 3), 0.002, np.float32)
        self.write_param(shape=np.float32([1, 0]), static_offset=self.offset)

    def write_param(self, **columns: np.ndarray) -> None:
        np.savez(self.ply.with_name("flame_param.npz"), expr=np.zeros((1, 1), np.float32), **columns)

    def options(self, **change) -> ImportAvatarOptions:
        return replace(ImportAvatarOptions(self.ply, str(self.head), self.shelf / "anna"), **change)


@pytest.fixture
def folder(tmp_path: Path) -> GaussianAvatarsFolder:
    return GaussianAvatarsFolder(tmp_path, np.arange(0, 400, 7))


def no_character(name: str):
    raise AssertionError(f"asked for {name}")


def test_gaussian_avatar_keeps_its_triangles_on_the_persons_own_head(folder: GaussianAvatarsFolder) -> None:
    said: list[str] = []
    out = import_avatar(folder.options(), said.append)
    avatar = read_avatar(out, no_character, threads=1)
    assert len(avatar) == len(np.arange(0, 400, 7))
    moved = avatar.head(FlamePose.neutral()) - flame_sized_head().neutral_vertices
    np.testing.assert_allclose(moved, np.broadcast_to([0.012, 0.002, 0.002], moved.shape), atol=1e-6)
    assert read_note(out).carriers == "rigid"
    assert "the person's own shape: 3.5 mm at most from FLAME's" in said


def test_imported_avatar_talks(folder: GaussianAvatarsFolder) -> None:
    avatar = read_avatar(import_avatar(folder.options(), lambda _: None), no_character, threads=1)
    speaking = FlamePose.neutral()
    speaking.arkit[ARKIT_INDEX["jawOpen"]] = 1
    means = [
        avatar.follow(avatar.head(pose), pose, studio_light(), VIEWER, HERE).means.copy()
        for pose in (FlamePose.neutral(), speaking)
    ]
    assert np.linalg.norm(means[1] - means[0], axis=1).max() > 0.01


def test_teeth_of_gaussian_avatars_are_refused_by_name(tmp_path: Path) -> None:
    folder = GaussianAvatarsFolder(tmp_path, np.array([3, 5, TOOTH_FACE]))
    sentence = (
        r"binds 1 Gaussians to the teeth that GaussianAvatars adds to FLAME \(5,143 vertices, 10,144 triangles; .*"
    )
    with pytest.raises(AssetError, match=sentence + r"or leave them out by --without-teeth"):
        import_avatar(folder.options(), lambda _: None)


def test_teeth_are_left_out_when_asked_for(tmp_path: Path) -> None:
    folder = GaussianAvatarsFolder(tmp_path, np.array([3, 5, TOOTH_FACE]), offset_vertices=5_143)
    said: list[str] = []
    out = import_avatar(folder.options(without_teeth=True), said.append)
    assert len(read_avatar(out, no_character, threads=1)) == 2
    assert "left out: 1 Gaussians on teeth" in said


def test_offsets_of_the_mesh_with_teeth_are_refused_by_name(tmp_path: Path) -> None:
    folder = GaussianAvatarsFolder(tmp_path, np.array([3, 5]), offset_vertices=5_143)
    with pytest.raises(AssetError, match=r"moves 5,143 vertices by static_offset, .* has 5,023; .*--without-teeth"):
        import_avatar(folder.options(), lambda _: None)


def test_gaussians_of_another_mesh_are_refused(tmp_path: Path) -> None:
    folder = GaussianAvatarsFolder(tmp_path, np.array([3, 20_000]))
    with pytest.raises(AssetError, match=r"binds Gaussians to triangles up to 20000, .* has 9,976"):
        import_avatar(folder.options(without_teeth=True), lambda _: None)


def test_head_of_another_flame_is_refused(folder: GaussianAvatarsFolder) -> None:
    with pytest.raises(ExpressionSpaceError, match=r"Gaussians are of flame2020, .* is of flame2023.*give a head file"):
        import_avatar(folder.options(space="flame2020"), lambda _: None)


def test_gaussian_avatar_on_a_character_of_ours_is_refused(folder: GaussianAvatarsFolder) -> None:
    with pytest.raises(AssetError, match="is bound to FLAME's triangles, which tomas has not"):
        import_avatar(folder.options(head="tomas"), lambda _: None)


def test_head_that_nothing_can_drive_is_refused(folder: GaussianAvatarsFolder) -> None:
    silent = replace(flame_sized_head(), expression_from_arkit=np.zeros((52, 1), np.float32))
    write_head(folder.head, silent)
    folder.write_param()
    with pytest.raises(AssetError, match="nothing can make this face talk; make the head file anew"):
        import_avatar(folder.options(), lambda _: None)


def test_person_without_identity_shapes_is_refused(folder: GaussianAvatarsFolder) -> None:
    write_head(folder.head, flame_sized_head())
    with pytest.raises(AssetError, match=r"gives the shape of a person, but .* has no identity_shapes"):
        import_avatar(folder.options(), lambda _: None)


def test_missing_head_and_missing_parameters_are_refused(folder: GaussianAvatarsFolder) -> None:
    with pytest.raises(AssetError, match=r"there is no head 'nobody\.npz'; give --head with a head file"):
        import_avatar(folder.options(head="nobody.npz"), lambda _: None)
    folder.ply.with_name("flame_param.npz").unlink()
    with pytest.raises(AssetError, match=r"flame_param\.npz does not exist"):
        import_avatar(folder.options(), lambda _: None)


def ball_cloud(head, count: int = 300) -> SplatCloud:
    """Gaussians on the skin of a head, of any turn and colour."""
    random = np.random.default_rng(2)
    places = head.neutral_vertices[random.choice(len(head.neutral_vertices), count)]
    return SplatCloud(
        places + random.normal(0, 1e-3, places.shape).astype(np.float32),
        random.normal(size=(count, 4)).astype(np.float32), np.full((count, 3), -6, np.float32),
        random.normal(size=count).astype(np.float32), random.normal(0, 0.2, (count, 16, 3)).astype(np.float32),
    )  # fmt: skip


def test_plain_gaussians_stay_where_they_were_at_rest(head) -> None:
    cloud = ball_cloud(head)
    bound, distances = bind_to_nearest(cloud, head.neutral_vertices, head.faces, np.arange(len(head.faces)))
    assert distances.max() < 0.01
    avatar = FittedAvatar(
        "plain",
        head,
        head.neutral_vertices,
        head.faces,
        head.eye_centers,
        bound,
        "affine",
        antialiased=False,
        threads=1,
    )
    pose = FlamePose.neutral()
    found = avatar.follow(avatar.head(pose), pose, studio_light(), VIEWER, HERE)
    np.testing.assert_allclose(found.means, cloud.centers + BETWEEN_EYES - head.eye_centers.mean(0), atol=2e-6)
    axes = Rotation.from_quat(cloud.quats[:, [1, 2, 3, 0]]).as_matrix() * np.exp(cloud.log_scales)[:, None]
    rows, columns = np.triu_indices(3)
    expected = (axes @ axes.transpose(0, 2, 1))[:, rows, columns]
    np.testing.assert_allclose(found.covariances, expected, atol=1e-8)


def test_turned_cloud_looks_the_same_from_the_turned_side(head) -> None:
    import torch

    cloud, turn = ball_cloud(head, 20), Rotation.from_euler("xyz", (20, -50, 110), degrees=True).as_matrix()
    shift = np.array([0.1, 0.2, -0.3])
    moved = moved_cloud(cloud, turn, 2.0, shift)

    def colors(of: SplatCloud, eye: np.ndarray) -> np.ndarray:
        parts = (torch.from_numpy(np.ascontiguousarray(part, np.float32)) for part in (eye, of.centers, of.sh))
        return colors_seen_from(*parts, 3).numpy()

    np.testing.assert_allclose(colors(moved, turn @ VIEWER * 2 + shift), colors(cloud, VIEWER), atol=2e-5)
    np.testing.assert_allclose(moved.centers, cloud.centers @ turn.T * 2 + shift, atol=1e-6)


def test_plain_ply_becomes_an_avatar_of_a_character(tmp_path: Path, head) -> None:
    cloud = ball_cloud(head)
    upside_down = moved_cloud(cloud, np.diag([1.0, -1, -1]), 100.0, np.zeros(3))
    write_splat_ply(tmp_path / "scan.ply", upside_down)
    said: list[str] = []
    options = ImportAvatarOptions(
        tmp_path / "scan.ply", "tomas", tmp_path / "people" / "scan", turn_deg=(180, 0, 0), scale=0.01
    )
    out = import_avatar(options, said.append)
    assert len(read_avatar(out, lambda name: head, threads=1)) == len(cloud)
    assert any(line.startswith("median distance from the head: ") for line in said)


def test_plain_ply_that_does_not_lie_on_the_head_is_refused(tmp_path: Path, head) -> None:
    write_splat_ply(tmp_path / "scan.ply", moved_cloud(ball_cloud(head), np.eye(3), 100.0, np.zeros(3)))
    options = ImportAvatarOptions(tmp_path / "scan.ply", "tomas", tmp_path / "people" / "scan")
    with pytest.raises(
        AssetError, match=r"half of the Gaussians are more than \d+ mm from the head.*lay them on it with"
    ):
        import_avatar(options, lambda _: None)
    with pytest.raises(AssetError, match="--scale is 0; expected metres per unit"):
        import_avatar(replace(options, scale=0.0), lambda _: None)


def test_gaussians_of_the_surroundings_are_left_out(tmp_path: Path, head) -> None:
    cloud = ball_cloud(head)
    cloud.centers[:10] = 2.0
    write_splat_ply(tmp_path / "scan.ply", cloud)
    said: list[str] = []
    out = import_avatar(ImportAvatarOptions(tmp_path / "scan.ply", "tomas", tmp_path / "scan"), said.append)
    assert len(read_avatar(out, lambda name: head, threads=1)) == len(cloud) - 10
    assert "left out: 10 Gaussians more than 120 mm away" in said
