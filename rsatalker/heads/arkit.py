"""ARKit-52 weights and heads: which weights show what a head does, and what a head has to do to show weights.

Both by bounded least squares on the surface, 0 <= w <= 1, with the shapes of our own average head carried to the other
mesh (`face_points`), so that it holds for any head and any version of FLAME. The jaw's weights are led by its joint,
the gaze's are those of the eyes' joints; `tongueOut` cannot be seen on a face and stays 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from rsatalker.errors import ExpressionSpaceError
from rsatalker.heads.bounded_fit import BoundedFit
from rsatalker.heads.face_motion import OPEN, FaceMotion, fitted_gaps, rows
from rsatalker.heads.face_points import AnyHead, face_template, find_face_points
from rsatalker.heads.shape_head import ShapeHead
from rsatalker.motion.expression_space import ARKIT_NAMES, CARRIED_BY_JOINTS
from rsatalker.motion.pose import FlamePose
from rsatalker.motion.rig import joint_weights

JAW = ("jawLeft", "jawRight", "jawOpen")  # shapes that a joint shows
RIDGE = 1e-3  # of the mean of the diagonal, for coefficients of another head
OWN_RIDGE = 0.01  # of each weight's own entry on the diagonal: of two that pull apart neither is raised for nothing
JAW_RIDGE = 0.3  # the same for the jaw's weights, so that the joint leads them
# Pairs that cancel each other are one unknown: positive to the left, negative to the right.
OPPOSITE = {"mouthLeft": "mouthRight", "jawLeft": "jawRight"}
UNSOLVED = (*(name for name in CARRIED_BY_JOINTS if name not in JAW), "tongueOut", *OPPOSITE.values())
SHOWN = tuple(name for name in ARKIT_NAMES if name not in UNSOLVED)
_INDEX = np.array([ARKIT_NAMES.index(name) for name in SHOWN])
_LEFT = np.array([SHOWN.index(name) for name in OPPOSITE])
_RIGHT_INDEX = np.array([ARKIT_NAMES.index(name) for name in OPPOSITE.values()])


@dataclass(frozen=True, slots=True)
class ArkitSolver:
    """ARKit-52 weights of a head's poses; some 0.05 ms each.

    Attributes:
        space: Expression space of the poses.
        fit: Of the weights in `SHOWN`.
        moments: Right-hand side for each expression coefficient of the head.
    """

    space: str
    fit: BoundedFit
    moments: Float64[np.ndarray, "K E"]

    def weights(self, pose: FlamePose, before: Float32[np.ndarray, "52"] | None = None) -> Float32[np.ndarray, "52"]:
        """Return the weights that show a pose.

        Args:
            pose: In the head's own space; its `arkit` is not looked at.
            before: Weights of the instant before, near which these are found sooner.

        Raises:
            ExpressionSpaceError: The pose has more coefficients than the head.
        """
        if len(pose.expression) > self.moments.shape[1]:
            raise ExpressionSpaceError(
                f"the pose has {len(pose.expression)} coefficients, {self.space} of this head has "
                f"{self.moments.shape[1]}; give the head that the motion was made for."
            )
        of_joints = joint_weights(pose)
        led = _unknowns(of_joints)
        moments = self.moments[:, : len(pose.expression)] @ pose.expression.astype(float)
        fit = BoundedFit(self.fit.gram, self.fit.lower - led, self.fit.upper - led)
        shown = led + fit.solve(moments, None if before is None else _unknowns(before) - led)
        of_joints[_INDEX] = np.clip(shown, 0, 1)
        of_joints[_RIGHT_INDEX] = np.clip(-shown[_LEFT], 0, 1)
        return of_joints


def arkit_solver(head: AnyHead) -> ArkitSolver:
    """Return what finds the ARKit weights of a head's poses.

    Raises:
        AssetError: The head is no face where its eyes are.
    """
    points = find_face_points(head)
    ours, theirs = _template_motion(), FaceMotion.of(head, points)
    basis = _shapes(ours, SHOWN)
    basis[_LEFT] = (basis[_LEFT] - _shapes(ours, tuple(OPPOSITE.values()))) / 2
    basis = fitted_gaps(basis, [name == OPEN for name in SHOWN], ours, theirs)
    columns, moved = rows(basis, points.weights), rows(theirs.coefficients(), points.weights)
    gram = columns @ columns.T
    gram += np.diag(np.diag(gram) * [JAW_RIDGE if name in JAW else OWN_RIDGE for name in SHOWN])
    fit = BoundedFit(gram, np.array([-1.0 if name in OPPOSITE else 0.0 for name in SHOWN]), np.ones(len(gram)))
    return ArkitSolver(head.expression_space, fit, columns @ moved.T)


def expression_from_arkit(head: ShapeHead) -> Float32[np.ndarray, "52 E"]:
    """Return what each ARKit weight adds to a head's coefficients, for heads whose coefficients have no such names.

    `mouthClose` is solved with the jaw open, where it has to close the lips. Weights of the jaw add nothing: its joint
    shows them. Those of the gaze move the lids along.

    Raises:
        AssetError: The head is no face where its eyes are.
    """
    points = find_face_points(head)
    ours, theirs = _template_motion(), FaceMotion.of(head, points)
    fields = fitted_gaps(_shapes(ours, ARKIT_NAMES), [name == OPEN for name in ARKIT_NAMES], ours, theirs)
    fields[[ARKIT_NAMES.index(name) for name in JAW]] = 0
    matrix = np.zeros((len(ARKIT_NAMES), len(head.expression_names)), np.float32)
    for jaw_open in (False, True):
        columns = rows(theirs.coefficients(jaw_open=jaw_open), points.weights)
        chosen = [index for index, name in enumerate(ARKIT_NAMES) if (name == OPEN) == jaw_open]
        gram = columns @ columns.T
        gram += np.eye(len(gram)) * max(RIDGE * float(np.diag(gram).mean()), 1e-12)
        matrix[chosen] = np.linalg.solve(gram, columns @ rows(fields[chosen], points.weights).T).T
    return matrix


def _unknowns(weights: Float32[np.ndarray, "52"]) -> Float64[np.ndarray, " K"]:
    """Return ARKit weights as what is solved for."""
    unknowns = weights[_INDEX].astype(float)
    unknowns[_LEFT] -= weights[_RIGHT_INDEX]
    return unknowns


def _template_motion() -> FaceMotion:
    head = face_template().head
    return FaceMotion.of(head, find_face_points(head))


def _shapes(motion: FaceMotion, names: tuple[str, ...]) -> Float64[np.ndarray, "K N 3"]:
    return np.stack([motion.arkit(name) for name in names])
