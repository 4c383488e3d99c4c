"""Pictures for video, converted by the formulas of ITU-R BT.709 as they stand there."""

import numpy as np


def plain_yuv(picture: np.ndarray) -> np.ndarray:
    """Return an sRGB picture (H, W, 3) of 0 to 255 as the planes of a video, not rounded.

    Chroma stands between two rows and on the left of two columns: three columns make it, a quarter, a half, a quarter.
    """
    height, width, _ = picture.shape
    r, g, b = np.moveaxis(picture.astype(float) / 255, -1, 0)
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    planes = [16 + 219 * luma]
    for difference in ((b - luma) / 1.8556, (r - luma) / 1.5748):
        rows = (difference[::2] + difference[1::2]) / 2
        left = np.concatenate([rows[:, :1], rows[:, 1:-1:2]], axis=1)
        planes.append(128 + 224 * (left / 4 + rows[:, ::2] / 2 + rows[:, 1::2] / 4))
    return np.concatenate([plane.ravel() for plane in planes]).reshape(height * 3 // 2, width)


def video_picture(picture: np.ndarray) -> np.ndarray:
    """Return an sRGB picture as the planes of a video."""
    return np.floor(plain_yuv(picture) + 0.5).astype(np.uint8)
