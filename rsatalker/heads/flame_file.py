"""FLAME 2020, 2023 and 2023 Open (Li et al. 2017): a model file -> a head.

The files may not be shipped with this project; who has registered for FLAME gives the path of generic_model.pkl,
FLAME_NEUTRAL.pkl, flame2023.pkl, flame2023_no_jaw.pkl or flame2023_Open.pkl. Expression coefficients of FLAME 2020 and
2023 are not interchangeable, so that the head says which space it moves in.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import AssetError
from rsatalker.heads.flame_pickle import read_flame_pickle
from rsatalker.heads.head import JOINT_PARENTS, SparseShapes
from rsatalker.heads.shape_head import POSE_SHAPES, IdentitySpace, ShapeHead
from rsatalker.motion.expression_space import ARKIT_NAMES

FlameSpace = Literal["flame2020", "flame2023"]
FIRST_EXPRESSION = 300  # of the shape directions; those before are identity
JOINTS = 5
LEAST_MOTION_M = 1e-7
NO_PARENT = 2**32 - 1  # the root's, as FLAME's files write it


def read_flame(
    path: Path, space: FlameSpace | None = None, say: Callable[[str], None] = lambda _: None
) -> tuple[ShapeHead, IdentitySpace]:
    """Return the mean person of a model file and whom it can be; no ARKit weight drives it yet (`arkit`).

    Args:
        path: The pickle.
        space: Of its expression coefficients; None takes it from the file's name.
        say: Receives what was found, line by line.

    Raises:
        AssetError: The file is missing, refused or no FLAME, or its version cannot be told.
    """
    space = space or _space_of_name(path)
    content = read_flame_pickle(path)
    template = _array(path, content, "v_template", ("V", 3))
    vertices = len(template)
    directions = _array(path, content, "shapedirs", (vertices, 3, "S")).transpose(2, 0, 1)
    if len(directions) <= FIRST_EXPRESSION:
        raise AssetError(
            f"{path} has {len(directions)} shape directions; FLAME has 300 of identity and up to 100 of expression."
        )
    correctives = _array(path, content, "posedirs", (vertices, 3, POSE_SHAPES)).transpose(2, 0, 1)
    faces = np.asarray(content.get("f"))
    if faces.ndim != 2 or faces.shape[1] != 3 or faces.dtype.kind not in "iu" or faces.max() >= vertices:
        raise AssetError(f"{path}: f must be triangles of vertices 0 to {vertices - 1}.")
    _check_parents(path, content)
    regressor = _array(path, content, "J_regressor", (JOINTS, vertices))
    identity, expression = directions[:FIRST_EXPRESSION], directions[FIRST_EXPRESSION:]
    names = tuple(f"expression{index:02d}" for index in range(len(expression)))
    say(f"{vertices:,} vertices, {len(faces):,} triangles; expression space {space}")
    say(f"{len(identity)} identity shapes, {len(expression)} expression shapes, {POSE_SHAPES} pose correctives")
    head = ShapeHead(
        name=path.stem,
        expression_space=space,
        expression_names=names,
        faces=faces.astype(np.int32),
        neutral_vertices=template,
        joints=regressor @ template,
        joint_shifts=np.einsum("jv,evx->ejx", regressor, expression).astype(np.float32),
        shapes=SparseShapes.of(np.concatenate([expression, correctives]), LEAST_MOTION_M),
        skinning=_array(path, content, "weights", (vertices, JOINTS)),
        expression_from_arkit=np.zeros((len(ARKIT_NAMES), len(names)), np.float32),
    )
    return head, IdentitySpace(np.ascontiguousarray(identity), regressor)


def _space_of_name(path: Path) -> FlameSpace:
    name = path.stem.lower()
    if "2023" in name:
        return "flame2023"
    if name in ("generic_model", "flame_neutral", "female_model", "male_model") or "2020" in name:
        return "flame2020"
    raise AssetError(
        f"{path.name} does not say which FLAME it is, and expressions of 2020 and 2023 are not interchangeable; say "
        "--space flame2020 or --space flame2023."
    )


def _check_parents(path: Path, content: dict[str, Any]) -> None:
    table = np.asarray(content.get("kintree_table"))
    parents = table[0].astype(np.int64).tolist() if table.ndim == 2 and table.shape[1] == JOINTS else []
    if [-1 if parent in (-1, NO_PARENT) else parent for parent in parents] != list(JOINT_PARENTS):
        raise AssetError(f"{path}: its joints have the parents {parents}; FLAME's are {list(JOINT_PARENTS)}.")


def _array(path: Path, content: dict[str, Any], name: str, shape: tuple[int | str, ...]) -> Float32[np.ndarray, "..."]:
    """Return a finite array of a shape; letters in the shape stand for any length."""
    if name not in content:
        raise AssetError(f"{path} has no {name}; it has {', '.join(sorted(content)) or 'nothing'}. It is no FLAME.")
    array = np.asarray(content[name])
    fits = array.dtype.kind == "f" and array.ndim == len(shape)
    if not fits or any(isinstance(n, int) and n != m for n, m in zip(shape, array.shape, strict=True)):
        raise AssetError(f"{path}: {name} is {array.dtype} of the shape {array.shape}, expected floats of {shape}.")
    if not np.isfinite(array).all():
        raise AssetError(f"{path}: {name} holds NaN or infinity.")
    return np.ascontiguousarray(array, np.float32)
