"""What a sidecar says while it starts."""

import pytest

from rsatalker.errors import RsaTalkerError
from sidecar import server
from sidecar.config import ServeOptions
from sidecar.studio import Studio

pytestmark = pytest.mark.unit


def test_regions_left_behind_are_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "read_record", lambda: None)
    monkeypatch.setattr(server, "remove_dead_regions", lambda: ["{one}", "{another}"])
    said: list[str] = []

    def no_studio(options: ServeOptions) -> Studio:
        raise RsaTalkerError("enough was said")

    with pytest.raises(RsaTalkerError, match="enough was said"):
        server.serve(ServeOptions(), no_studio, said.append)
    assert said == ["Removed 2 region(s) that a sidecar left behind when it was killed."]
