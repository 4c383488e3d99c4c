"""What a head's shapes do to a face, in numbers that can be compared between heads: rows of a least-squares problem.

Rows are the displacements of the points of `face_points`, and, weighing more, how far upper and lower lips and lids
move against each other: a map that fits the former alone leaves mouths and eyes a little open, which is what one sees.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from rsatalker.heads.face_points import AnyHead, FacePoints, face_template, neutral_pose, posed
from rsatalker.heads.head import Head
from rsatalker.motion.expression_space import JAW_OPEN_RAD
from rsatalker.motion.pose import FlamePose

LIP_WEIGHT, LID_WEIGHT = 12.0, 8.0  # of one pair of points against one point
MOST_STRETCH = 2.0  # how much wider or narrower than ours another head's eyes may open
OPEN = "mouthClose"  # the shape that means something only while the jaw is open
FAINTEST_M = 1e-4  # a gap of our own; below it no ratio is taken


@dataclass(frozen=True, slots=True)
class FaceMotion:
    """How rows are made of a head.

    Attributes:
        head: The head.
        points: Where our average face lies on it.
        rest: Those points at rest.
        opened: The same with the jaw open.
    """

    head: AnyHead
    points: FacePoints
    rest: Float64[np.ndarray, "N 3"]
    opened: Float64[np.ndarray, "N 3"]

    @staticmethod
    def of(head: AnyHead, points: FacePoints) -> FaceMotion:
        """Return the motion of a head."""
        return FaceMotion(head, points, points.of(head.neutral_vertices), points.of(posed(head, "jawOpen")))

    def coefficients(self, *, jaw_open: bool = False) -> Float64[np.ndarray, "E N 3"]:
        """Return what every expression coefficient does at 1, with the jaw at rest or open."""
        rest = _jaw_open(neutral_pose(self.head)) if jaw_open else neutral_pose(self.head)
        base = self.points.of(self.head(rest))
        count = len(self.head.expression_names)
        fields = np.empty((count, *base.shape))
        for index in range(count):
            expression = np.zeros(count, np.float32)
            expression[index] = 1
            fields[index] = self.points.of(self.head(replace(rest, expression=expression))) - base
        if isinstance(self.head, Head) and not jaw_open and OPEN in self.head.expression_names:
            index = self.head.expression_names.index(OPEN)
            fields[index] = self.coefficients(jaw_open=True)[index]
        return fields

    def arkit(self, name: str) -> Float64[np.ndarray, "N 3"]:
        """Return what an ARKit weight does at 1; `mouthClose` while the jaw is open."""
        if name == OPEN:
            return self.points.of(posed(self.head, "jawOpen", OPEN)) - self.opened
        return self.points.of(posed(self.head, name)) - self.rest


def _jaw_open(pose: FlamePose) -> FlamePose:
    return replace(pose, jaw_pose=np.array([JAW_OPEN_RAD, 0, 0], np.float32))


def rows(fields: Float64[np.ndarray, "K N 3"], weights: Float64[np.ndarray, " N"]) -> Float64[np.ndarray, "K R"]:
    """Return displacement fields as rows of a least-squares problem.

    Args:
        fields: Displacements of the points.
        weights: Of the points: 0 where either head has no such place.
    """
    template = face_template()
    parts = [(fields * weights[:, None]).reshape(len(fields), -1)]
    for pairs, weight in ((template.lips, LIP_WEIGHT), (template.lids, LID_WEIGHT)):
        known = weight * weights[pairs].min(0)
        parts.append(((fields[:, pairs[0]] - fields[:, pairs[1]]) * known[:, None]).reshape(len(fields), -1))
    return np.concatenate(parts, 1)


def fitted_gaps(
    fields: Float64[np.ndarray, "K N 3"], closes: list[bool], source: FaceMotion, target: FaceMotion
) -> Float64[np.ndarray, "K N 3"]:
    """Return fields of a source whose lips and lids close on the target.

    A blink has to go as far as the target's eyes are open, and closing lips as far as its jaw has parted them.

    Args:
        fields: Of the source.
        closes: Which of them is `mouthClose`.
        source: Whose motion they are.
        target: On which they have to close.
    """
    template, fields = face_template(), fields.copy()
    _stretch(fields, template.lids, _gap(source.rest, template.lids), _gap(target.rest, template.lids))
    if any(closes):
        wanted = np.array(closes)
        lips = template.lips
        parted = [_gap(motion.opened, lips, motion.rest) for motion in (source, target)]
        closing = fields[wanted]
        _stretch(closing, lips, *parted)
        fields[wanted] = closing
    return fields


def closing_share(target: FaceMotion, closing: Float64[np.ndarray, "N 3"]) -> float:
    """Return at which weight a head's own `mouthClose` just closes its open jaw; made shapes overshoot, or fall short.

    Args:
        target: The head.
        closing: What its shape does at weight 1.
    """
    upper, lower = face_template().lips
    parted = target.opened - target.rest
    height = (parted[upper] - parted[lower])[:, 1]
    closed = (closing[lower] - closing[upper])[:, 1]
    middle = height > 0.5 * height.max()  # at the corners both are near 0
    return float(np.clip((height[middle] / np.maximum(closed[middle], FAINTEST_M)).max(), 0.0, 1.0))


def _gap(
    points: Float64[np.ndarray, "N 3"], pairs: np.ndarray, before: Float64[np.ndarray, "N 3"] | None = None
) -> Float64[np.ndarray, " K"]:
    apart = points[pairs[0]] - points[pairs[1]]
    return np.linalg.norm(apart if before is None else apart - (before[pairs[0]] - before[pairs[1]]), axis=1)


def _stretch(
    fields: Float64[np.ndarray, "K N 3"],
    pairs: np.ndarray,
    ours: Float64[np.ndarray, " M"],
    theirs: Float64[np.ndarray, " M"],
) -> None:
    """Move both points of each pair, in place, so that they move against each other in the ratio of two gaps."""
    ratio = np.clip(theirs / np.maximum(ours, FAINTEST_M), 1 / MOST_STRETCH, MOST_STRETCH)
    more = (fields[:, pairs[0]] - fields[:, pairs[1]]) * (ratio - 1)[:, None] / 2
    fields[:, pairs[0]] += more
    fields[:, pairs[1]] -= more
