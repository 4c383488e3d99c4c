import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.errors import ConfigError, TrustError, UnreachableError
from sidecar.network.certificate import Certificate, make_certificate
from sidecar.network.trust import FILE_NAME, known_sidecars, plain, trusted_certificate

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RSATALKER_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


class TlsServer:
    """Shows a certificate, which can be changed, and says nothing."""

    def __init__(self) -> None:
        self.certificate: Certificate | None = make_certificate(datetime.datetime.now(datetime.UTC))
        self._is_over = False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def fingerprint(self) -> str:
        assert self.certificate
        return self.certificate.fingerprint

    def close(self) -> None:
        self._is_over = True
        socket.create_connection(self._listening.getsockname()).close()  # wakes it up
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            if self._is_over:
                connection.close()
                return
            with connection, contextlib.suppress(ssl.SSLError, OSError):
                if self.certificate is None:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    connection.recv(1000)
                else:
                    self.certificate.server_context().wrap_socket(connection, server_side=True).close()


@pytest.fixture
def server() -> Iterator[TlsServer]:
    server = TlsServer()
    yield server
    server.close()


def test_certificate_with_the_given_fingerprint_is_trusted_and_remembered(server: TlsServer):
    assert server.certificate
    assert trusted_certificate(server.address, server.fingerprint) == server.certificate.pem
    assert trusted_certificate(server.address) == server.certificate.pem
    assert known_sidecars() == {server.address: server.fingerprint}


def test_unknown_certificate_is_refused(server: TlsServer):
    with pytest.raises(
        TrustError, match=f"is not known here; its certificate has the fingerprint {server.fingerprint}"
    ):
        trusted_certificate(server.address)
    assert known_sidecars() == {}


def test_other_certificate_than_given_is_refused(server: TlsServer):
    with pytest.raises(TrustError, match=f"{server.fingerprint}; expected {'AB' * 32}. If it has not been renewed"):
        trusted_certificate(server.address, "ab" * 32)


def test_other_certificate_than_before_is_refused(server: TlsServer):
    trusted_certificate(server.address, server.fingerprint)
    server.certificate = make_certificate(datetime.datetime.now(datetime.UTC))
    with pytest.raises(TrustError, match="another machine answers in its place: do not send it your token"):
        trusted_certificate(server.address)
    trusted_certificate(server.address, server.fingerprint)
    assert known_sidecars() == {server.address: server.fingerprint}


def test_server_without_tls_is_told(server: TlsServer):
    server.certificate = None
    with pytest.raises(
        UnreachableError, match=r"answers without TLS. A sidecar that other machines may reach is started"
    ):
        trusted_certificate(server.address)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "127.0.0.1:", "127.0.0.1:port"])
def test_nobody_is_told(address: str):
    with pytest.raises(UnreachableError, match=f"No sidecar answers at {address}. Start one there with"):
        trusted_certificate(address)


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_damaged_memory_knows_nobody(folder: Path, content: str):
    folder.mkdir()
    (folder / FILE_NAME).write_text(content)
    assert known_sidecars() == {}


def test_memory_that_cannot_be_written_is_told(server: TlsServer, tmp_path: Path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RSATALKER_STATE", str(tmp_path / "file" / "state"))
    with pytest.raises(ConfigError, match=r"known_sidecars.json cannot be written: .*Set RSATALKER_STATE"):
        trusted_certificate(server.address, server.fingerprint)


def test_fingerprint_is_compared_as_people_write_it():
    assert plain("ab:Cd 01") == "ABCD01"
