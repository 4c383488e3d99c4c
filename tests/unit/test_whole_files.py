from pathlib import Path

import pytest

from rsatalker import files_in_use, whole_files
from rsatalker.whole_files import DRAFT, FORGOTTEN_S, remove_drafts, whole_file, whole_folder

pytestmark = pytest.mark.unit


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


@pytest.fixture
def older(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("older", encoding="utf-8")
    return path


def test_file_has_its_name_only_once_it_is_whole(tmp_path: Path):
    path = tmp_path / "new" / "a.txt"
    with whole_file(path) as draft:
        draft.write_text("half", encoding="utf-8")
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "half"
    assert names(path.parent) == ["a.txt"]


def test_draft_ends_as_the_file_does(tmp_path: Path):
    with whole_file(tmp_path / "scene.usdc") as draft:
        assert draft.suffix == ".usdc"
        draft.touch()


def interrupted(draft: Path, error: BaseException) -> None:
    draft.write_text("new", encoding="utf-8")
    raise error


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_error_leaves_the_older_file_and_no_draft(older: Path, error: BaseException):
    with pytest.raises(type(error)), whole_file(older) as draft:
        interrupted(draft, error)
    assert older.read_text(encoding="utf-8") == "older"
    assert names(older.parent) == ["a.txt"]


def test_draft_that_nobody_wrote_is_an_error(older: Path):
    with pytest.raises(FileNotFoundError), whole_file(older):
        pass
    assert older.exists()


def test_draft_of_a_killed_process_is_written_over(older: Path):
    with whole_file(older) as draft:
        draft.write_text("killed while it wrote much", encoding="utf-8")
        with whole_file(older) as again, again.open("x", encoding="utf-8") as file:
            file.write("new")
        draft.touch()  # so that the killed one's context can end, too
        assert older.read_text(encoding="utf-8") == "new"


def test_shared_file_has_a_draft_for_each_who_writes_it(older: Path):
    with whole_file(older, shared=True) as first, whole_file(older, shared=True) as second:
        first.write_text("first", encoding="utf-8")
        second.write_text("second", encoding="utf-8")
    assert older.read_text(encoding="utf-8") == "first"  # who ended last
    assert names(older.parent) == ["a.txt"]


def test_durable_file_is_on_the_disk_before_it_has_its_name(older: Path, monkeypatch: pytest.MonkeyPatch):
    seen: list[str] = []
    monkeypatch.setattr(whole_files.os, "fsync", lambda descriptor: seen.append(older.read_text(encoding="utf-8")))
    with whole_file(older, durable=True) as draft:
        draft.write_text("new", encoding="utf-8")
    assert (seen, older.read_text(encoding="utf-8")) == (["older"], "new")


class ScannedPath(type(Path())):
    """A path whose files a scanner holds open at first, as on Windows."""

    refusals = 0

    def _refuse(self) -> None:
        if ScannedPath.refusals > 0:
            ScannedPath.refusals -= 1
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    def replace(self, target):
        self._refuse()
        return super().replace(target)

    def rename(self, target):
        self._refuse()
        return super().rename(target)


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files_in_use, "PAUSE_S", 0)
    monkeypatch.setattr(ScannedPath, "refusals", 100)


def test_file_gets_its_name_though_a_scanner_holds_it_at_first(tmp_path: Path, scanner: None):
    path = ScannedPath(tmp_path / "a.txt")
    with whole_file(path) as draft:
        draft.write_text("new", encoding="utf-8")
    assert names(tmp_path) == ["a.txt"]


def test_folder_gets_its_name_though_a_scanner_holds_it_at_first(tmp_path: Path, scanner: None):
    with whole_folder(ScannedPath(tmp_path / "chunk")) as draft:
        (draft / "a.txt").touch()
    assert names(tmp_path) == ["a.txt", "chunk"]


def test_folder_has_its_name_only_once_it_is_whole(tmp_path: Path):
    folder = tmp_path / "new" / "chunk"
    with whole_folder(folder) as draft:
        (draft / "a.txt").touch()
        assert not folder.exists()
    assert names(tmp_path) == ["a.txt", "chunk", "new"]


def test_error_leaves_nothing_of_a_folder(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "chunk") as draft:
        interrupted(draft / "a.txt", KeyboardInterrupt())
    assert names(tmp_path) == []


@pytest.fixture
def full_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "chunk"
    folder.mkdir()
    (folder / "older.txt").touch()
    return folder


def test_folder_that_is_there_stays(full_folder: Path):
    with whole_folder(full_folder) as draft:
        (draft / "newer.txt").touch()
    assert names(full_folder.parent) == ["chunk", "older.txt"]


def test_folder_that_another_one_names_in_the_same_instant_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def too_late(change: object, tries: int) -> None:
        (tmp_path / "chunk").mkdir()
        raise OSError(39, "Directory not empty")

    monkeypatch.setattr(whole_files, "patiently", too_late)
    with whole_folder(tmp_path / "chunk") as draft:
        (draft / "newer.txt").touch()
    assert names(tmp_path) == ["chunk"]


def test_folder_replaces_an_older_one_when_asked_to(full_folder: Path):
    with whole_folder(full_folder, replaces=True) as draft:
        (draft / "newer.txt").touch()
    assert names(full_folder.parent) == ["chunk", "newer.txt"]


def test_older_folder_comes_back_when_the_new_one_cannot_be_named(full_folder: Path):
    with pytest.raises(FileNotFoundError), whole_folder(full_folder, replaces=True) as draft:
        draft.rmdir()
    assert names(full_folder.parent) == ["chunk", "older.txt"]


def test_drafts_are_removed_and_nothing_else(full_folder: Path):
    (full_folder / f"{DRAFT}a.txt").touch()
    (full_folder / f"{DRAFT}chunk").mkdir()
    remove_drafts(full_folder)
    assert names(full_folder) == ["older.txt"]


def test_drafts_that_changed_just_now_are_left_to_who_writes_them(full_folder: Path):
    with whole_file(full_folder / "a.txt", shared=True) as draft:
        draft.touch()
        remove_drafts(full_folder, FORGOTTEN_S)
    assert names(full_folder) == ["a.txt", "older.txt"]
