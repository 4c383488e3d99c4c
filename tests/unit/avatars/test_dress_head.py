"""Our appearance grows on the head of ICT-FaceKit, whose lids, jaw and eyes then work as those of our own heads."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ict_facekit import ict_mesh, missing

from rsatalker.avatars import dress_head as dresser
from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.avatar_folder import avatar_mesh, mesh_colors, read_avatar, read_note
from rsatalker.avatars.build import build_avatar_data
from rsatalker.avatars.dress_head import DressHeadOptions, dress_head
from rsatalker.avatars.fitted_avatar import BETWEEN_EYES
from rsatalker.avatars.light import studio_light
from rsatalker.errors import AssetError
from rsatalker.heads import ict_facekit
from rsatalker.heads.head import Head
from rsatalker.heads.ict_character import ict_character
from rsatalker.heads.ict_facekit import IctKit
from rsatalker.heads.regions import Region
from rsatalker.motion.pose import FlamePose
from rsatalker.training.head_comparison import shape_pose
from rsatalker.training.head_surface import eyeball_pixels, lip_gap_mm

pytestmark = [pytest.mark.unit, pytest.mark.skipif(bool(missing()), reason=missing() or "it is there")]

HERE, VIEWER = np.eye(4, dtype=np.float32), np.array([0.0, 0, 1], np.float32)


@pytest.fixture(scope="module")
def kit() -> IctKit:
    mesh, shapes = ict_mesh()
    head, kept = ict_facekit.ict_head(mesh, shapes)
    return IctKit(head, None, mesh.quads, kept)


@pytest.fixture(scope="module")
def folder(kit: IctKit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dressed head of few Gaussians in coarse light."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dresser, "read_ict_kit", lambda *_: kit)
        patch.setattr(
            dresser,
            "build_avatar_data",
            lambda head, look, detail, progress: build_avatar_data(head, look, detail, progress, texels=32),
        )
        out = tmp_path_factory.mktemp("people") / "ida"
        options = DressHeadOptions(Path("kit"), "tomas", out, detail=0.2)
        return dress_head(options, lambda _: None, lambda step, share: None)


@pytest.fixture(scope="module")
def avatar(folder: Path) -> Avatar:
    found = read_avatar(folder, lambda name: pytest.fail(f"asked for {name}"), threads=1)
    assert isinstance(found, Avatar)
    return found


def test_lids_close_over_the_eyes(avatar: Avatar) -> None:
    opened = eyeball_pixels(avatar.head, shape_pose())
    assert opened > 500
    assert eyeball_pixels(avatar.head, shape_pose("eyeBlinkLeft", "eyeBlinkRight")) < 0.1 * opened


def test_jaw_opens_by_as_much_as_ours(avatar: Avatar) -> None:
    assert 30 < lip_gap_mm(avatar.head, shape_pose("jawOpen")) < 45


def test_lips_close_an_open_jaw(avatar: Avatar) -> None:
    upper, lower = avatar.head.lip_contact
    rest = avatar.head.neutral_vertices[upper] - avatar.head.neutral_vertices[lower]
    posed = avatar.head(shape_pose("jawOpen", "mouthClose"))
    assert ((posed[upper] - posed[lower]) - rest)[:, 1].max() < 1.5e-3


def test_eyes_turn_with_the_gaze(avatar: Avatar) -> None:
    moved = avatar.head(shape_pose("eyeLookOutLeft", "eyeLookInRight")) - avatar.head.neutral_vertices
    pupils = avatar.head.vertex_region == Region.EYEBALL
    assert np.abs(moved[pupils, 0]).max() > 0.006


def test_margins_of_the_lids_run_from_the_outer_to_the_inner_corner(avatar: Avatar) -> None:
    for pair in avatar.head.lid_margins:
        for margin in pair:
            across = np.abs(avatar.head.neutral_vertices[margin, 0])
            assert across[0] > across[-1]
            steps = np.linalg.norm(np.diff(avatar.head.neutral_vertices[margin], axis=0), axis=1)
            assert 0 < steps.min() <= steps.max() < 0.006


@pytest.mark.parametrize("region", [Region.FACE, Region.SCALP, Region.EAR, Region.NECK, Region.TEETH])
def test_head_has_every_region_that_appearance_asks_for(avatar: Avatar, region: Region) -> None:
    assert (avatar.head.vertex_region == region).sum() > 200


def test_appearance_follows_the_face(avatar: Avatar) -> None:
    rest, smile = FlamePose.neutral(), shape_pose("mouthSmileLeft", "mouthSmileRight", "jawOpen")
    first = avatar.follow(avatar.head(rest), rest, studio_light(), VIEWER, HERE).means.copy()
    second = avatar.follow(avatar.head(smile), smile, studio_light(), VIEWER, HERE).means
    assert np.isfinite(second).all()
    assert np.linalg.norm(second - first, axis=1).max() > 0.03


def test_eyes_are_where_those_of_our_own_heads_are(avatar: Avatar) -> None:
    np.testing.assert_allclose(avatar.head.eye_centers.mean(0), BETWEEN_EYES, atol=1e-5)


def test_folder_gives_its_mesh_to_gltf_and_usd(folder: Path, avatar: Avatar) -> None:
    mesh = avatar_mesh(folder, lambda name: pytest.fail(f"asked for {name}"))
    assert not isinstance(mesh, Head)
    np.testing.assert_array_equal(mesh.neutral_vertices, avatar.head.neutral_vertices)
    assert mesh_colors(folder, mesh).shape == mesh.neutral_vertices.shape
    assert read_note(folder).description == "ICT-FaceKit's head that looks like tomas"


def test_damaged_appearance_is_refused(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes()[: 1000 if file.name == "appearance.npz" else None])
    with pytest.raises(AssetError, match="expected what this version's `rsatalker dress-head` writes: run it again"):
        read_avatar(tmp_path, lambda name: pytest.fail(f"asked for {name}"))


def test_unknown_character_and_missing_identity_are_refused(
    kit: IctKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dresser, "read_ict_kit", lambda *_: kit)
    options = DressHeadOptions(Path("kit"), "nobody", tmp_path / "ida")
    with pytest.raises(AssetError, match=r"there is no character 'nobody'; choose one of mara, tomas"):
        dress_head(options, lambda _: None, lambda step, share: None)
    with pytest.raises(AssetError, match=r"kit has no identity modes; leave out --betas"):
        dress_head(replace(options, like="tomas", betas=(1.0,)), lambda _: None, lambda step, share: None)


def test_mesh_of_another_kit_is_refused(kit: IctKit) -> None:
    with pytest.raises(AssetError, match=r"the mesh has 25,\d+ vertices, ICT-FaceKit has 26,719"):
        ict_character("other", kit.head, kit.quads[:-1000], kit.kept)
