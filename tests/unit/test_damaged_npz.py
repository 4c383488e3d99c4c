"""Whatever a disk or a download did to an npz, its reader says so in a sentence."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rsatalker.errors import AssetError
from rsatalker.exports.curves import read_flame_npz
from rsatalker.heads.flame_param import read_flame_param
from rsatalker.heads.head_file import read_head
from rsatalker.training.examples import read_part

pytestmark = pytest.mark.unit

LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"  # headers of an entry: before its data, and in the directory at the end


def with_damaged_data(whole: bytes) -> bytes:
    names = struct.unpack_from("<HH", whole, 26)
    first = 30 + sum(names)
    return whole[:first] + b"\xff" * 8 + whole[first + 8 :]


def with_field(whole: bytes, offset: int, value: int) -> bytes:
    """Change a number of 16 bits in both headers of the first entry; `offset` counts in the local one."""
    changed = bytearray(whole)
    struct.pack_into("<H", changed, whole.index(LOCAL) + offset, value)
    struct.pack_into("<H", changed, whole.index(CENTRAL) + offset + 2, value)
    return bytes(changed)


def stored(**arrays: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.savez(content, **arrays)  # pyright: ignore[reportArgumentType]
    return content.getvalue()


def zip_of(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"{name}.npy", data)
    return content.getvalue()


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "deflated data": with_damaged_data,
    "kind of compression": lambda whole: with_field(whole, 8, 99),
    "encrypted": lambda whole: with_field(whole, 6, 1),
    "made by a later version": lambda whole: with_field(whole, 4, 99),
    # Large enough that numpy has read the head before zipfile has compared the sum of the whole.
    "head of an array": lambda whole: stored(start_us=np.arange(4000.0)).replace(b"), }", b"),  ", 1),
    "no array inside": lambda whole: zip_of(start_us=b"1"),
    "cut off": lambda whole: whole[: len(whole) // 2],
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("read", [read_flame_npz, read_flame_param, read_head, read_part])
def test_damaged_npz_is_told_as_such(read: Callable[[Path], object], damage: str, tmp_path: Path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, start_us=np.arange(400.0))
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(AssetError, match=r"a\.npz (holds no motion|cannot be read|is no head file|is no part)"):
        read(path)
