import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from rsatalker.avatars.avatar_folder import AvatarNote, fitted_members, read_avatar, read_note, write_avatar
from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.captured_light import CapturedLight
from rsatalker.avatars.cast import load_avatar
from rsatalker.avatars.fitted_avatar import BETWEEN_EYES, FittedAvatar
from rsatalker.avatars.light import Light, studio_light
from rsatalker.avatars.triangle_carriers import TriangleCarriers
from rsatalker.errors import AssetError
from rsatalker.heads.head import SparseShapes
from rsatalker.heads.head_file import arkit_by_name
from rsatalker.heads.shape_head import ArkitHead, ShapeHead
from rsatalker.motion.expression_space import ARKIT_INDEX, ARKIT_NAMES
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.spherical_harmonics import colors_seen_from

pytestmark = pytest.mark.unit

VERTICES = np.array([[-0.05, -0.05, 0], [0.05, -0.05, 0.01], [0.05, 0.05, 0], [-0.05, 0.05, 0.02]], np.float32)
FACES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
EYES = np.array([[0.03, 0.01, 0.02], [-0.03, 0.01, 0.02]], np.float32)
SPACE = np.eye(4, dtype=np.float32)
VIEWER = np.array([0.1, 0.05, 0.8], np.float32)
EVEN = (0.0, 0.0, 0.0, 1.0)
NOTE = AvatarNote("grid", "two triangles", "affine", True, "made-up", "", (0.0, 0.0, 0.0), {}, EVEN)


def made_head():
    opening = np.zeros((1, 4, 3))
    opening[0, :2, 1] = -0.02
    joints = np.zeros((5, 3), np.float32)
    joints[3:] = EYES
    skinning = np.zeros((4, 5), np.float32)
    skinning[:, 1] = 1
    return ShapeHead(
        "grid", "made-up", ("jawOpen",), FACES, VERTICES, joints, np.zeros((1, 5, 3), np.float32),
        SparseShapes.of(opening), skinning, arkit_by_name(("jawOpen",)),
    )  # fmt: skip


def made_splats(count=300, degree=2):
    random = np.random.default_rng(0)

    def numbers(*shape, spread=1.0):
        return (spread * random.normal(size=shape)).astype(np.float32)

    sh = numbers(count, (degree + 1) ** 2, 3, spread=0.2)
    return BoundSplats(
        random.integers(0, 2, count).astype(np.int32), numbers(count, 3, spread=0.4), numbers(count, 4),
        numbers(count, 3, spread=0.3) - 3, numbers(count), sh,
    )  # fmt: skip


def made_avatar(carriers="affine", threads=1):
    head = made_head()
    return FittedAvatar(
        "grid", ArkitHead(head), VERTICES, FACES, EYES, made_splats(), carriers, antialiased=True,
        captured=CapturedLight.even(), threads=threads,
    )  # fmt: skip


def opened(weight=1.0, neck=0.0):
    arkit = np.zeros(len(ARKIT_NAMES), np.float32)
    arkit[ARKIT_INDEX["jawOpen"]] = weight
    return replace(FlamePose.neutral(), arkit=arkit, neck_pose=np.array([0, neck, 0], np.float32))


def placed(angle=0.6, shift=(0.3, -0.1, 0.5)):
    world = np.eye(4, dtype=np.float32)
    world[:3, :3] = [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    world[:3, 3] = shift
    return world


def followed(avatar, pose, world=SPACE, viewer=VIEWER):
    return avatar.follow(avatar.head(pose), pose, studio_light(), viewer, world)


@pytest.mark.parametrize("carriers", ["rigid", "affine"])
def test_fitted_avatar_follows_its_mesh_as_plain_algebra_says(carriers):
    splats, pose = made_splats(), opened(0.8, neck=0.3)
    avatar = made_avatar(carriers)
    frames = TriangleCarriers(VERTICES, FACES, carriers)
    frames.follow(avatar.head(pose))
    axes, origins = frames.axes[splats.binding], frames.origins[splats.binding]
    shift = BETWEEN_EYES - EYES.mean(0)
    means = np.einsum("nij,nj->ni", axes, splats.centers) + origins
    halves = axes @ splats.factors
    rows, columns = np.triu_indices(3)
    gaussians = followed(avatar, pose)
    np.testing.assert_allclose(gaussians.means, means + shift, atol=1e-6)
    np.testing.assert_allclose(gaussians.covariances, (halves @ halves.mT)[:, rows, columns], atol=1e-9)
    np.testing.assert_allclose(gaussians.opacities, 1 / (1 + np.exp(-splats.opacity_logits)), atol=1e-6)
    seen_from = torch.from_numpy((VIEWER - shift).astype(np.float32))
    colors = colors_seen_from(
        seen_from, torch.from_numpy(means.astype(np.float32)), torch.from_numpy(splats.sh), splats.sh_degree
    )
    np.testing.assert_allclose(gaussians.colors, colors.clamp(max=1).numpy(), atol=1e-5)


def test_fitted_avatar_looks_the_same_from_the_same_side_wherever_it_stands():
    avatar, world = made_avatar(), placed()
    at_home = followed(avatar, opened())
    colors, means = at_home.colors.copy(), at_home.means.copy()
    viewer = world[:3, :3] @ VIEWER + world[:3, 3]
    elsewhere = followed(avatar, opened(), world, viewer)
    np.testing.assert_allclose(elsewhere.colors, colors, atol=1e-5)
    np.testing.assert_allclose(elsewhere.means, means @ world[:3, :3].T + world[:3, 3], atol=1e-6)


def test_fitted_avatar_darkens_and_takes_the_tint_of_the_scenes_light():
    avatar, light = made_avatar(), studio_light()
    photographed = followed(avatar, opened()).colors.copy()
    dim = Light(
        light.probe * np.float32([0.25, 0.25, 0]), light.key_direction, light.key_color * np.float32([0.25, 0.25, 0])
    )
    colors = avatar.follow(avatar.head(opened()), opened(), dim, VIEWER, SPACE).colors
    np.testing.assert_allclose(colors[:, :2], photographed[:, :2] * 0.25 ** (1 / 2.2), atol=1e-5)
    assert not colors[:, 2].any()


def test_fitted_avatar_stays_within_white_in_glaring_light():
    avatar = made_avatar()
    colors = avatar.follow(avatar.head(opened()), opened(), studio_light().scaled(100), VIEWER, SPACE).colors
    assert colors.max() == 1


def test_fitted_avatar_has_its_eyes_where_our_own_heads_have_them():
    avatar = made_avatar()
    center, radius = avatar.bounding_sphere
    gaussians = followed(avatar, FlamePose.neutral())
    assert np.linalg.norm(gaussians.means - center, axis=1).max() < radius
    shift = gaussians.means.mean(0) - VERTICES.mean(0)
    np.testing.assert_allclose(shift, BETWEEN_EYES - EYES.mean(0), atol=0.02)


def test_fitted_avatar_gives_the_same_with_any_number_of_threads():
    one, three = followed(made_avatar(), opened()), followed(made_avatar(threads=3), opened())
    for name in ("means", "covariances", "colors"):
        np.testing.assert_array_equal(getattr(one, name), getattr(three, name))


def test_gaussians_hold_until_the_second_call_after():
    avatar = made_avatar()
    first = followed(avatar, opened())
    means = first.means.copy()
    followed(avatar, FlamePose.neutral())
    np.testing.assert_array_equal(first.means, means)


def test_folder_gives_back_the_avatar(tmp_path):
    write_avatar(tmp_path, NOTE, made_splats(), made_head())
    assert read_note(tmp_path) == NOTE
    loaded = load_avatar(tmp_path, threads=1)
    assert isinstance(loaded, FittedAvatar)
    assert loaded.name == "grid"
    found, expected = followed(loaded, opened()), followed(made_avatar(), opened())
    np.testing.assert_allclose(found.means, expected.means, atol=1e-6)
    np.testing.assert_allclose(found.colors, expected.colors, atol=1e-6)


def test_folder_of_an_earlier_version_says_nothing_of_the_light(tmp_path):
    write_avatar(tmp_path, NOTE, made_splats(), made_head())
    note = json.loads((tmp_path / "avatar.json").read_text())
    del note["light"]
    (tmp_path / "avatar.json").write_text(json.dumps(note))
    assert read_note(tmp_path).light is None
    assert len(load_avatar(tmp_path, threads=1)) == len(made_splats())


def test_folder_of_a_character_of_ours_needs_no_head_file(tmp_path, head):
    splats = made_splats()
    write_avatar(tmp_path, replace(NOTE, character="tomas", expression_space="procedural-1"), splats, None)
    avatar = read_avatar(tmp_path, lambda name: head, threads=1)
    gaussians = followed(avatar, FlamePose.neutral())
    assert len(gaussians) == len(splats)


def test_shelf_lists_the_avatars_in_it_by_their_folders(tmp_path):
    for name in ("zoe", "adam"):
        write_avatar(tmp_path / name, replace(NOTE, name="another", description=name), made_splats(5), made_head())
    (tmp_path / "something else").mkdir()
    (tmp_path / "notes.txt").write_text("no avatar")
    members = fitted_members(tmp_path)
    assert [(member.name, member.description) for member in members] == [("adam", "adam"), ("zoe", "zoe")]


def test_shelf_says_when_it_is_missing(tmp_path):
    with pytest.raises(AssetError, match=r"folder of avatars .* does not exist"):
        fitted_members(tmp_path / "nothing")


def changed_note(folder, **change):
    note = json.loads((folder / "avatar.json").read_text())
    (folder / "avatar.json").write_text(json.dumps(note | change))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": "another"}, "is not of the format rsatalker-avatar-1"),
        ({"name": 3}, "has no fitting name"),
        ({"carriers": "elastic"}, "has no fitting carriers"),
        ({"light": [0, 0, 1]}, r"gives light \[0, 0, 1\]; expected 3 numbers and a positive one"),
        ({"light": [0, 0, 1, 0]}, "a positive one, or fit the avatar anew"),
        ({"background": [0]}, "has no fitting carriers or background"),
        ({"background": [0, "white", {}]}, "has no fitting carriers or background"),
        ({"light": [0, 0, 1, float("nan")]}, "a positive one, or fit the avatar anew"),
    ],
)
def test_folder_says_what_is_wrong_with_its_note(tmp_path, change, complaint):
    write_avatar(tmp_path, NOTE, made_splats(), made_head())
    changed_note(tmp_path, **change)
    with pytest.raises(AssetError, match=complaint):
        load_avatar(tmp_path)


def test_folder_refuses_gaussians_of_another_mesh(tmp_path):
    splats = made_splats()
    write_avatar(tmp_path, NOTE, replace(splats, binding=splats.binding + 1), made_head())
    with pytest.raises(AssetError, match="to triangles up to 2; the mesh has 2 triangles"):
        load_avatar(tmp_path)


def test_folder_refuses_a_head_that_nothing_can_drive(tmp_path):
    silent = replace(made_head(), expression_from_arkit=np.zeros((len(ARKIT_NAMES), 1), np.float32))
    write_avatar(tmp_path, NOTE, made_splats(), silent)
    with pytest.raises(AssetError, match="add expression_from_arkit"):
        load_avatar(tmp_path)


def test_load_avatar_names_what_there_is(tmp_path):
    with pytest.raises(AssetError, match=r"no character .* choose one of mara, .* or give the folder"):
        load_avatar(tmp_path)
