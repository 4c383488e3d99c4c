"""The certificate that a sidecar makes for itself, so that what crosses the LAN is secret and comes from it.

No authority signs it: a client trusts it by its fingerprint, which the sidecar prints when it starts.
"""

from __future__ import annotations

import datetime
import os
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rsatalker.whole_files import FORGOTTEN_S, remove_drafts, whole_file
from sidecar.client import TLS_NAME
from sidecar.errors import ConfigError
from sidecar.network.state_folder import state_folder

FILE_NAME = "certificate.pem"  # certificate and key
VALID = datetime.timedelta(days=5 * 365)  # whoever trusted it need not do so again soon
RENEWED_BEFORE = datetime.timedelta(days=30)  # its end
SKEWED = datetime.timedelta(days=1)  # clocks of other machines may be behind by so much


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key.

    Attributes:
        pem: The certificate.
        key_pem: Its private key.
    """

    pem: bytes
    key_pem: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, upper-case hex."""
        return fingerprint_of(self.pem)

    @property
    def ends(self) -> datetime.datetime:
        """When it ends."""
        return x509.load_pem_x509_certificate(self.pem).not_valid_after_utc

    def server_context(self) -> ssl.SSLContext:
        """Return what a TLS server needs; 1.2 or newer."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        with tempfile.TemporaryDirectory() as folder:  # Python takes them from a file only; the folder is the user's
            file = Path(folder) / FILE_NAME
            _write_secret(file, self.pem + self.key_pem)
            context.load_cert_chain(file)
        return context


def fingerprint_of(pem: bytes) -> str:
    """Return the SHA-256 of a certificate as upper-case hex."""
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex().upper()


def own_certificate(now: datetime.datetime | None = None) -> Certificate:
    """Return this user's certificate; made the first time, and anew before it ends.

    Raises:
        ConfigError: It cannot be kept.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    file = state_folder() / FILE_NAME
    kept = _read(file)
    if kept is not None and kept.ends - now > RENEWED_BEFORE:
        return kept
    made = make_certificate(now)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        remove_drafts(file.parent, FORGOTTEN_S)
        with whole_file(file, shared=True, durable=True) as draft:
            _write_secret(draft, made.pem + made.key_pem)
    except OSError as error:
        raise ConfigError(
            f"The certificate {file} cannot be written: {error.strerror}. Set RSATALKER_STATE to a folder of yours."
        ) from error
    return made


def make_certificate(now: datetime.datetime) -> Certificate:
    """Return a new certificate that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "RSATalker sidecar")])
    names = x509.SubjectAlternativeName([x509.DNSName(TLS_NAME), x509.DNSName("localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEWED)
        .not_valid_after(now + VALID)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certificate(certificate.public_bytes(serialization.Encoding.PEM), key_pem)


def _read(file: Path) -> Certificate | None:
    """Return what is kept; None if there is nothing that can be used."""
    try:
        text = file.read_bytes()
        certificate = x509.load_pem_x509_certificate(text)
        key = serialization.load_pem_private_key(text, password=None)
    except (OSError, ValueError):
        return None
    if certificate.public_key() != key.public_key():
        return None
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certificate(certificate.public_bytes(serialization.Encoding.PEM), key_pem)


def _write_secret(file: Path, content: bytes) -> None:
    """Write a new file for this user only. Windows ignores the mode: the folder belongs to its user alone."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
