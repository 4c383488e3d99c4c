"""Check everything and run all tests: prepares the environment, runs scripts/check.py, then pytest.

    python3 scripts/test.py [pytest's arguments, e.g. tests/unit -k gaze]

All arguments are passed on to pytest. The exit code is 0 only if the checks and the tests passed.
"""

import sys

import environment

# training brings the phone aligner that tests of the corpus use; cutscenes and cluster, what their tests read and run
EXTRAS = {"dev", "training", "cutscenes", "cluster"}


def main() -> int:
    """Run checks and tests and return the worse exit code."""
    try:
        python = environment.prepare(EXTRAS, warm_up=False)
    except environment.SetupError as error:
        environment.exit_with(error)
    checks = environment.run_in(python, "scripts/check.py")
    tests = environment.run_in(python, "-m", "pytest", *sys.argv[1:])
    if checks != 0:
        print("The checks failed; see above the tests.", file=sys.stderr)
    return tests or checks


if __name__ == "__main__":
    sys.exit(main())
