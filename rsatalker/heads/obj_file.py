"""Wavefront OBJ files, as far as a head's shapes need them: vertices, polygons and their materials."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int32, Int64

from rsatalker.errors import AssetError


@dataclass(frozen=True, slots=True)
class ObjMesh:
    """A mesh of triangles and quads.

    Attributes:
        vertices: In the file's unit.
        quads: A triangle repeats its last vertex.
        material: Index into `material_names` of every quad; 0 where the file names none.
        material_names: In the order of their first use.
    """

    vertices: Float64[np.ndarray, "V 3"]
    quads: Int32[np.ndarray, "Q 4"]
    material: Int64[np.ndarray, " Q"]
    material_names: tuple[str, ...]


def read_obj(path: Path) -> ObjMesh:
    """Return the mesh of a file.

    Raises:
        AssetError: The file is missing, or a line of it cannot be read.
    """
    lines = _lines(path)
    corners: list[list[int]] = []
    material: list[int] = []
    names: list[str] = []
    current = 0
    for number, line in enumerate(lines, start=1):
        if line.startswith(b"usemtl "):
            name = line[7:].strip().decode("utf-8", "replace")
            if name not in names:
                names.append(name)
            current = names.index(name)
        elif line.startswith(b"f "):
            corners.append(_polygon(path, number, line))
            material.append(current)
    vertices = _vertices(path, lines)
    quads = np.array(corners, np.int32).reshape(-1, 4)
    if not len(quads) or quads.min() < 0 or quads.max() >= len(vertices):
        raise AssetError(f"{path}: its faces must name vertices 1 to {len(vertices)}.")
    return ObjMesh(vertices, quads, np.array(material, np.int64), tuple(names) or ("",))


def read_obj_vertices(path: Path) -> Float64[np.ndarray, "V 3"]:
    """Return only the vertices of a file; a shape of a mesh that is known already needs no more.

    Raises:
        AssetError: The file is missing, or a vertex of it cannot be read.
    """
    return _vertices(path, _lines(path))


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except OSError as error:
        raise AssetError(f"{path} cannot be read ({error.strerror}); expected a Wavefront OBJ file.") from error


def _vertices(path: Path, lines: list[bytes]) -> Float64[np.ndarray, "V 3"]:
    rows = [line[2:] for line in lines if line.startswith(b"v ")]
    if not rows:
        raise AssetError(f"{path} has no vertices; expected a Wavefront OBJ file.")
    try:
        vertices = np.loadtxt(BytesIO(b"\n".join(rows)), usecols=(0, 1, 2), ndmin=2)
    except ValueError as error:
        raise AssetError(f"{path}: a vertex is not three numbers ({error}).") from error
    if not np.isfinite(vertices).all():
        raise AssetError(f"{path}: a vertex is NaN or infinite.")
    return vertices


def _polygon(path: Path, number: int, line: bytes) -> list[int]:
    """Return four vertices, counted from 0; texture coordinates and normals are left out."""
    try:
        corners = [int(corner.split(b"/")[0]) - 1 for corner in line[2:].split()]
    except ValueError as error:
        raise AssetError(f"{path}, line {number}: {line[:60]!r} is no face.") from error
    if any(abs(corner) > np.iinfo(np.int32).max for corner in corners):
        raise AssetError(f"{path}, line {number}: {line[:60]!r} names a vertex that no mesh has.")
    if len(corners) not in (3, 4):
        raise AssetError(f"{path}, line {number}: a face has {len(corners)} corners; expected 3 or 4.")
    return corners if len(corners) == 4 else [*corners, corners[-1]]
