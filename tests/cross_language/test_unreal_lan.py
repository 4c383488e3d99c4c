"""The Unreal plugin and a sidecar that listens for other machines: whom it trusts."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from play_session import PlaySession, bulging_sidecar, play_session

from sidecar.network.lan import interfaces

pytestmark = pytest.mark.cross_language


@dataclass(frozen=True)
class Distant:
    """A sidecar as one reads it off the terminal of another machine."""

    address: str
    token: str
    fingerprint: str


@pytest.fixture(scope="module")
def distant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Distant]:
    found = [address for addresses in interfaces().values() for address in addresses]
    address = next((each for each in found if ":" not in each), None)
    if address is None:
        pytest.skip("this machine has no network but its own")
    runtime = tmp_path_factory.mktemp("distant")
    with bulging_sidecar(runtime, address):
        record = json.loads((runtime / "sidecar.json").read_text())
        port = record["http_address"].rpartition(":")[2]
        yield Distant(f"{address}:{port}", record["token"], record["tls_fingerprint"])


@pytest.fixture
def play(build_unreal_session: Callable[[str], Path], tmp_path: Path) -> Iterator[PlaySession]:
    with play_session(build_unreal_session("gcc"), tmp_path) as session:
        session("begin", "mono")
        yield session
        session("end")


def test_sidecar_with_another_certificate_is_refused(play: PlaySession, distant: Distant) -> None:
    said = play("sidecar", distant.address, distant.token, "AB" * 32)
    assert not said["connected"]
    assert said["sentence"] == (
        f"The sidecar at https://{distant.address} shows a certificate with the fingerprint {distant.fingerprint}; "
        f"expected {'AB' * 32}. If it has not been renewed, another machine answers in its place: do not send it your "
        "token."
    )


def test_wrong_token_is_refused(play: PlaySession, distant: Distant) -> None:
    said = play("sidecar", distant.address, "wrong", distant.fingerprint)
    assert not said["connected"]
    assert said["sentence"].startswith("The token is missing or wrong")


def test_sidecar_is_trusted_by_its_fingerprint_in_small_letters_and_with_colons(
    play: PlaySession, distant: Distant
) -> None:
    print_ = distant.fingerprint.lower()
    colons = ":".join(print_[index : index + 2] for index in range(0, 64, 2))
    assert play("sidecar", distant.address, distant.token, colons)["connected"]
