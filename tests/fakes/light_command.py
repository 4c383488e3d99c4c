"""`rsatalker render` with light avatars; once a chunk is drawn it waits while $HALT is there."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from light_avatar import LightAvatar  # noqa: E402
from light_render import draw_and_halt  # noqa: E402

from rsatalker.cutscenes import chunk_artist, workers  # noqa: E402
from sidecar import cli  # noqa: E402

if __name__ == "__main__":
    chunk_artist.load_avatar = lambda name, **options: LightAvatar(str(name))
    workers.draw_chunk = draw_and_halt
    sys.exit(cli.main(["render", *sys.argv[1:]]))
