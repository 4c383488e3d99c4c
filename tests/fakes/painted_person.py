"""Images of the ICT head with a painted skin, as a person in a capture studio: the folder that fit-avatar reads."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from ict_facekit import WORN, IctHead, ict_head
from PIL import Image

from rsatalker.heads.head_file import write_head
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.training.avatar_mesh_images import see_mesh

SUPERSAMPLING = 2  # samples along each side of a pixel
DISTANCE_M = 0.95
FIELD_OF_VIEW_RAD = 0.34
BACKDROP = np.array([0.30, 0.34, 0.38])
LIGHTS = (
    ((-0.6, 0.5, 0.65), (0.80, 0.74, 0.68)),
    ((0.8, 0.1, 0.4), (0.22, 0.26, 0.32)),
    ((0, 1, -0.2), (0.2, 0.2, 0.22)),
)
AMBIENT = np.array([0.22, 0.22, 0.24])
CAMERAS = tuple((azimuth, elevation) for elevation in (-8, 14) for azimuth in (-70, -42, -14, 14, 42, 70))  # degrees
HELD_OUT_CAMERAS = ((-28, 3), (0, 5), (28, 4))

Weights = dict[str, float]
# What the person does: weights of the head's shapes, and turns of neck and eyes, rad.
SPOKEN: tuple[Weights, ...] = (
    {},
    {"jawOpen": 0.7, "eyeBlink_L": 0.2, "eyeBlink_R": 0.2},
    {"mouthSmile_L": 0.9, "mouthSmile_R": 0.9, "cheekSquint_L": 0.7, "cheekSquint_R": 0.7, "gaze": 0.25},
    {"mouthPucker": 0.9, "browInnerUp_L": 0.8, "browInnerUp_R": 0.8, "turn": 0.15},
    {"mouthFunnel": 0.8, "jawOpen": 0.25, "browDown_L": 0.8, "browDown_R": 0.8},
    {"eyeBlink_L": 1.0, "eyeBlink_R": 1.0, "mouthPress_L": 0.6, "mouthPress_R": 0.6, "turn": -0.15},
    {"mouthStretch_L": 0.8, "mouthStretch_R": 0.8, "jawOpen": 0.35, "mouthLowerDown_L": 0.6, "mouthLowerDown_R": 0.6},
    {"mouthUpperUp_L": 0.8, "mouthUpperUp_R": 0.8, "noseSneer_L": 0.7, "noseSneer_R": 0.7, "gaze": -0.3},
    {"mouthRollLower": 0.8, "mouthRollUpper": 0.6, "jawForward": 0.4, "eyeWide_L": 0.7, "eyeWide_R": 0.7},
    {"mouthFrown_L": 0.8, "mouthFrown_R": 0.8, "mouthLeft": 0.5, "eyeSquint_L": 0.6, "eyeSquint_R": 0.6, "nod": 0.12},
)  # fmt: skip
UNSEEN: tuple[Weights, ...] = (
    {"jawOpen": 0.45, "mouthSmile_L": 0.6, "mouthSmile_R": 0.6, "browOuterUp_L": 0.7, "browOuterUp_R": 0.7},
    {"mouthPucker": 0.5, "mouthRight": 0.6, "eyeBlink_R": 1.0, "cheekPuff_L": 0.4, "turn": 0.08},
    {"jawOpen": 0.9, "mouthStretch_L": 0.4, "mouthStretch_R": 0.4, "browInnerUp_L": 0.5, "browInnerUp_R": 0.5},
    {"mouthDimple_L": 0.8, "mouthDimple_R": 0.8, "mouthShrugLower": 0.7, "jawLeft": 0.5, "gaze": -0.15, "nod": -0.06},
)  # fmt: skip


@dataclass(frozen=True)
class Studio:
    """How much is photographed.

    Attributes:
        size: Width and height of the images, pixels.
        cameras: How many of CAMERAS take part.
        spoken: How many of SPOKEN are shown to fitting.
        held_out: How many of HELD_OUT_CAMERAS photograph each of them, and one more each of UNSEEN.
    """

    size: int = 256
    cameras: int = len(CAMERAS)
    spoken: int = len(SPOKEN)
    held_out: int = len(HELD_OUT_CAMERAS)


def write_person(folder: Path, studio: Studio) -> IctHead:
    """Write images, masks, cameras, tracked parameters and the head file; returns the head behind them."""
    person = ict_head()
    for sub in ("images", "fg_masks", "flame_param"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    write_head(folder / "head.npz", person.head)
    spoken = [pose_of(person, weights) for weights in SPOKEN[: studio.spoken]]
    unseen = [pose_of(person, weights) for weights in UNSEEN]
    for step, pose in enumerate([*spoken, *unseen]):
        np.savez(
            folder / "flame_param" / f"{step:05d}.npz", expr=pose.expression[None], rotation=pose.global_orient[None],
            neck_pose=pose.neck_pose[None], jaw_pose=pose.jaw_pose[None], eyes_pose=pose.eye_pose[None],
            translation=pose.transl[None], shape=np.zeros(0, np.float32),
        )  # fmt: skip
    shown = CAMERAS[:: len(CAMERAS) // studio.cameras][: studio.cameras]
    every = range(len(spoken))
    later = range(len(spoken), len(spoken) + len(unseen))
    splits = {
        "train": [(camera, step) for step in every for camera in shown],
        "val": [(camera, step) for step in every for camera in HELD_OUT_CAMERAS[: studio.held_out]],
        "test": [(camera, step) for step in later for camera in (*HELD_OUT_CAMERAS[: studio.held_out], shown[1])],
    }
    poses = [*spoken, *unseen]
    for split, views in splits.items():
        frames = [_photograph(folder, split, person, poses[step], step, place, studio.size) for place, step in views]
        (folder / f"transforms_{split}.json").write_text(json.dumps({"frames": frames}, indent=1))
    return person


def pose_of(person: IctHead, weights: Weights) -> FlamePose:
    """Return the pose in the head's own expression space."""
    names = person.head.expression_names
    expression = np.array([weights.get(name, 0.0) for name in names], np.float32)
    gaze = weights.get("gaze", 0.0)
    neck = np.array([weights.get("nod", 0.0), weights.get("turn", 0.0), 0], np.float32)
    eyes = np.array([0, gaze, 0, 0, gaze, 0], np.float32)
    return replace(FlamePose.neutral(), expression=expression, neck_pose=neck, eye_pose=eyes)


def studio_camera(place: tuple[float, float], size: int) -> Camera:
    """Return the camera at an azimuth and elevation in degrees."""
    azimuth, elevation = np.radians(place)
    direction = np.array([np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)])
    target = np.array([0, -0.005, 0.0], np.float32)
    position = (target + DISTANCE_M * direction).astype(np.float32)
    return look_at(position, target, vertical_fov_rad=FIELD_OF_VIEW_RAD, width=size, height=size)


def photograph(person: IctHead, pose: FlamePose, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Return the image before the backdrop, sRGB in [0, 1], and the share of each pixel that the head covers."""
    many = SUPERSAMPLING
    K = camera.K * np.array([[many], [many], [1]], np.float32)
    fine = replace(camera, K=K, width=camera.width * many, height=camera.height * many)
    head, vertices = person.head, person.head(pose)
    seen = see_mesh(vertices, head.faces, fine)
    rest = seen.interpolated(head.neutral_vertices, head.faces)
    albedo = painted(person, rest, person.material[seen.faces[seen.seen]])
    place = seen.interpolated(vertices, head.faces)
    normal = seen.interpolated(_normals(vertices, head.faces), head.faces)
    towards = camera.position - place
    colors = np.empty((*seen.faces.shape, 3))
    colors[:] = BACKDROP
    colors[seen.seen] = _lit(albedo, _unit(normal), _unit(towards))
    size = (camera.height, many, camera.width, many)
    mask = seen.seen.reshape(size).mean((1, 3))
    return colors.reshape(*size, 3).mean((1, 3)), mask


def painted(person: IctHead, rest: np.ndarray, material: np.ndarray) -> np.ndarray:
    """Return the colour of points of the resting surface (metres), sRGB."""
    x, y, z = (rest * 100).T
    marks = person.landmarks * 100
    skin = np.array([0.80, 0.58, 0.48]) + 0.035 * _noise(rest * 100, 0.8)[:, None] * [1.0, 0.8, 0.7]
    blush = np.exp(-(((np.abs(x) - 4.3) / 1.8) ** 2) - ((y - 0.6) / 1.6) ** 2) * (z > 3)
    skin += blush[:, None] * [0.05, -0.06, -0.05]
    freckle = _smooth(0.80, 0.92, _noise(rest * 100, 0.28)) * np.exp(-(((y - 1.2) / 1.8) ** 2)) * (z > 4)
    skin -= freckle[:, None] * [0.22, 0.24, 0.24]
    hairline = 8.6 + 0.5 * np.sin(1.9 * x) - np.maximum(0, 4.5 - z) * 1.25
    hair = _smooth(-0.25, 0.25, y - hairline)
    strands = 0.10 + 0.05 * np.sin(9 * np.arctan2(x, z + 1) + 0.8 * np.sin(1.1 * y)) + 0.02 * _noise(rest * 100, 0.35)
    skin = _mixed(skin, strands[:, None] * [1.5, 1.0, 0.6], hair)
    for brow in (marks[17:22], marks[22:27]):
        away = _distance_to_line(np.stack([x, y], 1), brow[:, :2])
        hatched = 0.75 + 0.25 * np.sin(14 * x + 5 * y)
        skin = _mixed(skin, np.array([0.20, 0.12, 0.08]), hatched * _smooth(0.42, 0.20, away) * (z > 4))
    lips = marks[[48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59]]
    inside = _inside(np.stack([x, y], 1), lips[:, :2]) * (z > 6)
    rim = _distance_to_line(np.stack([x, y], 1), np.concatenate([lips, lips[:1]])[:, :2])
    signed = np.where(inside > 0, rim, -rim) * (z > 6) - 9.0 * (z <= 6)
    lip = np.array([0.66, 0.25, 0.26]) * (0.92 + 0.08 * np.sin(16 * x))[:, None]
    skin = _mixed(skin, lip, _smooth(-0.06, 0.10, signed))
    back = material == WORN.index("M_BackHead")
    bag = back & (np.abs(x) < 3.8) & (y < 0) & (y > -6.2) & (z > 0.5)
    socket = back & (np.abs(x) < 5.0) & (y > 1.8) & (y < 5.4) & (z > 5.5)
    skin[bag] = np.array([0.30, 0.09, 0.08])
    skin[socket] = np.array([0.62, 0.36, 0.33])
    gums = material == WORN.index("M_GumsTongue")
    skin[gums] = np.array([0.66, 0.30, 0.30]) + 0.03 * _noise(rest[gums] * 100, 0.2)[:, None]
    teeth = material == WORN.index("M_Teeth")
    skin[teeth] = np.array([0.86, 0.82, 0.74]) * (0.93 + 0.07 * np.sin(8 * x[teeth]))[:, None]
    for side, joint in (("Left", 3), ("Right", 4)):
        ball = material == WORN.index(f"M_Sclera{side}")
        skin[ball] = _eye(rest[ball] - person.head.joints[joint])
    return np.clip(skin, 0.02, 1)


def _eye(offset: np.ndarray) -> np.ndarray:
    """Return sclera, iris and pupil by the angle from straight ahead."""
    direction = _unit(offset)
    angle = np.arccos(np.clip(direction[:, 2], -1, 1))
    rays = 0.85 + 0.15 * np.sin(17 * np.arctan2(direction[:, 1], direction[:, 0]))
    iris = np.array([0.16, 0.36, 0.40]) * rays[:, None]
    color = np.tile([0.88, 0.86, 0.84], (len(offset), 1)) - 0.2 * _smooth(0.7, 1.3, angle)[:, None] * [0.2, 1, 1]
    color = _mixed(color, iris, _smooth(0.52, 0.47, angle))
    return _mixed(color, np.array([0.03, 0.03, 0.03]), _smooth(0.22, 0.18, angle))


def _photograph(
    folder: Path, split: str, person: IctHead, pose: FlamePose, step: int, place: tuple[float, float], size: int
) -> dict[str, object]:
    """Write one image with its mask; returns its entry in the transforms file."""
    camera = studio_camera(place, size)
    image, mask = photograph(person, pose, camera)
    name = f"{split}_{step:05d}_{place[0]:+03d}_{place[1]:+03d}.png"
    Image.fromarray((image * 255 + 0.5).astype(np.uint8)).save(folder / "images" / name)
    Image.fromarray((mask * 255 + 0.5).astype(np.uint8)).save(folder / "fg_masks" / name)
    world_from_camera = np.linalg.inv(camera.camera_from_world.astype(np.float64))
    world_from_camera[:, 1:3] *= -1  # OpenGL: y up, z backwards
    places = (*CAMERAS, *HELD_OUT_CAMERAS)
    return {
        "file_path": f"images/{name}", "fg_mask_path": f"fg_masks/{name}", "flame_param_path":
        f"flame_param/{step:05d}.npz", "timestep_index": step, "camera_index": places.index(place),
        "transform_matrix": world_from_camera.tolist(), "fl_x": float(camera.K[0, 0]), "fl_y": float(camera.K[1, 1]),
        "cx": size / 2, "cy": size / 2, "w": size, "h": size,
    }  # fmt: skip


def _lit(albedo: np.ndarray, normal: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Return sRGB of a surface with a little gloss; the light is computed in sRGB, as painters do."""
    color = albedo * AMBIENT
    for direction, strength in LIGHTS:
        light = _unit(np.array([direction]))[0]
        cosine = np.maximum(0, normal @ light * 0.85 + 0.15)
        color = color + albedo * cosine[:, None] * strength
        gloss = np.maximum(0, (_unit(towards + light) * normal).sum(1)) ** 24
        color = color + 0.10 * gloss[:, None] * strength
    return np.clip(color, 0, 1)


def _normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return smooth normals, weighted by area."""
    corners = vertices[faces].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    sums = np.stack([np.bincount(faces.ravel(), np.repeat(normals[:, i], 3), len(vertices)) for i in range(3)], 1)
    return _unit(sums)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def _smooth(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """Return a soft step from 0 at low to 1 at high; low may be the larger."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _mixed(color: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    return color + share[:, None] * (other - color)


def _noise(points: np.ndarray, period: float) -> np.ndarray:
    """Return smooth noise in [-1, 1] with features of about the period, the same for the same point."""
    directions = np.random.default_rng(7).normal(size=(14, 3))
    phases = np.random.default_rng(8).uniform(0, 2 * np.pi, 14)
    waves = np.sin(points @ directions.T * (2 / period) + phases)
    return np.tanh(waves.sum(1) / np.sqrt(14) * 1.4)


def _distance_to_line(points: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return the distance of points to a chain of segments in the plane."""
    nearest = np.full(len(points), np.inf)
    for start, end in pairwise(line):
        along = end - start
        share = np.clip((points - start) @ along / (along @ along), 0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(points - start - share[:, None] * along, axis=1))
    return nearest


def _inside(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Return 1 for points inside a polygon, else 0."""
    crossings = np.zeros(len(points), int)
    for start, end in zip(polygon, np.roll(polygon, -1, 0), strict=True):
        spans = (start[1] > points[:, 1]) != (end[1] > points[:, 1])
        slope = (end[0] - start[0]) / (end[1] - start[1] if end[1] != start[1] else 1)
        crossings += spans & (points[:, 0] < start[0] + (points[:, 1] - start[1]) * slope)
    return crossings % 2
