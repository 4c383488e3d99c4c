"""Draws one frame of a character in a process of its own, and says how long each stage of it took; see `cold_start`."""

from __future__ import annotations

import json
import sys
import time


class Stages:
    """Wall and CPU milliseconds of what was done since the stage before; CPU time counts from the process' start."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[float, float]] = {}
        self._wall, self._cpu = time.perf_counter(), 0.0

    def end(self, name: str) -> None:
        """Note that a stage is over."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.found[name] = ((wall - self._wall) * 1e3, (cpu - self._cpu) * 1e3)
        self._wall, self._cpu = wall, cpu


def draw_first_frame(character: str, size_px: int, stages: Stages) -> None:
    """Import, load, pose and draw, with garbage collection put off as `rsatalker serve` does."""
    from sidecar.garbage import collection_put_off

    with collection_put_off():
        draw(character, size_px, stages)


def draw(character: str, size_px: int, stages: Stages) -> None:
    """Draw one frame; see `draw_first_frame`."""
    import numba  # noqa: F401  told apart from what is ours
    import numpy as np

    stages.end("import numpy, numba")
    from rsatalker.avatars.cast import load_avatar
    from rsatalker.avatars.light import studio_light
    from rsatalker.motion.pose import FlamePose
    from rsatalker.renderers.camera import fit_camera
    from rsatalker.renderers.cpu import CpuRenderer

    stages.end("import ours")
    avatar, renderer, pose = load_avatar(character), CpuRenderer(2), FlamePose.neutral()
    stages.end("load")
    vertices = avatar.head(pose)
    stages.end("mesh")
    eye = np.array([0.0, 0.03, 0.9], np.float32)
    gaussians = avatar.follow(vertices, pose, studio_light(), eye, np.eye(4, dtype=np.float32))
    stages.end("follow")
    camera = fit_camera(eye, *avatar.bounding_sphere, size_px, size_px)
    colors, depths = np.empty((1, size_px, size_px, 4), np.uint8), np.empty((1, size_px, size_px), np.float32)
    renderer.render(gaussians, [camera], colors, depths)
    stages.end("frame")


def main() -> None:
    """Draw a frame of the character that is named, in so many pixels; without a name, import the baseline alone."""
    stages = Stages()
    if len(sys.argv) > 1:
        draw_first_frame(sys.argv[1], int(sys.argv[2]), stages)
    else:
        import numba  # noqa: F401
        import numpy  # noqa: F401

        stages.end("import numpy, numba")
    print(json.dumps(stages.found), flush=True)


if __name__ == "__main__":
    main()
