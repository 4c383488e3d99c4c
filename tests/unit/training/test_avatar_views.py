"""Transforms files as people write them: what is said of those that are not right, before anything is fitted."""

import numpy as np
import pytest
from painted_ball import SIZE_PX, changed_frame
from PIL import Image

from rsatalker.errors import AssetError
from rsatalker.training.avatar_views import read_views

pytestmark = pytest.mark.unit

TRAIN = "transforms_train.json"
IMAGE, MASK = "images/train_0_-1.0.png", "fg_masks/train_0_-1.0.png"


def entries(**change):
    return lambda folder: changed_frame(folder, **change)


def written(text):
    return lambda folder: (folder / TRAIN).write_bytes(text)


def turned_in_exif(folder):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(folder / IMAGE).save(folder / "images" / "turned.jpg", exif=exif)
    changed_frame(folder, file_path="images/turned.jpg")


MATRIX = "has no transform_matrix of 4 x 4 finite numbers; give world from camera"
RIGID = "has a transform_matrix that stretches, mirrors or projects; expected a rotation and a place in metres"
DAMAGES = [
    (written(b"{"), r"transforms_train.json is no transforms file \(.*\); expected JSON with `frames`"),
    (written(b"[1]"), "is no transforms file; expected a JSON object whose `frames` are a list"),
    (written(b'{"frames": null}'), "expected a JSON object whose `frames` are a list of objects"),
    (written(b'{"frames": [3]}'), "expected a JSON object whose `frames` are a list of objects"),
    (entries(file_path=None), "frame 0 names no file as file_path; expected a path from .* found None"),
    (entries(flame_param_path=3), "frame 0 names no file as flame_param_path; expected a path from .* found 3"),
    (entries(file_path="images/none.png"), "frame 0 names .*none.png, which does not exist; add the image, or remove"),
    (entries(fg_mask_path="fg_masks"), "frame 0 names .*fg_masks, which does not exist"),
    (lambda folder: (folder / IMAGE).write_bytes(b"no"), r"train_0_-1.0.png is no image that can be read .*write it"),
    (entries(w=50), f"is {SIZE_PX} x {SIZE_PX}, the transforms say 50 x {SIZE_PX}; if images were made smaller"),
    (entries(w="wide"), "frame 0 has w 'wide'; expected a positive number"),
    (
        lambda folder: Image.new("L", (24, 30)).save(folder / MASK),
        f"fg_masks.* is 24 x 30, its image {SIZE_PX} x {SIZE_PX}; a mask must be as large",
    ),
    (turned_in_exif, r"turned.jpg is to be turned .*EXIF orientation 6.* save it upright"),
    (entries(camera_angle_x=None), "frame 0 has neither fl_x nor camera_angle_x; give the focal length in pixels"),
    (entries(camera_angle_x=0), "frame 0 has camera_angle_x 0; expected a positive number"),
    (entries(camera_angle_x=4.0), "frame 0 has camera_angle_x 4.0; expected the full horizontal angle in rad, below"),
    (entries(fl_x=float("nan")), "frame 0 has fl_x nan; expected a positive number"),
    (entries(cx=float("inf")), "frame 0 has cx inf; expected a number"),
    (entries(transform_matrix=None), MATRIX),
    (entries(transform_matrix=[[1, 0], [1]]), MATRIX),
    (entries(transform_matrix=np.full((4, 4), np.nan).tolist()), MATRIX),
    (entries(transform_matrix=np.diag([2, 2, 2, 1]).tolist()), RIGID),
    (entries(transform_matrix=np.diag([-1, 1, 1, 1]).tolist()), RIGID),
    (entries(transform_matrix=np.zeros((4, 4)).tolist()), RIGID),
]


@pytest.mark.parametrize(("damage", "complaint"), DAMAGES)
def test_transforms_say_what_is_wrong_with_them(folder, damage, complaint):
    damage(folder)
    with pytest.raises(AssetError, match=complaint):
        read_views(folder, TRAIN, {})


def test_size_of_an_image_is_its_own_where_transforms_give_none(folder):
    changed_frame(folder, w=None, h=None)
    camera = read_views(folder, TRAIN, {})[0].camera
    assert (camera.width, camera.height) == (SIZE_PX, SIZE_PX)


def test_folder_without_a_transforms_file_has_no_views_of_it(folder):
    assert read_views(folder, "transforms_none.json", {}) == ()
