"""Changes of files that another process may have open just now."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES, PAUSE_S = 10, 0.02  # a reader has such a file open for less than a millisecond
TRIES_BESIDE_SCANNERS = 150  # 3 s: programs that look for viruses open whatever has just been written


def patiently(change: Callable[[], object], sleep: Callable[[float], None] = time.sleep, tries: int = TRIES) -> None:
    """Rename, replace or remove what others may be reading: Windows refuses while one of them has it open.

    Args:
        change: Does it; called again after a refusal.
        sleep: Waits in between.
        tries: How often `change` is called at most. A folder cannot be renamed while a single file in it is open.

    Raises:
        OSError: It cannot be changed, whoever reads it.
    """
    for _ in range(tries - 1):
        try:
            change()
        except PermissionError:
            sleep(PAUSE_S)
        else:
            return
    change()
