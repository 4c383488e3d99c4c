"""Take the picture of the web client's README: both eyes of a headset that looks at two characters who talk.

    python3 scripts/web_picture.py [--seconds 6.2] [--out engine_plugins/web/vr.jpg]

A sidecar with the real characters, Chromium and an emulated headset; for what it needs see test_web_client.py. Prints
how far each eye is from the reference compositor at the same pose, too, the room left out.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import environment

ROOT = Path(__file__).resolve().parent.parent
FAKES = ROOT / "tests" / "fakes"
EYE_PX, FOV_RAD = 640, 0.80
POSE = ((0.02, 1.62, 0.12), (-0.05, 0.0, 0.0))  # of the headset: place, metres, and rotation vector
ROWS = slice(130, 560)  # of the eyes' pictures: above and below is only the room
QUALITY = 88  # of JPEG
LARGEST_BYTES = 150_000


def main() -> int:
    """Take the picture, or prepare the environment and let its interpreter do so."""
    parser = argparse.ArgumentParser(description="Take the picture of the web client's README.")
    parser.add_argument("--seconds", type=float, default=6.2, help="of the dialogue, at which the picture is taken")
    parser.add_argument("--out", type=Path, default=ROOT / "engine_plugins" / "web" / "vr.jpg", help="JPEG to write")
    options = parser.parse_args()
    code = environment.run_again_where("websockets")
    if code is not None:
        return code
    sys.path[:0] = [str(ROOT), str(FAKES)]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RSATALKER_RUNTIME"] = str(Path(folder) / "runtime")
        take(options.seconds, options.out, Path(folder) / "profile")
    return 0


def take(seconds: float, out: Path, profile: Path) -> None:
    """Let both talk until then, stop them, and write what both eyes see."""
    import numpy as np
    from chromium import chromium
    from PIL import Image
    from running_sidecar import running_sidecar
    from web_visitor import HIDE_ROOM, WEB, WebVisitor, composed, differences

    from sidecar.config import ServeOptions
    from sidecar.studio import RsaTalkerStudio

    options = ServeOptions(port=0, least_frame_scale=1.0, admit_by_load=False, web=WEB)
    studio = RsaTalkerStudio(options)
    studio.warm_up()
    with (
        running_sidecar(studio, options) as served,
        chromium(profile, 2 * EYE_PX, EYE_PX) as tab,
    ):
        visitor = WebVisitor(served, tab, EYE_PX, FOV_RAD)
        visitor.put_headset_on()
        visitor.open_page()
        visitor.press("enter")
        tab.wait(f"rsatalker.show().voices.heardS() > {seconds}")
        tab.evaluate("rsatalker.show().hold(true)")
        sight = visitor.look(POSE)
        picture = np.concatenate([eye[ROWS] for eye in sight.eyes], axis=1).astype(np.uint8)
        Image.fromarray(picture).save(out, quality=QUALITY)
        print(f"{out}: {out.stat().st_size} bytes")
        if out.stat().st_size > LARGEST_BYTES:
            raise SystemExit(f"{out} is larger than {LARGEST_BYTES} bytes; lower the quality.")
        tab.evaluate(HIDE_ROOM)
        for eye, seen in enumerate(visitor.seen_from(POSE)):
            mean, off = differences(seen, composed(sight.frames, visitor.cameras(POSE)[eye], eye))
            print(
                f"{('left', 'right')[eye]} eye: {mean:.2f} levels of 255 from the compositor, {off:.2%} of pixels off"
            )


if __name__ == "__main__":
    sys.exit(main())
