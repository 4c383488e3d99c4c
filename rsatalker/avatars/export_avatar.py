"""`rsatalker export-avatar`: an avatar in some pose as a file of Gaussians that other programs open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.cast import load_avatar
from rsatalker.avatars.fitted_avatar import FittedAvatar
from rsatalker.avatars.light import studio_light
from rsatalker.avatars.splat_binding import moved_cloud
from rsatalker.errors import AssetError, ExpressionSpaceError
from rsatalker.exports.curves import read_flame_npz
from rsatalker.exports.splat_cloud import SplatCloud
from rsatalker.exports.splat_ply import write_splat_ply
from rsatalker.exports.spz import write_spz
from rsatalker.motion.expression_space import ARKIT_INDEX, ARKIT_NAMES
from rsatalker.motion.pose import FlamePose
from rsatalker.motion.rig import pose_from_arkit
from rsatalker.option_ranges import check_ranges

FORMATS = (".ply", ".spz")
VIEWER = np.array([0.0, 0.03, 0.9], np.float32)  # whose highlights are kept in the colours
OTHER_VIEWERS = np.array([[0, 0.03, -0.9], [0.9, 0.03, 0], [-0.9, 0.03, 0]], np.float32)  # behind, and on either side
LEAST_GAIN = 0.02  # of opacity
HERE = np.eye(4, dtype=np.float32)
OPEN_SPACE = "procedural-1"  # what the avatars are driven by


@dataclass(frozen=True, slots=True)
class ExportAvatarOptions:
    """Options of `rsatalker export-avatar`.

    Attributes:
        avatar: Character of the cast, or the folder of a fitted or imported avatar.
        out: File to write: .ply (3D Gaussian Splatting) or .spz (Niantic, a tenth of the size).
        arkit: ARKit-52 weights that the face shows, as in `--arkit jawOpen=0.4 mouthSmileLeft=0.7`; at rest if none.
        motion: Motion file of `rsatalker render` or `retarget-motion`, of which an instant is shown instead.
        at_s: The instant, seconds from the start of the motion.
        detail: Share of the full number of Gaussians of a character.
        y_down: Turn a PLY upside down, as captures stand and viewers of captures expect; SPZ knows its axes.
    """

    avatar: Annotated[str, tyro.conf.Positional]
    out: Annotated[Path, tyro.conf.Positional]
    arkit: tuple[str, ...] = ()
    motion: Path | None = None
    at_s: float = 0.0
    detail: float = 1.0
    y_down: bool = False

    def __post_init__(self) -> None:
        check_ranges(self, {"detail": (0.05, 1.0)})


def export_avatar(options: ExportAvatarOptions, say: Callable[[str], None]) -> SplatCloud:
    """Write the file and return what is in it.

    Raises:
        AssetError: The avatar or the motion cannot be read, or an option says what cannot be.
        ExpressionSpaceError: The motion is not of the space that avatars are driven by.
    """
    if options.out.suffix not in FORMATS:
        raise AssetError(f"{options.out} names no format that can be written; expected one of {', '.join(FORMATS)}.")
    if options.y_down and options.out.suffix != ".ply":
        raise AssetError("--y-down is for .ply, whose axes nobody has fixed; leave it out for .spz.")
    pose = _pose(options)
    avatar = load_avatar(options.avatar, detail=options.detail, threads=1)
    cloud = posed_cloud(avatar, pose)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    if options.out.suffix == ".ply":
        write_splat_ply(options.out, _turned(cloud, options, say))
    else:
        write_spz(options.out, cloud)
    size = options.out.stat().st_size / 1e6
    say(f"{len(cloud):,} Gaussians of {avatar.name}, harmonics of degree {round(cloud.sh.shape[1] ** 0.5) - 1}")
    say(f"written: {options.out} ({size:.1f} MB)")
    return cloud


def posed_cloud(avatar: Avatar | FittedAvatar, pose: FlamePose) -> SplatCloud:
    """Return the Gaussians of an avatar in a pose, metres, y up, looking along +z.

    Characters are lit by the studio's light as seen from before the face, and what shows only from behind as seen from
    there; fitted avatars keep their harmonics.
    """
    vertices, light = avatar.head(pose), studio_light()
    gaussians = avatar.follow(vertices, pose, light, VIEWER, HERE)
    names = ("means", "covariances", "opacities", "colors")
    means, covariances, opacities, colors = (getattr(gaussians, name).copy() for name in names)
    for viewer in OTHER_VIEWERS:  # a Gaussian that fades where it faces away is taken from where it is seen
        other = avatar.follow(vertices, pose, light, viewer, HERE)
        better = other.opacities > opacities + LEAST_GAIN
        opacities[better], colors[better] = other.opacities[better], other.colors[better]
    cloud = SplatCloud.of(means, covariances, opacities, colors, antialiased=bool(gaussians.antialiased.all()))
    return replace(cloud, sh=avatar.harmonics) if isinstance(avatar, FittedAvatar) else cloud


def _pose(options: ExportAvatarOptions) -> FlamePose:
    if options.motion is not None and options.arkit:
        raise AssetError("--motion and --arkit both say what the face shows; give one of them.")
    if options.motion is not None:
        motion = read_flame_npz(options.motion)
        if motion.expression_space != OPEN_SPACE:
            raise ExpressionSpaceError(
                f"{options.motion} is motion of {motion.expression_space}, avatars are driven by {OPEN_SPACE}; bring "
                "it there by `rsatalker retarget-motion`."
            )
        last_s = (len(motion) - 1) / motion.frame_rate_hz
        if not 0 <= options.at_s <= last_s:
            raise AssetError(f"--at-s is {options.at_s:g}; {options.motion} has instants of 0 to {last_s:.2f} s.")
        return motion.at(motion.start_us + options.at_s * 1e6)
    weights = np.zeros(len(ARKIT_NAMES), np.float32)
    for setting in options.arkit:
        name, _, value = setting.partition("=")
        try:
            weights[ARKIT_INDEX[name]] = float(value)
        except (KeyError, ValueError) as error:
            raise AssetError(
                f"--arkit {setting} is no weight; expected a name of ARKit and a number, as in jawOpen=0.4."
            ) from error
    nothing = np.zeros(3, np.float32)
    return pose_from_arkit(weights, np.zeros(2, np.float32), np.zeros(2, np.float32), nothing, nothing)


def _turned(cloud: SplatCloud, options: ExportAvatarOptions, say: Callable[[str], None]) -> SplatCloud:
    """Return the cloud in the axes that are asked for."""
    if not options.y_down:
        return cloud
    say("turned upside down: y down, z away")
    return moved_cloud(cloud, np.diag([1.0, -1.0, -1.0]), 1.0, np.zeros(3))
