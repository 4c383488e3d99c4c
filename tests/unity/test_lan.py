"""The Unity package on another machine than its sidecar: found by multicast, trusted, watched over TLS."""

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lan import FAKES, Machine, two_machines
from unity_package import ROOT, UnityPackage, run
from unity_session import playing
from waiting import until

pytestmark = pytest.mark.cross_language

TOKEN = "a-token-for-the-lan-0123456789"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    with two_machines(tmp_path_factory.mktemp("lan")) as machines:
        yield machines


@pytest.fixture(scope="module")
def served(machines: tuple[Machine, Machine]) -> Iterator[list[str]]:
    """A sidecar that is open to the LAN: what it has printed."""
    options = json.dumps({"lan": True, "interface": [machines[0].interface], "least_frame_scale": 1.0})
    process = machines[0].start(
        "serve_patterned_studio.py", "0", options, RSATALKER_TOKEN=TOKEN, PYTHONPATH=f"{ROOT}:{FAKES}"
    )
    assert process.stdout
    printed = [process.stdout.readline()]
    while "Other machines need the token" not in printed[-1]:
        assert printed[-1], "the sidecar ended"
        printed.append(process.stdout.readline())
    yield printed
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_window_lists_a_sidecar_of_the_lan_and_trusts_it(
    package: UnityPackage, machines: tuple[Machine, Machine], served: list[str], tmp_path: Path
) -> None:
    session = package.program(
        "WindowSession", package.protocol, package.engine, package.engine_editor, package.adapters
    )
    command = ["ip", "netns", "exec", machines[1].name, *session.command("dotnet", str(package.editor.path), "lan")]
    folders = {"RSATALKER_RUNTIME": str(tmp_path), "RSATALKER_STATE": str(tmp_path / "state")}
    result = run(command, RSATALKER_TOKEN=TOKEN, **folders)
    assert result.stderr == ""
    found, fingerprint, *shown = result.stdout.splitlines()
    assert found.split(": ")[1].startswith(f"{machines[0].address}:")
    assert any(fingerprint in line for line in served)
    assert "State: Live" in shown


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_heads_of_another_machine_are_found_trusted_and_drawn(
    package: UnityPackage, machines: tuple[Machine, Machine], served: list[str], tmp_path: Path
) -> None:
    there = ("ip", "netns", "exec", machines[1].name)
    with playing(package.play_session, "mono", tmp_path, *there, RSATALKER_TOKEN=TOKEN) as player:
        player.do("scene")
        player.do("start")
        assert player.do("frames 20")["state"] == "Searching"  # nobody is trusted yet
        found = until(lambda: player.do("browse")["found"].split() or None, "the announcement")
        assert [address.rpartition(":")[0] for address in found] == [machines[0].address]
        player.do("trust")
        assert player.do("until live 60")["state"] == "Live"
        assert player.do("until drawn 60")["drawn"] == 2
        (shown, _) = player.do("frames 5")["shown"]
        assert shown["file"] is True
        assert shown["source"][:3] == [2, 0, 1]  # two layers, no depth, a JPEG
        player.do("speak 0 1.5 0.5")
        assert player.do("until heard 60")["heads"][0]["jaw"] == pytest.approx(0.5, abs=0.05)
        assert player.do("until ended 60")["utterances"][-1]["state"] == "Ended"
        assert player.do("stop")["escaped"] == ""
