"""Where the camera is at every frame: cuts, keys, moves, and the two eyes of a stereo pair."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction

import numpy as np
from jaxtyping import Float

from rsatalker.cutscenes.script import Cutscene, Easing, Key, Shot, Stereo, View
from rsatalker.renderers.camera import Camera, look_at

# Sway of a hand-held camera at amount 1: amplitude in degrees (metres for the position) and hertz of each part. The
# frequencies share no common period, so that the sway does not repeat.
SWAY_DEG = ((0.35, 0.31), (0.18, 0.83), (0.07, 2.07))
SWAY_M = ((0.006, 0.23), (0.002, 0.71))


def eased(share: float, easing: Easing) -> float:
    """Return how far a move has come after a share of its time."""
    if easing == "ease-in":
        return share * share
    if easing == "ease-out":
        return share * (2 - share)
    if easing == "smooth":
        return share * share * (3 - 2 * share)
    return share


def shot_at(cutscene: Cutscene, frame: int) -> int:
    """Return the index of the shot that a frame belongs to."""
    cuts = [cutscene.first_frame(shot) for shot in range(len(cutscene.shots))]
    return bisect_right(cuts, frame) - 1


def view_at(cutscene: Cutscene, frame: int, shot: int | None = None) -> View:
    """Return the view of the camera, or of the point between two eyes, at one frame.

    Args:
        cutscene: The scene.
        frame: Which.
        shot: That the frame belongs to, where that is known.
    """
    index = shot_at(cutscene, frame) if shot is None else shot
    now = cutscene.shots[index]
    first, end = cutscene.first_frame(index), cutscene.first_frame(index + 1)
    time_s = cutscene.time_of(frame)
    share = (frame - first) / max(1, end - 1 - first)
    return _moved(_between_keys(now.keys, time_s - now.start_s), now, share, float(time_s), cutscene.seed)


def cameras_at(cutscene: Cutscene, frame: int, shot: int | None = None) -> tuple[Camera, ...]:
    """Return the camera of a frame, or the left and the right one; arguments as `view_at`."""
    view, stereo = view_at(cutscene, frame, shot), cutscene.stereo
    camera = _camera(view, cutscene.output.width, cutscene.output.height)
    return (camera,) if stereo is None else tuple(_eye(camera, side, stereo) for side in (-0.5, 0.5))


def _between_keys(keys: tuple[Key, ...], at_s: Fraction) -> View:
    """Return the view between the keys around a time; held before the first and after the last one."""
    after = bisect_right([key.at_s for key in keys], at_s)
    if after == 0:
        return keys[0].view
    if after == len(keys):
        return keys[-1].view
    one, two = keys[after - 1], keys[after]
    share = np.float64(eased(float((at_s - one.at_s) / (two.at_s - one.at_s)), one.easing))
    position, target = (
        tuple(float(value) for value in (1 - share) * np.array(a) + share * np.array(b))
        for a, b in ((one.view.position_m, two.view.position_m), (one.view.target_m, two.view.target_m))
    )
    fov, roll = (
        float((1 - share) * a + share * b)
        for a, b in ((one.view.fov_deg, two.view.fov_deg), (one.view.roll_deg, two.view.roll_deg))
    )
    return View((position[0], position[1], position[2]), (target[0], target[1], target[2]), fov, roll)


def _moved(view: View, shot: Shot, share: float, time_s: float, seed: int) -> View:
    """Return the view after the shot's own move."""
    if shot.move == "still":
        return view
    position, target = np.array(view.position_m), np.array(view.target_m)
    offset = position - target
    done = eased(share, shot.move_easing)
    if shot.move in ("push-in", "pull-out"):
        begins, ends = (1.0, 1 - shot.amount) if shot.move == "push-in" else (1 - shot.amount, 1.0)
        offset = offset * (begins + (ends - begins) * done)
    elif shot.move in ("orbit-left", "orbit-right"):
        sign = -1 if shot.move == "orbit-left" else 1
        offset = _turned(offset, np.radians(sign * shot.amount * (done - 0.5)))
    else:
        phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, (2, 3, 3))
        angles = [shot.amount * _sway(SWAY_DEG, time_s, phases[0, axis]) for axis in range(3)]
        drift = np.array([shot.amount * _sway(SWAY_M, time_s, phases[1, axis]) for axis in range(3)])
        distance = float(np.linalg.norm(offset))
        shift = distance * np.tan(np.radians(angles[:2]))
        position = target + offset + drift
        target = target + drift + np.array([shift[0], shift[1], 0.0])
        return _view(position, target, view.fov_deg, view.roll_deg + 0.4 * angles[2])
    return _view(target + offset, target, view.fov_deg, view.roll_deg)


def _sway(parts: tuple[tuple[float, float], ...], time_s: float, phases: Float[np.ndarray, " P"]) -> float:
    return sum(
        size * float(np.sin(2 * np.pi * hertz * time_s + phase))
        for (size, hertz), phase in zip(parts, phases, strict=False)
    )


def _turned(offset: Float[np.ndarray, "3"], angle: float) -> Float[np.ndarray, "3"]:
    """Return an offset turned about the vertical."""
    x, y, z = offset
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([cosine * x + sine * z, y, cosine * z - sine * x])


def _view(position: Float[np.ndarray, "3"], target: Float[np.ndarray, "3"], fov: float, roll: float) -> View:
    x, y, z = (float(value) for value in position)
    u, v, w = (float(value) for value in target)
    return View((x, y, z), (u, v, w), fov, roll)


def _camera(view: View, width: int, height: int) -> Camera:
    position, target = np.array(view.position_m, np.float32), np.array(view.target_m, np.float32)
    camera = look_at(position, target, vertical_fov_rad=float(np.radians(view.fov_deg)), width=width, height=height)
    if not view.roll_deg:
        return camera
    cosine, sine = np.cos(np.radians(view.roll_deg)), np.sin(np.radians(view.roll_deg))
    roll = np.eye(4, dtype=np.float32)
    roll[:2, :2] = [[cosine, sine], [-sine, cosine]]  # clockwise as seen from behind: the picture turns the other way
    return Camera(roll @ camera.camera_from_world, camera.K, width, height, camera.near)


def _eye(camera: Camera, side: float, stereo: Stereo) -> Camera:
    """Return one eye: moved sideways, with a frustum shifted so that both agree at the convergence distance."""
    shift_m = side * stereo.eye_distance_m
    camera_from_world = camera.camera_from_world.copy()
    camera_from_world[0, 3] -= shift_m
    K = camera.K.copy()
    K[0, 2] += K[0, 0] * shift_m / stereo.convergence_m
    return Camera(camera_from_world, K, camera.width, camera.height, camera.near)
