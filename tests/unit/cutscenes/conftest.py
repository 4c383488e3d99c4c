"""Scripts and sounds that the cutscenes' tests share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from light_avatar import LightAvatar

RATE_HZ = 16_000


def write_voice(path: Path, seconds: float = 1.0, channels: int = 1, rate_hz: int = RATE_HZ) -> Path:
    """Write noise that comes and goes like syllables."""
    random = np.random.default_rng(len(path.name))
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    loudness = 0.1 * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * times))
    soundfile.write(path, random.normal(0, 1, (len(times), channels)) * loudness[:, None], rate_hz, subtype="FLOAT")
    return path


@pytest.fixture
def scene(tmp_path: Path) -> dict[str, Any]:
    """Give a small script as a mapping; its voices lie in `tmp_path`."""
    write_voice(tmp_path / "a.wav", 0.5)
    write_voice(tmp_path / "b.wav", 0.6)
    write_voice(tmp_path / "both.wav", 1.0, channels=2)
    return {
        "participant": [{"name": "mara", "avatar": "mara"}, {"name": "tomas", "avatar": "tomas"}],
        "turn": [
            {"speaker": "mara", "file": "a.wav", "start_s": 0.1},
            {"speaker": "tomas", "file": "b.wav", "gap_s": 0.2},
        ],
        "output": {"width": 64, "height": 36, "frame_rate": 24, "detail": 0.2},
    }


@pytest.fixture
def write_script(tmp_path: Path) -> Callable[[str], Path]:
    """Give a function that writes a script beside two voices."""
    write_voice(tmp_path / "a.wav", 0.5)
    write_voice(tmp_path / "both.wav", 1.0, channels=2)
    (tmp_path / "bytes.raw").write_bytes(bytes(1000))

    def write(text: str) -> Path:
        path = tmp_path / "scene.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def light_avatars(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let scenes that this process draws have light avatars."""

    def load(name: str, **options: object) -> LightAvatar:
        return LightAvatar(str(name))

    monkeypatch.setattr("rsatalker.cutscenes.chunk_artist.load_avatar", load)
    monkeypatch.setattr("rsatalker.cutscenes.chunk_artist._artists", {})
