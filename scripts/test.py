"""Check everything and run all tests: prepares the environment, runs scripts/check.py, then pytest.

    python3 scripts/test.py [pytest's arguments, e.g. tests/unit -k gaze]

All arguments are passed on to pytest. The exit code is 0 only if the checks and the tests passed.
"""

import subprocess
import sys

import environment

EXTRAS = {"dev", "training"}  # training brings the phone aligner that tests of the corpus use


def main() -> int:
    """Run checks and tests and return the worse exit code."""
    try:
        python = str(environment.prepare(EXTRAS, warm_up=False))
    except environment.SetupError as error:
        environment.exit_with(error)
    try:
        checks = subprocess.run(
            [python, str(environment.ROOT / "scripts" / "check.py")], check=False, cwd=environment.ROOT
        )
        tests = subprocess.run([python, "-m", "pytest", *sys.argv[1:]], check=False, cwd=environment.ROOT)
    except KeyboardInterrupt:
        return 130
    if checks.returncode != 0:
        print("The checks failed; see above the tests.", file=sys.stderr)
    return tests.returncode or checks.returncode


if __name__ == "__main__":
    sys.exit(main())
