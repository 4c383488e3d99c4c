"""PLY of 3D Gaussian Splatting (Kerbl et al. 2023), which viewers, editors and game engines read.

One element `vertex` of little-endian float32: x y z nx ny nz f_dc_0..2 f_rest_0..44 opacity scale_0..2 rot_0..3, before
activation; f_rest holds a channel after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rsatalker.exports.splat_cloud import SplatCloud
from rsatalker.whole_files import whole_file

REST = 45  # coefficients beyond the first of three channels at degree 3, which every reader expects


def write_splat_ply(path: Path, cloud: SplatCloud, extra: Mapping[str, np.ndarray] | None = None) -> None:
    """Write Gaussians; the file replaces an older one in one step.

    Args:
        path: The file.
        cloud: The Gaussians.
        extra: Further columns, after the others.
    """
    names = ["x", "y", "z", "nx", "ny", "nz", *(f"f_dc_{i}" for i in range(3)), *(f"f_rest_{i}" for i in range(REST))]
    names += ["opacity", *(f"scale_{i}" for i in range(3)), *(f"rot_{i}" for i in range(4)), *(extra or {})]
    count = len(cloud)
    rest = np.zeros((count, 3, REST // 3), np.float32)
    rest[:, :, : cloud.sh.shape[1] - 1] = cloud.sh[:, 1:].transpose(0, 2, 1)
    columns = [cloud.centers, np.zeros((count, 3)), cloud.sh[:, 0], rest.reshape(count, REST)]
    columns += [cloud.opacity_logits[:, None], cloud.log_scales, cloud.quats]
    columns += [values[:, None] for values in (extra or {}).values()]
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {count}"]
    header += [*(f"property float {name}" for name in names), "end_header", ""]
    with whole_file(path) as draft, draft.open("wb") as file:
        file.write("\n".join(header).encode())
        file.write(np.concatenate(columns, 1).astype("<f4").tobytes())
