"""Light of presets: on skin, and on the room behind the heads."""

import numpy as np
import pytest

from rsatalker.avatars.characters.tomas import TOMAS
from rsatalker.cutscenes.backgrounds import BackgroundPainter
from rsatalker.cutscenes.lights import PRESETS, ROOMS, room_of
from rsatalker.cutscenes.script import Background, Lighting
from rsatalker.renderers.camera import look_at

pytestmark = pytest.mark.unit
CAMERA = look_at(np.array([0, 0, 2], np.float32), np.zeros(3, np.float32), width=64, height=36)


def painted(kind: str, preset: str) -> np.ndarray:
    painter = BackgroundPainter(Background(kind=kind), 64, 36)  # type: ignore[arg-type]
    painter.paint(CAMERA)
    painter.room = ROOMS[preset]
    return painter.paint(CAMERA)[..., :3].astype(float).mean((0, 1))


def test_every_preset_lights_the_room_too() -> None:
    assert ROOMS.keys() == PRESETS.keys()


def test_room_of_a_shot_with_its_own_light_is_not_that_of_the_scene() -> None:
    lighting = Lighting(preset="daylight")
    assert room_of(lighting) == ROOMS["daylight"]
    assert room_of(lighting, "night") == ROOMS["night"]


def test_backdrop_is_dark_and_blue_at_night_and_bright_by_day() -> None:
    studio, night, day = (painted("backdrop", preset) for preset in ("studio", "night", "daylight"))
    assert night.sum() < 0.7 * studio.sum()
    assert night[2] / night[0] > 1.25 * studio[2] / studio[0]
    assert day.sum() > 2 * studio.sum()


def test_plain_background_keeps_its_color_in_every_light() -> None:
    np.testing.assert_array_equal(painted("color", "night"), painted("color", "studio"))


def test_moonlight_is_blue_on_tanned_skin_also() -> None:
    red, _, blue = PRESETS["night"]().mean_irradiance * np.array(TOMAS.look.skin.color)
    assert blue > 1.3 * red
