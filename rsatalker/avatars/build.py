"""A head and a recipe in, an avatar's data out: grow everything, bind it, bake its light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Float32, Int, Int32
from scipy.spatial import KDTree

from rsatalker.avatars.appearance.anatomy import OUTER_SKIN, Anatomy, anatomy_of
from rsatalker.avatars.appearance.beard import add_beard
from rsatalker.avatars.appearance.brows import add_brows
from rsatalker.avatars.appearance.cloth import add_garment
from rsatalker.avatars.appearance.decals import add_decals
from rsatalker.avatars.appearance.eyes import add_eyes
from rsatalker.avatars.appearance.face_map import FaceMap, FaceWeights
from rsatalker.avatars.appearance.garment import below_neckline, sew_garment
from rsatalker.avatars.appearance.ground import Ground
from rsatalker.avatars.appearance.hair import add_hair
from rsatalker.avatars.appearance.hairline import Hairline
from rsatalker.avatars.appearance.hollows import ear_shade, skin_shade
from rsatalker.avatars.appearance.lashes import add_lashes
from rsatalker.avatars.appearance.look import ClothLook, Look
from rsatalker.avatars.appearance.mouth import hidden_inside, paint_inside
from rsatalker.avatars.appearance.skin import Paint, paint_skin
from rsatalker.avatars.appearance.styles import STYLES
from rsatalker.avatars.appearance.surfels import Surfels, tile
from rsatalker.avatars.appearance.wisps import add_wisps
from rsatalker.avatars.appearance.wrinkles import add_wrinkles, wrinkle_drivers
from rsatalker.avatars.avatar_data import AvatarData
from rsatalker.avatars.bake import bake_strands, bake_surface
from rsatalker.avatars.binding import Cloud, frame_of_quad
from rsatalker.avatars.face_frames import affine_frames
from rsatalker.avatars.gaussian_blocks import in_turns, neighbours_together, within_budget
from rsatalker.avatars.helper_frames import LEVELS, Helpers, pose_helpers
from rsatalker.avatars.rest_light import bake_creases, bake_unfolded
from rsatalker.heads.head import Head
from rsatalker.heads.regions import Region
from rsatalker.motion.pose import FlamePose

Progress = Callable[[str, float], None]  # what is being done, and which share of all work is done
MOST_GAUSSIANS = 70_000  # what a frame has time for; the richest of the cast is just below it
DEPTH_MAP_TEXELS = 420  # side of a depth map: about 1 mm on the head
CREASE_SHARE, STRAND_SHARE = 0.7, 0.57  # of that, for bakes that need less
COVERED = 1.9  # centimetres below the neckline from which skin is left out
BURIED_SHARE, BURIED_WIDENING = 0.6, 1.5  # of the surfels under hair, which is seen through gaps at most
NOSTRIL_SHIFT = np.array([0, 0.05, -0.18])  # centimetres
SHARING_STRANDS = 24  # neighbours whose view of the light a strand's Gaussian shares: fewer make hair stripy
RIGID_SAMPLES = 160  # vertices that are enough to find the motion of a rigid part


def build_avatar_data(
    head: Head, look: Look, detail: float, progress: Progress, texels: int = DEPTH_MAP_TEXELS
) -> AvatarData:
    """Return the avatar of a head: its appearance grown, bound and lit.

    Args:
        head: Identity baked in.
        look: Recipe.
        detail: 1 gives about 70,000 Gaussians; spacing of surfels goes with 1 / detail.
        progress: Told what is being done.
        texels: Side of the depth maps that light is baked with.
    """
    progress("skin", 0.0)
    streams = np.random.default_rng(look.seed).spawn(9)  # one for each part: none moves when another has more Gaussians
    skin, cloth, marks, brows, beard, lashes, eyes, wisps, locks = streams
    anatomy = anatomy_of(head)
    garment = sew_garment(anatomy, look.cloth)
    anatomy.add_garment(garment.vertices, garment.quads)
    face = FaceMap(anatomy.landmarks)
    hairline = Hairline(look.hair.hairline, anatomy.to_style(anatomy.landmarks), anatomy.to_style(anatomy.center))
    helpers = find_helpers(anatomy)
    cloud = Cloud(anatomy.origin_m, 0.01)
    first_helper = 2 * len(anatomy.quads)
    ground = _add_surface(cloud, anatomy, face, hairline, look, detail, skin)
    add_garment(cloud, anatomy, garment, look.cloth, first_helper + helpers.level(0), detail, cloth)
    add_decals(cloud, look, ground, anatomy.landmarks[8, 1], detail, marks)
    add_wrinkles(cloud, face, ground, detail)
    add_brows(cloud, face, look.brows, look.skin.color, ground, detail, brows)
    if look.beard:
        add_beard(cloud, face, look.beard, ground, detail, beard)
    margin_frames = tuple(first_helper + helpers.margin_start(margin) for margin in range(len(helpers.margins)))
    add_lashes(cloud, anatomy, look.lashes, look.skin.color, ground, helpers.margins, margin_frames, lashes)
    add_eyes(cloud, anatomy, look.eyes, detail, first_helper, eyes)
    progress("hair", 0.1)
    skull = first_helper + helpers.level(LEVELS - 1)
    add_wisps(cloud, anatomy, look.hair, ground, skull, detail, wisps)
    hair, strands = add_hair(cloud, anatomy, look.hair, ground, first_helper + helpers.level(0), detail, locks)
    helpers = replace(helpers, strand_levels=strands[0], strand_sectors=strands[1], strand_looseness=strands[2])
    return _lit(cloud, hair, anatomy, helpers, look, progress, texels)


def find_helpers(anatomy: Anatomy) -> Helpers:
    """Return which vertices drive the helper frames of a head."""
    head = anatomy.head
    follows = follows_skull(head)
    region = head.vertex_region
    eyeballs = np.flatnonzero(region == Region.EYEBALL)
    is_left = head.neutral_vertices[eyeballs, 0] > 0
    skull = np.flatnonzero(np.isin(region, (Region.SCALP, Region.EAR)) & (follows > 0.98))
    torso = np.flatnonzero((follows < 0.02) & np.isin(region, (Region.NECK, Region.BODY, Region.SCALP, Region.FACE)))
    if len(torso) < 8:  # a neck that turns as a whole: its lowest ring stands for the torso
        torso = np.argsort(head.neutral_vertices[:, 1])[:24]
    (left_upper, left_lower), (right_upper, right_lower) = head.lid_margins
    return Helpers(
        eyeballs=(_some(eyeballs[is_left]), _some(eyeballs[~is_left])),
        margins=tuple(np.asarray(ids, np.int32) for ids in (left_upper, left_lower, right_upper, right_lower)),
        skull=_some(skull),
        torso=_some(torso),
        eye_centers=head.eye_centers.astype(np.float32),
        pivot=head.joints[1].astype(np.float32),
    )


def _some(ids: Int[np.ndarray, " N"]) -> Int32[np.ndarray, " M"]:
    """Return enough of a rigid part's vertices to find its motion."""
    return np.ascontiguousarray(ids[:: max(1, len(ids) // RIGID_SAMPLES)], np.int32)


def follows_skull(head: Head) -> Float32[np.ndarray, " V"]:
    """Return how far each vertex follows a turn of the neck: 1 on the skull, 0 on the torso."""
    angle = 0.3
    turn = replace(FlamePose.neutral(head.expression_space), neck_pose=np.array([0, angle, 0], np.float32))
    neutral = head.neutral_vertices.astype(np.float64)
    moved = head(turn).astype(np.float64) - neutral
    offset = neutral - head.joints[1]
    cosine, sine = np.cos(angle), np.sin(angle)
    full = np.stack(
        [offset[:, 0] * (cosine - 1) + offset[:, 2] * sine, 0 * sine * offset[:, 1],
         offset[:, 2] * (cosine - 1) - offset[:, 0] * sine], 1,
    )  # fmt: skip
    share = (moved * full).sum(1) / np.maximum((full * full).sum(1), 1e-9)
    return np.clip(share, 0, 1).astype(np.float32)


def _spacing(
    anatomy: Anatomy,
    center: Float[np.ndarray, "Q 3"],
    weights: FaceWeights,
    above: Float[np.ndarray, " Q"],
    from_nostril: Float[np.ndarray, " Q"],
) -> Float[np.ndarray, " Q"]:
    """Return the distance between surfels in each quad, centimetres: fine where the eye looks first."""
    region = anatomy.quad_region
    face = region == Region.FACE
    spacing = np.full(len(region), 0.245)
    spacing[np.isin(region, (Region.SCALP, Region.NECK, Region.BODY))] = 0.45
    spacing[face & (center[:, 1] < anatomy.landmarks[8, 1] - 2.5)] = 0.34
    spacing[weights.nose > 0.35] = 0.15
    spacing[face & (from_nostril < 0.12)] = 0.08
    spacing[(weights.lip_distance < 0.35) & face] = 0.115
    spacing[(np.abs(weights.lip_distance) < 0.13) & face] = 0.085
    spacing[(weights.eye_distance < 0.7) & face] = 0.12
    spacing[region == Region.EAR] = 0.17
    spacing[np.isin(region, (Region.FACE, Region.SCALP)) & (above > 1.0)] = 0.70
    for kind, distance in (
        (Region.MOUTH_BAG, 0.50), (Region.EYE_SOCKET, 0.18), (Region.GUM, 0.32), (Region.TEETH, 0.16),
        (Region.TONGUE, 0.29), (Region.NOSTRIL, 0.075),
    ):  # fmt: skip
        spacing[region == kind] = distance
    return spacing


def _add_surface(
    cloud: Cloud,
    anatomy: Anatomy,
    face: FaceMap,
    hairline: Hairline,
    look: Look,
    detail: float,
    random: np.random.Generator,
) -> Ground:
    """Add skin and the inside of the mouth; returns the skin to plant on."""
    region = anatomy.quad_region
    known = np.isin(region, [int(kind) for kind in Region])
    center = anatomy.vertices[anatomy.quads].mean(1)
    wanted = known & (region != Region.EYEBALL) & ~_covered(anatomy, look.cloth) & ~hidden_inside(anatomy)
    above = hairline.above(anatomy.to_style(center))
    spacing = _spacing(anatomy, center, face(center), above, _from_nostril(anatomy, center)) / detail
    chosen = np.flatnonzero(wanted)
    cells = tile(anatomy.vertices, anatomy.normals, anatomy.quads, chosen, spacing[chosen], random)
    cells = _thinned(cells, _buried(region, above, look)[cells.quad], random)
    cell_region = region[cells.quad]
    points = cells.position
    # walls of the nostrils lie behind the skin's Gaussians, or they would show through its rim
    points[cell_region == Region.NOSTRIL] += NOSTRIL_SHIFT
    weights = face(points)
    above = hairline.above(anatomy.to_style(points))
    paint = paint_skin(points, weights, above, _from_nostril(anatomy, points), look, random)
    paint.occlusion *= ear_shade(anatomy, cells)
    paint.albedo *= skin_shade(anatomy, cells) ** (1 - weights.lip[:, None])  # lips have shades of their own
    outer = np.isin(cell_region, OUTER_SKIN)
    paint.put(~outer, paint_inside(points, cell_region, anatomy, look.teeth, look.skin.blood))
    cloud.add(
        center=points, factor=cells.factor, frame=frame_of_quad(cells.quad, cells.u, cells.v, len(anatomy.quads)),
        quad=cells.quad, u=cells.u, v=cells.v, opacity=0.995, albedo=paint.albedo, specular=paint.specular,
        roughness=paint.roughness, occlusion=paint.occlusion, subsurface=paint.subsurface, sheen=paint.sheen,
        bend=paint.bend,
    )  # fmt: skip
    faces_out = outer & (((points - anatomy.center) * cells.normal).sum(1) > 0)
    return _ground(cells, weights, above, cell_region, paint, faces_out, len(anatomy.quads))


def _covered(anatomy: Anatomy, look: ClothLook) -> np.ndarray:
    """Return which quads of the skin lie so far under the cloth that they are left out."""
    below = below_neckline(anatomy, look, anatomy.vertices[anatomy.quads].mean(1))
    return np.isin(anatomy.quad_region, (Region.NECK, Region.BODY)) & (below > COVERED)


def _buried(region: Int[np.ndarray, " Q"], above: Float[np.ndarray, " Q"], look: Look) -> np.ndarray:
    """Return which quads lie under hair; short hair is thin near its edge, long hair covers the ears."""
    covers = STYLES[look.hair.style].covers_ears
    scalp = np.isin(region, (Region.FACE, Region.SCALP)) & (above > (1.0 if covers else 4.5))
    return scalp | ((region == Region.EAR) & covers)


def _thinned(cells: Surfels, buried: np.ndarray, random: np.random.Generator) -> Surfels:
    """Return surfels with half of those that lie under hair left out, and the others there widened in their place."""
    kept = ~buried | (random.uniform(size=len(cells)) < BURIED_SHARE)
    widening = np.where(buried, BURIED_WIDENING, 1.0)[:, None, None] * [1.0, 1.0, 0.0] + [0.0, 0.0, 1.0]
    return replace(cells, factor=cells.factor * widening)[kept]


def _from_nostril(anatomy: Anatomy, points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, " N"]:
    """Return the distance to the walls of the nostrils, centimetres; far if the head has none."""
    corners = anatomy.vertices[anatomy.quads[anatomy.quad_region == Region.NOSTRIL]]
    if not len(corners):
        return np.full(len(points), 9.0)
    u, v = (part.ravel() for part in np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 1, 5)))
    shares = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v])  # vertices alone would scallop the rim
    walls = np.einsum("cs,qci->qsi", shares, corners).reshape(-1, 3)
    return KDTree(walls).query(points)[0]


def _ground(
    cells: Surfels,
    weights: FaceWeights,
    above: Float[np.ndarray, " N"],
    region: Int[np.ndarray, " N"],
    paint: Paint,
    chosen: np.ndarray,
    quad_count: int,
) -> Ground:
    return Ground(
        cells[chosen],
        weights[chosen],
        above[chosen],
        region[chosen],
        paint.albedo[chosen],
        paint.specular[chosen],
        paint.roughness[chosen],
        quad_count,
        KDTree(cells.position[chosen]),
    )


def _lit(
    cloud: Cloud, hair: slice, anatomy: Anatomy, helpers: Helpers, look: Look, progress: Progress, texels: int
) -> AvatarData:
    """Return the grown cloud bound to its frames, with everything baked."""
    head_count = len(anatomy.head.neutral_vertices)
    neutral = (anatomy.vertices / 100 + anatomy.origin_m).astype(np.float32)
    neutral[:head_count] = anatomy.head.neutral_vertices
    quads = np.ascontiguousarray(anatomy.quads, np.int32)
    normals = anatomy.normals.astype(np.float32)
    axes, origins = affine_frames(neutral, quads)
    posed = pose_helpers(helpers, neutral, neutral)
    resting = np.concatenate(cloud.parts)
    strands = resting["center"][hair]
    bound = cloud.bind(np.concatenate([axes, posed.axes]), np.concatenate([origins, posed.origins]), len(quads))
    progress("light on skin", 0.2)
    shown = quads[~_covered(anatomy, look.cloth)]  # what is left out may be wider than the cloth, and casts no shadow
    light = bake_surface(neutral, shown, normals, strands, texels)
    progress("light in mouth and lids", 0.4)
    mouth, left_lid, right_lid = bake_unfolded(anatomy, strands, texels)
    progress("light in hair", 0.55)
    middle = (anatomy.center / 100 + anatomy.origin_m).astype(np.float32)
    bound["occlusion"][hair], bound["bend"][hair] = _strand_light(neutral, shown, strands, middle, texels)
    creases = bake_creases(anatomy, int(texels * CREASE_SHARE), lambda part: progress("folds", 0.7 + 0.3 * part))
    follows = np.concatenate([follows_skull(anatomy.head), np.zeros(len(neutral) - head_count, np.float32)])
    center = (resting["center"].min(0) + resting["center"].max(0)) / 2
    radius = np.linalg.norm(resting["center"] - center, axis=1).max()
    drivers, lined = wrinkle_drivers(anatomy.head.expression_names, look.skin.age)
    together = neighbours_together(bound, resting["center"], len(quads))
    bound, ranks = in_turns(within_budget(together, len(quads), MOST_GAUSSIANS), len(quads))
    return AvatarData(
        bound=bound, ranks=ranks, garment=neutral[head_count:], quads=quads, neutral=neutral, light=light,
        mouth=mouth, left_lid=left_lid, right_lid=right_lid, follows_skull=follows,
        around_eyes=tuple(_around_eye(anatomy, eye) for eye in (0, 1)),  # pyright: ignore[reportArgumentType]
        crease_vertices=creases[0], crease_expressions=creases[1], crease_changes=creases[2], helpers=helpers,
        wrinkle_drivers=drivers, wrinkles_at_rest=lined,
        sphere=np.array([*center, radius], np.float32),
    )  # fmt: skip


def _strand_light(
    neutral: Float32[np.ndarray, "V 3"],
    quads: Int[np.ndarray, "Q 4"],
    strands: Float32[np.ndarray, "P 3"],
    middle: Float32[np.ndarray, "3"],
    texels: int,
) -> tuple[Float32[np.ndarray, " P"], Float32[np.ndarray, "P 3"]]:
    """Return openness of strands; they look away from the head's axis, and share with their neighbours."""
    outward = strands - middle
    outward[:, 1] *= np.where(outward[:, 1] > 0, 0.6, 0.15)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    near = KDTree(strands).query(strands, k=SHARING_STRANDS)[1]
    return bake_strands(neutral, quads, strands, outward, lambda seen: seen[near].mean(1), int(texels * STRAND_SHARE))


def _around_eye(anatomy: Anatomy, eye: int) -> np.ndarray:
    """Return skin vertices in a ring around an eye."""
    away = anatomy.vertices - anatomy.eye_centers[eye]
    distance = np.hypot(away[:, 0], away[:, 1]) / anatomy.eye_radius
    on_skin = np.zeros(len(away), bool)
    on_skin[np.unique(anatomy.quads[anatomy.quad_region == Region.FACE])] = True
    return np.flatnonzero(on_skin & (distance > 1.1) & (distance < 1.6) & (away[:, 2] > 0)).astype(np.int32)
