"""`rsatalker serve` with a light studio, as a process of its own: for tests that kill it."""

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


if __name__ == "__main__":
    more = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}  # further options, as JSON
    more = {name: tuple(value) if isinstance(value, list) else value for name, value in more.items()}
    serve(ServeOptions(port=int(sys.argv[1]), warm_up=False, **more), lambda options: LightStudio(), say)
