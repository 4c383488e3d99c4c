"""Make the pictures of the Unity package's quick start: what its camera should show, by the reference compositor.

    python3 scripts/unity_pictures.py [--seconds 6.2]

No Unity is involved. A sidecar with the real characters draws both heads where the menu entry puts them, for the camera
that the quick start places, in the light that the package would send; `sidecar/compositor.py`, which the package's
shader is held against, puts the frames into the picture.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import environment

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "engine_plugins" / "unity" / "com.rsatalker.sidecar" / "Documentation~" / "images"
WIDTH, HEIGHT = 960, 480
VERTICAL_FOV_RAD = 0.53  # of the picture; the quick start's camera sees more of the empty room
EYE = (0.0, 1.6, -1.5)  # Unity's axes, metres
APART_M, HEIGHT_M, TURN_DEGREES = 1.2, 1.6, 63.0  # of ConversationMenu.cs
SKY, SUN_DEGREES, SUN = 0.212, (50.0, -30.0), (1.0, 0.96, 0.84)  # of Unity's scene with default objects, about
LAMP = (0.9, 0.05, 0.04)  # step 15 of the checklist
BACKGROUND = (49, 77, 121)  # sRGB: the solid blue of a new camera
QUALITY = 88
LARGEST_BYTES = 80_000
PATIENCE_S = 20.0


def main() -> int:
    """Make the pictures, or prepare the environment and let its interpreter do so."""
    parser = argparse.ArgumentParser(description="Make the pictures of the Unity package's quick start.")
    parser.add_argument("--seconds", type=float, default=6.2, help="of the sample dialogue")
    options = parser.parse_args()
    code = environment.run_again_where("grpc")
    if code is not None:
        return code
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "fakes")]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RSATALKER_RUNTIME"] = folder
        take(options.seconds)
    return 0


def take(seconds: float) -> None:
    """Let both say the sample dialogue up to a moment, and write what the camera sees in two lights."""
    import numpy as np
    from running_sidecar import running_sidecar
    from unity_scene import UnityScene

    from rsatalker.speech.audio import read_audio
    from sidecar.config import ServeOptions
    from sidecar.demo.options import SAMPLE_DIALOGUE
    from sidecar.studio import RsaTalkerStudio

    scene = UnityScene(EYE, VERTICAL_FOV_RAD, (WIDTH, HEIGHT), APART_M, HEIGHT_M, TURN_DEGREES)
    options = ServeOptions(port=0, least_frame_scale=1.0, admit_by_load=False)
    studio = RsaTalkerStudio(options)
    studio.warm_up()
    with running_sidecar(studio, options) as served, served.connect() as client:
        made = client.create_conversation("mara", "tomas", world_from_heads=scene.world_from_heads)
        voices = read_audio(SAMPLE_DIALOGUE)
        end = round((seconds + 1) * voices.sample_rate_hz)
        spoken = made.speak(voices.samples[:, :end], voices.sample_rate_hz, "both", 1)
        OUT.mkdir(exist_ok=True)
        for name, light in (
            ("two_heads.jpg", scene.daylight(SKY, SUN_DEGREES, SUN)),
            ("red_lamp.jpg", scene.daylight(0.3 * SKY, (10.0, 40.0), LAMP)),
        ):
            frames = scene.frames(made, spoken, round(seconds * 1e6), light, PATIENCE_S)
            save(scene.picture(frames, np.array(BACKGROUND)), OUT / name)


def save(picture: object, out: Path) -> None:
    """Write a JPEG and say how large it is."""
    from PIL import Image

    Image.fromarray(picture).save(out, quality=QUALITY)  # type: ignore[arg-type]
    print(f"{out.relative_to(ROOT)}: {out.stat().st_size} bytes")
    if out.stat().st_size > LARGEST_BYTES:
        raise SystemExit(f"{out} is larger than {LARGEST_BYTES} bytes; lower the quality.")


if __name__ == "__main__":
    sys.exit(main())
