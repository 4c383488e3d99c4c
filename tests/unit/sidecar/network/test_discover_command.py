import io

import pytest
from rich.console import Console

from sidecar.commands.discover import sidecar_table
from sidecar.network.discovery import FoundSidecar

pytestmark = pytest.mark.unit

NOBODY = "127.0.0.1:1"


def shown(*found: FoundSidecar, width: int = 160) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(sidecar_table(found, {}))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_table_names_what_announces_itself():
    text = shown(FoundSidecar("RSATalker 1a2b3c4d", NOBODY, "127.0.0.1:2", 1, False, ()))
    assert all(part in text for part in ("RSATalker 1a2b3c4d", NOBODY, "127.0.0.1:2", "no TLS"))


def test_addresses_are_in_one_piece_in_a_terminal_of_80_columns():
    address, http_address = "192.168.100.200:50551", "192.168.100.200:50552"
    text = shown(FoundSidecar("RSATalker 1a2b3c4d", address, http_address, 1, False, ()), width=80)
    assert address in text
    assert f"{http_address} (HTTP)" in text


def test_address_of_ipv6_is_not_taken_for_markup():
    text = shown(FoundSidecar("RSATalker 1a2b3c4d", "[fd00::2]:50551", "[fd00::2]:50552", 1, False, ()))
    assert "[fd00::2]:50551" in text
    assert "[fd00::2]:50552 (HTTP)" in text


def test_table_tells_what_is_announced_and_not_there():
    assert "does not answer" in shown(FoundSidecar("RSATalker 1a2b3c4d", NOBODY, "127.0.0.1:2", 1, True, ()))
