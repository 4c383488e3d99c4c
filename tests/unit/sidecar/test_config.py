from pathlib import Path

import pytest

from sidecar.config import ServeOptions, read_options
from sidecar.errors import ConfigError

pytestmark = pytest.mark.unit


def written(folder: Path, text: str) -> Path:
    file = folder / "sidecar.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_file_overrides_defaults(tmp_path: Path):
    options = read_options(
        written(tmp_path, 'port = 6000\ndetail = 1\ncheckpoint = "lips.safetensors"\navatars = "people"\n')
    )
    assert options == ServeOptions(port=6000, detail=1.0, checkpoint=Path("lips.safetensors"), avatars=Path("people"))


def test_unknown_key_is_an_error(tmp_path: Path):
    with pytest.raises(
        ConfigError,
        match=r"sets prot, which does not exist; did you mean port\? Options are a2f_without_token, admit_by_load",
    ):
        read_options(written(tmp_path, "prot = 6000"))


def test_missing_file_is_an_error(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"nothing.toml does not exist"):
        read_options(tmp_path / "nothing.toml")


def test_folder_instead_of_a_file_is_an_error(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_options(tmp_path)


def test_misspelt_key_names_the_one_that_was_meant(tmp_path: Path):
    with pytest.raises(
        ConfigError, match=r"sets frame_rate, which does not exist; did you mean frame_rate_hz\? Options"
    ):
        read_options(written(tmp_path, "frame_rate = 30"))


@pytest.mark.parametrize("origin", ["localhost:8443", "https://localhost:8443/", "ftp://localhost", ""])
def test_origin_that_no_browser_sends_is_an_error(origin: str):
    with pytest.raises(ConfigError, match="expected scheme, host and port of a page alone"):
        ServeOptions(allowed_origins=("https://localhost:8443", origin))


def test_malformed_file_is_an_error(tmp_path: Path):
    with pytest.raises(ConfigError, match="is no TOML"):
        read_options(written(tmp_path, "port = = 1"))


@pytest.mark.parametrize("line", ['port = "many"', "warm_up = 1", "frame_rate_hz = 2.5", "host = 3", "checkpoint = 3"])
def test_value_of_another_type_is_an_error(tmp_path: Path, line: str):
    with pytest.raises(ConfigError, match=r"sets .* to .*; expected"):
        read_options(written(tmp_path, line))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("port", 70_000),
        ("threads", -1),
        ("detail", 0.0),
        ("least_detail", 0.1),
        ("frame_rate_hz", 0),
        ("lease_s", 0.1),
        ("frame_size_px", 8),
    ],
)
def test_value_out_of_range_is_an_error(option: str, value: float):
    with pytest.raises(ConfigError, match=f"{option} is {value}; expected"):
        ServeOptions(**{option: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org", ""])
def test_host_that_is_not_loopback_is_an_error(host: str):
    with pytest.raises(ConfigError, match="listens on loopback only"):
        ServeOptions(host=host)
