"""FLAME's files are pickles, which can run any program: this reader builds arrays and refuses everything else.

Allowed are numpy's arrays and numbers, and stand-ins of our own for scipy's sparse matrices and for chumpy's arrays,
which FLAME 2020 was saved with and which no longer run. A stand-in keeps what the file gives it and is checked when it
is made an array. Any other name in the file ends the reading before anything of it is called.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

from rsatalker.errors import AssetError

PLAIN_KINDS = "biuf"  # of dtypes: bools, integers, floats


class _ForeignNameError(Exception):
    """The file asks for a name that no FLAME file needs."""


class _BrokenFileError(Exception):
    """The file is no pickle, is cut short, or gives an array what does not fit it."""


class ChumpyArray:
    """Stands in for `chumpy.ch.Ch`; keeps its state."""

    state: Mapping[str, Any]

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.state = state


class SparseMatrix:
    """Stands in for scipy's csc, csr and coo matrices; keeps its state."""

    state: Mapping[str, Any]

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.state = state


class CscMatrix(SparseMatrix):
    """Columns first."""


class CsrMatrix(SparseMatrix):
    """Rows first."""


class CooMatrix(SparseMatrix):
    """One triple an entry."""


class ArrayKind:
    """Stands in for `numpy.ndarray`, which a file only names and never calls."""


def _empty_array(kind: object, _shape: object, _code: object) -> np.ndarray:
    """Return what numpy's `_reconstruct` does, an empty array that the file then fills."""
    if kind is not ArrayKind:
        raise pickle.UnpicklingError(f"an array of the kind {kind!r}")
    return np.zeros(0, np.uint8)


def _filled_array(data: bytes, dtype: np.dtype[Any], shape: tuple[int, ...], order: Literal["C", "F"]) -> np.ndarray:
    """Return what numpy's `_frombuffer` does, the array of newer files."""
    if dtype.kind not in PLAIN_KINDS:
        raise pickle.UnpicklingError(f"an array of the kind {dtype}")
    return np.frombuffer(data, dtype).reshape(shape, order=order)


def _scalar(dtype: np.dtype[Any], data: str | bytes) -> np.generic:
    """Return a number of one of the plain kinds."""
    if dtype.kind not in PLAIN_KINDS:
        raise pickle.UnpicklingError(f"a number of the kind {dtype}")
    return np.frombuffer(data.encode("latin1") if isinstance(data, str) else data, dtype)[0]


def _bytes(text: str, encoding: str = "latin1") -> bytes:
    """Return the bytes that a text of Python 2 stands for."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"text in the encoding {encoding!r}")
    return text.encode("latin1")


def _instance(kind: object, base: object, state: object) -> object:
    """Return an empty stand-in, as `copyreg` would for the oldest protocols."""
    if not (isinstance(kind, type) and issubclass(kind, ChumpyArray | SparseMatrix) and base is object):
        raise pickle.UnpicklingError(f"an instance of {kind!r}")
    return kind()


# Every name that a file may use: by the modules that numpy, scipy and Python have had it in.
_ALLOWED: dict[tuple[str, str], Any] = {
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _empty_array for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _scalar for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _filled_array for core in ("core", "_core")},
    ("numpy", "ndarray"): ArrayKind,
    ("numpy", "dtype"): np.dtype,
    **{
        (f"scipy.sparse.{module}", f"{form}_matrix"): kind
        for form, kind in (("csc", CscMatrix), ("csr", CsrMatrix), ("coo", CooMatrix))
        for module in (form, f"_{form}")
    },
    ("chumpy.ch", "Ch"): ChumpyArray,
    ("chumpy", "Ch"): ChumpyArray,
    ("_codecs", "encode"): _bytes,
    **{(module, "_reconstructor"): _instance for module in ("copy_reg", "copyreg")},
    **{(module, "object"): object for module in ("__builtin__", "builtins")},
}


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Return what a name of the file means here.

        Raises:
            _ForeignNameError: The name is not one of those above.
        """
        try:
            return _ALLOWED[module_name, global_name]
        except KeyError:
            raise _ForeignNameError(f"it asks for {module_name}.{global_name}") from None


def read_flame_pickle(path: Path) -> dict[str, Any]:
    """Return the dictionary of a FLAME pickle; stand-ins among its values become arrays.

    Raises:
        AssetError: The file is missing, no pickle, or holds anything but arrays, numbers and texts.
    """
    try:
        with path.open("rb") as file:
            content = _load(file)
        if not isinstance(content, dict):
            raise AssetError(f"{path} holds {type(content).__name__}; expected FLAME's dictionary of arrays.")
        return {str(name): as_array(value) for name, value in content.items()}
    except OSError as error:
        raise AssetError(f"{path} cannot be read ({error.strerror}); expected a FLAME pickle.") from error
    except _ForeignNameError as error:
        raise AssetError(
            f"{path} is refused: {error}. A FLAME pickle needs numpy, scipy.sparse and chumpy arrays only; a file that "
            "asks for more may be malicious."
        ) from error
    except _BrokenFileError as error:
        raise AssetError(
            f"{path} is no whole FLAME pickle: {error}. Fetch it again from where it came from."
        ) from error


def _load(file: BinaryIO) -> object:
    try:
        return _ArrayUnpickler(file, encoding="latin1").load()
    except _ForeignNameError:
        raise
    except Exception as error:  # a broken pickle raises anything, from IndexError to UnicodeDecodeError
        raise _BrokenFileError(f"{type(error).__name__}: {str(error).rstrip('.')}") from error


def as_array(value: object) -> Any:
    """Return the array that a stand-in stands for; other values as they are."""
    if isinstance(value, ChumpyArray):
        return as_array(_entry(value, "x"))
    if isinstance(value, SparseMatrix):
        return _dense(value)
    return value


def _dense(matrix: SparseMatrix) -> np.ndarray:
    data = np.asarray(_entry(matrix, "data"), np.float64)
    shape = matrix.state.get("_shape", matrix.state.get("shape"))
    if not (isinstance(shape, tuple) and len(shape) == 2 and all(isinstance(n, int) and 0 < n < 10**6 for n in shape)):
        raise _BrokenFileError(f"a sparse matrix has the shape {shape!r}")
    if isinstance(matrix, CooMatrix):
        rows, columns = _coordinates(matrix, len(data))
    else:
        ends = _indices(matrix, "indptr", shape[isinstance(matrix, CscMatrix)] + 1)
        inner = _indices(matrix, "indices", len(data))
        steps = np.diff(ends)
        if (steps < 0).any() or steps.sum() != len(data):
            raise _BrokenFileError("a sparse matrix has pointers that do not fit its data")
        outer = np.repeat(np.arange(len(steps)), steps)
        rows, columns = (inner, outer) if isinstance(matrix, CscMatrix) else (outer, inner)
    if len(data) and (min(rows.min(), columns.min()) < 0 or rows.max() >= shape[0] or columns.max() >= shape[1]):
        raise _BrokenFileError("a sparse matrix has entries outside its shape")
    dense = np.zeros(shape)
    np.add.at(dense, (rows, columns), data)
    return dense


def _coordinates(matrix: CooMatrix, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows and columns, which newer versions of scipy keep as a pair."""
    if "coords" not in matrix.state:
        return _indices(matrix, "row", count), _indices(matrix, "col", count)
    coords = matrix.state["coords"]
    if not isinstance(coords, tuple) or len(coords) != 2:
        raise _BrokenFileError("a sparse matrix has other coordinates than rows and columns")
    return _checked_indices("row", coords[0], count), _checked_indices("col", coords[1], count)


def _indices(matrix: SparseMatrix, name: str, length: int) -> np.ndarray:
    return _checked_indices(name, _entry(matrix, name), length)


def _checked_indices(name: str, values: Any, length: int) -> np.ndarray:
    indices = np.asarray(values)
    if indices.dtype.kind not in "iu" or indices.shape != (length,):
        raise _BrokenFileError(f"a sparse matrix has {name} of the shape {indices.shape}, expected ({length},)")
    return indices.astype(np.int64)


def _entry(value: ChumpyArray | SparseMatrix, name: str) -> Any:
    state = getattr(value, "state", None)
    if not isinstance(state, Mapping) or name not in state:
        raise _BrokenFileError(f"a {type(value).__name__} has no {name}")
    return state[name]
