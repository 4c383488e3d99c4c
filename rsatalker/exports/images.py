"""Pictures: frames laid over a background, PNG files, contact sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

# What reading a damaged picture raises, by its format, and one that claims more pixels than memory should be given to.
PICTURE_FAULTS: tuple[type[Exception], ...] = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
SHEET_COLOR = (24, 25, 28)  # dark, so that the pictures' edges show
LABEL_COLOR = (225, 225, 225)
LABEL_HEIGHT_PX = 28
GAP_PX = 6


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture of a contact sheet and what stands under it."""

    picture: UInt8[np.ndarray, "H W 3"]
    label: str


def lay_over(
    background: UInt8[np.ndarray, "H W 3"], frame: UInt8[np.ndarray, "h w 4"], left: int = 0, top: int = 0
) -> None:
    """Lay a frame (premultiplied RGBA, sRGB) over a part of the background, in place.

    Blends in sRGB, as engines do with a premultiplied texture in the user interface. What lies outside is cut off.
    """
    height, width = background.shape[:2]
    rows = slice(max(top, 0), min(top + frame.shape[0], height))
    columns = slice(max(left, 0), min(left + frame.shape[1], width))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    seen = frame[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    through = 255 - seen[..., 3:].astype(np.uint16)
    behind = (background[rows, columns] * through + 127) // 255
    background[rows, columns] = np.minimum(behind + seen[..., :3], 255).astype(np.uint8)


def straight_alpha(frame: UInt8[np.ndarray, "H W 4"]) -> UInt8[np.ndarray, "H W 4"]:
    """Return a premultiplied frame with its colours divided by alpha, as PNG wants them."""
    alpha = frame[..., 3:].astype(np.uint16)
    colors = (frame[..., :3].astype(np.uint16) * 255 + alpha // 2) // np.maximum(alpha, 1)
    return np.concatenate([np.minimum(colors, 255).astype(np.uint8), frame[..., 3:]], axis=-1)


def write_png(path: Path, picture: UInt8[np.ndarray, "H W C"]) -> None:
    """Write an RGB picture or a frame (premultiplied RGBA) as PNG; the folder is made if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(straight_alpha(picture) if picture.shape[2] == 4 else picture).save(path, format="PNG")


def contact_sheet(tiles: Sequence[Tile], columns: int, tile_width: int | None = None) -> UInt8[np.ndarray, "H W 3"]:
    """Return all tiles in rows, each with its label below; all pictures of one size.

    Args:
        tiles: At least one.
        columns: Tiles in a row.
        tile_width: Pixels; without it, that of the pictures.
    """
    if not tiles:
        raise ValueError("a contact sheet needs at least one picture.")
    picture_height, picture_width = tiles[0].picture.shape[:2]
    width = tile_width or picture_width
    height = round(picture_height * width / picture_width)
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    cell_width, cell_height = width + GAP_PX, height + LABEL_HEIGHT_PX + GAP_PX
    sheet = Image.new("RGB", (columns * cell_width + GAP_PX, rows * cell_height + GAP_PX), SHEET_COLOR)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=LABEL_HEIGHT_PX * 0.6)
    for index, tile in enumerate(tiles):
        left = GAP_PX + index % columns * cell_width
        top = GAP_PX + index // columns * cell_height
        sheet.paste(Image.fromarray(tile.picture).resize((width, height), Image.Resampling.LANCZOS), (left, top))
        middle = (left + width / 2, top + height + LABEL_HEIGHT_PX / 2)
        pen.text(middle, tile.label, fill=LABEL_COLOR, font=font, anchor="mm")
    return np.asarray(sheet)
