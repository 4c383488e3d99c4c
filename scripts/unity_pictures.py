"""Make the pictures of the Unity package's quick start: what its camera should show, by the reference compositor.

    python3 scripts/unity_pictures.py [--seconds 6.2]

How: `engine_pictures.py`.
"""

from __future__ import annotations

import sys

from engine_pictures import HEIGHT, PATIENCE_S, ROOT, VERTICAL_FOV_RAD, WIDTH, run, save, talking

OUT = ROOT / "engine_plugins" / "unity" / "com.rsatalker.sidecar" / "Documentation~" / "images"
EYE = (0.0, 1.6, -1.5)  # Unity's axes, metres
APART_M, HEIGHT_M, TURN_DEGREES = 1.2, 1.6, 63.0  # of ConversationMenu.cs
SKY, SUN_DEGREES, SUN = 0.212, (50.0, -30.0), (1.0, 0.96, 0.84)  # of Unity's scene with default objects, about
LAMP = (0.9, 0.05, 0.04)  # step 15 of the checklist
BACKGROUND = (49, 77, 121)  # sRGB: the solid blue of a new camera


def take(seconds: float) -> None:
    """Let both say the sample dialogue up to a moment, and write what the camera sees in two lights."""
    import numpy as np
    from unity_scene import UnityScene

    from rsatalker.speech.audio import read_audio
    from sidecar.demo.options import SAMPLE_DIALOGUE

    scene = UnityScene(EYE, VERTICAL_FOV_RAD, (WIDTH, HEIGHT), APART_M, HEIGHT_M, TURN_DEGREES)
    with talking(scene) as made:
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


if __name__ == "__main__":
    sys.exit(run(take, "Make the pictures of the Unity package's quick start.", 6.2, "the sample dialogue"))
