"""The scene's light on a real head: what light probes and key light of a Unity project do to the pixels of its card."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from running_sidecar import running_sidecar
from unity_package import UnityPackage
from unity_session import PlaySession, playing

from sidecar.config import ServeOptions
from sidecar.studio import RsaTalkerStudio

pytestmark = pytest.mark.cross_language

SIZE_PX = 96
LOOKS = 200  # of three frames each, before a picture counts as one that does not change
SOLID = 200  # alpha of what is not an edge
Halves = tuple[np.ndarray, np.ndarray]  # mean colours of what is left and right, as the camera sees it


@pytest.fixture(scope="module")
def player(package: UnityPackage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaySession]:
    """A project whose heads are two of the cast, drawn by the real renderer."""
    runtime = tmp_path_factory.mktemp("runtime")
    options = ServeOptions(port=0, warm_up=False, detail=0.2, least_frame_scale=1.0, admit_by_load=False)
    studio = RsaTalkerStudio(options)
    studio.warm_up()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RSATALKER_RUNTIME", str(runtime))
        with (
            running_sidecar(studio, options),
            playing(package.play_session, "dotnet", runtime) as player,
        ):
            player.do("scene mono cast")
            player.do("sun 0 0 0")
            player.do("start")
            assert player.do("until live 60")["state"] == "Live"
            assert player.do("until drawn 60")["drawn"] == 2
            yield player


def halves_when(player: PlaySession, folder: Path, is_so: Callable[[Halves], bool]) -> Halves:
    """Return the halves of head A's picture as soon as they look a certain way."""
    for _look in range(LOOKS):
        player.do("frames 3")
        player.do(f"picture 0 {folder / 'card'}")
        pixels = np.fromfile(folder / "card", np.uint8).reshape(-1, SIZE_PX, 4).astype(float)
        solid = pixels[..., 3] > SOLID
        middle = int(np.median(np.nonzero(solid)[1]))
        left, right = (pixels[:, part][solid[:, part]][:, :3].mean(0) for part in (slice(middle), slice(middle, None)))
        if is_so((left, right)):
            return left, right
    raise AssertionError(f"the light does not show: {left}, {right}")


def luminance(half: np.ndarray) -> float:
    return float(half @ [0.21, 0.72, 0.07])


def is_brighter(before: Halves, side: int, now: Halves) -> bool:
    return luminance(now[side]) > 1.2 * luminance(before[side])


def in_dim_light(player: PlaySession, folder: Path) -> Halves:
    """Take the sun away and let little come from everywhere."""
    player.do("probe 0.1 0.1 0.1")
    player.do("sun 0 0 0")
    return halves_when(player, folder, lambda halves: max(map(luminance, halves)) < 60)


def test_light_probes_brighten_the_whole_head(player: PlaySession, tmp_path: Path) -> None:
    dim = in_dim_light(player, tmp_path)
    player.do("probe 0.5 0.5 0.5")
    bright = halves_when(player, tmp_path, lambda halves: luminance(halves[0]) > 1.5 * luminance(dim[0]))
    assert luminance(bright[1]) > 1.5 * luminance(dim[1])


def test_sun_brightens_the_side_that_it_comes_from(player: PlaySession, tmp_path: Path) -> None:
    shares = []
    for side, yaw in ((0, 60), (1, -60)):
        dim = in_dim_light(player, tmp_path)
        player.do(f"aim 10 {yaw}")
        player.do("sun 1 1 1")
        lit = halves_when(player, tmp_path, partial(is_brighter, dim, side))
        shares.append(luminance(lit[0]) / luminance(lit[1]))
    assert shares[0] > 1.3 * shares[1]


def test_red_lamp_reddens_the_side_where_it_hangs(player: PlaySession, tmp_path: Path) -> None:
    dim = in_dim_light(player, tmp_path)
    player.do("lamp 0.8 1.6 1.6 1 0.05 0.05")
    lit = halves_when(player, tmp_path, partial(is_brighter, dim, 1))
    (left_red, left_green, _), (right_red, right_green, _) = (
        after / before for after, before in zip(lit, dim, strict=True)
    )
    assert right_red > 1.5 * right_green
    assert right_red > 1.3 * left_red
    assert left_green < 1.5
