"""What an engine does with a frame: put it into the picture of an eye that has moved on since it was drawn for.

The reference for the plugins' shaders and the web client; correct rather than fast. Two ways; proto/README.md says
when to take which. The **card**: a picture in the world, across the view of the camera that the frame was drawn for, at
the depth of the head's anchor. The **depth grid**: the same picture on a grid whose corners stand at its own depths.
Either way a fragment has the depth that the frame has there, so that heads hide each other and the scene.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from rsatalker.renderers.camera import Camera
from sidecar.grid_raster import fill_triangles
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import Frame

GRID_CELLS = 64  # along each side: 8 pixels of a frame of 512, a fifth of a head's features
SOLID = 0.5  # from this alpha on a fragment hides what is behind it
LEAST_ALPHA = 1 / 255  # below it there is no fragment


@dataclass(frozen=True, slots=True)
class EyeImage:
    """One layer of a frame.

    Attributes:
        colors: Premultiplied sRGB, top row first.
        depths: Metres along the camera's z; 0 where nothing is drawn.
        view: Camera that it was drawn for.
        anchor: Where the head stood: origin of its space in the world, metres.
    """

    colors: UInt8[np.ndarray, "H W 4"]
    depths: Float32[np.ndarray, "H W"]
    view: View
    anchor: Float32[np.ndarray, "3"]

    @property
    def K(self) -> Float64[np.ndarray, "3 3"]:
        """Intrinsics of the camera that it was drawn for, pixels."""
        height, width = self.depths.shape
        left, right, down, up = (float(tangent) for tangent in self.view.tangents)
        fx, fy = width / (left + right), height / (down + up)
        return np.array([[fx, 0, left * fx], [0, fy, up * fy], [0, 0, 1]])

    @property
    def card_depth_m(self) -> float:
        """Depth of the card before the camera that the image was drawn for."""
        pose = self.view.camera_from_world.astype(np.float64)
        return float(pose[2, :3] @ self.anchor + pose[2, 3])


@dataclass(frozen=True, slots=True)
class TexelMap:
    """Which place of an image each pixel of a picture shows; NaN where it shows none.

    Attributes:
        u: Columns of the image, pixels; the centre of the first is 0.5.
        v: Rows.
        depths: Of the fragment before the picture's camera, metres.
    """

    u: Float64[np.ndarray, "H W"]
    v: Float64[np.ndarray, "H W"]
    depths: Float64[np.ndarray, "H W"]


class Picture:
    """What one eye sees now: frames are put into it, the farthest head first.

    Attributes:
        camera: Of the eye, now.
        colors: Premultiplied sRGB in [0, 1].
        depths: Of what is solid, metres; infinite where nothing is.
    """

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.colors = np.zeros((camera.height, camera.width, 4))
        self.depths = np.full((camera.height, camera.width), np.inf)

    def put(self, image: EyeImage, texels: TexelMap) -> None:
        """Draw an image where a map puts it, behind whatever is solid and nearer."""
        fragments = sampled(image.colors, texels.u, texels.v)
        is_seen = (fragments[..., 3] >= LEAST_ALPHA) & (texels.depths < self.depths)
        over = fragments + (1 - fragments[..., 3:]) * self.colors
        self.colors[is_seen] = over[is_seen]
        is_solid = is_seen & (fragments[..., 3] >= SOLID)
        self.depths[is_solid] = texels.depths[is_solid]


def images_of(frame: Frame) -> list[EyeImage]:
    """Return the layers of a frame."""
    header = frame.header
    anchor = header.world_from_head[:3, 3]
    return [
        EyeImage(colors, depths, view, anchor)
        for colors, depths, view in zip(frame.colors, frame.depths, header.views, strict=True)
    ]


def card_texels(image: EyeImage, camera: Camera) -> TexelMap:
    """Return where a camera sees an image on its card: a planar reprojection."""
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    rays = np.stack([x, y, np.ones_like(x)], axis=-1) @ np.linalg.inv(camera.K.astype(np.float64)).T
    image_from_camera = image.view.camera_from_world.astype(np.float64) @ np.linalg.inv(camera.camera_from_world)
    eye, directions = image_from_camera[:3, 3], rays @ image_from_camera[:3, :3].T
    with np.errstate(divide="ignore", invalid="ignore"):
        along = (image.card_depth_m - eye[2]) / directions[..., 2]
        points = eye + along[..., None] * directions
        u, v = (points @ image.K.T)[..., :2].transpose(2, 0, 1) / image.card_depth_m
    u[~(along > 0)] = np.nan
    image_depths = sampled_depths(image.depths, u, v)
    places = unprojected(image, u, v, image_depths)
    depths = places @ camera.camera_from_world[2, :3].astype(np.float64) + float(camera.camera_from_world[2, 3])
    is_nothing = np.isnan(depths)
    u[is_nothing] = v[is_nothing] = np.nan
    return TexelMap(u, v, depths)


def grid_texels(image: EyeImage, camera: Camera, cells: int = GRID_CELLS) -> TexelMap:
    """Return where a camera sees an image on a grid that stands at the image's depths.

    A corner stands at the mean depth of what is drawn within half a cell of it, or at the card's depth if nothing is:
    so the edge of a head goes with the head. Cells without anything drawn are left out.
    """
    height, width = image.depths.shape
    edges_u, edges_v = np.linspace(0, width, cells + 1), np.linspace(0, height, cells + 1)
    depths = np.full((cells + 1, cells + 1), image.card_depth_m)
    half_u, half_v = width / cells / 2, height / cells / 2
    for row, v in enumerate(edges_v):
        for column, u in enumerate(edges_u):
            around = image.depths[
                max(round(v - half_v), 0) : round(v + half_v), max(round(u - half_u), 0) : round(u + half_u)
            ]
            if (drawn := around[around > 0]).size:
                depths[row, column] = drawn.mean()
    u, v = np.meshgrid(edges_u, edges_v)
    places = unprojected(image, u, v, depths)
    seen = places @ camera.camera_from_world[:3, :3].T.astype(np.float64) + camera.camera_from_world[:3, 3]
    pixels = seen @ camera.K.T.astype(np.float64)
    corners = np.stack([pixels[..., 0] / seen[..., 2], pixels[..., 1] / seen[..., 2], seen[..., 2], u, v], axis=-1)
    maps = np.full((3, camera.height, camera.width), np.nan)
    fill_triangles(corners.reshape(-1, 5), _triangles(image, cells), camera.near, maps)
    return TexelMap(*maps)


def _triangles(image: EyeImage, cells: int) -> np.ndarray:
    """Return corners of the triangles of all cells that have something drawn."""
    rows, columns = np.nonzero(image.colors[..., 3])
    height, width = image.depths.shape
    used = np.unique((rows * cells // height) * cells + columns * cells // width)
    first = (used // cells) * (cells + 1) + used % cells
    below = first + cells + 1
    upper, lower = np.stack([first, first + 1, below], 1), np.stack([first + 1, below + 1, below], 1)
    return np.concatenate([upper, lower]).astype(np.int64)


def unprojected(
    image: EyeImage, u: Float64[np.ndarray, "H W"], v: Float64[np.ndarray, "H W"], depths: Float64[np.ndarray, "H W"]
) -> Float64[np.ndarray, "H W 3"]:
    """Return the places in the world that an image shows, metres."""
    rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(image.K).T
    pose = image.view.camera_from_world.astype(np.float64)
    return (rays * depths[..., None] - pose[:3, 3]) @ pose[:3, :3]


def sampled(
    colors: UInt8[np.ndarray, "H W 4"], u: Float64[np.ndarray, "h w"], v: Float64[np.ndarray, "h w"]
) -> Float64[np.ndarray, "h w 4"]:
    """Return colours in [0, 1] between pixels, bilinear; nothing outside the image or where u is NaN."""
    height, width = colors.shape[:2]
    framed = np.zeros((height + 2, width + 2, 4))
    framed[1:-1, 1:-1] = colors / 255
    is_inside = (u > -0.5) & (u < width + 0.5) & (v > -0.5) & (v < height + 0.5)
    x, y = np.where(is_inside, u, 0) + 0.5, np.where(is_inside, v, 0) + 0.5
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    x, y = (x - left)[..., None], (y - top)[..., None]
    upper = framed[top, left] * (1 - x) + framed[top, np.minimum(left + 1, width + 1)] * x
    below = np.minimum(top + 1, height + 1)
    lower = framed[below, left] * (1 - x) + framed[below, np.minimum(left + 1, width + 1)] * x
    return (upper * (1 - y) + lower * y) * is_inside[..., None]


def sampled_depths(
    depths: Float32[np.ndarray, "H W"], u: Float64[np.ndarray, "h w"], v: Float64[np.ndarray, "h w"]
) -> Float64[np.ndarray, "h w"]:
    """Return the depth of the nearest pixel: depths are never mixed over an edge. NaN where nothing is drawn."""
    height, width = depths.shape
    is_inside = (u >= 0) & (u < width) & (v >= 0) & (v < height)
    found = depths[np.where(is_inside, v, 0).astype(int), np.where(is_inside, u, 0).astype(int)].astype(np.float64)
    return np.where(is_inside & (found > 0), found, np.nan)
