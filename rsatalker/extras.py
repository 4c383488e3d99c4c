"""How a package that is left out of the usual installation gets into the environment that this program runs in."""

from __future__ import annotations

import sys


def install_command(*packages: str) -> str:
    """Return the command for a terminal.

    It names this program's own interpreter, since a bare `pip` is most often another one's, which would look for
    `rsatalker` on the Internet; and it quotes what shells take for a pattern.

    Args:
        packages: As pip names them, such as "rsatalker[cutscenes]", which is found as it is installed here.
    """
    program = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f"{program} -m pip install " + " ".join(f'"{one}"' if "[" in one else one for one in packages)
