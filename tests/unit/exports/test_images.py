from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rsatalker.exports.images import Tile, contact_sheet, lay_over, straight_alpha, write_png

pytestmark = pytest.mark.unit


def grey(value: int, height: int = 40, width: int = 60) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_lay_over_blends_premultiplied_colors() -> None:
    background = grey(100)
    frame = np.zeros((10, 10, 4), np.uint8)
    frame[..., 0], frame[..., 3] = 128, 128  # half transparent red
    lay_over(background, frame, left=5, top=3)
    assert background[3, 5].tolist() == [178, 50, 50]
    assert background[2, 5].tolist() == background[13, 15].tolist() == [100, 100, 100]


def test_lay_over_cuts_off_what_lies_outside() -> None:
    background = grey(0)
    frame = np.full((100, 100, 4), 255, np.uint8)
    frame[:, :50] = 0
    lay_over(background, frame, left=-30, top=-90)
    assert background[:10, 20:].min() == 255
    assert background[:, :20].max() == background[10:].max() == 0
    lay_over(background, frame, left=500, top=0)
    assert background[10:].max() == 0


def test_straight_alpha_undoes_premultiplication() -> None:
    frame = np.array([[[64, 0, 128, 128], [0, 0, 0, 0], [10, 20, 30, 255]]], np.uint8)
    assert straight_alpha(frame).tolist() == [[[128, 0, 255, 128], [0, 0, 0, 0], [10, 20, 30, 255]]]


def test_png_reads_back_in_pillow(tmp_path: Path) -> None:
    frame = np.zeros((4, 6, 4), np.uint8)
    frame[1, 2] = (50, 0, 0, 100)
    write_png(tmp_path / "folder" / "a.png", frame)
    with Image.open(tmp_path / "folder" / "a.png") as picture:
        assert (picture.mode, picture.size) == ("RGBA", (6, 4))
        assert picture.getpixel((2, 1)) == (128, 0, 0, 100)
    write_png(tmp_path / "b.png", grey(7))
    with Image.open(tmp_path / "b.png") as picture:
        assert (picture.mode, picture.getpixel((0, 0))) == ("RGB", (7, 7, 7))


def test_contact_sheet_shows_every_tile_and_its_label() -> None:
    sheet = contact_sheet([Tile(grey(200 + i), f"picture {i}") for i in range(5)], columns=3)
    for value in range(200, 205):
        assert (sheet == value).all(axis=2).sum() >= 40 * 60
    below_first = sheet[46:74, 6:66]
    assert (below_first.max(axis=2) > 120).sum() > 30
    assert sheet.shape[1] == 3 * 66 + 6


def test_contact_sheet_shrinks_pictures_to_the_width_asked_for() -> None:
    sheet = contact_sheet([Tile(grey(200), ""), Tile(grey(201), "")], columns=2, tile_width=30)
    assert ((sheet == 200).all(axis=2).sum(), (sheet == 201).all(axis=2).sum()) == (30 * 20, 30 * 20)


def test_contact_sheet_refuses_no_picture() -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        contact_sheet([], columns=3)
