"""Show two heads talking to each other: prepares the environment, then runs `rsatalker demo` in it.

    python3 scripts/demo.py [--audio-a a.wav --audio-b b.wav] [--relation non-blood] [--status unequal --senior a]

All arguments are passed on; --help lists them once the environment stands.
"""

import sys
from pathlib import Path

import environment


def main() -> int:
    """Run the demo and return its exit code."""
    try:
        python = environment.python_for_help(__doc__) or environment.prepare()
    except environment.SetupError as error:
        environment.exit_with(error)
    # In the user's own folder: that is what paths among the arguments are relative to.
    return environment.run_in(python, "-m", "sidecar.cli", "demo", *sys.argv[1:], folder=Path.cwd())


if __name__ == "__main__":
    sys.exit(main())
