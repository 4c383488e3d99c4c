"""The shader's own text, run on the processor by a graphics card of a few lines, against the reference compositor."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from region_probes import tool
from unity_package import PACKAGE, PROGRAMS, STUBS

from rsatalker.renderers.camera import Camera, fit_camera, look_at
from sidecar.compositor import EyeImage, Picture, card_texels, grid_texels
from sidecar.placement import view_of

pytestmark = pytest.mark.cross_language

RADIUS_M = 0.1  # of a ball, as large as a face
SIZE_PX, SHOWN_PX = 128, 160
CELLS = 16
CENTER = np.zeros(3, np.float32)
NEAR_M, FAR_M = 0.05, 10.0
MIRROR = np.diag([-1.0, 1.0, 1.0, 1.0])  # from Unity's world to ours: x changes its sign


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the shader as C++: each eye in a pass of its own."""
    return compiled(tmp_path_factory.mktemp("card"))


@pytest.fixture(scope="module")
def instanced_card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile it as for single pass instanced: both eyes in one, told apart by the number of the instance."""
    return compiled(tmp_path_factory.mktemp("instanced"), "-DUNITY_STEREO_INSTANCING_ENABLED")


def compiled(folder: Path, *defines: str) -> Path:
    texts = [STUBS / "UnityCG.cginc", PACKAGE / "Runtime" / "Shaders" / "HeadCard.hlsl"]
    shader = "\n".join(path.read_text(encoding="utf-8") for path in texts)
    shader = re.sub(r" : (POSITION|SV_\w+|TEXCOORD\d)", "", shader)
    shader = re.sub(r"out float (\w+)", r"float& \1", shader)
    shader = re.sub(r"(\w+)\.rgb = (.*);", r"\1.rgb(\2);", shader)
    shader = re.sub(r"\.(xyz|xy|zw|rgb)\b(?!\()", r".\1()", shader)
    (folder / "shader.h").write_text(shader, encoding="utf-8")
    program = folder / "draw_card"
    options = ["-std=c++17", "-O2", "-ffp-contract=off", "-DUNITY_COLORSPACE_GAMMA", *defines]
    options += [f"-I{PROGRAMS}", f"-I{folder}"]
    command = [tool("g++", "g++"), *options, str(PROGRAMS / "draw_card.cpp"), "-o", str(program)]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return program


def striped_ball(camera: Camera) -> EyeImage:
    """Return the picture of a ball in stripes, which is transparent at one side."""
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    rays = np.stack([x, y, np.ones_like(x)], -1) @ np.linalg.inv(camera.K.astype(np.float64)).T
    middle = camera.camera_from_world[:3, 3]
    along, square = rays @ middle, (rays**2).sum(-1)
    inside = along**2 - square * (middle @ middle - RADIUS_M**2)
    depths = np.where(inside > 0, (along - np.sqrt(np.maximum(inside, 0))) / square, 0).astype(np.float32)
    alpha = np.where(inside > 0, np.where(x < 0.4 * camera.width, 0.3, 1.0), 0)
    stripes = np.stack([0.5 + 0.5 * np.sin(x / 5), y / camera.height, np.full_like(x, 0.4), np.ones_like(x)], -1)
    colors = np.round(255 * stripes * alpha[..., None]).astype(np.uint8)
    anchor = np.eye(4, dtype=np.float32)
    return EyeImage(colors, depths, view_of(camera, anchor, (np.zeros(3, np.float32), RADIUS_M)), anchor[:3, 3])


def eye_camera(x_m: float, z_m: float) -> Camera:
    position = np.array([x_m, 0.02, z_m], np.float32)
    return look_at(position, CENTER, vertical_fov_rad=0.5, width=SHOWN_PX, height=SHOWN_PX)


def projection(camera: Camera) -> np.ndarray:
    """Return Direct3D's projection for a camera of ours: depth 0 near, 1 far."""
    K = camera.K.astype(np.float64)
    scale = FAR_M / (FAR_M - NEAR_M)
    return np.array(
        [
            [2 * K[0, 0] / camera.width, 0, 2 * K[0, 2] / camera.width - 1, 0],
            [0, -2 * K[1, 1] / camera.height, 1 - 2 * K[1, 2] / camera.height, 0],
            [0, 0, scale, -NEAR_M * scale],
            [0, 0, 1, 0],
        ]
    )


def drawn(
    card: Path, images: list[EyeImage], camera: Camera, cells: int, eye: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return colours, and depths in metres (infinite where nothing is), as the shader draws them.

    With the number of an eye, the shader is not told where that is.
    """
    eye_from_unity = camera.camera_from_world.astype(np.float64) @ MIRROR
    parts = [
        np.array([len(images), SIZE_PX, SIZE_PX, cells, SHOWN_PX, SHOWN_PX, eye or 0]),
        projection(camera) @ eye_from_unity,
        np.linalg.inv(eye_from_unity)[:3, 3] if eye is None else np.full(3, np.nan),
    ]
    for image in images:
        camera_from_unity = image.view.camera_from_world.astype(np.float64) @ MIRROR
        parts += [camera_from_unity, np.linalg.inv(camera_from_unity), image.view.tangents]
        parts.append(np.array([image.card_depth_m]))
    parts += [image.colors / 255 for image in images] + [image.depths for image in images]
    scene = np.concatenate([np.asarray(part, np.float32).ravel() for part in parts])
    output = subprocess.run([str(card)], input=scene.tobytes(), check=True, capture_output=True).stdout
    values = np.frombuffer(output, np.float32)
    pixels = SHOWN_PX * SHOWN_PX
    buffer = values[4 * pixels :].reshape(SHOWN_PX, SHOWN_PX).astype(np.float64)
    with np.errstate(divide="ignore"):
        depths = np.where(buffer < 1, NEAR_M * FAR_M / (FAR_M - buffer * (FAR_M - NEAR_M)), np.inf)
    return values[: 4 * pixels].reshape(SHOWN_PX, SHOWN_PX, 4), depths


def expected(image: EyeImage, camera: Camera, cells: int) -> Picture:
    picture = Picture(camera)
    picture.put(image, card_texels(image, camera) if cells == 1 else grid_texels(image, camera, cells))
    return picture


@pytest.mark.parametrize("cells", [1, CELLS], ids=["card", "grid"])
def test_shader_draws_what_the_compositor_does(card: Path, cells: int):
    image = striped_ball(fit_camera(np.array([0, 0, 0.6], np.float32), CENTER, 1.2 * RADIUS_M, SIZE_PX, SIZE_PX))
    camera = eye_camera(0.02, 0.6)
    colors, depths = drawn(card, [image], camera, cells)
    wanted = expected(image, camera, cells)
    assert (wanted.colors[..., 3] > 0).mean() > 0.2
    differing = np.abs(colors - wanted.colors).max(-1) > 0.01
    assert differing.mean() < 0.003  # single pixels where a depth or a cell begins
    solid = np.isfinite(wanted.depths) & np.isfinite(depths)
    assert (np.isfinite(wanted.depths) != np.isfinite(depths)).mean() < 0.003
    assert np.percentile(np.abs(depths[solid] - wanted.depths[solid]), 99) < 0.001  # metres


@pytest.mark.parametrize("mode", ["multi_pass", "single_pass_instanced"])
@pytest.mark.parametrize("eye", [0, 1], ids=["left", "right"])
def test_each_eye_sees_its_own_picture(card: Path, instanced_card: Path, mode: str, eye: int):
    sides_m = (-0.032, 0.032)
    images = [
        striped_ball(fit_camera(np.array([x, 0, 0.9], np.float32), CENTER, 1.2 * RADIUS_M, SIZE_PX, SIZE_PX))
        for x in sides_m
    ]
    images[1].colors[..., 2] = 0  # so that the layers differ
    camera = eye_camera(sides_m[eye] + 0.005, 0.9)
    is_one_pass = mode == "single_pass_instanced"
    colors, _ = drawn(instanced_card if is_one_pass else card, images, camera, 1, eye if is_one_pass else None)
    wanted = expected(images[eye], camera, 1).colors
    assert (np.abs(colors - wanted).max(-1) > 0.01).mean() < 0.003
    assert np.abs(colors - expected(images[1 - eye], camera, 1).colors).max() > 0.2
