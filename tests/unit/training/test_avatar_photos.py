"""Images and masks as people have them: what is read of them, and what is said of those that are not right."""

import struct
import zlib

import numpy as np
import pytest
from painted_ball import SIZE_PX, changed_frame
from PIL import Image

from rsatalker.errors import AssetError
from rsatalker.training.avatar_capture import read_capture
from rsatalker.training.avatar_photos import Photos, read_photo

pytestmark = pytest.mark.unit


def test_photo_is_made_smaller_with_its_camera(folder):
    view = read_capture(folder).train[0]
    full, half = read_photo(view), read_photo(view, SIZE_PX // 2)
    assert half.color.shape == (SIZE_PX // 2, SIZE_PX // 2, 3)
    blocks = full.color.reshape(SIZE_PX // 2, 2, SIZE_PX // 2, 2, 3).mean((1, 3))
    np.testing.assert_allclose(half.color, blocks, atol=1.01 / 255)  # rounded once
    np.testing.assert_allclose(half.camera.K[:2], full.camera.K[:2] / 2)


def test_photo_before_a_background_keeps_only_the_person(folder):
    photo = read_photo(read_capture(folder).train[0])
    assert photo.mask is not None
    before = photo.before((1.0, 0.0, 0.0))
    np.testing.assert_allclose(before[photo.mask == 0], [[1, 0, 0]] * int((photo.mask == 0).sum()))
    np.testing.assert_allclose(before[photo.mask == 1], photo.color[photo.mask == 1])


def test_photo_takes_its_alpha_as_mask_where_none_is_given(folder):
    view = read_capture(folder).train[0]
    rgba = np.dstack([np.asarray(Image.open(view.image)), np.asarray(Image.open(view.mask))])
    Image.fromarray(rgba).save(folder / "images" / "alpha.png")
    changed_frame(folder, file_path="images/alpha.png", fg_mask_path=None)
    with_alpha, with_mask = read_photo(read_capture(folder).train[0]), read_photo(view)
    assert with_alpha.mask is not None
    np.testing.assert_array_equal(with_alpha.mask, with_mask.mask)


def test_photo_without_mask_is_used_as_it_is(folder):
    changed_frame(folder, fg_mask_path=None)
    photo = read_photo(read_capture(folder).train[0])
    assert photo.mask is None
    assert photo.before((1.0, 0.0, 0.0)) is photo.color


def test_photos_are_kept(folder):
    photos, view = Photos(0), read_capture(folder).train[0]
    assert photos(view) is photos(view)


def rewritten(folder, change, suffix=".png", **options):
    """Let the first image be written in another way; return how it was read before and is now."""
    view = read_capture(folder).train[0]
    before = read_photo(view)
    with Image.open(view.image) as opened:
        image = change(opened.copy())
    image.save(view.image.with_suffix(suffix), **options)
    changed_frame(folder, file_path=f"images/{view.image.stem}{suffix}")
    return before, read_photo(read_capture(folder).train[0])


def test_photo_may_be_a_jpeg(folder):
    before, photo = rewritten(folder, lambda image: image, ".jpg", quality=95)
    np.testing.assert_allclose(photo.color, before.color, atol=0.25)
    assert np.abs(photo.color - before.color).mean() < 0.02


def test_photo_may_be_grey_of_16_bits(folder):
    before, photo = rewritten(folder, lambda image: Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 257))
    luma = before.color @ [0.299, 0.587, 0.114]
    np.testing.assert_allclose(photo.color, np.repeat(luma[..., None], 3, 2), atol=1.01 / 255)


def test_photo_may_be_a_colour_png_of_16_bits(folder):
    view = read_capture(folder).train[0]
    before = read_photo(view)
    deep = np.asarray(Image.open(view.image)).astype(">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in deep)
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", SIZE_PX, SIZE_PX, 16, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)))
    png = [
        struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in (*chunks, (b"IEND", b""))
    ]
    view.image.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(png))
    np.testing.assert_allclose(read_photo(view).color, before.color, atol=1.01 / 255)


def test_photo_takes_the_transparency_of_a_palette_as_mask(folder):
    changed_frame(folder, fg_mask_path=None)

    def with_palette(image):
        indices = np.full((SIZE_PX, SIZE_PX), 1, np.uint8)
        indices[:5] = 0
        painted = Image.fromarray(indices, "P")
        painted.putpalette([255, 0, 0, 0, 0, 255])
        return painted

    _, photo = rewritten(folder, with_palette, transparency=0)
    assert photo.mask is not None
    assert (photo.mask[:5] == 0).all()
    assert (photo.mask[5:] == 1).all()
    np.testing.assert_array_equal(photo.color[10, 10], [0, 0, 1])


@pytest.mark.parametrize("deep", [False, True])
def test_mask_of_two_values_or_of_16_bits_is_that_of_8(folder, deep):
    view = read_capture(folder).train[0]
    assert view.mask is not None
    before = np.asarray(Image.open(view.mask)) > 127
    Image.fromarray(before.astype(np.uint16) * 65535 if deep else before).save(view.mask)
    np.testing.assert_array_equal(read_photo(view).mask, before)


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda image, mask: image.write_bytes(image.read_bytes()[:900]), r"0_-1.0.png cannot be read .*truncated"),
        (lambda image, mask: Image.new("I", (SIZE_PX, SIZE_PX)).save(image.with_suffix(".tif")), None),
        (lambda image, mask: Image.new("L", (SIZE_PX, SIZE_PX), 1).save(mask), "black but for values of 1; write"),
    ],
)  # fmt: skip
def test_photo_says_what_is_wrong_with_it(folder, damage, complaint):
    view = read_capture(folder).train[0]
    damage(view.image, view.mask)
    if complaint is None:
        changed_frame(folder, file_path="images/train_0_-1.0.tif")
        view, complaint = read_capture(folder).train[0], "holds numbers of 32 bits; save it with 8 or 16 bits"
    with pytest.raises(AssetError, match=complaint):
        read_photo(view)


def test_photo_says_when_it_is_too_small_to_be_compared(folder):
    with pytest.raises(AssetError, match=r"is 12 x 12 as it is used; at least 16 x 16 .* or a larger longest_px"):
        read_photo(read_capture(folder).train[0], longest_px=12)
