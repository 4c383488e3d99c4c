"""`rsatalker serve` with heads whose every pixel and layer differs, as a process of its own.

serve_patterned_studio.py PORT [JSON]    further options
"""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from light_studio import JAW_OPEN, FlatHead, LightStudio

from sidecar.config import ServeOptions
from sidecar.server import serve


class PatternedHead(FlatHead):
    """Draws place and layer as colours and depths, the opening of the jaw as blue.

    One corner is transparent; another one is white paper that lies on its back in the scene's light.
    """

    def draw(self, pose, cameras, light, world_from_head, colors, depths, at_s=None):
        timings = super().draw(pose, cameras, light, world_from_head, colors, depths, at_s)
        layers, height, width = depths.shape
        rows, columns = np.mgrid[0:height, 0:width]
        for layer in range(layers):
            colors[layer] = np.stack(
                [
                    rows * 199 // height,
                    columns * 199 // width,
                    np.full_like(rows, round(255 * max(float(pose.arkit[JAW_OPEN]), 0.0))),
                    np.full_like(rows, 200 + layer),
                ],
                axis=-1,
            )
            depths[layer] = 1 + (rows * width + columns) / (width * height) + 2 * layer
        lit = light.probe[0] * 0.5 / np.sqrt(np.pi) + light.key_color * max(float(light.key_direction[1]), 0.0)
        colors[:, height // 4 * 3 :, width // 4 * 3 :, :3] = np.clip(np.round(255 * lit), 0, 255)
        colors[:, : height // 4, : width // 4] = 0
        depths[:, : height // 4, : width // 4] = 0
        return timings


class PatternedStudio(LightStudio):
    def head(self, avatar: str) -> FlatHead:
        super().head(avatar)
        return PatternedHead()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    more = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    more = {name: tuple(value) if isinstance(value, list) else value for name, value in more.items()}
    chosen = {"port": int(sys.argv[1]), "warm_up": False, "admit_by_load": False} | more
    serve(ServeOptions(**chosen), lambda options: PatternedStudio(), say)
