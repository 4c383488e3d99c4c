"""`rsatalker serve` with a light studio, as a process of its own: for tests that kill it.

serve_light_studio.py PORT [JSON [BYTES]]    further options; with BYTES, no file can be larger: a full disk feels so
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from light_studio import LightStudio

from sidecar.config import ServeOptions
from sidecar.server import serve


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def limit_files(size_bytes: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


if __name__ == "__main__":
    if len(sys.argv) > 3:
        limit_files(int(sys.argv[3]))
    more = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}  # further options, as JSON
    more = {name: tuple(value) if isinstance(value, list) else value for name, value in more.items()}
    serve(ServeOptions(port=int(sys.argv[1]), warm_up=False, **more), lambda options: LightStudio(), say)
