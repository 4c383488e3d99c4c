"""Where the two stand, and how a camera is set up for them: film's usual shots as views.

All cameras stay on one side of the line between the two (the +z side where it runs along x), so that a cut never
changes who is on the left: the 180 degree rule.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32

from rsatalker.cutscenes.script import Participant, Preset, Vector, View

EYES_IN_HEAD = np.array([0.0, 0.035, 0.08])  # metres: the point between the eyes of a head at rest
FACE_IN_HEAD = np.array([0.0, 0.0, 0.03])  # the middle of the visible head: what a close-up is centred on
UP = np.array([0.0, 1.0, 0.0])

# Arrangement: (distance of each head from the middle, metres; angle by which it is turned towards the other, degrees).
ARRANGEMENTS: dict[str, tuple[float, float]] = {
    "open": (0.24, 38.0),  # three quarters of both faces towards the camera
    "facing": (0.31, 66.0),  # opposite each other, for shots over the shoulder
    "beside": (0.25, 9.0),  # side by side, facing the camera, as in an interview
}

# Preset: (height of the picture in metres at the face, vertical angle of view in degrees).
FRAMINGS: dict[Preset, tuple[float, float]] = {
    "two-shot": (0.44, 20.0),
    "wide": (0.62, 24.0),
    "medium": (0.44, 20.0),
    "close-up": (0.31, 16.0),
    "extreme-close-up": (0.17, 12.0),
    "over-the-shoulder": (0.40, 15.0),
    "profile": (0.34, 16.0),
}
HEAD_WIDTH_M = 0.37  # of head, hair and most of the shoulders
BUST_END_M = -0.235  # height at which busts end: a two-shot ends there too, or they would float
HEADROOM_M = 0.01  # and no further does it look up for that
CLEAR_M = 0.16  # from the middle of a head to where its hair ends
NOSE_M = 0.09  # from the eyes of a head at rest to the nose of one that has turned to its partner
LOOKING_ROOM = 0.10  # of the picture's width, that a face stands away from the middle, with room where it looks
FACE_SIDES_DEG = (32.0, 40.0, 48.0, 56.0)  # between a close-up's camera and the gaze: the first that is clear
SHOULDER_BACK_M, SHOULDER_SIDE_M = 0.50, 0.35  # camera of an over-the-shoulder, seen from the near head's eyes


def default_places(arrangement: str) -> tuple[tuple[Vector, float], tuple[Vector, float]]:
    """Return position and angle of both heads."""
    apart_m, turned_deg = ARRANGEMENTS[arrangement]
    return ((-apart_m, 0.0, 0.0), turned_deg), ((apart_m, 0.0, 0.0), -turned_deg)


def world_from_heads(participants: Sequence[Participant]) -> Float32[np.ndarray, "2 4 4"]:
    """Return where both heads stand."""
    placed = np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))
    for anchor, participant in zip(placed, participants, strict=True):
        angle = np.radians(participant.turned_deg)
        cosine, sine = np.cos(angle), np.sin(angle)
        anchor[0, 0], anchor[0, 2], anchor[2, 0], anchor[2, 2] = cosine, sine, -sine, cosine
        anchor[:3, 3] = participant.position_m
    return placed


def eyes_of(participants: Sequence[Participant], index: int) -> Float[np.ndarray, "3"]:
    """Return the point between one head's eyes."""
    return _point_of(participants, index, EYES_IN_HEAD)


def framed(
    preset: Preset, participants: Sequence[Participant], of: int, aspect: float, fov_deg: float | None = None
) -> View:
    """Return the view of a preset.

    Args:
        preset: Which.
        participants: Both.
        of: Whose shot it is; two-shot and wide show both.
        aspect: Width of the picture over its height.
        fov_deg: Angle of view; the camera keeps the size of what it shows. None takes the preset's.
    """
    height_m, usual_fov = FRAMINGS[preset]
    fov = fov_deg or usual_fov
    if preset in ("two-shot", "wide"):
        return _both(participants, height_m, fov, aspect)
    if preset == "over-the-shoulder":
        return _over_the_shoulder(participants, of, height_m, fov_deg, aspect)
    face = _point_of(participants, of, FACE_IN_HEAD)
    if preset == "extreme-close-up":
        face = _point_of(participants, of, EYES_IN_HEAD) - 0.02 * UP
    if preset == "medium":
        face = face - 0.05 * UP
    distance = height_m / (2 * np.tan(np.radians(fov) / 2))
    towards = _camera_side(participants)
    if preset != "profile":
        towards = _clear_side(participants, of, distance, height_m * aspect / 2)
    looks = _level(eyes_of(participants, 1 - of) - eyes_of(participants, of))
    right = np.cross(UP, towards)  # of the picture: the camera looks along -towards
    beside = float(np.sign(looks @ right)) * right  # of the picture: the side where the partner is
    room = LOOKING_ROOM * height_m * aspect
    ahead, aside = (float((_nose_of(participants, 1 - of) - face) @ axis) for axis in (towards, beside))
    free = aside - height_m * aspect / 2 * (distance - ahead) / distance  # up to where a nose would show at the edge
    target = face + (free if 0 <= free < room else room) * beside
    return _view(target + distance * towards, target, fov)


def _nose_of(participants: Sequence[Participant], index: int) -> Float[np.ndarray, "3"]:
    """Return how far the face of someone who looks at the other one reaches."""
    eyes = eyes_of(participants, index)
    return eyes + NOSE_M * _level(eyes_of(participants, 1 - index) - eyes)


def _both(participants: Sequence[Participant], height_m: float, fov: float, aspect: float) -> View:
    faces = [_point_of(participants, index, FACE_IN_HEAD) for index in (0, 1)]
    side = _camera_side(participants)
    needed_m = float(abs((faces[1] - faces[0]) @ np.cross(UP, side))) + HEAD_WIDTH_M
    height_m = max(height_m, needed_m / aspect)
    target = (faces[0] + faces[1]) / 2 + float(np.clip(BUST_END_M + height_m / 2, -0.02, HEADROOM_M)) * UP
    return _view(target + side * height_m / (2 * np.tan(np.radians(fov) / 2)), target, fov)


def _over_the_shoulder(
    participants: Sequence[Participant], of: int, height_m: float, fov_deg: float | None, aspect: float
) -> View:
    """Return a view past the partner's head: the partner's back on one side, the face on the other third."""
    face, near = _point_of(participants, of, FACE_IN_HEAD), _point_of(participants, 1 - of, FACE_IN_HEAD)
    back = _level(near - face)
    position = near + SHOULDER_BACK_M * back + SHOULDER_SIDE_M * _camera_side(participants) + 0.04 * UP
    distance = float(np.linalg.norm(face - position))
    fov = fov_deg or float(np.degrees(2 * np.arctan(height_m / (2 * distance))))
    towards = _level(position - face)
    right = np.cross(UP, towards)
    away = float(np.sign((near - position) @ right))  # the side of the picture on which the near head is
    width_m = 2 * distance * np.tan(np.radians(fov) / 2) * aspect
    return _view(position, face + away * 0.15 * width_m * right - 0.01 * UP, fov)


def _clear_side(
    participants: Sequence[Participant], of: int, distance_m: float, half_width_m: float
) -> Float[np.ndarray, "3"]:
    """Return the level direction from a face to its camera: as frontal as it gets without the partner in the way."""
    apart = eyes_of(participants, 1 - of) - eyes_of(participants, of)
    gaze, side = _level(apart), _camera_side(participants)
    across = _level(side - (side @ gaze) * gaze)
    towards = gaze
    for degrees in FACE_SIDES_DEG:
        angle = np.radians(degrees)
        towards = np.cos(angle) * gaze + np.sin(angle) * across
        ahead = distance_m - float(apart @ towards)  # of the camera to the partner
        beside = float(np.linalg.norm(apart)) * np.sin(angle) - CLEAR_M
        if ahead <= 0 or beside * distance_m / ahead > half_width_m * (1 + 2 * LOOKING_ROOM):
            break
    return towards


def _camera_side(participants: Sequence[Participant]) -> Float[np.ndarray, "3"]:
    """Return the level direction from the line between the two to the cameras: where both faces are seen from."""
    line = _level(eyes_of(participants, 1) - eyes_of(participants, 0))
    return np.cross(line, UP)


def _point_of(
    participants: Sequence[Participant], index: int, in_head: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "3"]:
    placed = world_from_heads(participants)[index].astype(float)
    return placed[:3, :3] @ in_head + placed[:3, 3]


def _level(direction: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    """Return the horizontal part of a direction with length 1; along x where there is none."""
    level = np.array([direction[0], 0.0, direction[2]])
    length = float(np.linalg.norm(level))
    return level / length if length > 1e-6 else np.array([1.0, 0.0, 0.0])


def _view(position: Float[np.ndarray, "3"], target: Float[np.ndarray, "3"], fov: float) -> View:
    x, y, z = (round(float(value), 6) for value in position)
    u, v, w = (round(float(value), 6) for value in target)
    return View((x, y, z), (u, v, w), round(fov, 6))
