"""`rsatalker compare-heads`: our procedural head beside a real one, in numbers and in pictures of every shape."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from jaxtyping import Float, Float32, Int, UInt8
from rich.console import Console
from rich.table import Table

from rsatalker.avatars.cast import CHARACTERS, character_head
from rsatalker.exports.images import Tile, contact_sheet, write_png
from rsatalker.heads.head import Head
from rsatalker.heads.head_file import read_head
from rsatalker.heads.ict_facekit import read_ict_facekit
from rsatalker.heads.procedural.build import build_head
from rsatalker.heads.procedural.identity import Identity
from rsatalker.heads.regions import Region
from rsatalker.heads.shape_head import ArkitHead, IdentitySpace, ShapeHead
from rsatalker.motion.expression_space import ARKIT_NAMES
from rsatalker.motion.pose import FlamePose
from rsatalker.option_ranges import check_ranges
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.training.avatar_mesh_images import see_mesh
from rsatalker.training.head_comparison import Alignment, ShapeLikeness, align, likenesses, shape_pose
from rsatalker.training.head_surface import eyeball_pixels, inverted_pixels, lip_gap_mm

# Combinations that close the mouth, and so must leave no gap between the lips.
CLOSING: tuple[tuple[str, ...], ...] = (
    (), ("jawOpen", "mouthClose"), ("mouthPressLeft", "mouthPressRight"), ("mouthRollLower", "mouthRollUpper"),
    ("mouthPucker",), ("mouthSmileLeft", "mouthSmileRight"), ("mouthFrownLeft", "mouthFrownRight"), ("cheekPuff",),
    ("mouthShrugLower", "mouthShrugUpper"), ("mouthStretchLeft", "mouthStretchRight"), ("jawForward",),
)  # fmt: skip
BLINK, SQUINT = ("eyeBlinkLeft", "eyeBlinkRight"), ("eyeSquintLeft", "eyeSquintRight")
SKIN_COLOR, EYE_COLOR = (0.78, 0.66, 0.60), (0.95, 0.95, 0.95)
TOOTH_COLOR, MOUTH_COLOR = (0.93, 0.90, 0.84), (0.6, 0.3, 0.3)
REGION_COLORS = {
    Region.EYEBALL: EYE_COLOR, Region.TEETH: TOOTH_COLOR, Region.GUM: MOUTH_COLOR, Region.TONGUE: MOUTH_COLOR,
    Region.MOUTH_BAG: MOUTH_COLOR,
}  # fmt: skip
LIGHTS = ((np.array([-0.45, 0.5, 0.74]), 0.75), (np.array([0.8, 0.1, 0.6]), 0.25))  # toward the light, and how bright
AMBIENT = 0.22
BACKDROP = np.array([0.16, 0.17, 0.19])
COLUMNS = 6  # pairs in a row of the sheet


@dataclass(frozen=True, slots=True)
class CompareHeadsOptions:
    """Options of `rsatalker compare-heads`.

    Attributes:
        real: Head file of `rsatalker import-head`, or the folder of ICT-FaceKit itself.
        out: Folder for the contact sheet.
        size: Width and height of one picture, pixels.
    """

    real: Annotated[Path, tyro.conf.Positional]
    out: Path = Path("out/heads")
    size: int = 200

    def __post_init__(self) -> None:
        check_ranges(self, {"size": (32, 1024)})


def compare_heads(options: CompareHeadsOptions, console: Console) -> None:
    """Print how far our head is from a real one and what shows that should not; write a sheet of all shapes of both.

    Raises:
        AssetError: The real head cannot be read.
    """
    ours = build_head(Identity())
    real, identity = read_ict_facekit(options.real) if options.real.is_dir() else read_head(options.real)
    alignment = align(ours, real, identity)
    shapes = likenesses(ours, real, alignment)
    console.print(_surface_table(alignment, identity))
    console.print(_shape_table(shapes))
    console.print(_fault_table({name: character_head(name) for name in CHARACTERS} | {"average": ours}))
    sheet = options.out / "shapes.png"
    write_png(sheet, shape_sheet(ours, real, alignment, options.size))
    console.print(f"Every shape, ours on the left of each pair: {sheet}")


def shape_sheet(ours: Head, real: ShapeHead, alignment: Alignment, size: int) -> UInt8[np.ndarray, "H W 3"]:
    """Return pairs of pictures of every ARKit shape, ours on the left."""
    moves_real = ArkitHead(real)
    scene = _Portrait(ours, size)
    at_rest = moves_real(FlamePose.neutral())
    real_colors = np.where(real.skinning[:, 3:].sum(1, keepdims=True) > 0.5, EYE_COLOR, SKIN_COLOR)
    our_colors = np.array([REGION_COLORS.get(Region(region), SKIN_COLOR) for region in ours.vertex_region])
    tiles: list[Tile] = []
    for name in ("neutral", *ARKIT_NAMES):
        raised = () if name == "neutral" else ("jawOpen", name) if name == "mouthClose" else (name,)
        pose = shape_pose(*raised)
        moved = alignment.vertices + (moves_real(pose) - at_rest) @ alignment.rotation.T
        pair = (
            scene.picture(ours(pose), ours.faces, our_colors),
            scene.picture(moved.astype(np.float32), real.faces, real_colors),
        )
        tiles.append(Tile(np.concatenate(pair, axis=1), name))
    return contact_sheet(tiles, COLUMNS)


class _Portrait:
    """A camera before our head's face that draws any mesh in its place."""

    def __init__(self, head: Head, size: int) -> None:
        middle = head.eye_centers.mean(0) - np.array([0, 0.035, 0], np.float32)
        position = middle + np.array([0.16, 0.02, 0.75], np.float32)
        self._camera: Camera = look_at(position, middle, vertical_fov_rad=0.34, width=size * 2, height=size * 2)

    def picture(
        self,
        vertices: Float32[np.ndarray, "V 3"],
        faces: Int[np.ndarray, "F 3"],
        colors: Float[np.ndarray, "V 3"],
    ) -> UInt8[np.ndarray, "H W 3"]:
        """Return the mesh in soft light, each pixel the mean of four."""
        image = see_mesh(vertices, faces, self._camera)
        normals = _normals(vertices, faces)
        seen = np.concatenate([normals, colors], axis=1)
        values = image.interpolated(seen, faces)
        normal = values[:, :3] / np.maximum(np.linalg.norm(values[:, :3], axis=1, keepdims=True), 1e-9)
        light = np.full(len(normal), AMBIENT)
        for toward, power in LIGHTS:
            light += power * np.clip(normal @ (toward / np.linalg.norm(toward)), 0, None)
        picture = np.broadcast_to(BACKDROP, (*image.faces.shape, 3)).copy()
        picture[image.seen] = values[:, 3:] * light[:, None]
        halves = picture.reshape(len(picture) // 2, 2, len(picture) // 2, 2, 3).mean((1, 3))
        return (np.clip(halves, 0, 1) * 255).astype(np.uint8)


def _normals(vertices: Float32[np.ndarray, "V 3"], faces: Int[np.ndarray, "F 3"]) -> Float[np.ndarray, "V 3"]:
    a, b, c = (vertices[faces[:, corner]].astype(np.float64) for corner in range(3))
    across = np.cross(b - a, c - a)
    normals = np.zeros((len(vertices), 3))
    for corner in range(3):
        np.add.at(normals, faces[:, corner], across)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def _surface_table(alignment: Alignment, identity: IdentitySpace | None) -> Table:
    table = Table("surface of our face to the real one, mm", "mean", "p95", "greatest")
    modes = 0 if identity is None else len(identity.shapes)
    distances = alignment.distances_mm
    row = [f"{value:.2f}" for value in (distances.mean(), np.quantile(distances, 0.95), distances.max())]
    table.add_row(f"best fit of {modes} identity modes", *row)
    return table


def _shape_table(shapes: list[ShapeLikeness]) -> Table:
    table = Table(f"displacement of {len(shapes)} shapes, ours against the real", "cosine", "strength")
    table.add_row("median", f"{np.median([shape.cosine for shape in shapes]):.3f}", "")
    for shape in shapes:
        table.add_row(shape.name, f"{shape.cosine:.3f}", f"{shape.strength:.2f}")
    return table


def _fault_table(heads: dict[str, Head]) -> Table:
    table = Table("what must be 0", "lips apart, mm", "eyeball through lids, px", "skin from behind, px")
    for name, head in heads.items():
        gap = max(lip_gap_mm(head, shape_pose(*names)) for names in CLOSING)
        blink = sum(eyeball_pixels(head, shape_pose(*BLINK, *more)) for more in ((), SQUINT))
        behind = sum(inverted_pixels(head, shape_pose(shape)) for shape in ARKIT_NAMES)
        table.add_row(name, f"{gap:.3f}", f"{blink}", f"{behind}")
    return table
