from dataclasses import replace

import numpy as np
import pytest
from painted_ball import SIZE_PX, ball_head, changed_frame

from rsatalker.errors import AssetError
from rsatalker.heads.head_file import write_head
from rsatalker.heads.shape_head import IdentitySpace, ShapeHead
from rsatalker.training.avatar_capture import read_capture
from rsatalker.training.avatar_mesh_images import see_mesh
from rsatalker.training.avatar_photos import read_photo

pytestmark = pytest.mark.unit


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


def numbers(**change):
    return lambda folder: changed_instant(folder, **change)


def one_array(folder):
    with (folder / "flame_param" / "1.npz").open("wb") as file:
        np.save(file, np.zeros(3))


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda folder: (folder / "transforms_train.json").unlink(), r"train.json does not exist; `rsatalker fit-av"),
        (lambda folder: (folder / "transforms_train.json").write_text('{"frames": []}'), "lists no frames"),
        (lambda folder: (folder / "head.npz").unlink(), r"there is no head .* put a head.npz into"),
        (lambda folder: (folder / "flame_param" / "1.npz").write_bytes(b"x"), r"1.npz cannot be read"),
        (lambda folder: (folder / "flame_param" / "1.npz").unlink(), r"1.npz cannot be read .*No such file"),
        (one_array, r"1.npz cannot be read \(it is one array and no npz\); expected the npz of an"),
        (numbers(expr=np.zeros((1, 2))), r"expr is of shape \(1, 2\); expected at most 1 numbers of one instant"),
        (numbers(jaw_pose=np.zeros((7, 3))), r"jaw_pose is of shape \(7, 3\); expected 3 numbers of one instant"),
        (numbers(rotation=np.eye(3)), r"rotation is of shape \(3, 3\); expected 3 numbers"),
        (numbers(neck_pose=np.full(3, np.nan)), "neck_pose holds what is no finite number; where tracking lost"),
        (numbers(expr=np.array(["wide"])), "expr holds what is no finite number"),
        (numbers(shape=np.ones(4)), "has no identity_shapes"),
        (numbers(static_offset=np.ones((1, 9, 3))), r"static_offset is of shape \(1, 9, 3\), .*head.npz has 312 vert"),
    ],
)  # fmt: skip
def test_capture_says_what_is_wrong_with_it(folder, damage, complaint):
    damage(folder)
    with pytest.raises(AssetError, match=complaint):
        read_capture(folder)
