"""A sidecar as a process of its own, whose frames differ from pixel to pixel and from head to head: for play sessions.

serve_bulging_studio.py [ADDRESS [PORT]]    its runtime file, in RSATALKER_RUNTIME, says where it listens; ADDRESS: of
                                            this machine, where it also listens for others, with TLS; PORT: for HTTP
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from light_studio import JAW_OPEN, DrawingCost, FlatHead, LightStudio

from sidecar.config import ServeOptions
from sidecar.server import serve


class BulgingHead(FlatHead):
    """Draws rows in green, columns in blue, the jaw in red, a round edge in alpha, and a bulge as depth."""

    def draw(self, pose, cameras, light, world_from_head, colors, depths, *more) -> DrawingCost:
        timings = super().draw(pose, cameras, light, world_from_head, colors, depths, *more)
        layers, height, width = depths.shape
        rows, columns = np.mgrid[:height, :width]
        from_middle = np.hypot((columns + 0.5) / width - 0.5, (rows + 0.5) / height - 0.5)
        for layer in range(layers):
            colors[layer, ..., 0] = round(255 * float(pose.arkit[JAW_OPEN]))
            colors[layer, ..., 1] = rows % 256
            colors[layer, ..., 2] = (columns + 7 * layer) % 256
            colors[layer, ..., 3] = np.where(from_middle < 0.4, 255, 0)
            depths[layer] = np.where(from_middle < 0.4, 0.9 + from_middle / 4, 0)
        return timings


class BulgingStudio(LightStudio):
    def head(self, avatar: str) -> FlatHead:
        super().head(avatar)  # refuses names that it does not know
        return BulgingHead()


if __name__ == "__main__":
    lan = tuple(sys.argv[1:2])
    options = ServeOptions(
        port=0,
        http_port=int(sys.argv[2]) if len(sys.argv) > 2 else 0,
        lan=bool(lan),
        interface=lan,
        warm_up=False,
        admit_by_load=False,
        least_frame_scale=1.0,
    )
    serve(options, lambda _: BulgingStudio(), lambda line: print(line, flush=True))  # noqa: T201
