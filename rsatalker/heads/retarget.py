"""Motion of one expression space on a head of another: a map between coefficients that acts on the surface.

Both heads' shapes are compared at the same points of the face (`face_points`), so that it does not matter what the
coefficients mean or how the meshes are made. Jaw, neck and eyes are joints of every pose and are taken over as they
are; coefficients that are called like what joints do (`jawOpen` of a blend-shape head) follow the joints. The map is
solved once for a pair of heads and kept in the cache folder.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, Float64

from rsatalker.cache import cache_folder
from rsatalker.errors import ExpressionSpaceError
from rsatalker.heads import bounded_fit, face_motion, face_points
from rsatalker.heads.bounded_fit import BoundedFit
from rsatalker.heads.face_motion import OPEN, FaceMotion, closing_share, fitted_gaps, rows
from rsatalker.heads.face_points import AnyHead, find_face_points
from rsatalker.heads.head import Head
from rsatalker.heads.head_file import arkit_by_name
from rsatalker.motion.expression_space import ARKIT_INDEX, CARRIED_BY_JOINTS, UNBOUNDED_SPACES
from rsatalker.motion.pose import FlameMotion, FlamePose
from rsatalker.motion.rig import joint_weights
from rsatalker.npz_file import NPZ_FAULTS, open_npz
from rsatalker.whole_files import whole_file

RIDGE = 1e-3  # of the mean of the diagonal, for statistical coefficients: what hardly moves the face is left alone
OWN_RIDGE = (
    0.01  # of each weight's own entry, for weights in [0, 1]: of two that pull apart neither is raised for nothing
)
FLOOR = 1e-6  # of the mean: a weight that moves nothing on the face stays 0
METHOD = (face_points, face_motion, bounded_fit)  # whose code a cached map depends on, beside this file's


@dataclass(frozen=True, slots=True)
class Retarget:
    """From the coefficients of one space to those of another.

    Attributes:
        source_space: Name of the space that motion comes in.
        target_space: Name of the space of the head that it drives.
        fit: What the target's coefficients have to fit, within their bounds.
        moments: Right-hand side of the fit for each coefficient of the source.
        followers: What each ARKit weight of the joints adds to the target's coefficients.
    """

    source_space: str
    target_space: str
    fit: BoundedFit
    moments: Float64[np.ndarray, "K E"]
    followers: Float32[np.ndarray, "52 K"]

    def expression(self, source: Float[np.ndarray, " E"]) -> Float32[np.ndarray, " K"]:
        """Return the target's coefficients that look like the source's.

        Raises:
            ExpressionSpaceError: There is another number of coefficients than the source space has.
        """
        known = self.moments.shape[1]
        if len(source) > known:
            raise ExpressionSpaceError(
                f"the motion has {len(source)} coefficients, {self.source_space} of this head has {known}; give the "
                "head that the motion was made for."
            )
        return self.fit.solve(self.moments[:, : len(source)] @ np.asarray(source, float)).astype(np.float32)

    def pose(self, pose: FlamePose) -> FlamePose:
        """Return the pose that looks the same on the target."""
        expression = self.expression(pose.expression) + joint_weights(pose) @ self.followers
        return replace(pose, expression=expression.astype(np.float32))

    def motion(self, motion: FlameMotion) -> FlameMotion:
        """Return the whole motion in the target's space.

        Raises:
            ExpressionSpaceError: The motion is of another space than the source's; FLAME 2020 and 2023 are two.
        """
        if motion.expression_space != self.source_space:
            raise ExpressionSpaceError(
                f"the motion is of {motion.expression_space}, the head that it should come from is of "
                f"{self.source_space}, and the coefficients of the two do not mean the same; give a head of "
                f"{motion.expression_space}."
            )
        poses = [self.pose(pose) for pose in motion]
        return FlameMotion.of(poses, motion.start_us, motion.frame_rate_hz, self.target_space)


def solve_retarget(source: AnyHead, target: AnyHead) -> Retarget:
    """Return the map from the space of one head to that of another.

    Raises:
        AssetError: One of them is no face where its eyes are.
    """
    if (source.expression_space, source.expression_names) == (target.expression_space, target.expression_names):
        return _unchanged(source)
    motions = [FaceMotion.of(head, find_face_points(head)) for head in (source, target)]
    weights = motions[0].points.weights * motions[1].points.weights
    fields, basis = motions[0].coefficients(), motions[1].coefficients()
    closing = [name == OPEN for name in source.expression_names]
    fields = fitted_gaps(fields, closing, *motions)
    fields[_follow_joints(source.expression_names).any(0)] = 0
    followers = _follow_joints(target.expression_names)
    columns, moved = rows(basis, weights), rows(fields, weights)
    gram = columns @ columns.T
    usual = np.full(len(gram), np.diag(gram).mean())
    limit = np.inf if target.expression_space in UNBOUNDED_SPACES else 1.0
    ridge = np.diag(RIDGE * usual if np.isinf(limit) else OWN_RIDGE * np.diag(gram) + FLOOR * usual)
    gram += ridge
    upper = np.where(followers.any(0), 0.0, limit)
    lower = np.where(np.isinf(upper), -upper, 0.0)
    moments = columns @ moved.T
    if any(closing) and OPEN in target.expression_names:
        own = target.expression_names.index(OPEN)
        moments[:, closing.index(True)] = gram[:, own] * closing_share(motions[1], basis[own])
    elif any(closing):
        opened = rows(motions[1].coefficients(jaw_open=True), weights)
        index = closing.index(True)  # these lips are closed where they are: with the jaw open
        moments[:, index] = gram @ np.linalg.solve(opened @ opened.T + ridge, opened @ moved[index])
    if np.isinf(limit):  # nothing bounds them, so that the solution is linear
        gram, moments = np.eye(len(gram)), np.linalg.solve(gram, moments)
    fit = BoundedFit(gram, lower, upper)
    return Retarget(source.expression_space, target.expression_space, fit, moments, followers)


def _unchanged(head: AnyHead) -> Retarget:
    """Return the map between two heads of one space: coefficients mean the same on both."""
    count = len(head.expression_names)
    unbounded = np.full(count, np.inf)
    fit = BoundedFit(np.eye(count), -unbounded, unbounded)
    followers = np.zeros((len(ARKIT_INDEX), count), np.float32)
    return Retarget(head.expression_space, head.expression_space, fit, np.eye(count), followers)


def _follow_joints(names: tuple[str, ...]) -> Float32[np.ndarray, "52 K"]:
    """Return which weights of the joints drive which coefficients, by their names."""
    matrix = arkit_by_name(names)
    matrix[[index for name, index in ARKIT_INDEX.items() if name not in CARRIED_BY_JOINTS]] = 0
    return matrix


def cached_retarget(source: AnyHead, target: AnyHead) -> Retarget:
    """Return the map, from the cache folder if it was solved before.

    Raises:
        AssetError: One of them is no face where its eyes are.
    """
    path = cache_folder() / "retargets" / f"{_digest(source, target)}.npz"
    try:
        with open_npz(path) as file:
            fit = BoundedFit(file["gram"], file["lower"], file["upper"])
            maps = file["moments"], file["followers"]
            return Retarget(source.expression_space, target.expression_space, fit, *maps)
    except (*NPZ_FAULTS, KeyError):
        solved = solve_retarget(source, target)
    with suppress(OSError):  # read-only or full disk: the next start solves it again
        _save(path, solved)
    return solved


def _save(path: Path, solved: Retarget) -> None:
    with whole_file(path, shared=True) as draft, draft.open("wb") as file:
        np.savez(
            file, gram=solved.fit.gram, lower=solved.fit.lower, upper=solved.fit.upper,
            moments=solved.moments, followers=solved.followers,
        )  # fmt: skip


def _digest(*heads: AnyHead) -> str:
    """Return a hash of all that the map depends on, code included."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for module in METHOD:
        digest.update(Path(str(module.__file__)).read_bytes())
    for head in heads:
        rig = head.rig if isinstance(head, Head) else head
        arrays = (head.neutral_vertices, head.faces, head.joints, rig.skinning, rig.shapes.vertices, rig.shapes.offsets)
        for array in arrays:
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(repr((head.expression_space, head.expression_names)).encode())
    return digest.hexdigest()[:24]
