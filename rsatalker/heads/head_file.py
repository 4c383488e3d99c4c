"""Head files: one npz that holds a `ShapeHead`, and whom it can be.

Arrays, lengths in metres, V vertices, F triangles, E expression coefficients, I identity coefficients:

    name, expression_space           texts
    expression_names      (E,)       texts
    faces                 (F, 3)     counter-clockwise from outside
    neutral_vertices      (V, 3)     looking along +z, y up
    joints                (5, 3)     global, neck, jaw, left eye, right eye, at rest
    skinning              (V, 5)     shares of the joints; rows sum to 1
    expression_shapes     (E, V, 3)  displacement at weight 1, float16 or float32
    pose_shapes           (36, V, 3) optional: FLAME's pose correctives
    joint_shifts          (E, 5, 3)  optional: joints that move with the expression, as FLAME's do
    expression_from_arkit (52, E)    optional: what each ARKit-52 weight adds to the coefficients; without it,
                                     coefficients that are called like an ARKit weight take that weight
    identity_shapes       (I, V, 3)  optional, with joint_regressor (5, V)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import AssetError
from rsatalker.heads.head import SparseShapes
from rsatalker.heads.shape_head import POSE_SHAPES, IdentitySpace, ShapeHead
from rsatalker.motion.expression_space import ARKIT_INDEX, ARKIT_NAMES
from rsatalker.npz_file import NPZ_FAULTS, npz_fault, open_npz
from rsatalker.whole_files import whole_file

JOINTS = 5
SUM_TOLERANCE = 1e-3  # of a row of shares; float16 files round


def write_head(path: Path, head: ShapeHead, identity: IdentitySpace | None = None) -> None:
    """Write a head file; it replaces an older one in one step."""
    expressions = len(head.expression_names)
    shapes = dense_shapes(head.shapes, len(head.neutral_vertices))
    columns: dict[str, np.ndarray] = {
        "name": np.array(head.name),
        "expression_space": np.array(head.expression_space),
        "expression_names": np.array(head.expression_names),
        "expression_shapes": shapes[:expressions],
        "expression_from_arkit": head.expression_from_arkit,
    }
    columns |= {
        name: getattr(head, name) for name in ("faces", "neutral_vertices", "joints", "joint_shifts", "skinning")
    }
    if len(shapes) > expressions:
        columns["pose_shapes"] = shapes[expressions:]
    if identity is not None:
        columns |= {"identity_shapes": identity.shapes, "joint_regressor": identity.joint_regressor}
    with whole_file(path) as draft, draft.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **columns)  # pyright: ignore[reportArgumentType]


def read_head(path: Path) -> tuple[ShapeHead, IdentitySpace | None]:
    """Return the head of a file, and whom it can be where the file says so.

    Raises:
        AssetError: The file is missing or is no head file; the message names the array at fault.
    """
    columns = _columns(path)
    faces = _array(path, columns, "faces", ("F", 3), "i")
    neutral = _array(path, columns, "neutral_vertices", ("V", 3))
    vertices, names = len(neutral), tuple(str(name) for name in _required(path, columns, "expression_names").ravel())
    if not len(faces) or faces.min() < 0 or faces.max() >= vertices:
        raise _fault(path, f"faces must name vertices 0 to {vertices - 1}")
    skinning = _array(path, columns, "skinning", (vertices, JOINTS))
    if np.abs(skinning.sum(1) - 1).max() > SUM_TOLERANCE:
        raise _fault(path, "the rows of skinning must sum to 1")
    shapes = _array(path, columns, "expression_shapes", (len(names), vertices, 3))
    if "pose_shapes" in columns:
        shapes = np.concatenate([shapes, _array(path, columns, "pose_shapes", (POSE_SHAPES, vertices, 3))])
    head = ShapeHead(
        name=str(_required(path, columns, "name")),
        expression_space=str(_required(path, columns, "expression_space")),
        expression_names=names,
        faces=faces.astype(np.int32),
        neutral_vertices=neutral,
        joints=_array(path, columns, "joints", (JOINTS, 3)),
        joint_shifts=_optional(path, columns, "joint_shifts", (len(names), JOINTS, 3)),
        shapes=SparseShapes.of(shapes),
        skinning=skinning,
        expression_from_arkit=(
            _array(path, columns, "expression_from_arkit", (len(ARKIT_NAMES), len(names)))
            if "expression_from_arkit" in columns
            else arkit_by_name(names)
        ),
    )
    if "identity_shapes" not in columns:
        return head, None
    identity = _array(path, columns, "identity_shapes", ("I", vertices, 3))
    return head, IdentitySpace(identity, _array(path, columns, "joint_regressor", (JOINTS, vertices)))


def arkit_by_name(names: tuple[str, ...]) -> Float32[np.ndarray, "52 E"]:
    """Return which ARKit weight drives which coefficient where both have the same name.

    ARKit's own spelling and the `_L`, `_R` of blend-shape heads are known; sides without a weight of their own
    share one.
    """
    matrix = np.zeros((len(ARKIT_NAMES), len(names)), np.float32)
    for column, name in enumerate(names):
        stem, side = (name[:-2], name[-2:]) if name[-2:] in ("_L", "_R") else (name, "")
        for spelling in (stem + {"_L": "Left", "_R": "Right", "": ""}[side], stem):
            if spelling in ARKIT_INDEX:
                matrix[ARKIT_INDEX[spelling], column] = 1
                break
    return matrix


def dense_shapes(shapes: SparseShapes, vertices: int) -> Float32[np.ndarray, "K V 3"]:
    """Return sparse displacement fields as dense ones."""
    dense = np.zeros((len(shapes.starts) - 1, vertices, 3), np.float32)
    dense[np.repeat(np.arange(len(dense)), np.diff(shapes.starts)), shapes.vertices] = shapes.offsets
    return dense


def _columns(path: Path) -> dict[str, np.ndarray]:
    try:
        with open_npz(path) as file:
            return {name: file[name] for name in file.files}
    except FileNotFoundError as error:
        raise AssetError(f"the head file {path} does not exist; give a file that `write_head` made.") from error
    except NPZ_FAULTS as error:
        raise AssetError(
            f"{path} is no head file ({npz_fault(error)}); expected an npz as `rsatalker import-head` writes it."
        ) from error


def _required(path: Path, columns: dict[str, np.ndarray], name: str) -> np.ndarray:
    if name not in columns:
        raise _fault(path, f"it has no array {name}; it has {', '.join(sorted(columns)) or 'none'}")
    return columns[name]


def _array(
    path: Path, columns: dict[str, np.ndarray], name: str, shape: tuple[int | str, ...], kind: str = "f"
) -> np.ndarray:
    """Return a finite array of a shape, floats as float32; letters in the shape stand for any length."""
    array = _required(path, columns, name)
    expected = tuple(length for length in shape)
    fits = array.ndim == len(expected) and all(
        isinstance(want, str) or want == found for want, found in zip(expected, array.shape, strict=True)
    )
    if not fits:
        raise _fault(path, f"{name} has the shape {array.shape}, expected {_written(expected)}")
    if array.dtype.kind not in ("iu" if kind == "i" else "f"):
        raise _fault(path, f"{name} holds {array.dtype}, expected {'integers' if kind == 'i' else 'floats'}")
    if kind == "f" and not np.isfinite(array).all():
        raise _fault(path, f"{name} holds NaN or infinity")
    return np.ascontiguousarray(array, np.int64 if kind == "i" else np.float32)


def _optional(path: Path, columns: dict[str, np.ndarray], name: str, shape: tuple[int, ...]) -> np.ndarray:
    return _array(path, columns, name, shape) if name in columns else np.zeros(shape, np.float32)


def _written(shape: tuple[int | str, ...]) -> str:
    return f"({', '.join(str(length) for length in shape)})"


def _fault(path: Path, what: str) -> AssetError:
    return AssetError(f"{path} is no head file: {what}. rsatalker/heads/head_file.py describes the format.")
