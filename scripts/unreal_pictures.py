"""Make the picture of the Unreal plugin's quick start: what its player should see, by the reference compositor.

    python3 scripts/unreal_pictures.py [--seconds 1.3]

No Unreal is involved. A sidecar with the real characters draws both heads where the actor has them, while the first one
says the sample sentence, for a player where the quick start puts him. The scene is written in the other engine's axes
(`unity_scene.py`): both sit in the same world of the sidecar, so that the picture is the same.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import environment
from unity_pictures import HEIGHT, PATIENCE_S, VERTICAL_FOV_RAD, WIDTH, save

PLUGIN = Path(__file__).resolve().parent.parent / "engine_plugins" / "unreal" / "RsaTalker"
EYE = (0.0, 1.6, -1.5)  # 1.5 m before the middle of the two, at their height
APART_M, HEIGHT_M, TURN_DEGREES = 1.2, 1.6, 90.0  # of RsaTalkerConversation.cpp: face to face
SKY, SUN_DEGREES, SUN = 0.25, (46.0, 30.0), (1.0, 0.95, 0.86)  # of the level Basic, about
BACKGROUND = (96, 118, 150)  # sRGB: a sky


def main() -> int:
    """Make the picture, or prepare the environment and let its interpreter do so."""
    parser = argparse.ArgumentParser(description="Make the picture of the Unreal plugin's quick start.")
    parser.add_argument("--seconds", type=float, default=1.3, help="of the sample sentence")
    options = parser.parse_args()
    code = environment.run_again_where("grpc")
    if code is not None:
        return code
    sys.path[:0] = [str(PLUGIN.parents[2]), str(PLUGIN.parents[2] / "tests" / "fakes")]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RSATALKER_RUNTIME"] = folder
        take(options.seconds)
    return 0


def take(seconds: float) -> None:
    """Let the first head say the sample sentence up to a moment, and write what the player sees."""
    import numpy as np
    from running_sidecar import running_sidecar
    from unity_scene import UnityScene

    from rsatalker.speech.audio import read_audio
    from sidecar.config import ServeOptions
    from sidecar.studio import RsaTalkerStudio

    scene = UnityScene(EYE, VERTICAL_FOV_RAD, (WIDTH, HEIGHT), APART_M, HEIGHT_M, TURN_DEGREES)
    options = ServeOptions(port=0, least_frame_scale=1.0, admit_by_load=False)
    studio = RsaTalkerStudio(options)
    studio.warm_up()
    with running_sidecar(studio, options) as served, served.connect() as client:
        made = client.create_conversation("mara", "tomas", world_from_heads=scene.world_from_heads)
        voice = read_audio(PLUGIN / "Resources" / "Sentence.wav")
        both = np.concatenate([voice.samples, np.zeros_like(voice.samples)])  # the second head listens
        spoken = made.speak(both, voice.sample_rate_hz, "both", 1)
        light = scene.daylight(SKY, SUN_DEGREES, SUN)
        frames = scene.frames(made, spoken, round(seconds * 1e6), light, PATIENCE_S)
        save(scene.picture(frames, np.array(BACKGROUND)), PLUGIN / "Docs" / "two_heads.jpg")


if __name__ == "__main__":
    sys.exit(main())
