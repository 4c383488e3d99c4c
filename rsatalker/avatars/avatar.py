"""Avatar: Gaussians that follow a head, lit by the scene."""

from __future__ import annotations

import copy
from collections import deque

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.avatar_data import AvatarData
from rsatalker.avatars.baked_light import UnfoldedLight, gap
from rsatalker.avatars.binding import Material
from rsatalker.avatars.face_frames import fill_vertex_normals
from rsatalker.avatars.frame_light import PartLight, SceneLight, part_light, scene_light
from rsatalker.avatars.gaussian_blocks import laid_in_blocks
from rsatalker.avatars.gaussians import PIXEL_EPS2D, Gaussians
from rsatalker.avatars.glints import COUNT as GLINT_COUNT
from rsatalker.avatars.glints import place_glints
from rsatalker.avatars.hair_swing import HairSwing, skull_of
from rsatalker.avatars.helper_frames import PosedHelpers, pose_helpers
from rsatalker.avatars.level_of_detail import Selection, held, select
from rsatalker.avatars.lids import lid_margins
from rsatalker.avatars.light import Light
from rsatalker.avatars.lighting import (
    BLOCK,
    VERTEX_LIGHT,
    LitVertices,
    dim_vertices,
    light_eye,
    light_vertices,
    lit_vertices,
)
from rsatalker.avatars.posing import fade_wrinkles, pose_blocks
from rsatalker.avatars.rigid_motion import RigidMotion, move_points
from rsatalker.avatars.split_work import SplitWork
from rsatalker.heads.head import Head
from rsatalker.motion.expression_space import JAW_OPEN_RAD
from rsatalker.motion.pose import FlamePose

BUFFERS = 2  # one is drawn while the next is filled; fresh memory in every frame would cost its page faults
MOVING_MARGIN = 1.06  # the bounding sphere's room for motion
HALF_HEAD_M = 0.085  # from the eyes back to the middle of the head
BRIGHTEST = 9.0  # light of a vertex, as a share of what would reach it in the open: no limit
SKIN_DEPTH = 0.85  # surfaces with more light under them than this are skin or lips
BOUNCE = np.float32(1.3)  # light from skin to skin, as a share of what an evenly lit head would send
BOUNCED_COLOR = np.float32(0.6)  # of the skin's own; hair and cloth, which hide as much of the scene, are less red
GAP_EXPONENT = 0.38  # the first millimetres between the lips let in most of the light


class Avatar:
    """A head with everything that grows on it; holds buffers, so one thread at a time may call `follow`.

    Attributes:
        name: Of the character.
        head: The mesh it follows.
    """

    def __init__(self, name: str, head: Head, data: AvatarData, threads: int = 2):
        self.name = name
        self.head = head
        self._data = data
        self._world, self._normals = np.empty_like(data.neutral), np.empty_like(data.neutral)
        self._vertex_light = np.zeros((len(data.neutral), VERTEX_LIGHT), np.float32)
        self._dimmed = np.empty(len(data.neutral), np.float32)
        gives_light = np.zeros(len(data.neutral), bool)
        on_surface = data.bound["material"] == Material.SURFACE
        skin = on_surface & (data.bound["subsurface"] > SKIN_DEPTH)
        albedo = data.bound["albedo"][skin].mean(0) if skin.any() else np.zeros(3, np.float32)
        self._bounced = BOUNCE * (BOUNCED_COLOR * albedo + (1 - BOUNCED_COLOR) * albedo.mean())
        gives_light[data.quads[np.unique(data.bound["quad"][on_surface])]] = True

        def lit(unfolded: UnfoldedLight) -> LitVertices:
            ids = unfolded.vertices
            return lit_vertices(unfolded.light, ids, gives_light[ids], data.follows_skull)

        self._lit = lit_vertices(data.light, np.arange(len(data.neutral)), gives_light, data.follows_skull)
        unfolded = ((data.mouth, GAP_EXPONENT), (data.left_lid, 1.0), (data.right_lid, 1.0))
        self._unfolded = tuple((which, lit(which), exponent) for which, exponent in unfolded)
        self._crease_starts = np.searchsorted(data.crease_expressions, np.arange(len(head.expression_names) + 2))
        self._blocks = laid_in_blocks(data.bound, data.ranks, data.quads)
        self._selection = select(data.bound, self._blocks.firsts, self._blocks.ranks, 1.0)
        self._buffers = deque(_empty_gaussians(len(self)) for _ in range(BUFFERS))
        self._swing = self._resting_hair()
        self._vertex_work, self._block_work = SplitWork(threads, BLOCK), SplitWork(threads)
        self._last_light: Light | None = None
        self._last_scene: SceneLight | None = None

    def __len__(self) -> int:
        """Return the number of Gaussians."""
        return len(self._data.bound) + GLINT_COUNT

    @property
    def bounding_sphere(self) -> tuple[Float32[np.ndarray, "3"], float]:
        """Center in the head's space and radius in metres of a sphere that holds the avatar at rest, with a margin."""
        return self._data.sphere[:3].copy(), float(self._data.sphere[3]) * MOVING_MARGIN

    def twin(self) -> Avatar:
        """Return the same head for another place, where hair swings by itself; all else is shared, also its thread."""
        twin = copy.copy(self)
        twin._swing = self._resting_hair()
        return twin

    def follow(
        self,
        vertices: Float32[np.ndarray, "V 3"],
        pose: FlamePose,
        light: Light,
        eye_position: Float32[np.ndarray, "3"],
        world_from_head: Float32[np.ndarray, "4 4"],
        at_s: float | None = None,
        share: float = 1.0,
    ) -> Gaussians:
        """Return the Gaussians of one instant in world space, lit.

        They lie in buffers of this avatar: they hold until the second call after this one, which fills them anew. Copy
        them to keep them longer.

        Args:
            vertices: From `head(pose)`, metres.
            pose: Which expressions are set: they decide which folds darken.
            light: Of the scene, world space.
            eye_position: Of the viewer, world space; highlights depend on it. For two eyes, the point between them.
            world_from_head: Rigid placement of the head's space in the world.
            at_s: When this is, seconds on any clock: hair lags behind the motion since the calls before. None, or a
                jump in time or place, puts it to rest.
            share: Of the Gaussians; fewer stand for the whole head where it is small, see `level_of_detail`.
        """
        data = self._data
        scene = self._scene(light)
        swing = self._swing.follow(skull_of(self.head, pose, world_from_head), at_s)
        world, helpers = self._place(vertices, world_from_head, swing)
        fill_vertex_normals(world, data.quads, self._normals)
        parts = part_light(scene, (helpers.torso.rotation, helpers.skull.rotation))
        self._light_vertices(parts, scene.mean_irradiance * self._bounced, world, pose)
        lids = lid_margins(world, data.helpers.margins, helpers.skull)
        eye_light = self._eye_light()
        left = self._left(share)
        gaussians = self._next_buffer(left)
        viewer = np.asarray(eye_position, np.float32)
        blocks = self._blocks
        self._block_work.run(
            pose_blocks, len(blocks),
            left.firsts, left.counts, blocks.materials, blocks.steps, blocks.begins, blocks.lows, blocks.sizes,
            blocks.on_triangles, blocks.helpers, blocks.corners, blocks.eyes, blocks.ranks, world,
            self._normals, self._vertex_light,
            helpers.axes, helpers.origins, eye_light, lids,
            helpers.skull.rotation, helpers.skull.translation, scene.bands,
            scene.lamp_directions, scene.lamp_colors, viewer, np.float32(left.gone), np.float32(left.steepness),
            np.float32(left.growth), gaussians.means, gaussians.covariances, gaussians.colors, gaussians.opacities,
        )  # fmt: skip
        fade_wrinkles(
            data.wrinkles_at_rest, data.wrinkle_drivers, np.asarray(pose.expression, np.float32), left.wrinkles,
            left.wrinkle_groups, gaussians.opacities,
        )  # fmt: skip
        eyes = (
            RigidMotion(helpers.axes[0], helpers.origins[0]),
            RigidMotion(helpers.axes[1], helpers.origins[1]),
        )
        glints = place_glints(
            eyes, helpers.skull, data.helpers.eye_centers, float(self.head.eye_radius_m), scene.lamp_directions,
            scene.lamp_colors, np.ascontiguousarray(eye_light[:, 4:]), lids, viewer,
        )  # fmt: skip
        for name in ("means", "covariances", "colors", "opacities"):
            getattr(gaussians, name)[len(left) :] = getattr(glints, name)
        return gaussians

    def _left(self, share: float) -> Selection:
        """Return the Gaussians that a share leaves, kept while it stays the same."""
        if held(share) != self._selection.share:
            self._selection = select(self._data.bound, self._blocks.firsts, self._blocks.ranks, share)
        return self._selection

    def _next_buffer(self, left: Selection) -> Gaussians:
        """Return as much of the buffer in turn as what is left takes, and the highlights behind it."""
        self._buffers.rotate()
        buffer, count = self._buffers[0], len(left) + GLINT_COUNT
        buffer.antialiased[: len(left)] = left.antialiased
        buffer.antialiased[len(left) : count] = 1
        return Gaussians(
            buffer.means[:count], buffer.covariances[:count], buffer.opacities[:count], buffer.colors[:count],
            buffer.antialiased[:count], PIXEL_EPS2D,
        )  # fmt: skip

    def settle_hair(self, pose: FlamePose, world_from_head: Float32[np.ndarray, "4 4"], at_s: float | None) -> None:
        """Let the hair swing through an instant that is not shown; those before a cut make it hang as it should.

        Args:
            pose: Of the instant.
            world_from_head: Placement of the head.
            at_s: When it is, as `follow` takes it; None puts the hair to rest, whatever was before.
        """
        self._swing.follow(skull_of(self.head, pose, world_from_head), at_s)

    def _resting_hair(self) -> HairSwing:
        return HairSwing(self.head.eye_centers.mean(0) - [0, 0, HALF_HEAD_M])

    def _scene(self, light: Light) -> SceneLight:
        """Return what follows from the light, kept while the same light is given."""
        if self._last_scene is None or light is not self._last_light:
            self._last_scene, self._last_light = scene_light(light), light
        return self._last_scene

    def _place(
        self,
        vertices: Float32[np.ndarray, "V 3"],
        world_from_head: Float32[np.ndarray, "4 4"],
        swing: Float32[np.ndarray, "L 3"],
    ) -> tuple[Float32[np.ndarray, "W 3"], PosedHelpers]:
        """Return head and garment in the world, and the helper frames there."""
        data = self._data
        rotation, translation = world_from_head[:3, :3].copy(), world_from_head[:3, 3].copy()
        count = len(vertices)
        move_points(vertices, rotation, translation, self._world[:count])
        helpers = pose_helpers(data.helpers, data.neutral, self._world[:count], swing)
        move_points(data.garment, helpers.torso.rotation, helpers.torso.translation, self._world[count:])
        return self._world, helpers

    def _light_vertices(
        self,
        parts: PartLight,
        bounce: Float32[np.ndarray, "3"],
        world: Float32[np.ndarray, "W 3"],
        pose: FlamePose,
    ) -> None:
        """Fill the light of all vertices; inside the mouth and on the lids it depends on how far they are open."""
        data = self._data
        weights = np.append(pose.expression, pose.jaw_pose[0] / JAW_OPEN_RAD).astype(np.float32)
        dim_vertices(weights, self._crease_starts, data.crease_vertices, data.crease_changes, self._dimmed)
        self._light(self._lit, parts, bounce, 1.0, BRIGHTEST)
        for unfolded, lit, exponent in self._unfolded:
            rest, full = (float(value) for value in unfolded.gaps)
            share = (gap(world, unfolded.edges) - rest) / (full - rest if abs(full - rest) > 1e-6 else 1.0)
            if share > 0:
                self._light(lit, parts, bounce, min(1.0, share) ** exponent, 1.0)

    def _light(
        self, lit: LitVertices, parts: PartLight, bounce: Float32[np.ndarray, "3"], share: float, most: float
    ) -> None:
        self._vertex_work.run(
            light_vertices, len(lit), lit.vertices, lit.transfer, lit.transfer_steps, lit.visible_red, lit.visible,
            lit.normals, lit.follows_skull, self._dimmed, parts.bands, parts.skin_bands, bounce, parts.lamp_cells,
            parts.lamp_weights, np.float32(share), np.float32(most), self._vertex_light,
        )  # fmt: skip

    def _eye_light(self) -> Float32[np.ndarray, "2 L"]:
        light = np.empty((2, VERTEX_LIGHT), np.float32)
        for eye, ring in enumerate(self._data.around_eyes):
            light_eye(self._vertex_light, ring, light[eye])
        return light


def _empty_gaussians(count: int) -> Gaussians:
    return Gaussians(
        np.empty((count, 3), np.float32), np.empty((count, 6), np.float32), np.empty(count, np.float32),
        np.empty((count, 3), np.float32), np.ones(count, np.uint8),
    )  # fmt: skip
