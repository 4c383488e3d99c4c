import sys
from pathlib import Path

import pytest

from sidecar.conversation_regions import FrameSize, Regions

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(sys.platform == "win32", reason="on Windows a region is no file that a test could look for"),
]


def test_regions_are_removed_again_when_the_renderer_fails_to_prepare_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sidecar.regions.shared_memory.region_folder", lambda: tmp_path)
    prepared: list[int] = []

    def lock_pages(memory):
        assert len(list(tmp_path.iterdir())) == 3 + len(prepared)
        if prepared:
            raise RuntimeError("the device is gone")
        prepared.append(memory.nbytes)
        return prepared.clear

    with pytest.raises(RuntimeError, match="the device is gone"):
        Regions.create(FrameSize(16, 16, 1), 4, "procedural-1", lock_pages)
    assert not list(tmp_path.iterdir())
    assert not prepared, "what was prepared has not been undone"


def test_regions_are_removed_though_the_renderer_cannot_undo_what_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sidecar.regions.shared_memory.region_folder", lambda: tmp_path)

    def lock_pages(memory):
        def unlock() -> None:
            raise RuntimeError("the device is gone")

        return unlock

    regions = Regions.create(FrameSize(16, 16, 1), 4, "procedural-1", lock_pages)
    with pytest.raises(RuntimeError, match="the device is gone"):
        regions.close()
    assert not list(tmp_path.iterdir())
