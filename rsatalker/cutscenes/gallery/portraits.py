"""Pictures of single heads for the README: the whole cast, and what one sees from half a metre."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.cast import CHARACTERS, load_avatar
from rsatalker.avatars.light import Light, light_from_lamps
from rsatalker.cutscenes.lights import PRESETS
from rsatalker.exports.images import Tile, contact_sheet
from rsatalker.motion.expression_space import EXPRESSION_INDEX, JAW_OPEN_RAD
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.renderers.choose import RendererName, choose_renderer

SIZE_PX = 480
BACKGROUND_TOP, BACKGROUND_BOTTOM = np.array([58, 66, 78]), np.array([22, 24, 28])  # sRGB bytes
NOSE, EYES, MOUTH = range(27, 36), range(36, 48), range(48, 68)  # landmarks
WITHIN_SIGHT_DEG = 30.0  # a head that is turned further looks straight ahead
MIDDLE_M = 0.085  # of the head, behind the nose's landmarks
HOLD_STILL = np.eye(4, dtype=np.float32)


def _candle() -> Light:
    """One small warm flame below the face, next to nothing else."""
    return light_from_lamps(
        (), sky=(0.030, 0.024, 0.020), ground=(0.068, 0.040, 0.020), key_direction=(-0.45, -0.15, 0.85),
        key_color=(0.96, 0.63, 0.35),
    )  # fmt: skip


LIGHTS: Mapping[str, Callable[[], Light]] = {**PRESETS, "candle": _candle}


@dataclass(frozen=True, slots=True)
class Portrait:
    """One picture of one head.

    Attributes:
        label: Below it.
        character: Key of `CHARACTERS`.
        aim: Landmarks whose middle the camera looks at, Multi-PIE order.
        above_m: How far over them it looks.
        behind_m: How far behind them: about the middle of the head it turns in its place.
        turn_deg: How far it stands to the head's left.
        distance_m: From there.
        angle_deg: That the picture is high.
        light: Key of `LIGHTS`.
        weights: Expressions; a name without its side sets both.
        jaw_open: 0 to 1.
    """

    label: str
    character: str
    aim: range = NOSE
    above_m: float = -0.015
    behind_m: float = 0.0
    turn_deg: float = 20.0
    distance_m: float = 1.2
    angle_deg: float = 21.0
    light: str = "studio"
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    jaw_open: float = 0.0


FRIENDLY = {"mouthSmile": 0.30, "cheekSquint": 0.25}
CAST = tuple(
    Portrait(name, name, behind_m=MIDDLE_M, turn_deg=turn, weights=FRIENDLY)
    for name, turn in zip(CHARACTERS, (18.0, -22.0, 24.0, -16.0, -24.0, 20.0, -20.0, 22.0), strict=False)
)
GRIN = {"mouthSmile": 0.85, "mouthUpperUp": 0.46, "mouthLowerDown": 0.5, "cheekSquint": 0.6, "eyeSquint": 0.25}
SMILE = {"mouthSmile": 0.8, "cheekSquint": 0.7, "eyeSquint": 0.25, "mouthLowerDown": 0.15}
SHOUT = {
    "browInnerUp": 0.45, "browOuterUp": 0.50, "eyeWide": 0.30, "cheekSquint": 0.20, "mouthUpperUp": 0.35,
    "mouthLowerDown": 0.30, "mouthStretch": 0.15,
}  # fmt: skip
CLOSE = (
    Portrait("from half a metre", "mara", EYES, 0.0, turn_deg=8.0, distance_m=0.5, angle_deg=12.0),
    Portrait("a grin", "amara", MOUTH, 0.004, turn_deg=16.0, distance_m=0.5, angle_deg=13.0, weights=GRIN),
    Portrait("surprise", "gustav", behind_m=0.05, above_m=0.02, turn_deg=-14.0, distance_m=0.55, angle_deg=25.0,
             jaw_open=0.3, weights={"browInnerUp": 0.9, "browOuterUp": 0.9, "eyeWide": 0.6}),
    Portrait("a frown", "rosa", behind_m=0.05, above_m=0.01, turn_deg=12.0, distance_m=0.55, angle_deg=24.0,
             weights={"browDown": 1.0, "mouthFrown": 0.6, "noseSneer": 0.3}),
    Portrait("by candle", "amara", behind_m=0.05, above_m=0.01, distance_m=0.7, angle_deg=22.0, light="candle"),
    Portrait("in the evening", "mara", behind_m=0.05, above_m=0.01, turn_deg=-20.0, distance_m=0.7, angle_deg=22.0,
             light="evening"),
    Portrait("in daylight", "kenji", behind_m=0.05, above_m=0.02, turn_deg=-15.0, distance_m=0.7, angle_deg=24.0,
             light="daylight"),
    Portrait("noir", "bruno", behind_m=0.05, above_m=0.01, turn_deg=14.0, distance_m=0.7, angle_deg=24.0, light="noir",
             weights={"mouthSmile": 0.45, "cheekSquint": 0.4}),
    Portrait("a smile", "helen", behind_m=0.05, above_m=0.01, turn_deg=-14.0, distance_m=0.55, angle_deg=24.0,
             jaw_open=0.12, weights=SMILE),
    Portrait("a shout", "amara", behind_m=0.05, above_m=-0.005, turn_deg=15.0, distance_m=0.6, angle_deg=26.0,
             jaw_open=0.8, weights=SHOUT),
    Portrait("a blink", "tomas", EYES, 0.0, turn_deg=-8.0, distance_m=0.5, angle_deg=13.0, weights={"eyeBlink": 1.0}),
    Portrait("a whisper", "kenji", MOUTH, 0.004, turn_deg=12.0, distance_m=0.5, angle_deg=13.0, jaw_open=0.08,
             weights={"mouthFunnel": 0.35}),
)  # fmt: skip
TURNS_DEG = (0.0, 45.0, 90.0, 180.0, -90.0, -45.0)
TURNTABLES = tuple(
    Portrait(name if turn == 0.0 else f"{turn:+.0f} degrees", name, behind_m=MIDDLE_M, above_m=0.01, turn_deg=turn,
             distance_m=1.4, angle_deg=16.0)
    for name in CHARACTERS for turn in TURNS_DEG
)  # fmt: skip
SHEETS: Mapping[str, tuple[Portrait, ...]] = {"cast": CAST, "close": CLOSE, "turntables": TURNTABLES}
COLUMNS = {"turntables": 2 * len(TURNS_DEG)}  # two people in a row; in other sheets four pictures
PICTURE_WIDTH_PX = {"turntables": 200}  # in other sheets as drawn


def draw_sheet(name: str, renderer: RendererName, detail: float = 1.0) -> UInt8[np.ndarray, "H W 3"]:
    """Return one of `SHEETS`, labelled."""
    painter = choose_renderer(renderer)
    avatars: dict[str, Avatar] = {}
    tiles: list[Tile] = []
    for portrait in SHEETS[name]:
        if portrait.character not in avatars:
            avatar = load_avatar(portrait.character, detail=detail)
            assert isinstance(avatar, Avatar)
            avatars[portrait.character] = avatar
        colors, depths = np.zeros((1, SIZE_PX, SIZE_PX, 4), np.uint8), np.zeros((1, SIZE_PX, SIZE_PX), np.float32)
        camera = _camera(avatars[portrait.character], portrait)
        pose = _pose(portrait)
        if abs(portrait.turn_deg) <= WITHIN_SIGHT_DEG:
            pose = replace(pose, eye_pose=_look_into(avatars[portrait.character], camera))
        gaussians = avatars[portrait.character].follow(
            avatars[portrait.character].head(pose), pose, LIGHTS[portrait.light](), camera.position, HOLD_STILL
        )
        painter.render(gaussians, [camera], colors, depths)
        tiles.append(Tile(_before_backdrop(colors[0]), portrait.label))
    return contact_sheet(tiles, COLUMNS.get(name, 4), PICTURE_WIDTH_PX.get(name))


def _camera(avatar: Avatar, portrait: Portrait) -> Camera:
    middle = avatar.head.neutral_vertices[avatar.head.landmarks[portrait.aim]].mean(0)
    middle = middle + np.array([0, portrait.above_m, -portrait.behind_m])
    turn = math.radians(portrait.turn_deg)
    place = middle + portrait.distance_m * np.array([math.sin(turn), 0, math.cos(turn)])
    return look_at(
        place.astype(np.float32), middle.astype(np.float32), width=SIZE_PX, height=SIZE_PX,
        vertical_fov_rad=math.radians(portrait.angle_deg),
    )  # fmt: skip


def _pose(portrait: Portrait) -> FlamePose:
    neutral = FlamePose.neutral()
    expression = neutral.expression.copy()
    for name, weight in portrait.weights.items():
        for sided in (name,) if name in EXPRESSION_INDEX else (f"{name}Left", f"{name}Right"):
            expression[EXPRESSION_INDEX[sided]] = weight
    jaw = np.array([portrait.jaw_open * JAW_OPEN_RAD, 0, 0], np.float32)
    return replace(neutral, expression=expression, jaw_pose=jaw)


def _look_into(avatar: Avatar, camera: Camera) -> Float32[np.ndarray, "6"]:
    """Return the turn of both eyes that looks into the camera, each from its own place."""
    turns: list[float] = []
    for eye in (EYES[6:], EYES[:6]):  # the left one comes first in a pose, the right one in the landmarks
        x, y, z = camera.position - avatar.head.neutral_vertices[avatar.head.landmarks[eye]].mean(0)
        turns += [-math.atan2(y, math.hypot(x, z)), math.atan2(x, z), 0.0]
    return np.array(turns, np.float32)


def _before_backdrop(frame: UInt8[np.ndarray, "H W 4"]) -> UInt8[np.ndarray, "H W 3"]:
    """Return the head before a grey gradient."""
    down = np.linspace(0, 1, len(frame))[:, None, None]
    backdrop = BACKGROUND_TOP * (1 - down) + BACKGROUND_BOTTOM * down
    through: Float32[np.ndarray, "H W 1"] = 1 - frame[..., 3:].astype(np.float32) / 255
    return np.clip(np.round(frame[..., :3] + backdrop * through), 0, 255).astype(np.uint8)
