"""Where a user's sidecars and clients keep what outlives a process: the certificate, and whom a client trusts."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def state_folder() -> Path:
    """Return the user's folder; it may not exist yet.

    `RSATALKER_STATE` overrides it. Otherwise `%LOCALAPPDATA%` on Windows, `~/Library/Application Support` on macOS, and
    elsewhere `$XDG_STATE_HOME` or `~/.local/state`.
    """
    if override := os.environ.get("RSATALKER_STATE"):
        return Path(override)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "RSATalker" / "State"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "RSATalker" / "State"
    return Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local" / "state")) / "rsatalker"
