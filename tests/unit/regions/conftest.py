"""Small regions and what goes into them."""

import runpy
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from placed_regions import Place, placed_regions

from rsatalker.motion.pose import FlamePose
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import FrameHeader, FrameRingReader, FrameRingWriter
from sidecar.regions.layout import FrameFlags

ROOT = Path(__file__).parents[3]
WIDTH, HEIGHT, LAYERS, EXPRESSIONS = 6, 4, 2, 43


def make_header(number: int, layers: int = LAYERS) -> FrameHeader:
    pose = FlamePose.neutral()
    pose.expression[:] = number
    view = View(np.eye(4, dtype=np.float32), np.full(4, 0.5, np.float32), 0.1, 10.0)
    anchor = np.eye(4, dtype=np.float32)
    return FrameHeader(number, 1, 1000 * number, -1, 2, 3, 4, (view,) * layers, anchor, FrameFlags(0), pose)


def publish_frame(writer: FrameRingWriter, number: int) -> None:
    """Publish a frame whose every pixel, depth and coefficient tells its number."""
    slot = writer.begin()
    slot.colors[:] = number % 256
    slot.depths[:] = number
    writer.publish(slot, make_header(number, len(slot.colors)))


@pytest.fixture
def frames() -> SimpleNamespace:
    return SimpleNamespace(header=make_header, publish=publish_frame)


@pytest.fixture
def writer() -> Iterator[FrameRingWriter]:
    ring = FrameRingWriter(WIDTH, HEIGHT, LAYERS, EXPRESSIONS)
    yield ring
    ring.close()


@pytest.fixture
def reader(writer: FrameRingWriter) -> Iterator[FrameRingReader]:
    ring = FrameRingReader(writer.name)
    yield ring
    ring.close()


@pytest.fixture(scope="session")
def vectors() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "generate_vectors.py")))


@pytest.fixture
def place() -> Iterator[Place]:
    with placed_regions() as place:
        yield place
