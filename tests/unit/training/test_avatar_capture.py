import json
from dataclasses import replace

import numpy as np
import pytest
from painted_ball import SIZE_PX, ball_head, write_ball
from PIL import Image

from rsatalker.errors import AssetError
from rsatalker.heads.head_file import write_head
from rsatalker.heads.shape_head import IdentitySpace, ShapeHead
from rsatalker.training.avatar_capture import read_capture
from rsatalker.training.avatar_mesh_images import see_mesh
from rsatalker.training.avatar_photos import Photos, read_photo

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path):
    write_ball(tmp_path)
    return tmp_path


def changed_frame(folder, split="train", number=0, **change):
    path = folder / f"transforms_{split}.json"
    content = json.loads(path.read_text())
    frame = content["frames"][number] | change
    content["frames"][number] = {name: value for name, value in frame.items() if value is not None}
    path.write_text(json.dumps(content))


def changed_instant(folder, **change):
    path = folder / "flame_param" / "0.npz"
    with np.load(path) as file:
        columns = {name: file[name] for name in file.files}
    np.savez(path, **(columns | change))


def test_capture_has_the_splits_and_instants_of_its_folder(folder):
    capture = read_capture(folder)
    assert (len(capture.train), len(capture.val), len(capture.test), len(capture.poses)) == (12, 2, 2, 3)
    opened = [float(pose.expression[0]) for pose in capture.poses]
    np.testing.assert_allclose(opened, [0.0, 1.0, 0.6], atol=1e-7)
    np.testing.assert_allclose(capture.poses[1].neck_pose, [0, 0.2, 0], atol=1e-7)


def test_cameras_see_the_mesh_where_the_masks_have_it(folder):
    capture = read_capture(folder)
    for view in (*capture.train, *capture.test):
        photo = read_photo(view)
        seen = see_mesh(capture.head(capture.poses[view.timestep]), capture.head.faces, view.camera).seen
        assert photo.mask is not None
        both = (seen & (photo.mask > 0.5)).sum() / (seen | (photo.mask > 0.5)).sum()
        assert both > 0.95


def test_focal_length_comes_from_the_angle_or_is_given(folder):
    changed_frame(folder, number=1, fl_x=120.0, fl_y=130.0, cx=20.0, cy=21.0)
    first, second = (view.camera.K for view in read_capture(folder).train[:2])
    assert first[0, 0] == first[1, 1] == pytest.approx(SIZE_PX / 2 / np.tan(0.15), rel=1e-6)
    np.testing.assert_allclose(second, [[120, 0, 20], [0, 130, 21], [0, 0, 1]])


def test_photo_is_made_smaller_with_its_camera(folder):
    view = read_capture(folder).train[0]
    full, half = read_photo(view), read_photo(view, SIZE_PX // 2)
    assert half.color.shape == (SIZE_PX // 2, SIZE_PX // 2, 3)
    blocks = full.color.reshape(SIZE_PX // 2, 2, SIZE_PX // 2, 2, 3).mean((1, 3))
    np.testing.assert_allclose(half.color, blocks, atol=1.01 / 255)  # rounded once
    np.testing.assert_allclose(half.camera.K[:2], full.camera.K[:2] / 2)


def test_photo_before_a_background_keeps_only_the_person(folder):
    photo = read_photo(read_capture(folder).train[0])
    assert photo.mask is not None
    before = photo.before((1.0, 0.0, 0.0))
    np.testing.assert_allclose(before[photo.mask == 0], [[1, 0, 0]] * int((photo.mask == 0).sum()))
    np.testing.assert_allclose(before[photo.mask == 1], photo.color[photo.mask == 1])


def test_photo_takes_its_alpha_as_mask_where_none_is_given(folder):
    view = read_capture(folder).train[0]
    rgba = np.dstack([np.asarray(Image.open(view.image)), np.asarray(Image.open(view.mask))])
    Image.fromarray(rgba).save(folder / "images" / "alpha.png")
    changed_frame(folder, file_path="images/alpha.png", fg_mask_path=None)
    with_alpha, with_mask = read_photo(read_capture(folder).train[0]), read_photo(view)
    assert with_alpha.mask is not None
    np.testing.assert_array_equal(with_alpha.mask, with_mask.mask)


def test_photo_without_mask_is_used_as_it_is(folder):
    changed_frame(folder, fg_mask_path=None)
    photo = read_photo(read_capture(folder).train[0])
    assert photo.mask is None
    assert photo.before((1.0, 0.0, 0.0)) is photo.color


def test_photos_are_kept(folder):
    photos, view = Photos(0), read_capture(folder).train[0]
    assert photos(view) is photos(view)


def test_shape_and_offset_of_the_person_are_baked_into_the_mesh(folder):
    head = ball_head()
    count = len(head.neutral_vertices)
    wider = np.zeros((1, count, 3), np.float32)
    wider[0, :, 0] = 0.01
    write_head(folder / "head.npz", head, IdentitySpace(wider, np.full((5, count), 1 / count, np.float32)))
    changed_instant(folder, shape=np.array([2.0]), static_offset=np.full((1, count, 3), 0.001, np.float32))
    person = read_capture(folder).head
    np.testing.assert_allclose(
        person.neutral_vertices, head.neutral_vertices + np.array([0.021, 0.001, 0.001]), atol=1e-6
    )


def test_head_can_be_another_file(folder, tmp_path):
    write_head(tmp_path / "other.npz", replace(ball_head(), name="other"))
    head = read_capture(folder, str(tmp_path / "other.npz")).head
    assert isinstance(head, ShapeHead)
    assert head.name == "other"


def test_transforms_without_held_out_images_will_do(folder):
    (folder / "transforms_val.json").unlink()
    assert read_capture(folder).val == ()


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda folder: (folder / "transforms_train.json").unlink(), r"transforms_train.json does not exist"),
        (lambda folder: (folder / "transforms_val.json").write_text("{"), r"val.json is no transforms file"),
        (lambda folder: (folder / "transforms_train.json").write_text('{"frames": []}'), "lists no frames"),
        (lambda folder: (folder / "head.npz").unlink(), r"there is no head .* put a head.npz into"),
        (lambda folder: (folder / "flame_param" / "1.npz").write_bytes(b"x"), r"1.npz cannot be read"),
        (lambda folder: changed_frame(folder, file_path="images/none.png"), r"none.png does not exist"),
        (lambda folder: changed_frame(folder, transform_matrix=[[1]]), "frame 0 is incomplete or malformed"),
        (lambda folder: changed_frame(folder, flame_param_path=None), "frame 0 is incomplete .*flame_param_path"),
        (lambda folder: changed_instant(folder, expr=np.zeros((1, 2))), r"expr must be 1 finite numbers"),
        (lambda folder: changed_instant(folder, neck_pose=np.full(3, np.nan)), "neck_pose must be 3 finite"),
        (lambda folder: changed_instant(folder, shape=np.ones(4)), "has no identity_shapes"),
        (lambda folder: changed_instant(folder, static_offset=np.ones((1, 9, 3))), "moves 9 vertices"),
    ],
)
def test_capture_says_what_is_wrong_with_it(folder, damage, complaint):
    damage(folder)
    with pytest.raises(AssetError, match=complaint):
        read_capture(folder)


def test_photo_says_when_it_is_of_another_size(folder):
    changed_frame(folder, w=50)
    with pytest.raises(AssetError, match=f"is {SIZE_PX} x {SIZE_PX}, the transforms say 50 x {SIZE_PX}"):
        read_photo(read_capture(folder).train[0])


def test_photo_says_when_it_is_no_image(folder):
    view = read_capture(folder).train[0]
    view.image.write_bytes(b"no image")
    with pytest.raises(AssetError, match="cannot be read"):
        read_photo(view)
