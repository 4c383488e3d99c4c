"""`sidecar.cutscenes.background_render` with light avatars; once a chunk is drawn it waits while $HALT is there."""

import os
import sys
import threading
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from light_avatar import LightAvatar  # noqa: E402

from rsatalker.cutscenes import chunk_artist, workers  # noqa: E402
from rsatalker.cutscenes.chunk import ChunkJob  # noqa: E402
from sidecar.cutscenes import background_render  # noqa: E402

LONGEST_HALT_S = 60.0
LOOK_S = 0.02


def draw_and_halt(job: ChunkJob, folder: Path):
    """Draw a chunk; the next one waits."""
    halt = Path(os.environ["HALT"])
    pause = threading.Event()
    for _ in range(round(LONGEST_HALT_S / LOOK_S)):
        if job.first_frame == 0 or not halt.exists():
            break
        pause.wait(LOOK_S)
    return chunk_artist.draw_chunk(job, folder)


if __name__ == "__main__":
    background_render.NICENESS = 1  # on a busy machine, a test would wait long for one that is nicer
    chunk_artist.load_avatar = lambda name, **options: LightAvatar(str(name))
    workers.draw_chunk = draw_and_halt
    sys.exit(background_render.main())
