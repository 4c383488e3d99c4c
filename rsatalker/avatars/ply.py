"""Bound Gaussians as the PLY of GaussianAvatars: the columns of 3D Gaussian Splatting and `binding_0`.

One element `vertex` of little-endian float32: x y z nx ny nz f_dc_0..2 f_rest_0..44 opacity scale_0..2 rot_0..3
binding_0, all local to the triangle and before activation; f_rest holds a channel after the other.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.errors import AssetError
from rsatalker.exports.splat_cloud import SplatCloud
from rsatalker.exports.splat_ply import write_splat_ply

NUMBERS = {
    "char": "i1", "uchar": "u1", "short": "<i2", "ushort": "<u2", "int": "<i4", "uint": "<u4", "float": "<f4",
    "double": "<f8", "int8": "i1", "uint8": "u1", "int16": "<i2", "uint16": "<u2", "int32": "<i4", "uint32": "<u4",
    "float32": "<f4", "float64": "<f8",
}  # fmt: skip
REST_NAME = re.compile(r"f_rest_[0-9]{1,2}")
COUNT = re.compile(r"[0-9]{1,12}")
LONGEST_HEADER = 65_536  # bytes; a header of 63 columns has about 1,500


def write_ply(path: Path, splats: BoundSplats) -> None:
    """Write bound Gaussians; the file replaces an older one in one step."""
    write_splat_ply(path, as_cloud(splats), {"binding_0": splats.binding})


def as_cloud(splats: BoundSplats) -> SplatCloud:
    """Return bound Gaussians as they are, without their triangles."""
    return SplatCloud(splats.centers, splats.quats, splats.log_scales, splats.opacity_logits, splats.sh)


def read_ply(path: Path) -> BoundSplats:
    """Return bound Gaussians; harmonics of the highest degrees that are all zero are left out.

    Raises:
        AssetError: The file is missing, is no PLY of bound Gaussians, or ends early.
    """
    table = read_vertices(path)
    if "binding_0" not in (table.dtype.names or ()):
        raise AssetError(f"{path} has no binding_0: its Gaussians are bound to no mesh. Bind them first.")
    cloud = _cloud(path, table)
    binding = _columns(path, table, ["binding_0"])[:, 0].astype(np.int32)
    return BoundSplats(binding, cloud.centers, cloud.quats, cloud.log_scales, cloud.opacity_logits, cloud.sh)


def read_cloud(path: Path) -> tuple[SplatCloud, bool]:
    """Return the Gaussians of a file, and whether they are bound to triangles, in whose frames they then are.

    Raises:
        AssetError: The file is missing, is no PLY of Gaussians, or ends early.
    """
    table = read_vertices(path)
    return _cloud(path, table), "binding_0" in (table.dtype.names or ())


def _cloud(path: Path, table: np.ndarray) -> SplatCloud:
    rest_names = sorted((n for n in table.dtype.names or () if REST_NAME.fullmatch(n)), key=lambda n: int(n[7:]))
    if len(rest_names) not in (0, 9, 24, 45):
        raise AssetError(f"{path} has {len(rest_names)} columns f_rest; expected 0, 9, 24 or 45.")
    rest = _columns(path, table, rest_names).reshape(len(table), 3, -1).transpose(0, 2, 1)
    sh = np.concatenate([_columns(path, table, [f"f_dc_{i}" for i in range(3)])[:, None], rest], 1)
    used = max((degree for degree in range(1, 4) if sh[:, degree**2 : (degree + 1) ** 2].any()), default=0)
    quats = _columns(path, table, [f"rot_{i}" for i in range(4)])
    if len(quats) and not (np.linalg.norm(quats, axis=1) > 0).all():
        raise AssetError(f"{path} holds a rotation rot_0..3 of all zeros; expected quaternions, wxyz.")
    return SplatCloud(
        centers=_columns(path, table, ["x", "y", "z"]),
        quats=quats,
        log_scales=_columns(path, table, [f"scale_{i}" for i in range(3)]),
        opacity_logits=_columns(path, table, ["opacity"])[:, 0],
        sh=np.ascontiguousarray(sh[:, : (used + 1) ** 2]),
    )


def read_vertices(path: Path) -> np.ndarray:
    """Return the element `vertex` of a binary PLY as a structured array.

    Raises:
        AssetError: The file is missing, is no little-endian binary PLY with vertices first, or ends early.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AssetError(f"{path} cannot be read ({error}); expected a PLY of Gaussians.") from error
    end = content.find(b"end_header\n", 0, LONGEST_HEADER)
    if not content.startswith(b"ply\n") or end < 0:
        raise AssetError(f"{path} is no PLY: it does not begin with `ply` and a header.")
    lines = [line.split() for line in content[:end].decode("ascii", "replace").splitlines()]
    if ["format", "binary_little_endian", "1.0"] not in lines:
        raise AssetError(f"{path} is no binary little-endian PLY; convert it to that.")
    elements = [line for line in lines if line[:1] == ["element"]]
    if len(elements) != 1 or elements[0][1] != "vertex" or not COUNT.fullmatch(elements[0][-1]):
        raise AssetError(f"{path} must have one element, vertex; it has {[' '.join(e[1:]) for e in elements]}.")
    properties = [line for line in lines if line[:1] == ["property"]]
    unknown = [line for line in properties if len(line) != 3 or line[1] not in NUMBERS]
    if unknown:
        raise AssetError(f"{path} has a property that cannot be read: {' '.join(unknown[0])}.")
    names = [line[2] for line in properties]
    if twice := [name for name in names if names.count(name) > 1]:
        raise AssetError(f"{path} has the column {twice[0]} twice; expected each once.")
    dtype = np.dtype([(line[2], NUMBERS[line[1]]) for line in properties])
    count, found = int(elements[0][-1]), len(content) - end - len(b"end_header\n")
    if count * dtype.itemsize > found:
        raise AssetError(f"{path} ends early: {count} vertices take {count * dtype.itemsize} bytes, {found} are there.")
    return np.frombuffer(content, dtype, count, end + len(b"end_header\n"))


def _columns(path: Path, table: np.ndarray, names: list[str]) -> np.ndarray:
    """Return columns side by side as float32."""
    missing = [name for name in names if name not in (table.dtype.names or ())]
    if missing:
        raise AssetError(f"{path} lacks the columns {', '.join(missing)} of a Gaussian splatting PLY.")
    joined = np.stack([table[name] for name in names], 1) if names else np.zeros((len(table), 0))
    if not np.isfinite(joined).all():
        raise AssetError(f"{path} holds NaN or infinity in {', '.join(names)}.")
    return joined.astype(np.float32)
