"""ARKit weights as clients of NVIDIA Audio2Face-3D expect them: their names, multipliers, offsets and clamping."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.expression_space import ARKIT_NAMES
from sidecar.errors import InvalidRequestError
from sidecar.nvidia_ace.a2f import v1_pb2 as a2f

BLEND_SHAPES: tuple[str, ...] = tuple(name[0].upper() + name[1:] for name in ARKIT_NAMES)  # EyeBlinkLeft, ...


class WeightRule:
    """weight * multiplier + offset, kept in [0, 1] unless the client says otherwise.

    Attributes:
        unknown: Names that the client sets and that we have no shape for; they change nothing.

    Raises:
        InvalidRequestError: A multiplier or an offset is not finite.
    """

    def __init__(self, parameters: a2f.BlendShapeParameters) -> None:
        self._multipliers = column("bs_weight_multipliers", parameters.bs_weight_multipliers, 1.0)
        self._offsets = column("bs_weight_offsets", parameters.bs_weight_offsets, 0.0)
        self._clamps = not parameters.HasField("enable_clamping_bs_weight") or parameters.enable_clamping_bs_weight
        asked = {*parameters.bs_weight_multipliers, *parameters.bs_weight_offsets}
        self.unknown = sorted(asked.difference(BLEND_SHAPES))

    def apply(self, weights: Float32[np.ndarray, "52"]) -> Float32[np.ndarray, "52"]:
        """Return the weights that are sent."""
        changed = weights * self._multipliers + self._offsets
        return np.clip(changed, 0, 1) if self._clamps else changed


def column(field: str, values: Mapping[str, float], default: float) -> Float32[np.ndarray, "52"]:
    """Return a value for every shape, in their order."""
    for name, value in values.items():
        if not np.isfinite(value):
            raise InvalidRequestError(f"{field} of {name} is {value}; expected a finite number.")
    return np.array([values.get(name, default) for name in BLEND_SHAPES], np.float32)
