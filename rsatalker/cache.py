"""Where baked heads and avatars are kept between runs."""

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """Return the user's cache folder of this project; it may not exist yet.

    `RSATALKER_CACHE` overrides it. Otherwise the platform's place: `%LOCALAPPDATA%` on Windows,
    `~/Library/Caches` on macOS, `$XDG_CACHE_HOME` or `~/.cache` elsewhere.
    """
    if override := os.environ.get("RSATALKER_CACHE"):
        return Path(override)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "RSATalker" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "RSATalker"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "rsatalker"
