"""`rsatalker serve` with a light studio, as a process of its own: for tests that kill it.

serve_light_studio.py PORT [JSON [BYTES]]    further options; with BYTES, no file can be larger: a full disk feels so
"""

import json
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from light_studio import LightStudio

from sidecar.config import ServeOptions
from sidecar.cutscenes import rendering
from sidecar.server import serve


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class SlowStudio(LightStudio):
    """Warms up, if it is asked to, for longer than anybody waits."""

    def warm_up(self) -> None:
        say("warming")
        threading.Event().wait(600)


def limit_files(size_bytes: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


if __name__ == "__main__":
    if len(sys.argv) > 3:
        limit_files(int(sys.argv[3]))
    more = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}  # further options, as JSON
    more = {name: tuple(value) if isinstance(value, list) else value for name, value in more.items()}
    if "cutscenes" in more:  # which nobody draws
        more["cutscenes"] = Path(more["cutscenes"])
        rendering.PROGRAM = (sys.executable, str(Path(__file__).with_name("acting_render.py")))
    chosen = {"port": int(sys.argv[1]), "warm_up": False, "admit_by_load": False} | more
    serve(ServeOptions(**chosen), lambda options: SlowStudio(), say)
