"""How far off a composited head is when the eye has moved since its frame was drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from rsatalker.renderers.camera import Camera
    from rsatalker.talker import Talker
    from sidecar.compositor import EyeImage, TexelMap

PIXELS_PER_DEGREE = 20.0  # of a headset's display: Quest 2 has 20, Quest 3 has 25
FRAME_PX = 512
HIDDEN_M = 0.015  # a point that the frame sees so much farther in front was hidden from it
SOLID = 128  # alpha from which on a pixel counts as the head


@dataclass(frozen=True)
class Options:
    """Compare both ways of compositing with a picture from where the eye really is.

    Attributes:
        avatar: Of the cast.
        distances_m: From the eye to the face.
        staleness_ms: Age of the pose when the frame is shown.
        speed_m_s: Of the eye, sideways: a brisk movement of a standing person's head; half is usual.
        out: Folder for pictures: composited, true and their difference side by side; none are written without it.
    """

    avatar: str = "mara"
    distances_m: tuple[float, ...] = (0.5, 0.8, 1.5, 3.0)
    staleness_ms: tuple[float, ...] = (11.0, 20.0, 28.0)
    speed_m_s: float = 0.3
    out: Path | None = None


@dataclass(frozen=True)
class Case:
    """One way at one distance and age."""

    distance_m: float
    stale_ms: float
    way: str
    errors_px: np.ndarray
    hidden_share: float
    difference: float


def run(options: Options) -> None:
    """Print the errors in pixels of the display."""
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    table = Table("distance m", "age ms", "moved mm", "way", "p50 px", "p95 px", "p99 px", "was hidden", "difference")
    for case in cases(options):
        p50, p95, p99 = np.percentile(case.errors_px, (50, 95, 99))
        table.add_row(
            f"{case.distance_m:.1f}",
            f"{case.stale_ms:.0f}",
            f"{case.stale_ms * options.speed_m_s:.1f}",
            case.way,
            f"{p50:.2f}",
            f"{p95:.2f}",
            f"{p99:.2f}",
            f"{case.hidden_share:.1%}",
            f"{case.difference:.2%}",
            end_section=case.way == "grid" and case.stale_ms == options.staleness_ms[-1],
        )
    console = Console()
    console.print(f"{options.avatar}, frames of {FRAME_PX} px, {PIXELS_PER_DEGREE:.0f} display pixels a degree")
    console.print(table)
    console.print("px: of the display, over the head's solid pixels; difference: mean of all colours, full scale 100 %")


def cases(options: Options) -> Iterator[Case]:
    """Draw the head from where the eye was and from where it is, and compare."""
    import numpy as np

    from rsatalker.avatars.cast import load_avatar
    from rsatalker.renderers.choose import choose_renderer
    from rsatalker.talker import Talker
    from sidecar.compositor import Picture, card_texels, grid_texels
    from sidecar.placement import camera_at

    talker = Talker(load_avatar(options.avatar), choose_renderer("cpu"))
    center, radius_m = talker.avatar.bounding_sphere
    ways: dict[str, Callable[[EyeImage, Camera], TexelMap]] = {"card": card_texels, "grid": grid_texels}
    for distance_m in options.distances_m:
        eye = (center + np.array([0.2 * distance_m, 0.1 * distance_m, 0.97 * distance_m])).astype(np.float32)
        image = drawn(talker, camera_at(eye, np.eye(4, dtype=np.float32), (center, radius_m), FRAME_PX, FRAME_PX))
        for stale_ms in options.staleness_ms:
            moved = eye + np.array([options.speed_m_s * stale_ms / 1000, 0, 0], np.float32)
            camera = display_camera(moved, center, radius_m, distance_m)
            truth = drawn(talker, camera)
            for name, way in ways.items():
                texels = way(image, camera)
                picture = Picture(camera)
                picture.put(image, texels)
                errors_px, hidden_share = errors(image, truth, camera, texels)
                difference = float(np.abs(picture.colors - truth.colors / 255).mean())
                if options.out:
                    write_pictures(options.out / f"{name}_{distance_m}m_{stale_ms:.0f}ms.png", picture.colors, truth)
                yield Case(distance_m, stale_ms, name, errors_px, hidden_share, difference)


def display_camera(eye: np.ndarray, center: np.ndarray, radius_m: float, distance_m: float) -> Camera:
    """Return a camera that sees the whole head as large as a headset shows it."""
    import numpy as np

    from rsatalker.renderers.camera import look_at

    focal_px = PIXELS_PER_DEGREE * np.degrees(1)
    size = 2 * int(1.1 * focal_px * radius_m / np.sqrt(distance_m**2 - radius_m**2))
    return look_at(eye, center, vertical_fov_rad=2 * float(np.arctan(size / 2 / focal_px)), width=size, height=size)


def drawn(talker: Talker, camera: Camera) -> EyeImage:
    """Return the head at rest as a camera sees it."""
    import numpy as np

    from rsatalker.avatars.light import studio_light
    from rsatalker.motion.pose import FlamePose
    from sidecar.compositor import EyeImage
    from sidecar.placement import view_of

    anchor = np.eye(4, dtype=np.float32)
    colors = np.zeros((1, camera.height, camera.width, 4), np.uint8)
    depths = np.zeros((1, camera.height, camera.width), np.float32)
    talker.draw(FlamePose.neutral(), [camera], studio_light(), anchor, colors, depths)
    return EyeImage(colors[0], depths[0], view_of(camera, anchor, talker.avatar.bounding_sphere), anchor[:3, 3])


def errors(image: EyeImage, truth: EyeImage, camera: Camera, texels: TexelMap) -> tuple[np.ndarray, float]:
    """Return how far from its place each solid pixel shows a point of the head, and the share that nobody had seen."""
    import numpy as np

    from sidecar.compositor import sampled_depths, unprojected

    solid = truth.colors[..., 3] >= SOLID
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    places = unprojected(truth, x, y, truth.depths.astype(np.float64))[solid]
    seen = places @ image.view.camera_from_world[:3, :3].T.astype(np.float64) + image.view.camera_from_world[:3, 3]
    u, v = (seen @ image.K.T)[:, :2].T / seen[:, 2]
    depths = sampled_depths(image.depths, u[:, None], v[:, None])[:, 0]
    was_seen = seen[:, 2] - depths < HIDDEN_M
    off = np.hypot(texels.u[solid] - u, texels.v[solid] - v) * float(camera.K[0, 0]) / image.K[0, 0]
    return off[was_seen & ~np.isnan(off)], 1 - float(was_seen.mean())


def write_pictures(path: Path, composited: np.ndarray, truth: EyeImage) -> None:
    """Write composited, true, and five times their difference side by side."""
    import numpy as np
    from PIL import Image

    true = truth.colors / 255
    difference = np.clip(5 * np.abs(composited - true), 0, 1)
    row = np.concatenate([composited[..., :3], true[..., :3], difference[..., :3]], axis=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((row * 255).astype(np.uint8)).save(path)
