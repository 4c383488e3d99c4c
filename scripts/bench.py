"""Measure the parts whose speed matters, each beside a baseline in the same run.

    python3 scripts/bench.py                      what can be measured
    python3 scripts/bench.py render [--help]      one of them

Each benchmark is a file of its own in scripts/benchmarks: a dataclass `Options`, whose docstring is its help, and a
function `run`. Prepares the environment if it is not run by the environment's own interpreter.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import environment

# Benchmark: what it measures, one line. `a-b` is benchmarks/a_b.py.
BENCHMARKS: dict[str, str] = {
    "cold-start": "From the start of a process to the first drawn frame of a character that is cached.",
    "compositor": "How far off a composited head is when the eye has moved since its frame was drawn.",
    "cutscene": "Frames a second of a cutscene with one worker and more, beside what the machine gives.",
    "cutscene-beside": "Whether a live conversation notices that a cutscene is rendered beside it.",
    "cutscene-memory": "Memory of a render and its workers while a scene of an hour is drawn.",
    "follow": "Milliseconds and CPU time of posing a head and its 70,000 Gaussians, lit.",
    "gradients": "Milliseconds of a step of fitting: drawing into tensors, and its gradients.",
    "heads": "Milliseconds and CPU time of drawing both heads, one after the other and at the same time.",
    "latency": "From the pose of an engine to a frame of it, at 72 and 90 Hz.",
    "load": "How many conversations this machine holds, and what each of them gets.",
    "motion": "CPU time of a second of the motion of several conversations, by themselves and together.",
    "render": "Milliseconds a frame of every renderer beside AVX2 by hand and the plain torch renderer.",
    "fit": "PSNR, SSIM and minutes of fitting an avatar to images of a painted head.",
    "retarget": "CPU time of a frame of ARKit weights and of retargeting, beside a plain bounded solver.",
    "soak": "Whether faces and sound drift apart over hours, and whether anything grows.",
    "transport": "What a stereo frame costs on its way: shared memory, gRPC, JPEG over WebSocket.",
    "render-gpu": "Milliseconds of gsplat on CUDA for two heads and two eyes, with read-back.",
}


def main() -> int:
    """Run the benchmark that is named and return the exit code."""
    name, *arguments = sys.argv[1:] or ["--help"]
    if name not in BENCHMARKS:
        for known, measured in BENCHMARKS.items():
            print(f"{known:15} {measured}")
        return 0 if name in ("-h", "--help") else 2
    code = environment.run_again_where("tyro", "numba", documentation=__doc__)
    if code is not None:
        return code
    import tyro

    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the project, where it is not installed
    benchmark = import_module(f"benchmarks.{name.replace('-', '_')}")
    benchmark.run(tyro.cli(benchmark.Options, prog=f"bench.py {name}", args=arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
