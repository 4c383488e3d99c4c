"""Changes of files that another process may have open just now."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES, PAUSE_S = 10, 0.02  # a reader has such a file open for less than a millisecond


def patiently(change: Callable[[], object], sleep: Callable[[float], None] = time.sleep) -> None:
    """Replace or remove a small file that others may be reading: Windows refuses while one of them has it open.

    Args:
        change: Does it; called again after a refusal.
        sleep: Waits in between.

    Raises:
        OSError: It cannot be changed, whoever reads it.
    """
    for _ in range(TRIES - 1):
        try:
            change()
        except PermissionError:
            sleep(PAUSE_S)
        else:
            return
    change()
