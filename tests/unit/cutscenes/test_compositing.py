"""Frames over backgrounds, pixel by pixel."""

import numpy as np
import pytest
from plain_yuv import plain_yuv

from rsatalker.cutscenes.compositing import lay_into_video, lay_over_background
from rsatalker.exports.yuv import empty_video_picture, planes_of

pytestmark = pytest.mark.unit


def test_frame_lies_over_the_background_as_engines_blend_it() -> None:
    alphas, shares = np.meshgrid(np.arange(256), np.array([0, 1, 77, 255, 256]))  # a row for each share
    rng = np.random.default_rng(0)
    colors = np.round(rng.uniform(0, 1, (*alphas.shape, 3)) * alphas[..., None])  # premultiplied
    frame = np.concatenate([colors, alphas[..., None]], -1).astype(np.uint8)
    background = rng.integers(0, 256, (*alphas.shape, 4), np.uint8)
    out = np.empty((*alphas.shape, 3), np.uint8)
    lay_over_background(frame, background, shares[:, 0].astype(np.uint16), out)
    shown = shares[..., None] / 256
    exact = colors * shown + background[..., :3] * (1 - alphas[..., None] / 255 * shown)
    np.testing.assert_array_equal(out, np.floor(exact + 0.5 + 1e-9))


def test_frame_lies_in_the_planes_of_a_video_where_a_plain_conversion_puts_it() -> None:
    rng = np.random.default_rng(1)
    alphas = rng.choice([0, 1, 90, 254, 255], (2, 6, 10, 1))  # two eyes
    frames = np.concatenate([np.round(rng.uniform(0, 1, (2, 6, 10, 3)) * alphas), alphas], -1).astype(np.uint8)
    background = rng.integers(0, 256, (6, 10, 4), np.uint8)
    shown = np.array([256, 256, 255, 77, 1, 0], np.uint16)
    for shape, corners in (((12, 10), ((0, 0), (6, 0))), ((6, 20), ((0, 0), (0, 10)))):
        picture = empty_video_picture(shape[1], shape[0])
        exact = np.empty((*shape, 3))
        for frame, (top, left) in zip(frames, corners, strict=True):
            pixels, behind = frame.view(np.uint32)[..., 0], background.view(np.uint32)[..., 0]
            lay_into_video(pixels, behind, shown, top, left, *planes_of(picture))
            share = shown[:, None, None] / 256
            blended = frame[..., :3] * share + background[..., :3] * (1 - frame[..., 3:] / 255 * share)
            exact[top : top + 6, left : left + 10] = blended
        luma, blue, red = planes_of(picture.astype(float) - plain_yuv(exact))
        assert np.abs(luma).max() < 0.501
        edge = slice(None) if shape[1] == 10 else [*range(5), *range(6, 10)]  # views do not reach into each other
        assert max(np.abs(blue[:, edge]).max(), np.abs(red[:, edge]).max()) < 0.501
