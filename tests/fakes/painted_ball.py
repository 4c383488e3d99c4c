"""A ball with a mouth that opens, painted in stripes: the smallest capture that fitting can be tried on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from rsatalker.heads.head import SparseShapes
from rsatalker.heads.head_file import arkit_by_name, write_head
from rsatalker.heads.shape_head import ShapeHead
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.training.avatar_mesh_images import see_mesh

SIZE_PX = 48
BACKDROP = np.array([0.2, 0.5, 0.3])
SUPERSAMPLING = 3
RINGS, SPOKES = 13, 24
RADIUS_M = 0.09


def ball_head() -> ShapeHead:
    """Return the head: a ball with joints in its middle, whose lower half comes down by jawOpen."""
    heights = np.linspace(-0.97, 0.97, RINGS)
    angles = np.arange(SPOKES) * (2 * np.pi / SPOKES)
    y, angle = (grid.ravel() for grid in np.meshgrid(heights, angles, indexing="ij"))
    around = np.sqrt(1 - y * y)
    vertices = (RADIUS_M * np.stack([around * np.sin(angle), y, around * np.cos(angle)], 1)).astype(np.float32)
    corner = np.arange((RINGS - 1) * SPOKES).reshape(RINGS - 1, SPOKES)
    beside = np.roll(corner, -1, 1)
    lower = np.stack([corner, beside, beside + SPOKES], -1).reshape(-1, 3)
    upper = np.stack([corner, beside + SPOKES, corner + SPOKES], -1).reshape(-1, 3)
    opening = np.zeros((1, len(vertices), 3))
    opening[0, :, 1] = -0.03 * np.clip(-vertices[:, 1] / RADIUS_M + 0.2, 0, 1)
    joints = np.zeros((5, 3), np.float32)
    joints[3:] = [[0.03, 0.03, 0.07], [-0.03, 0.03, 0.07]]
    skinning = np.zeros((len(vertices), 5), np.float32)
    skinning[:, 1] = 1
    return ShapeHead(
        name="ball", expression_space="ball", expression_names=("jawOpen",),
        faces=np.concatenate([lower, upper]).astype(np.int32), neutral_vertices=vertices, joints=joints,
        joint_shifts=np.zeros((1, 5, 3), np.float32), shapes=SparseShapes.of(opening), skinning=skinning,
        expression_from_arkit=arkit_by_name(("jawOpen",)),
    )  # fmt: skip


def write_ball(folder: Path, size_px: int = SIZE_PX) -> None:
    """Write a capture: 12 images to fit, 2 of a held-out camera, 2 of a held-out expression."""
    head = ball_head()
    for sub in ("images", "fg_masks", "flame_param"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    write_head(folder / "head.npz", head)
    openings, turns = (0.0, 1.0, 0.6), (0.0, 0.2, -0.1)
    for step, (opening, turn) in enumerate(zip(openings, turns, strict=True)):
        np.savez(
            folder / "flame_param" / f"{step}.npz", expr=np.array([[opening]], np.float32),
            neck_pose=np.array([[0, turn, 0]], np.float32), shape=np.zeros(0),
        )  # fmt: skip
    views = {
        "train": [(step, azimuth) for step in (0, 1) for azimuth in (-1.0, -0.6, -0.2, 0.2, 0.6, 1.0)],
        "val": [(0, 0.0), (1, 0.0)],
        "test": [(2, 0.2), (2, -0.6)],
    }
    for split, taken in views.items():
        frames = [
            _photograph(folder, split, head, step, openings[step], turns[step], place, size_px) for step, place in taken
        ]
        shared = {"camera_angle_x": 0.3, "w": size_px, "h": size_px}
        (folder / f"transforms_{split}.json").write_text(json.dumps(shared | {"frames": frames}))


def changed_frame(folder: Path, number: int = 0, **change: object) -> None:
    """Change entries of a frame to fit, for it and, where it has none of its own, for all; None takes one out."""
    path = folder / "transforms_train.json"
    content = json.loads(path.read_text())
    for entries in (content, content["frames"][number]):
        for name, value in change.items():
            if value is None:
                entries.pop(name, None)
    content["frames"][number] |= {name: value for name, value in change.items() if value is not None}
    path.write_text(json.dumps(content))


def _photograph(
    folder: Path, split: str, head: ShapeHead, step: int, opening: float, turn: float, azimuth: float, size_px: int
) -> dict[str, object]:
    neutral = FlamePose.neutral()
    pose = FlamePose(
        np.array([opening], np.float32), neutral.global_orient, np.array([0, turn, 0], np.float32), neutral.jaw_pose,
        neutral.eye_pose, neutral.transl, neutral.arkit,
    )  # fmt: skip
    position = np.array([0.8 * np.sin(azimuth), 0.05, 0.8 * np.cos(azimuth)], np.float32)
    size = size_px * SUPERSAMPLING
    camera: Camera = look_at(position, np.zeros(3, np.float32), vertical_fov_rad=0.3, width=size, height=size)
    seen = see_mesh(head(pose), head.faces, camera)
    colors = np.empty((size, size, 3))
    colors[:] = BACKDROP
    rest = seen.interpolated(head.neutral_vertices, head.faces) / RADIUS_M
    stripes = 0.5 + 0.35 * np.sin(np.stack([9 * rest[:, 1], 7 * rest[:, 0], 5 * rest[:, 2] + 4 * rest[:, 1]], 1))
    colors[seen.seen] = stripes
    blocks = (size_px, SUPERSAMPLING, size_px, SUPERSAMPLING)
    name = f"{split}_{step}_{azimuth:+.1f}.png"
    small = colors.reshape(*blocks, 3).mean((1, 3))
    Image.fromarray((small * 255 + 0.5).astype(np.uint8)).save(folder / "images" / name)
    mask = seen.seen.reshape(blocks).mean((1, 3))
    Image.fromarray((mask * 255 + 0.5).astype(np.uint8)).save(folder / "fg_masks" / name)
    world_from_camera = np.linalg.inv(camera.camera_from_world.astype(np.float64))
    world_from_camera[:, 1:3] *= -1  # OpenGL's axes
    return {
        "file_path": f"images/{name}", "fg_mask_path": f"fg_masks/{name}", "timestep_index": step,
        "flame_param_path": f"flame_param/{step}.npz", "transform_matrix": world_from_camera.tolist(),
    }  # fmt: skip
