"""Make the picture of the Unreal plugin's quick start: what its player should see, by the reference compositor.

    python3 scripts/unreal_pictures.py [--seconds 1.3]

How, and in whose axes: `engine_pictures.py`.
"""

from __future__ import annotations

import sys

from engine_pictures import HEIGHT, PATIENCE_S, ROOT, VERTICAL_FOV_RAD, WIDTH, run, save, talking

PLUGIN = ROOT / "engine_plugins" / "unreal" / "RsaTalker"
EYE = (0.0, 1.6, -1.5)  # 1.5 m before the middle of the two, at their height
APART_M, HEIGHT_M, TURN_DEGREES = 1.2, 1.6, 90.0  # of RsaTalkerConversation.cpp: face to face
SKY, SUN_DEGREES, SUN = 0.25, (46.0, 30.0), (1.0, 0.95, 0.86)  # of the level Basic, about
BACKGROUND = (96, 118, 150)  # sRGB: a sky


def take(seconds: float) -> None:
    """Let the first head say the sample sentence up to a moment, and write what the player sees."""
    import numpy as np
    from unity_scene import UnityScene

    from rsatalker.speech.audio import read_audio

    scene = UnityScene(EYE, VERTICAL_FOV_RAD, (WIDTH, HEIGHT), APART_M, HEIGHT_M, TURN_DEGREES)
    with talking(scene) as made:
        voice = read_audio(PLUGIN / "Resources" / "Sentence.wav")
        both = np.concatenate([voice.samples, np.zeros_like(voice.samples)])  # the second head listens
        spoken = made.speak(both, voice.sample_rate_hz, "both", 1)
        light = scene.daylight(SKY, SUN_DEGREES, SUN)
        frames = scene.frames(made, spoken, round(seconds * 1e6), light, PATIENCE_S)
        save(scene.picture(frames, np.array(BACKGROUND)), PLUGIN / "Docs" / "two_heads.jpg")


if __name__ == "__main__":
    sys.exit(run(take, "Make the picture of the Unreal plugin's quick start.", 1.3, "the sample sentence"))
