"""What the pictures of the engines' quick starts have in common: real characters behind a sidecar, and its compositor.

No engine is involved. A sidecar draws both heads where the engine's scene has them, for the eye that the quick start
places, in the light that the plugin would send; `sidecar/compositor.py`, which the plugins' surfaces are held against,
puts the frames into the picture. Scenes are written in Unity's axes (`unity_scene.py`): all engines sit in the same
world of the sidecar, so that the picture is the same.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import environment

if TYPE_CHECKING:
    from unity_scene import UnityScene

    from sidecar.remote_conversation import RemoteConversation

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT = 960, 480
VERTICAL_FOV_RAD = 0.53  # of the picture; the quick starts' cameras see more of the empty room
QUALITY = 88
LARGEST_BYTES = 80_000
PATIENCE_S = 20.0


def run(take: Callable[[float], None], description: str, seconds: float, of: str) -> int:
    """Make the pictures of a moment, or prepare the environment and let its interpreter do so."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seconds", type=float, default=seconds, help=f"of {of}")
    options = parser.parse_args()
    code = environment.run_again_where("grpc")
    if code is not None:
        return code
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "fakes")]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RSATALKER_RUNTIME"] = folder
        take(options.seconds)
    return 0


@contextmanager
def talking(scene: UnityScene) -> Iterator[RemoteConversation]:
    """Yield a conversation of mara and tomas, where a scene has them."""
    from running_sidecar import running_sidecar

    from sidecar.config import ServeOptions
    from sidecar.studio import RsaTalkerStudio

    options = ServeOptions(port=0, least_frame_scale=1.0, admit_by_load=False)
    studio = RsaTalkerStudio(options)
    studio.warm_up()
    with running_sidecar(studio, options) as served, served.connect() as client:
        yield client.create_conversation("mara", "tomas", world_from_heads=scene.world_from_heads)


def save(picture: object, out: Path) -> None:
    """Write a JPEG and say how large it is."""
    from PIL import Image

    Image.fromarray(picture).save(out, quality=QUALITY)  # type: ignore[arg-type]
    print(f"{out.relative_to(ROOT)}: {out.stat().st_size} bytes")
    if out.stat().st_size > LARGEST_BYTES:
        raise SystemExit(f"{out} is larger than {LARGEST_BYTES} bytes; lower the quality.")
