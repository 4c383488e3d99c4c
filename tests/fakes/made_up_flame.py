"""A pickle of FLAME's structure around a made-up mesh: no number in it is FLAME's."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import scipy.sparse as sp

VERTICES, EXPRESSIONS = 60, 4


def made_up_flame(seed: int = 0) -> dict[str, Any]:
    """Return the dictionary that a FLAME file holds, for a small cloud of vertices."""
    random = np.random.default_rng(seed)
    regressor = random.random((5, VERTICES)) * (random.random((5, VERTICES)) < 0.2) + 1e-3
    regressor /= regressor.sum(1, keepdims=True)
    weights = random.random((VERTICES, 5))
    template = random.normal(0, 0.08, (VERTICES, 3))
    return {
        "v_template": template,
        "f": random.integers(0, VERTICES, (100, 3)).astype(np.uint32),
        "shapedirs": random.normal(0, 1e-3, (VERTICES, 3, 300 + EXPRESSIONS)),
        "posedirs": random.normal(0, 1e-3, (VERTICES, 3, 36)),
        "J_regressor": sp.csc_matrix(regressor),
        "kintree_table": np.array([[2**32 - 1, 0, 1, 1, 1], [0, 1, 2, 3, 4]], np.int64),
        "weights": weights / weights.sum(1, keepdims=True),
        "J": regressor @ template,
        "bs_style": "lbs",
        "bs_type": "lrotmin",
    }


def write_flame(path: Path, content: dict[str, Any], protocol: int = 2) -> Path:
    """Write a pickle, arrays as they are."""
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path


def write_flame_2020(path: Path, content: dict[str, Any]) -> Path:
    """Write the same with `shapedirs` as chumpy would have pickled it."""
    chumpy, ch = ModuleType("chumpy"), ModuleType("chumpy.ch")
    kind = type("Ch", (), {"__module__": "chumpy.ch"})
    ch.Ch = kind  # pyright: ignore[reportAttributeAccessIssue]
    array = kind()
    array.__dict__["x"] = content["shapedirs"]
    sys.modules |= {"chumpy": chumpy, "chumpy.ch": ch}
    try:
        return write_flame(path, content | {"shapedirs": array})
    finally:
        del sys.modules["chumpy"], sys.modules["chumpy.ch"]
