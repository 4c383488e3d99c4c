"""A picture behind the heads that cannot be used is told as such, whatever is wrong with it."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from rsatalker.cutscenes.backgrounds import BackgroundPainter
from rsatalker.cutscenes.script import Background
from rsatalker.errors import ScriptError

pytestmark = pytest.mark.unit


def picture(kind: str) -> bytes:
    content = io.BytesIO()
    Image.effect_noise((32, 24), 50).save(content, kind)
    return content.getvalue()


def with_broken_chunk() -> bytes:
    """Return a PNG whose second half of data stands in a chunk that has no name."""
    whole = picture("PNG")
    first = whole.index(b"IDAT") - 4
    (size,) = struct.unpack_from(">I", whole, first)
    data = whole[first + 8 : first + 8 + size]
    halves = chunk(b"IDAT", data[: size // 2]) + chunk(b"\x91\xe65\xde", data[size // 2 :])
    return whole[:first] + halves + whole[first + 12 + size :]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_claimed_size() -> bytes:
    whole = bytearray(picture("BMP"))
    struct.pack_into("<ii", whole, 18, 30_000, 30_000)
    return bytes(whole)


@pytest.mark.parametrize("damaged", [lambda: b"no picture", with_broken_chunk, with_claimed_size])
def test_picture_that_cannot_be_read_is_told(damaged: Callable[[], bytes], tmp_path: Path):
    file = tmp_path / "room.png"
    file.write_bytes(damaged())
    with pytest.raises(ScriptError, match=r"background\.file .*room\.png cannot be read as an image .*expected PNG or"):
        BackgroundPainter(Background("image", file=file), 64, 36)
