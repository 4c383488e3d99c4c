"""A sidecar and its clients on two machines: network namespaces with a cable between them and no way out."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest
from lan import Machine, two_machines

pytestmark = pytest.mark.integration

TOKEN = "a-token-for-the-lan-0123456789"
COMPLIANCE = Path(__file__).parents[2] / "scripts" / "compliance.py"


@contextmanager
def served(machine: Machine, **options: Any) -> Iterator[dict]:
    """Run a sidecar on a machine; yield what its runtime file says."""
    process = machine.start("serve_light_studio.py", "0", json.dumps(options), RSATALKER_TOKEN=TOKEN)
    assert process.stdout
    try:
        last = "Other machines need the token" if "lan" in options or "insecure_lan" in options else "HTTP for plugins"
        lines: list[str] = []
        while not lines or last not in lines[-1]:
            line = process.stdout.readline()
            assert line, f"the sidecar ended: {lines}"
            lines.append(line)
        record = json.loads((machine.folder / "runtime" / "sidecar.json").read_text())
        yield {**record, "said": "".join(lines)}
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


class Client:
    """A client on a machine, in a process of its own."""

    def __init__(self, machine: Machine) -> None:
        self._process = machine.start("lan_client.py")

    def asks(self, *arguments: str) -> Any:
        """Let it do something; return its answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._process.communicate(timeout=60)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    with two_machines(tmp_path_factory.mktemp("lan")) as machines:
        yield machines


@pytest.fixture(scope="module")
def client(machines: tuple[Machine, Machine]) -> Iterator[Client]:
    with Client(machines[1]) as client:
        yield client


@pytest.fixture(scope="module")
def record(machines: tuple[Machine, Machine]) -> Iterator[dict]:
    with served(machines[0], lan=True, interface=[machines[0].interface]) as record:
        yield record


@pytest.fixture(scope="module")
def address(machines: tuple[Machine, Machine], record: dict) -> str:
    return f"{machines[0].address}:{record['address'].rpartition(':')[2]}"


@pytest.fixture
def http_address(machines: tuple[Machine, Machine], record: dict) -> str:
    return f"{machines[0].address}:{record['http_address'].rpartition(':')[2]}"


def test_sidecar_is_found_by_multicast(client: Client, record: dict, address: str, http_address: str):
    (found,) = client.asks("found", "20")
    assert (found["address"], found["http_address"]) == (address, http_address)
    assert found["fingerprint"] == record["tls_fingerprint"]
    assert found["name"] == f"RSATalker {record['tls_fingerprint'][:8].lower()}"
    assert (found["is_tls"], found["protocol"]) == (True, 1)
    assert "watch_frames" in found["capabilities"]


def test_sidecar_says_where_it_is_and_whom_to_trust(machines: tuple[Machine, Machine], record: dict):
    port, http_port = (record[name].rpartition(":")[2] for name in ("address", "http_address"))
    assert f"On the LAN: {machines[0].address} (gRPC {port}, HTTP {http_port})" in record["said"]
    assert record["tls_fingerprint"] in record["said"].replace(":", "")
    assert TOKEN not in record["said"]


def test_unknown_certificate_is_refused_with_its_fingerprint(client: Client, record: dict, address: str):
    refused = client.asks("connect", address, TOKEN)
    assert refused["error"] == "TrustError"
    assert f"is not known here; its certificate has the fingerprint {record['tls_fingerprint']}" in refused["sentence"]


def test_wrong_fingerprint_is_refused(client: Client, address: str):
    refused = client.asks("connect", address, TOKEN, "AB" * 32)
    assert refused["error"] == "TrustError"
    assert (
        f"expected {'AB' * 32}. If it has not been renewed, another machine answers in its place" in refused["sentence"]
    )


def test_wrong_token_is_refused(client: Client, record: dict, address: str):
    refused = client.asks("connect", address, "wrong", record["tls_fingerprint"])
    assert refused["error"] == "AuthenticationError"
    assert "The token is missing or wrong" in refused["sentence"]


def test_client_without_tls_gets_no_answer(client: Client, address: str):
    assert client.asks("connect", address, TOKEN, "", "insecure")["error"] == "UnreachableError"


def test_trusted_sidecar_is_remembered(client: Client, record: dict, address: str):
    with_colons = ":".join(record["tls_fingerprint"][at : at + 2] for at in range(0, 64, 2)).lower()
    assert client.asks("connect", address, TOKEN, with_colons)["serving"]
    assert client.asks("connect", address, TOKEN)["serving"]


def test_http_has_the_same_tls_and_guard(client: Client, machines: tuple[Machine, Machine], http_address: str):
    assert client.asks("ask", http_address, http_address) == {"status": 200}
    assert client.asks("ask", http_address, "evil.example") == {"status": 403}


def test_port_of_nobody_is_told(client: Client, machines: tuple[Machine, Machine]):
    refused = client.asks("connect", f"{machines[0].address}:9", TOKEN, "AB" * 32)
    assert refused["error"] == "UnreachableError"
    assert "No sidecar answers at 10.77.31.1:9. Start one there with `rsatalker serve --lan`" in refused["sentence"]


def test_client_hears_and_sees_over_the_cable(client: Client, record: dict, address: str):
    _check_talk(client.asks("talk", address, TOKEN, record["tls_fingerprint"]))


def test_sidecar_keeps_to_the_protocol_over_the_cable(
    machines: tuple[Machine, Machine], record: dict, address: str, http_address: str
):
    named = (address, "--token", TOKEN, "--http", http_address, "--fingerprint", record["tls_fingerprint"])
    said, _ = machines[1].start(str(COMPLIANCE), *named).communicate(timeout=120)
    assert "FAIL" not in said, said
    assert said.splitlines()[-1].endswith("demands met, 0 not; not examined: shared memory")


def test_sidecar_without_lan_cannot_be_reached(tmp_path: Path):
    with two_machines(tmp_path) as (server, machine), served(server) as record, Client(machine) as client:
        assert client.asks("found", "2") == []
        reached = f"{server.address}:{record['address'].rpartition(':')[2]}"
        assert client.asks("connect", reached, TOKEN, "AB" * 32)["error"] == "UnreachableError"


def test_insecure_sidecar_says_so_and_is_used_only_when_asked(tmp_path: Path):
    with (
        two_machines(tmp_path) as (server, machine),
        served(server, insecure_lan=True) as record,
        Client(machine) as client,
    ):
        (found,) = client.asks("found", "20")
        assert "WITHOUT TLS: whoever listens on this network hears the voices" in record["said"]
        assert (found["is_tls"], found["fingerprint"], record["tls_fingerprint"]) == (False, "", "")
        refused = client.asks("connect", found["address"], TOKEN)
        assert refused["error"] == "UnreachableError"
        assert "answers without TLS" in refused["sentence"]
        assert client.asks("connect", found["address"], TOKEN, "", "insecure")["serving"]


def test_client_hears_and_sees_over_a_bad_cable(tmp_path: Path):
    """5 % of all frames lost and 50 ms later in each direction: late, but whole and in order."""
    with (
        two_machines(tmp_path, lost=0.05, delay_s=0.05) as (server, machine),
        served(server, lan=True, interface=[server.address]) as record,
        Client(machine) as client,
    ):
        address = f"{server.address}:{record['address'].rpartition(':')[2]}"
        _check_talk(client.asks("talk", address, TOKEN, record["tls_fingerprint"]))


def _check_talk(talk: dict) -> None:
    assert talk["duration_us"] == 2_000_000
    assert talk["lost"] == 0
    media_us = talk["media_us"]
    assert media_us == sorted(set(media_us))
    assert media_us[-1] >= 1_900_000
    assert talk["frame_numbers"] == sorted(set(talk["frame_numbers"]))
    assert talk["pictures"] == 20
