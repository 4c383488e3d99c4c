"""Scripts and sounds that the cutscenes' tests share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.motion.pose import FlamePose

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

    def write(text: str) -> Path:
        path = tmp_path / "scene.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


class LightAvatar:
    """A ball of a head that opens its mouth: Gaussians that follow pose, place and light, with nothing to build."""

    def __init__(self, name: str) -> None:
        random = np.random.default_rng(len(name))
        directions = random.normal(size=(300, 3))
        self._points = (directions / np.linalg.norm(directions, axis=1, keepdims=True) * 0.12).astype(np.float32)
        self._color = random.uniform(0.3, 0.9, 3).astype(np.float32)

    def head(self, pose: FlamePose) -> np.ndarray:
        """Return the points, its lower half moved by the jaw."""
        vertices = self._points.copy()
        vertices[:, 1] -= np.where(vertices[:, 1] < 0, 0.2 * pose.jaw_pose[0], 0).astype(np.float32)
        return vertices

    def follow(self, vertices, pose, light, eye_position, world_from_head) -> Gaussians:
        """Return a Gaussian at each point."""
        means = (vertices @ world_from_head[:3, :3].T + world_from_head[:3, 3]).astype(np.float32)
        count = len(means)
        covariances = np.tile(np.float32([4e-4, 0, 0, 4e-4, 0, 4e-4]), (count, 1))
        shade = float(np.clip(light.key_color.mean(), 0.2, 1))
        colors = np.tile(self._color * np.float32(shade), (count, 1))
        return Gaussians(means, covariances, np.full(count, 0.9, np.float32), colors, np.zeros(count, np.uint8))


@pytest.fixture
def light_avatars(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let scenes that this process draws have light avatars."""

    def load(name: str, **options: object) -> LightAvatar:
        return LightAvatar(str(name))

    monkeypatch.setattr("rsatalker.cutscenes.chunk.load_avatar", load)
    monkeypatch.setattr("rsatalker.cutscenes.chunk._artists", {})
