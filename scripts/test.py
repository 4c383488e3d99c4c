"""Check everything and run all tests: prepares the environment, runs scripts/check.py, then pytest.

    python3 scripts/test.py [pytest's arguments, e.g. tests/unit -k gaze]

All arguments are passed on to pytest. Without any, all tests run, in two processes; which tests share one is said in
tests/conftest.py. The exit code is 0 only if the checks and the tests passed.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import environment

# training brings the phone aligner that tests of the corpus use; cutscenes and cluster, what their tests read and run
EXTRAS = {"dev", "training", "cutscenes", "cluster"}
PROCESSES = 2  # of tests: one computes while the other waits. Some play in real time, so no more than CI's cores
EVERYTHING = ["-n", str(PROCESSES), "--durations", "15", "--durations-min", "5"]
# What sidecars of both processes would otherwise make at the same time.
WARM_UP = """
from rich.console import Console
from rsatalker.avatars.cast import FIRST_PAIR
from sidecar.warm_up import warm_up
warm_up(Console(), FIRST_PAIR, fitting=True)
"""


def main() -> int:
    """Run checks and tests and return the worse exit code."""
    environment.explain_if_asked(__doc__)
    arguments = sys.argv[1:]
    try:
        python = environment.prepare(EXTRAS, warm_up=False)
    except environment.SetupError as error:
        environment.exit_with(error)
    with ThreadPoolExecutor(1) as beside:
        warming = None if arguments else beside.submit(warm_up, python)
        checks = environment.run_in(python, "scripts/check.py")
        if warming:
            print(warming.result(), flush=True)
    if not arguments and (os.cpu_count() or 1) > 1:
        arguments = EVERYTHING
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # each waits for the other's core otherwise, and busily
        print(f"Running all tests in {PROCESSES} processes, for minutes; the end names the slowest", flush=True)
    tests = environment.run_in(python, "-m", "pytest", *arguments)
    if checks != 0:
        print("The checks failed; see above the tests.", file=sys.stderr)
    return tests or checks


def warm_up(python: Path) -> str:
    """Compile the kernels and bake the first characters; return what was done. What fails here fails in tests, too."""
    result = subprocess.run(
        [str(python), "-c", WARM_UP], check=False, cwd=environment.ROOT, capture_output=True, text=True
    )
    if result.returncode != 0:
        return f"The warm-up failed:\n{environment.last_lines(result.stdout + result.stderr)}"
    return f"Warmed up beside the checks: {' '.join(result.stdout.split())}"


if __name__ == "__main__":
    sys.exit(main())
