import numpy as np
import pytest

from rsatalker.avatars import avatar_cache, build
from rsatalker.avatars.avatar_data import AvatarData
from rsatalker.avatars.cast import CHARACTERS, load_avatar
from rsatalker.errors import AssetError

pytestmark = pytest.mark.unit


@pytest.fixture
def builds(monkeypatch, tmp_path, avatar_data):
    """Count builds instead of doing them, in a cache of their own."""
    calls = []
    monkeypatch.setenv("RSATALKER_CACHE", str(tmp_path))

    def build_avatar_data(head, look, detail, progress):
        calls.append(detail)
        return avatar_data

    monkeypatch.setattr(build, "build_avatar_data", build_avatar_data)
    return calls


def load(head, look, detail=0.2):
    return avatar_cache.cached_avatar_data("tomas", head, look, detail, lambda step, share: None)


def test_avatar_data_survives_the_round_trip(tmp_path, avatar_data):
    path = tmp_path / "folder" / "avatar.npz"
    avatar_data.save(path)
    loaded = AvatarData.load(path)
    np.testing.assert_array_equal(loaded.bound, avatar_data.bound)
    np.testing.assert_array_equal(loaded.ranks, avatar_data.ranks)
    np.testing.assert_array_equal(loaded.light.transfer, avatar_data.light.transfer)
    np.testing.assert_array_equal(loaded.helpers.margins[3], avatar_data.helpers.margins[3])
    assert [path] == list(path.parent.iterdir())


def test_second_load_comes_from_the_cache(builds, head, character):
    load(head, character.look)
    load(head, character.look)
    assert len(builds) == 1


def test_another_recipe_is_built_anew(builds, head, character):
    load(head, character.look)
    load(head, CHARACTERS["mara"].look)
    load(head, character.look, detail=0.3)
    assert len(builds) == 3


@pytest.mark.parametrize("content", [b"", b"not a zip file", None], ids=["empty", "foreign", "cut"])
def test_damaged_cache_file_is_built_anew(builds, head, character, tmp_path, content):
    load(head, character.look)
    (path,) = (tmp_path / "avatars").iterdir()
    path.write_bytes(path.read_bytes()[:2000] if content is None else content)
    load(head, character.look)
    assert len(builds) == 2
    load(head, character.look)
    assert len(builds) == 2


def test_cache_that_cannot_be_written_is_done_without(builds, head, character, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("RSATALKER_CACHE", str(blocked))
    assert load(head, character.look) is not None


def test_unknown_character_is_refused_with_the_names_that_exist():
    with pytest.raises(AssetError, match=r"no character 'nobody'; choose one of mara, tomas"):
        load_avatar("nobody")
