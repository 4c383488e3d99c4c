"""Frames over backgrounds, pixel by pixel."""

import numpy as np
import pytest

from rsatalker.cutscenes.compositing import lay_over_background

pytestmark = pytest.mark.unit


def test_frame_lies_over_the_background_as_engines_blend_it() -> None:
    alphas, shares = np.meshgrid(np.arange(256), np.array([0, 1, 77, 255, 256]))  # a row for each share
    rng = np.random.default_rng(0)
    colors = np.round(rng.uniform(0, 1, (*alphas.shape, 3)) * alphas[..., None])  # premultiplied
    frame = np.concatenate([colors, alphas[..., None]], -1).astype(np.uint8)
    background = rng.integers(0, 256, (*alphas.shape, 3), np.uint8)
    out = np.empty_like(background)
    lay_over_background(frame, background, shares[:, 0].astype(np.uint16), out)
    shown = shares[..., None] / 256
    exact = colors * shown + background * (1 - alphas[..., None] / 255 * shown)
    np.testing.assert_array_equal(out, np.floor(exact + 0.5 + 1e-9))
