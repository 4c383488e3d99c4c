"""Show two heads talking to each other: prepares the environment, then runs `rsatalker demo` in it.

    python3 scripts/demo.py [--audio-a a.wav --audio-b b.wav] [--relation non-blood] [--status unequal --senior a]

All arguments are passed on; --help lists them.
"""

import subprocess
import sys

import environment


def main() -> int:
    """Run the demo and return its exit code."""
    try:
        python = environment.prepare()
    except environment.SetupError as error:
        environment.exit_with(error)
    try:
        return subprocess.run([str(python), "-m", "sidecar.cli", "demo", *sys.argv[1:]], check=False).returncode
    except KeyboardInterrupt:  # the demo has heard it too and said so
        return 130


if __name__ == "__main__":
    sys.exit(main())
