import pytest

from sidecar.config import ServeOptions
from sidecar.errors import ConfigError
from sidecar.network import lan
from sidecar.network.lan import addresses_of, lan_access

pytestmark = pytest.mark.unit

TWO = {"eth0": ["10.0.0.5", "fd00::5"], "wlan0": ["192.168.1.7"]}


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("RSATALKER_STATE", str(tmp_path))


@pytest.mark.parametrize(
    ("wanted", "addresses"),
    [
        (("eth0",), ("10.0.0.5", "fd00::5")),
        (("192.168.1.7",), ("192.168.1.7",)),
        (("wlan0", "eth0"), ("192.168.1.7", "10.0.0.5", "fd00::5")),
        (("wlan0", "192.168.1.7"), ("192.168.1.7",)),
    ],
)
def test_interfaces_are_named_or_addressed(wanted: tuple[str, ...], addresses: tuple[str, ...]):
    assert addresses_of(wanted, TWO) == addresses


def test_only_interface_need_not_be_named():
    assert addresses_of((), {"eth0": ["10.0.0.5"]}) == ("10.0.0.5",)


def test_interface_must_be_named_where_there_are_several():
    with pytest.raises(
        ConfigError, match=r"--lan needs --interface with one or more .* eth0 \(10.0.0.5, fd00::5\); wlan0"
    ):
        addresses_of((), TWO)


def test_unknown_interface_is_named_beside_those_that_exist():
    with pytest.raises(ConfigError, match=r"There is no interface 'eth7'. This machine's interfaces are eth0"):
        addresses_of(("eth7",), TWO)


def test_machine_without_a_network_is_told():
    with pytest.raises(ConfigError, match="interfaces: none"):
        addresses_of((), {})


def test_sidecar_of_this_machine_only_has_no_access():
    assert lan_access(ServeOptions()) is None


def test_access_has_tls_and_an_identity_of_its_certificate(monkeypatch):
    monkeypatch.setattr(lan, "interfaces", lambda: TWO)
    access = lan_access(ServeOptions(lan=True, interface=("eth0",)))
    assert access is not None
    assert access.certificate is not None
    assert access.identity == access.certificate.fingerprint[:8].lower()
    assert access.hosts == (f"rsatalker-{access.identity}.local", "10.0.0.5", "[fd00::5]")


def test_insecure_access_has_no_tls(monkeypatch):
    monkeypatch.setattr(lan, "interfaces", lambda: TWO)
    access = lan_access(ServeOptions(insecure_lan=True, interface=("wlan0",)))
    assert access is not None
    assert access.certificate is None
    assert access.server_context() is None
    assert access.grpc_credentials() is None
    assert len(access.identity) == 8


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"lan": True, "insecure_lan": True}, "lan and insecure_lan contradict each other"),
        ({"interface": ("eth0",)}, "interface is for --lan"),
    ],
)
def test_options_that_contradict_are_refused(options: dict, sentence: str):
    with pytest.raises(ConfigError, match=sentence):
        ServeOptions(**options)
