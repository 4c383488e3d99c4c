"""The limit that the renderers are compared with: `avx2_splats.cpp`, compiled and called."""

from __future__ import annotations

import ctypes
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.camera import Camera

SOURCE = Path(__file__).with_name("avx2_splats.cpp")
FLAGS = ("-O3", "-march=x86-64-v3", "-std=c++17", "-fopenmp", "-shared", "-fPIC")

Draw = Callable[[Gaussians, Camera, np.ndarray, np.ndarray], None]


class NoComparatorError(Exception):
    """This machine cannot build or run the comparator; the message says why."""


def compile_avx2(threads: int) -> Draw:
    """Return a function that draws one camera's view into (H, W, 4) bytes and (H, W) depths.

    Raises:
        NoComparatorError: The processor has another instruction set, or g++ is missing or fails.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        raise NoComparatorError(f"AVX2 is for x86-64 processors, this is {platform.machine()}")
    compiler = shutil.which("g++")
    if compiler is None:
        raise NoComparatorError("there is no g++ to compile it")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # Windows keeps a loaded library
        library = Path(folder, "avx2_splats.dll" if platform.system() == "Windows" else "avx2_splats.so")
        built = subprocess.run(
            [compiler, *FLAGS, str(SOURCE), "-o", str(library)], check=False, capture_output=True, text=True
        )
        if built.returncode != 0:
            raise NoComparatorError(f"g++ failed: {built.stderr.strip().splitlines()[0]}")
        function = ctypes.CDLL(str(library)).draw
    function.restype = None

    def draw(gaussians: Gaussians, camera: Camera, colors: np.ndarray, depths: np.ndarray) -> None:
        arrays = (gaussians.means, gaussians.covariances, gaussians.opacities, gaussians.colors)
        function(
            len(gaussians),
            *map(_pointer, arrays),
            _pointer(camera.camera_from_world),
            _pointer(camera.K),
            camera.width,
            camera.height,
            threads,
            _pointer(colors),
            _pointer(depths),
        )

    return draw


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    assert array.flags.c_contiguous
    return array.ctypes.data_as(ctypes.c_void_p)
