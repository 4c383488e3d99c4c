"""A pickle of FLAME's structure that holds a face: our own sculpture as another person, in meaningless coefficients.

The skin and eyeballs of a head of ours, its vertices shuffled, its shapes mixed into statistical ones as FLAME's are,
its jaw a joint. No number in it is FLAME's.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from made_up_flame import write_flame

from rsatalker.heads.head import Head
from rsatalker.heads.head_file import dense_shapes, read_head
from rsatalker.heads.import_head import ImportHeadOptions, import_head
from rsatalker.heads.procedural.build import build_head
from rsatalker.heads.procedural.identity import Identity
from rsatalker.heads.regions import Region
from rsatalker.motion.expression_space import PROCEDURAL_1

EXPRESSIONS = 60
WORN = (Region.FACE, Region.SCALP, Region.EAR, Region.NECK, Region.EYE_SOCKET, Region.EYEBALL, Region.NOSTRIL)
STRENGTH = 0.35  # of a shape at coefficient 1, as FLAME's are about one standard deviation


def made_up_flame_face(seed: int = 0) -> tuple[dict[str, Any], Head, np.ndarray]:
    """Return what a FLAME file holds, the head of ours that it was made of, and the file's number of its vertices."""
    random = np.random.default_rng(seed)
    head = build_head(Identity(male=0.7, face_width=0.6, nose=0.5, lips=0.4, age=0.3), "someone")
    quads = head.quads[np.isin(head.quad_region, WORN)]
    kept = random.permutation(np.unique(quads))
    number = np.full(len(head.neutral_vertices), -1)
    number[kept] = np.arange(len(kept))
    quads = number[quads]
    template = head.neutral_vertices[kept].astype(float)
    shapes = dense_shapes(head.rig.shapes, len(head.neutral_vertices))[: len(PROCEDURAL_1), kept].astype(float)
    mixed = np.linalg.qr(random.normal(size=(EXPRESSIONS, len(shapes))))[0]  # FLAME's directions are independent, too
    expression = np.tensordot(mixed, shapes, 1) * STRENGTH * np.sqrt(EXPRESSIONS / len(shapes))
    identity = np.zeros((300, *template.shape))
    identity[0, :, 0] = 0.05 * template[:, 0]
    regressor = _regressor(template, head.joints.astype(float))
    return (
        {
            "v_template": template,
            "f": np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.uint32),
            "shapedirs": np.concatenate([identity, expression]).transpose(1, 2, 0),
            "posedirs": random.normal(0, 1e-6, (len(template), 3, 36)),
            "J_regressor": sp.csc_matrix(regressor),
            "kintree_table": np.array([[2**32 - 1, 0, 1, 1, 1], [0, 1, 2, 3, 4]], np.int64),
            "weights": head.rig.skinning[kept].astype(float),
            "J": regressor @ template,
            "bs_style": "lbs",
            "bs_type": "lrotmin",
        },
        head,
        number,
    )


def _regressor(template: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Return weights of a few vertices that sum to 1 and give the joints exactly."""
    regressor = np.zeros((5, len(template)))
    for row, joint in zip(regressor, joints, strict=True):
        near = np.argsort(((template - joint) ** 2).sum(1))[:200:5]
        equations = np.concatenate([template[near].T, np.ones((1, len(near)))])
        row[near] = np.linalg.lstsq(equations, np.append(joint, 1.0), rcond=None)[0]
    return regressor


class FlamePerson:
    """Such a file, imported; since it was made of a head of ours, what it ought to do is known."""

    def __init__(self, folder: Path) -> None:
        content, self.ours, self.vertex_of_ours = made_up_flame_face()
        self.file = import_head(ImportHeadOptions(write_flame(folder / "flame2023.pkl", content)), lambda _: None)
        self.head = read_head(self.file)[0]
        self.upper, self.lower = (self.vertex_of_ours[side] for side in self.ours.lip_contact)

    def lips_apart_mm(self, vertices: np.ndarray) -> float:
        """How far the lips are open to the eye, at the widest place."""
        return float((vertices[self.upper] - vertices[self.lower])[:, 1].max() * 1e3)
