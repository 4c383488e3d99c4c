"""Whom a client trusts: the sidecars of other machines, by the fingerprints of their certificates.

A fingerprint that the user gives once is remembered; another one at the same address is refused from then on.
"""

from __future__ import annotations

import json
import ssl
from pathlib import Path

from rsatalker.whole_files import whole_file
from sidecar.errors import ConfigError, TrustError, UnreachableError
from sidecar.file_lock import locked
from sidecar.network.certificate import fingerprint_of
from sidecar.network.state_folder import state_folder

FILE_NAME = "known_sidecars.json"  # address -> fingerprint
LOCK_NAME = "known_sidecars.lock"
ANSWER_S = 5.0  # longest wait for a certificate


def trusted_certificate(address: str, fingerprint: str | None = None) -> bytes:
    """Return the certificate (PEM) of the sidecar at an address, if it is the one that the user trusts.

    Args:
        address: "host:port" of its gRPC port.
        fingerprint: That it must have; it is remembered. Without it, the remembered one.

    Raises:
        TrustError: No fingerprint is known, or the certificate has another.
        UnreachableError: Nobody answers there with TLS.
    """
    pem = shown_certificate(address)
    found = fingerprint_of(pem)
    expected = plain(fingerprint) if fingerprint else known_sidecars().get(address)
    if expected is None:
        raise TrustError(
            f"The sidecar at {address} is not known here; its certificate has the fingerprint {found}. If that is "
            "what its `rsatalker serve --lan` printed, connect once with this fingerprint; it is remembered."
        )
    if expected != found:
        raise TrustError(
            f"The sidecar at {address} shows a certificate with the fingerprint {found}; expected {expected}. If it "
            "has not been renewed, another machine answers in its place: do not send it your token."
        )
    if fingerprint:
        remember(address, found)
    return pem


def shown_certificate(address: str) -> bytes:
    """Return the certificate (PEM) that is shown at an address, whoever shows it.

    Raises:
        UnreachableError: Nobody answers there with TLS.
    """
    host, _, port = address.rpartition(":")
    try:
        return ssl.get_server_certificate((host.strip("[]"), int(port)), timeout=ANSWER_S).encode()
    except ssl.SSLError as error:
        raise UnreachableError(
            f"{address} answers without TLS. A sidecar that other machines may reach is started with "
            "`rsatalker serve --lan`."
        ) from error
    except (OSError, ValueError) as error:
        raise UnreachableError(
            f"No sidecar answers at {address}. Start one there with `rsatalker serve --lan`; `rsatalker discover` "
            "lists those that run."
        ) from error


def known_sidecars() -> dict[str, str]:
    """Return the fingerprints that are remembered, by address."""
    try:
        entries = json.loads((state_folder() / FILE_NAME).read_text(encoding="utf-8"))
        return {str(address): str(fingerprint) for address, fingerprint in entries.items()}
    except (OSError, ValueError, AttributeError):  # none yet, or damaged: nobody is known
        return {}


def remember(address: str, fingerprint: str) -> None:
    """Remember the fingerprint of an address.

    Raises:
        ConfigError: It cannot be kept.
    """
    folder = state_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(folder / LOCK_NAME):
            known = known_sidecars()
            if known.get(address) == fingerprint:
                return
            with whole_file(folder / FILE_NAME, durable=True) as draft:
                draft.write_text(json.dumps({**known, address: fingerprint}, indent=1), encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{Path(folder) / FILE_NAME} cannot be written: {error.strerror}. Set RSATALKER_STATE to a folder of yours."
        ) from error


def plain(fingerprint: str) -> str:
    """Return a fingerprint as it is compared: upper-case hex without colons or spaces."""
    return fingerprint.replace(":", "").replace(" ", "").upper()
