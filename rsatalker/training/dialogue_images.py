"""Rendered views of a spoken dialogue's heads: with its sound and its mesh, the triplets that the paper trains on.

Each participant gets the folder NAME-participant-N in the layout that `rsatalker fit-avatar` reads
(`avatar_capture.py`): images with alpha, masks, the pose of each instant, and three transforms files.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

from rsatalker.avatars.cast import CHARACTERS, load_avatar
from rsatalker.avatars.light import studio_light
from rsatalker.motion.pose import FlameMotion
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.renderers.choose import choose_renderer
from rsatalker.talker import Talker
from rsatalker.training.arrays import write_arrays
from rsatalker.whole_files import whole_file

DISTANCE_M = 0.62
TARGET = np.array([0.0, -0.01, 0.03], np.float32)  # metres: the middle of the face
YAWS_RAD = (-0.9, -0.45, 0.0, 0.45, 0.9)  # of the cameras around the head
PITCHES_RAD = (0.0, 0.3, -0.2)  # from below and above, in turn
VERTICAL_FOV_RAD = 0.5
HELD_OUT_CAMERA = 2  # of every five: the one in front
TEST_SHARE = 0.2  # of the instants, at the end


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """How to look at a head.

    Attributes:
        instants: How many, evenly over the dialogue.
        cameras: Around the head.
        size_px: Width and height of an image.
        detail: Of the avatar; 1 is all its Gaussians.
    """

    instants: int = 20
    cameras: int = 5
    size_px: int = 256
    detail: float = 1.0


def cameras_around(count: int, size_px: int) -> list[Camera]:
    """Return cameras that look at a head from its front half, some higher and some lower."""
    cameras: list[Camera] = []
    for index in range(count):
        yaw, pitch = YAWS_RAD[index % len(YAWS_RAD)], PITCHES_RAD[index // len(YAWS_RAD) % len(PITCHES_RAD)]
        direction = [math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)]
        position = TARGET + DISTANCE_M * np.array(direction, np.float32)
        cameras.append(look_at(position, TARGET, vertical_fov_rad=VERTICAL_FOV_RAD, width=size_px, height=size_px))
    return cameras


def save_views(folder: Path, character: str, motion: FlameMotion, options: ImageOptions) -> None:
    """Draw a head at some instants of its motion from all cameras and write a folder that fit-avatar reads.

    Args:
        folder: Made if it does not exist; complete once `transforms_train.json` is there.
        character: Who it is; fit with `--head` and this name.
        motion: Of the head.
        options: How many views of what size.
    """
    talker = Talker(load_avatar(character, detail=options.detail, threads=1), choose_renderer("cpu", threads=1))
    cameras = cameras_around(options.cameras, options.size_px)
    for name in ("images", "fg_masks", "flame_param"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    frames: dict[str, list[dict[str, object]]] = {"train": [], "val": [], "test": []}
    first_test = round(options.instants * (1 - TEST_SHARE))
    for timestep, instant in enumerate(np.linspace(0, len(motion) - 1, options.instants).round().astype(int)):
        views = _draw(talker, motion, int(instant), cameras)
        pose = motion[int(instant)]
        columns = {"expr": pose.expression, "rotation": pose.global_orient, "neck_pose": pose.neck_pose,
                   "jaw_pose": pose.jaw_pose, "eyes_pose": pose.eye_pose, "translation": pose.transl}  # fmt: skip
        write_arrays(folder / "flame_param" / f"{timestep:05d}.npz", columns)
        for index, (camera, image) in enumerate(zip(cameras, views, strict=True)):
            name = f"{timestep:05d}_{index:02d}.png"
            Image.fromarray(image).save(folder / "images" / name)
            Image.fromarray(image[..., 3]).save(folder / "fg_masks" / name)
            held_out = index % len(YAWS_RAD) == HELD_OUT_CAMERA
            split = "test" if timestep >= first_test else "val" if held_out else "train"
            frames[split].append({
                "file_path": f"images/{name}",
                "fg_mask_path": f"fg_masks/{name}",
                "flame_param_path": f"flame_param/{timestep:05d}.npz",
                "timestep_index": timestep,
                "camera_index": index,
                "transform_matrix": _opengl_world_from_camera(camera).tolist(),
            })  # fmt: skip
    horizontal_rad = 2 * math.atan(options.size_px / 2 / float(cameras[0].K[0, 0]))
    for split in ("test", "val", "train"):
        content = {"camera_angle_x": horizontal_rad, "character": character, "frames": frames[split]}
        with whole_file(folder / f"transforms_{split}.json") as draft:
            draft.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def has_views(folder: Path) -> bool:
    """Return whether the views of a folder are complete."""
    return (folder / "transforms_train.json").exists()


def character_of(participant: int) -> str:
    """Return who plays a participant."""
    names = list(CHARACTERS)[:2]
    return names[participant % len(names)]


def _draw(talker: Talker, motion: FlameMotion, instant: int, cameras: list[Camera]) -> UInt8[np.ndarray, "C H W 4"]:
    """Return straight-alpha images."""
    shape = (len(cameras), cameras[0].height, cameras[0].width)
    colors, depths = np.zeros((*shape, 4), np.uint8), np.zeros(shape, np.float32)
    for index, camera in enumerate(cameras):  # one by one: glints and light depend on who looks
        view, depth = colors[index : index + 1], depths[index : index + 1]
        talker.draw(motion[instant], [camera], studio_light(), np.eye(4, dtype=np.float32), view, depth)
    alpha = colors[..., 3:].astype(np.float32)
    straight = np.where(alpha > 0, colors[..., :3] * (255 / np.maximum(alpha, 1)), 0).clip(0, 255)
    return np.concatenate([straight.round().astype(np.uint8), colors[..., 3:]], axis=-1)


def _opengl_world_from_camera(camera: Camera) -> Float32[np.ndarray, "4 4"]:
    world_from_camera = np.linalg.inv(camera.camera_from_world.astype(np.float64))
    world_from_camera[:, 1:3] *= -1  # OpenCV's axes to OpenGL's: y up, looking along -z
    return world_from_camera.astype(np.float32)
