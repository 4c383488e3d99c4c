"""`rsatalker serve` with a light studio, as a process of its own: for tests that kill it."""

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
    serve(ServeOptions(port=int(sys.argv[1]), warm_up=False), lambda options: LightStudio(), say)
