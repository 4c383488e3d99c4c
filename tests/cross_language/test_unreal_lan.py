"""The Unreal plugin and a sidecar that listens for other machines: whom it trusts."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from play_session import PATIENCE_S, PlaySession, bulging_sidecar, card_of, newest_pixels, play_session, spoken

from sidecar.network.lan import interfaces

pytestmark = pytest.mark.cross_language

TOKEN = "a-token-for-the-lan-0123456789"


@dataclass(frozen=True)
class Distant:
    """A sidecar as one reads it off the terminal of another machine."""

    address: str
    token: str
    fingerprint: str

    @property
    def port(self) -> str:
        return self.address.rpartition(":")[2]


@contextmanager
def distant_sidecar(runtime: Path, *port: str) -> Iterator[tuple[Distant, subprocess.Popen[str]]]:
    found = [address for addresses in interfaces().values() for address in addresses]
    address = next((each for each in found if ":" not in each), None)
    if address is None:
        pytest.skip("this machine has no network but its own")
    with bulging_sidecar(runtime, address, *port) as process:
        record = json.loads((runtime / "sidecar.json").read_text())
        port_found = record["http_address"].rpartition(":")[2]
        yield Distant(f"{address}:{port_found}", record["token"], record["tls_fingerprint"]), process


def remembered(folder: Path, address: str, fingerprint: str) -> None:
    """Let the user of a folder have trusted a sidecar before."""
    (folder / "known_sidecars.json").write_text(json.dumps({address: fingerprint}))


@pytest.fixture(scope="module")
def distant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Distant]:
    with distant_sidecar(tmp_path_factory.mktemp("distant")) as (there, _):
        yield there


@pytest.fixture
def play(build_unreal_session: Callable[[str], Path], tmp_path: Path) -> Iterator[PlaySession]:
    with play_session(build_unreal_session("gcc"), tmp_path) as session:
        session("begin", "mono")
        yield session
        session("end")


@pytest.fixture
def live(play: PlaySession, distant: Distant) -> PlaySession:
    """A session in which both heads live, of a sidecar that is reached over the LAN."""
    assert play("sidecar", distant.address, distant.token, distant.fingerprint)["connected"]
    play.until("live")
    return play


def test_sidecar_with_another_certificate_is_refused(play: PlaySession, distant: Distant) -> None:
    said = play("sidecar", distant.address, distant.token, "AB" * 32)
    assert not said["connected"]
    assert said["sentence"] == (
        f"The sidecar at https://{distant.address} shows a certificate with the fingerprint {distant.fingerprint}; "
        f"expected {'AB' * 32}. If it has not been renewed, another machine answers in its place: do not send it your "
        "token."
    )


def test_sidecar_that_nobody_trusts_is_named_by_the_fingerprint_that_it_shows(
    play: PlaySession, distant: Distant
) -> None:
    said = play("sidecar", distant.address, distant.token)
    assert not said["connected"]
    assert said["sentence"].startswith(
        f"The sidecar at https://{distant.address} is not known here; its certificate has the fingerprint "
        f"{distant.fingerprint}."
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
    assert play("sidecar", distant.address, distant.token)["connected"]  # it is remembered


def test_card_shows_the_pictures_of_a_distant_sidecar(live: PlaySession, tmp_path: Path) -> None:
    spoken(live, "A", 8)
    live("run", 1.0)
    live("pause")  # the sound stands, and so do both faces once the sidecar knows it
    for _look in range(10 * PATIENCE_S):
        live("run", 0.1)
        card, shown = card_of(live, "A", tmp_path / "a")
        drawn = [np.minimum(pixels, pixels[..., 3:]) for pixels in newest_pixels() if pixels.shape == shown.shape]
        nearest = min((np.abs(shown.astype(int) - pixels).mean() for pixels in drawn), default=255)
        if nearest < 3 and shown[32, 32, 0] > 10:
            break
    assert shown[32, 32, 0] > 10  # an open jaw: the sidecar knows what is heard here
    assert nearest < 3  # of 255: what JPEG leaves
    corners = np.array(card["corners"]).reshape(-1, 3)
    assert corners[len(corners) // 2] == pytest.approx((-60, 0, 160), abs=25)  # cm; it knows where the eyes are


def test_curves_of_a_distant_sidecar_follow_the_voice(live: PlaySession) -> None:
    spoken(live, "A", 20)
    seen = live.when(lambda seen: seen["subjects"].get("RSATalkerA", {"values": [0] * 61})["values"][17] > 0.02, "look")
    jaw = seen["subjects"]["RSATalkerA"]["values"][17]
    assert jaw == pytest.approx(seen["heardSamples"] / (20 * 16_000), abs=0.1)
    assert seen["morphs"] == 52


def test_streams_of_a_distant_sidecar_end_with_the_conversation(live: PlaySession, distant: Distant) -> None:
    left = live("end")
    live("begin", "mono")
    assert live("sidecar", distant.address, distant.token)["connected"]
    live.until("live")
    again = live("end")
    live("begin", "mono")
    assert (again["threads"], again["files"]) == (left["threads"], left["files"])


@pytest.fixture
def reborn(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], tuple[Distant, subprocess.Popen[str]]]]:
    """Start a sidecar of the LAN, and start it again: the same port, token and certificate."""
    monkeypatch.setenv("RSATALKER_TOKEN", TOKEN)
    folder = tmp_path_factory.mktemp("reborn")
    port: list[str] = []
    with ExitStack() as stack:

        def start() -> tuple[Distant, subprocess.Popen[str]]:
            distant, process = stack.enter_context(distant_sidecar(folder, *port))
            port[:] = [distant.port]
            return distant, process

        yield start


def test_distant_sidecar_that_comes_back_shows_its_heads_again(
    play: PlaySession, reborn: Callable[[], tuple[Distant, subprocess.Popen[str]]], tmp_path: Path
) -> None:
    distant, process = reborn()
    assert play("sidecar", distant.address, distant.token, distant.fingerprint)["connected"]
    play.until("live")
    turn = spoken(play, "A", 6)
    process.kill()
    process.wait()
    play.until("waiting")
    gone = play.when(
        lambda seen: seen["sentence"].startswith(f"No sidecar answers at https://{distant.address}."), "look"
    )
    assert gone["playing"] == 1  # the voice goes on
    again, _ = reborn()
    assert again == distant
    play.until("live")
    play("run", 0.5)
    ended = play("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    shown = card_of(play, "A", tmp_path / "a")[1]
    assert shown[..., 3].max() > 250  # a picture of the new one


def test_sidecar_that_was_trusted_before_is_found_by_itself_and_found_again(
    build_unreal_session: Callable[[str], Path],
    reborn: Callable[[], tuple[Distant, subprocess.Popen[str]]],
    tmp_path: Path,
) -> None:
    distant, process = reborn()
    remembered(tmp_path, distant.address, distant.fingerprint)
    with play_session(build_unreal_session("gcc"), tmp_path, RSATALKER_TOKEN=TOKEN) as play:
        play("begin", "mono")  # no address, no fingerprint: an announcement, a file, and the token
        play.until("live")
        process.kill()
        process.wait()
        play.until("waiting")
        reborn()
        play.until("live")
        found = [line for line in play("look")["log"] if f" at https://{distant.address}." in line]
        assert sum("Connected to sidecar" in line for line in found) >= 2
        play("end")


def test_announced_sidecar_with_another_certificate_than_before_is_not_used(
    build_unreal_session: Callable[[str], Path], distant: Distant, tmp_path: Path
) -> None:
    remembered(tmp_path, distant.address, "AB" * 32)
    with play_session(build_unreal_session("gcc"), tmp_path, RSATALKER_TOKEN=distant.token) as play:
        play("begin", "mono")
        expected = f"The sidecar at https://{distant.address} shows a certificate with the fingerprint"
        for _ in range(10 * PATIENCE_S):
            if (seen := play("look"))["sentence"].startswith(expected):
                break
            play("run", 0.1)
        assert (seen["state"], seen["sentence"][: len(expected)]) == ("waiting", expected)
        play("end")


def test_window_lists_a_sidecar_of_the_lan_and_trusts_it(
    build_unreal_session: Callable[[str], Path], tmp_path: Path, distant: Distant
) -> None:
    with play_session(build_unreal_session("gcc"), tmp_path, RSATALKER_TOKEN=distant.token) as play:
        play("begin", "mono")
        assert play("window")["row"] == ""
        found = play("window", "lan")
        for _ in range(10 * PATIENCE_S):
            if distant.fingerprint in found["row"]:
                break
            play("run", 0.1)
            found = play("window")
        assert f" at {distant.address}\nFingerprint {distant.fingerprint}\nTrust it if" in found["row"]
        assert found["mayTrust"]
        trusted = play("window", "trust")
        assert trusted["row"].endswith("You trust it.")
        assert not trusted["mayTrust"]
        play.until("live")
        play("end")
