import pytest

from rsatalker.files_in_use import TRIES, TRIES_BESIDE_SCANNERS, patiently

pytestmark = pytest.mark.unit


class FileInUse:
    """A file that cannot be removed while somebody has it open, as on Windows."""

    def __init__(self, readings: int) -> None:
        self.readings = readings
        self.is_removed = False

    def remove(self) -> None:
        if self.readings > 0:
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")
        self.is_removed = True

    def read_on(self, seconds: float) -> None:
        self.readings -= 1


def test_file_is_removed_once_its_readers_have_closed_it():
    file = FileInUse(readings=3)
    patiently(file.remove, file.read_on)
    assert file.is_removed


def test_file_that_may_not_be_removed_is_told():
    file = FileInUse(readings=TRIES)
    with pytest.raises(PermissionError):
        patiently(file.remove, file.read_on)


def test_folder_is_renamed_however_long_a_scanner_reads_in_it():
    folder = FileInUse(readings=TRIES_BESIDE_SCANNERS - 1)
    patiently(folder.remove, folder.read_on, TRIES_BESIDE_SCANNERS)
    assert folder.is_removed
