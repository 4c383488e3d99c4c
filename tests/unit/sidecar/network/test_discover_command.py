import io

import pytest
from rich.console import Console

from sidecar.commands.discover import sidecar_table
from sidecar.network.discovery import FoundSidecar

pytestmark = pytest.mark.unit

NOBODY = "127.0.0.1:1"


def shown(*found: FoundSidecar) -> str:
    console = Console(file=io.StringIO(), width=160)
    console.print(sidecar_table(found, {}))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_table_names_what_announces_itself():
    text = shown(FoundSidecar("RSATalker 1a2b3c4d", NOBODY, "127.0.0.1:2", 1, False, ()))
    assert all(part in text for part in ("RSATalker 1a2b3c4d", NOBODY, "127.0.0.1:2", "no TLS"))


def test_table_tells_what_is_announced_and_not_there():
    assert "does not answer" in shown(FoundSidecar("RSATalker 1a2b3c4d", NOBODY, "127.0.0.1:2", 1, True, ()))
