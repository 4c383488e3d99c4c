import datetime
import sys
from pathlib import Path

import pytest

from sidecar.errors import ConfigError
from sidecar.network.certificate import FILE_NAME, RENEWED_BEFORE, own_certificate

pytestmark = pytest.mark.unit

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RSATALKER_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def test_certificate_is_kept():
    assert own_certificate(NOW) == own_certificate(NOW)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows protects the file by its folder, not by a mode")
def test_key_is_for_its_user_only(folder: Path):
    own_certificate(NOW)
    assert (folder / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o077 == 0
    assert [file.name for file in folder.iterdir()] == [FILE_NAME]


def test_certificate_is_renewed_before_it_ends():
    first = own_certificate(NOW)
    assert own_certificate(first.ends - RENEWED_BEFORE - datetime.timedelta(days=1)) == first
    renewed = own_certificate(first.ends - RENEWED_BEFORE + datetime.timedelta(days=1))
    assert renewed.fingerprint != first.fingerprint
    assert renewed.ends > first.ends


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"])
def test_damaged_certificate_is_replaced(folder: Path, content: bytes):
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(content)
    assert own_certificate(NOW).fingerprint


def test_key_of_another_certificate_is_not_used(folder: Path, tmp_path: Path, monkeypatch):
    first = own_certificate(NOW)
    monkeypatch.setenv("RSATALKER_STATE", str(tmp_path / "other"))
    other = own_certificate(NOW)
    (folder / FILE_NAME).write_bytes(first.pem + other.key_pem)
    monkeypatch.setenv("RSATALKER_STATE", str(folder))
    assert own_certificate(NOW).fingerprint not in (first.fingerprint, other.fingerprint)


def test_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RSATALKER_STATE", str(tmp_path / "file" / "state"))
    with pytest.raises(ConfigError, match=r"The certificate .* cannot be written: .*Set RSATALKER_STATE"):
        own_certificate(NOW)
