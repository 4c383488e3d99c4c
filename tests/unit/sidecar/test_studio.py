import numpy as np
import pytest
from painted_ball import ball_head

from rsatalker.avatars.avatar_folder import AvatarNote, write_avatar
from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.light import studio_light
from rsatalker.errors import AssetError
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import fit_camera
from sidecar.config import ServeOptions
from sidecar.errors import NotFoundError
from sidecar.studio import RsaTalkerStudio

pytestmark = pytest.mark.unit

SIZE_PX = 32


def fitted(shelf, name):
    """Put a red ball on the shelf."""
    head = ball_head()
    count = len(head.faces)
    red = np.tile(np.array([1.5, -1.5, -1.5], np.float32), (count, 1, 1))
    turned = np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1))
    flat = np.tile(np.log([0.5, 0.1, 0.5]).astype(np.float32), (count, 1))
    splats = BoundSplats(
        np.arange(count, dtype=np.int32), np.zeros((count, 3), np.float32), turned, flat,
        np.full(count, 4, np.float32), red,
    )  # fmt: skip
    note = AvatarNote(name, f"{name}, a red ball", "affine", True, "ball", "", (0.0, 0.0, 0.0), {})
    write_avatar(shelf / name, note, splats, head)


def studio_with(shelf):
    return RsaTalkerStudio(ServeOptions(renderer="cpu", threads=1, avatars=shelf))


def test_fitted_avatars_are_listed_after_the_cast(tmp_path):
    fitted(tmp_path, "rubra")
    members = studio_with(tmp_path).cast()
    assert members[:-1] == RsaTalkerStudio(ServeOptions(renderer="cpu", threads=1)).cast()
    assert (members[-1].name, members[-1].description) == ("rubra", "rubra, a red ball")
    assert members[-1].expression_space == "procedural-1"  # of the motion that drives it


def test_fitted_avatar_is_drawn(tmp_path):
    fitted(tmp_path, "rubra")
    head = studio_with(tmp_path).head("rubra")
    center, radius = head.bounding_sphere
    camera = fit_camera(np.array([0, 0, 1], np.float32), center, radius, SIZE_PX, SIZE_PX)
    colors, depths = np.empty((1, SIZE_PX, SIZE_PX, 4), np.uint8), np.empty((1, SIZE_PX, SIZE_PX), np.float32)
    head.draw(FlamePose.neutral(), [camera], studio_light(), np.eye(4, dtype=np.float32), colors, depths)
    red, green, _, alpha = colors[0, SIZE_PX // 2, SIZE_PX // 2]
    assert red > 200
    assert green < 100
    assert alpha > 240


def test_fitted_avatar_does_not_take_the_place_of_a_character(tmp_path):
    fitted(tmp_path, "mara")
    names = [member.name for member in studio_with(tmp_path).cast()]
    assert names.count("mara") == 1
    assert "red ball" not in next(m.description for m in studio_with(tmp_path).cast() if m.name == "mara")


@pytest.mark.parametrize("name", ["../rubra", "shelf/rubra", ".", "", "rubra/../rubra"])
def test_a_name_never_becomes_a_path(tmp_path, monkeypatch, name):
    fitted(tmp_path, "rubra")
    shelf = tmp_path / "shelf"
    fitted(shelf, "rubra")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFoundError, match="There is no avatar"):
        studio_with(shelf).head(name)


def test_studio_says_when_the_folder_of_avatars_is_missing(tmp_path):
    with pytest.raises(AssetError, match=r"folder of avatars .* does not exist"):
        studio_with(tmp_path / "nothing")
