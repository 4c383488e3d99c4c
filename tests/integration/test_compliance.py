"""scripts/compliance.py finds nothing wrong with our sidecar, and the right thing with broken ones."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from running_sidecar import TOKEN, RunningSidecar

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("unchecked_shapes")]

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def compliance(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return import_module("compliance")


@pytest.fixture
def examine(compliance: ModuleType, start: Callable[..., RunningSidecar]) -> Iterator[Callable[[], dict[str, str]]]:
    """Examine a sidecar and return the demands that it does not meet, each with the reason."""
    subject_class = import_module("demands.subject").Subject
    subjects: list[Any] = []

    def unmet() -> dict[str, str]:
        running = start()
        subjects.append(subject_class(running.address, TOKEN, running.http_address, is_local=True))
        verdicts = compliance.examine(subjects[-1], list(compliance.SECTIONS), lambda verdict: None)
        assert len(verdicts) >= 40
        return {verdict.demand: verdict.reason for verdict in verdicts if verdict.reason}

    yield unmet
    for subject in subjects:
        subject.leave()


def test_script_finds_nothing_wrong_with_our_sidecar(running: RunningSidecar):
    command = [sys.executable, str(SCRIPTS / "compliance.py"), running.address, "--token", TOKEN]
    result = subprocess.run(
        [*command, "--http", running.http_address], check=False, capture_output=True, text=True, env=dict(os.environ)
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "FAIL" not in result.stdout
    assert result.stdout.splitlines()[-1].endswith("demands met, 0 not")


def test_script_says_what_it_did_not_examine(running: RunningSidecar):
    command = [sys.executable, str(SCRIPTS / "compliance.py"), running.address, "--token", "wrong-token-of-16-letters"]
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=dict(os.environ))
    assert result.returncode == 1
    assert "UNAUTHENTICATED: The token is missing or wrong" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("not examined: HTTP")


def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.services.guard.check_token", lambda header, token: None)


def no_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    from sidecar.regions.slot_ring import SlotRing

    monkeypatch.setattr("sidecar.heart.Heart.turn", lambda heart: 1.0)
    monkeypatch.setattr(SlotRing, "publish", publish_without_beat)
    monkeypatch.setattr("demands.regions.BEATING_S", 3.0)


def publish_without_beat(ring: Any, index: int) -> None:
    heartbeat_ns, state = ring.heartbeat_ns or 1, ring.region.header["state"]
    ring._seq_end[index] = ring._seq_begin[index] = ring._seq_begin[index] + 1
    ring._latest[0] += 1
    ring._heartbeat_ns[0], ring.region.header["state"] = heartbeat_ns, state


def any_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.services.sidecar_service.check_version", lambda version: None)


def any_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.intake.Intake.check_sequence", lambda intake, sequence: None)


def any_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sidecar.intake", "rsatalker.speech.audio"):
        monkeypatch.setattr(f"{module}.check_samples", lambda samples: None)


def open_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    real_open = os.open

    def open_to_all(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        descriptor = real_open(path, flags, mode, **more)
        if str(path).startswith("/dev/shm/{") and flags & os.O_CREAT:
            os.fchmod(descriptor, 0o644)
        return descriptor

    monkeypatch.setattr("sidecar.regions.shared_memory.os.open", open_to_all)


def own_light(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.services.watch_service.light_from", lambda message: None)


def any_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.network.endpoints.HttpGuard", lambda app, *more: app)


BREAKS = {
    no_token: {"token_is_demanded_of_every_call"},
    any_version: {"other_major_version_is_refused"},
    any_sequence: {"chunks_come_in_order"},
    any_sample: {"audio_that_cannot_be_used_is_refused"},
    own_light: {"engine_state_is_checked"},
    any_host: {"forged_host_and_origin_are_refused"},
    no_beat: {"regions_beat"},
}


@pytest.mark.parametrize("sabotage", BREAKS, ids=lambda sabotage: sabotage.__name__)
def test_broken_sidecar_fails_the_right_demand(
    monkeypatch: pytest.MonkeyPatch,
    examine: Callable[[], dict[str, str]],
    sabotage: Callable[[pytest.MonkeyPatch], None],
):
    sabotage(monkeypatch)
    assert set(examine()) == BREAKS[sabotage]


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows regions have no mode")
def test_regions_that_all_may_read_are_told(monkeypatch: pytest.MonkeyPatch, examine: Callable[[], dict[str, str]]):
    open_regions(monkeypatch)
    assert examine() == {"regions_are_named_and_private": "expected mode 600; found 644"}
