"""A scene's light on a captured head: what images showed, times the scene's light, by the light of the images.

Under the usual light, dimmed or not, a captured head looks as it was photographed, and the light of the images goes on
falling from where it came: on a lid that closes, on a head that turns. A light that is unlike the usual one lights the
head anew, from where its lamps are; shadows and highlights of the images stay, since nothing tells them from skin.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, Float, Float32, Int32

from rsatalker.avatars.captured_light import LEAST, MOST, CapturedLight, captured_light, face_weights
from rsatalker.avatars.face_frames import fill_vertex_normals, vertex_normals
from rsatalker.avatars.light import Light, studio_light
from rsatalker.avatars.rotated_probe import rotated
from rsatalker.avatars.shading import probe_light, wrapped
from rsatalker.avatars.spherical_harmonics import basis, diffuse_bands, sphere_directions, wrapped_cosine
from rsatalker.kernels import njit

F = np.float32
ONE = F(1)
DISPLAY_GAMMA = 2.2  # of sRGB, nearly
BRIGHTEST = 4.0  # times the light of the images, linear; beyond it all skin would be white
WRAP = 0.25  # how far a lamp reaches beyond the terminator: light under skin
UNLIKE = 0.2  # difference of two lights, in shares of their means, from which a head is lit anew altogether
SHOULDER = F(0.85)  # of display brightness, from which what is lit more comes ever closer to white
EVERY_WAY = sphere_directions(128)


class Relighting:
    """Tints the colours of one captured head.

    Attributes:
        captured: Light of the images.

    Args:
        vertices: Mesh at rest, metres.
        faces: Its triangles.
        binding: Triangle of each Gaussian.
        shares: Of the triangle's corners, at each Gaussian.
        colors: sRGB of each, on average over all sides.
        opaque: Which Gaussians one cannot see through.
        eyes: Between the eyes.
        captured: Light of the images; guessed if left out.
    """

    def __init__(
        self,
        vertices: Float32[np.ndarray, "V 3"],
        faces: Int32[np.ndarray, "F 3"],
        binding: Int32[np.ndarray, " N"],
        shares: Float[np.ndarray, "N 3"],
        colors: Float[np.ndarray, "N 3"],
        opaque: Bool[np.ndarray, " N"],
        eyes: Float32[np.ndarray, "3"],
        captured: CapturedLight | None = None,
    ) -> None:
        self._quads = np.ascontiguousarray(np.concatenate([faces, faces[:, 2:]], 1), np.int32)
        self._corners, self._shares = np.ascontiguousarray(faces[binding], np.int32), shares.astype(np.float32)
        self._normals = vertex_normals(vertices, self._quads)
        points = np.einsum("nc,ncd->nd", shares, self._normals[self._corners])
        points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
        places = np.einsum("nc,ncd->nd", shares, vertices[self._corners])
        weights = face_weights(places, points, eyes) * opaque
        if captured is None:
            captured = captured_light(points, (np.clip(colors, 0, 1) ** DISPLAY_GAMMA).mean(1), weights)
        self.captured = captured
        usual = studio_light()
        self._usual_irradiance, self._usual = usual.mean_irradiance, _irradiance(usual, EVERY_WAY)
        relit = _irradiance(usual, points) / captured.on(points)[:, None]
        level = (weights @ relit / weights.sum()) if weights.any() else usual.mean_irradiance
        self._resting = captured.on(self._normals).astype(np.float32)
        self._per_level = (1 / level).astype(np.float32)
        self._gains = np.empty_like(self._normals)

    def gains(
        self, vertices: Float32[np.ndarray, "V 3"], rotation: Float32[np.ndarray, "3 3"], light: Light
    ) -> Float32[np.ndarray, "V 3"] | None:
        """Return by what to multiply the display colours at each vertex; none if by nothing.

        Args:
            vertices: Of the posed mesh.
            rotation: World from head.
            light: Of the scene, world space.
        """
        evenly = light.mean_irradiance / self._usual_irradiance
        anew = min(1.0, _difference(_irradiance(light, EVERY_WAY), self._usual) / UNLIKE)
        if anew == 0 and (evenly == 1).all() and not self.captured.slope.any():
            return None
        fill_vertex_normals(np.ascontiguousarray(vertices, np.float32), self._quads, self._normals)
        bands = rotated(light.probe, rotation).T * diffuse_bands(0.0)
        _fill_gains(
            self._normals, self.captured.slope.astype(np.float32), F(self.captured.mean), self._resting,
            np.asarray(evenly * (1 - anew), np.float32), np.ascontiguousarray(bands, np.float32),
            light.key_direction @ rotation, light.key_color, self._per_level * F(anew), self._gains,
        )  # fmt: skip
        return self._gains

    def tint(
        self, start: int, stop: int, gains: Float32[np.ndarray, "V 3"], colors: Float32[np.ndarray, "N 3"]
    ) -> None:
        """Multiply the colours of a range of Gaussians in place."""
        _tint(start, stop, self._corners, self._shares, gains, colors)


def _irradiance(light: Light, normals: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    """Return irradiance / pi on surfaces that face some ways, in the space of the light."""
    even = basis(normals) @ (light.probe * diffuse_bands(0.0)[:, None])
    return np.maximum(even, 0) + wrapped_cosine(normals @ light.key_direction, WRAP)[:, None] * light.key_color


def _difference(one: Float[np.ndarray, "D 3"], other: Float[np.ndarray, "D 3"]) -> float:
    """Return how differently two lights fall on surfaces that face every way, whatever their brightness and tint."""
    means, others = one.mean(0), other.mean(0)
    squares = np.square(one / np.maximum(means, 1e-9) - other / others).mean(0)
    return float(np.sqrt(squares @ means / max(float(means.sum()), 1e-9)))


@njit(nogil=True, fastmath=True, error_model="numpy")
def _fill_gains(normals, slope, mean, resting, evenly, bands, key, key_color, anew, gains):
    """Write the gain of every vertex, for display colours: the images' light as it falls now, and the scene's."""
    for vertex in range(normals.shape[0]):
        x, y, z = normals[vertex, 0], normals[vertex, 1], normals[vertex, 2]
        now = math.exp(slope[0] * x + slope[1] * y + slope[2] * z) / mean
        now = min(F(MOST), max(F(LEAST), now))
        lamp = wrapped(x * key[0] + y * key[1] + z * key[2], F(WRAP))
        for channel in range(3):
            irradiance = max(F(0), probe_light(bands, channel, x, y, z)) + lamp * key_color[channel]
            gain = (evenly[channel] * now + anew[channel] * irradiance) / resting[vertex]
            gains[vertex, channel] = min(gain, F(BRIGHTEST)) ** F(1 / DISPLAY_GAMMA)


@njit(nogil=True, fastmath=True, error_model="numpy")
def _tint(start, stop, corners, shares, gains, colors):
    """Multiply colours; what gets brighter than it was nears white without reaching it."""
    for i in range(start, stop):
        a, b, c = corners[i, 0], corners[i, 1], corners[i, 2]
        for channel in range(3):
            gain = (
                shares[i, 0] * gains[a, channel] + shares[i, 1] * gains[b, channel] + shares[i, 2] * gains[c, channel]
            )
            before = colors[i, channel]
            after, knee = gain * before, max(SHOULDER, before)
            if after > knee:
                room = ONE - knee
                after = knee + room * (ONE - math.exp((knee - after) / max(room, F(1e-6))))
            colors[i, channel] = after
