"""Pictures as video stores them: a plane of luma, and two of chroma with half its rows and columns (4:2:0).

BT.709 in the range 16 to 235, as televisions expect it (ITU-R BT.709-6, sections 3.2 to 3.4). A sample of chroma stands
between two rows and on the left one of two columns, where H.264 and AV1 look for it unless they are told otherwise.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

# Luma and differences of a colour of 0 to 255, without the offsets 16 and 128.
LUMA = tuple(np.float32(share * 219 / 255) for share in (0.2126, 0.7152, 0.0722))
BLUE = tuple(np.float32(share * 224 / 255) for share in (-0.2126 / 1.8556, -0.7152 / 1.8556, 0.5))
RED = tuple(np.float32(share * 224 / 255) for share in (0.5, -0.7152 / 1.5748, -0.0722 / 1.5748))
LUMA_OFFSET, CHROMA_OFFSET = np.float32(16), np.float32(128)

Planes = tuple[UInt8[np.ndarray, "H W"], UInt8[np.ndarray, "h w"], UInt8[np.ndarray, "h w"]]


def empty_video_picture(width: int, height: int) -> UInt8[np.ndarray, "R W"]:
    """Return memory for a picture of even width and height: its three planes, one after the other."""
    return np.zeros((height * 3 // 2, width), np.uint8)


def planes_of(picture: UInt8[np.ndarray, "R W"]) -> Planes:
    """Return luma, blue difference and red difference of a picture; they share its memory."""
    rows, width = picture.shape
    height = rows * 2 // 3
    luma, chroma = picture[:height], picture[height:].reshape(2, height // 2, width // 2)
    return luma, chroma[0], chroma[1]
