"""Both heads of a scene as meshes with curves, for glTF and USD."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.avatar_folder import avatar_mesh, mesh_colors
from rsatalker.avatars.cast import CHARACTERS, character_head
from rsatalker.avatars.fitted_avatar import BETWEEN_EYES
from rsatalker.cutscenes.camera_track import cameras_at, shot_at
from rsatalker.cutscenes.pose_rows import SceneMotion, pose_of
from rsatalker.cutscenes.script import Cutscene
from rsatalker.cutscenes.staging import world_from_heads
from rsatalker.exports.gltf import write_glb
from rsatalker.exports.skinned import Curves, SkinnedHead, curves_of, skinned_head
from rsatalker.exports.usd import UsdScene, write_usd
from rsatalker.heads.face_points import eye_centers
from rsatalker.heads.head import Head
from rsatalker.heads.regions import Region
from rsatalker.motion.pose import MOTION_RATE_HZ, FlamePose

# Linear RGB of what is alike in everybody.
INSIDE_MOUTH, TONGUE, TEETH, SCLERA, PUPIL = (
    (0.18, 0.045, 0.040), (0.33, 0.10, 0.09), (0.62, 0.56, 0.47), (0.70, 0.68, 0.65), (0.005, 0.005, 0.005),
)  # fmt: skip
IRIS_COS, PUPIL_COS = 0.885, 0.975  # cosines of the angles from the eye's axis at which iris and pupil end


def write_scene_glb(path: Path, cutscene: Cutscene, motion: SceneMotion) -> None:
    """Write both heads at the rate of the motion, between whose instants frames interpolate as players of glTF do."""
    heads = _heads(cutscene, lambda head: (pose_of(row) for row in motion.rows[:, head]))
    write_glb(path, heads, MOTION_RATE_HZ, f"{cutscene.name}.wav", cutscene.name)


def write_scene_usd(path: Path, cutscene: Cutscene, motion: SceneMotion) -> None:
    """Write both heads and the camera, a sample for each frame."""
    times_s = [cutscene.time_of(frame) for frame in range(cutscene.frame_count)]
    cameras_from_world = np.empty((len(times_s), 4, 4), np.float32)
    tangents = np.empty(len(times_s), np.float32)
    for frame in range(len(times_s)):
        camera = cameras_at(cutscene, frame, shot_at(cutscene, frame))[0]
        cameras_from_world[frame], tangents[frame] = camera.camera_from_world, camera.height / (2 * camera.K[1, 1])
    scene = UsdScene(
        heads=_heads(cutscene, lambda head: (pose_of(motion.row(time_s)[head]) for time_s in times_s)),
        cameras_from_world=cameras_from_world,
        tangents=tangents,
        aspect=cutscene.output.width / cutscene.output.height,
        frame_rate=cutscene.output.frame_rate,
        sound=f"{cutscene.name}.wav",
    )
    write_usd(path, scene)


def _heads(cutscene: Cutscene, poses: Callable[[int], Iterable[FlamePose]]) -> list[tuple[SkinnedHead, Curves]]:
    """Return both heads with their curves.

    Args:
        cutscene: The scene.
        poses: Gives those of a participant, one at a time: those of an hour would fill the memory.
    """
    heads: list[tuple[SkinnedHead, Curves]] = []
    for index, (participant, place) in enumerate(
        zip(cutscene.participants, world_from_heads(cutscene.participants), strict=True)
    ):
        if participant.avatar in CHARACTERS:
            head = character_head(participant.avatar)
            colors, standing = vertex_colors(head, participant.avatar), place
        else:
            folder = Path(participant.avatar)
            head = avatar_mesh(folder, character_head)
            colors, standing = mesh_colors(folder, head), place @ _shift(BETWEEN_EYES - eye_centers(head).mean(0))
        heads.append((skinned_head(participant.name, head, colors, standing), curves_of(head, poses(index))))
    return heads


def _shift(by: Float32[np.ndarray, "3"]) -> Float32[np.ndarray, "4 4"]:
    matrix = np.eye(4, dtype=np.float32)
    matrix[:3, 3] = by
    return matrix


def vertex_colors(head: Head, character: str) -> Float32[np.ndarray, "V 3"]:
    """Return the linear colour of every vertex, from the character's recipe."""
    look = CHARACTERS[character].look
    of_region = {
        Region.SCALP: look.hair.dark,
        Region.MOUTH_BAG: INSIDE_MOUTH,
        Region.EYE_SOCKET: look.skin.blood,
        Region.GUM: TONGUE,
        Region.TONGUE: TONGUE,
        Region.TEETH: TEETH,
        Region.EYEBALL: SCLERA,
        Region.BODY: look.cloth.color,
        Region.NOSTRIL: look.skin.shade,
    }
    table = np.array([of_region.get(region, look.skin.color) for region in Region], np.float32)
    colors = table[head.vertex_region]
    eyeball = head.vertex_region == Region.EYEBALL
    for center in head.eye_centers:
        arm = head.neutral_vertices - center
        distance = np.linalg.norm(arm, axis=1)
        cosine = arm[:, 2] / np.maximum(distance, 1e-9)
        near = eyeball & (distance < 1.5 * head.eye_radius_m)
        colors[near & (cosine > IRIS_COS)] = look.eyes.outer
        colors[near & (cosine > PUPIL_COS)] = PUPIL
    return colors
