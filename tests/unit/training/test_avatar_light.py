from dataclasses import replace

import numpy as np
import pytest
import torch
from painted_ball import write_ball

from rsatalker.avatars.relighting import DISPLAY_GAMMA
from rsatalker.avatars.triangle_carriers import TriangleCarriers
from rsatalker.motion.pose import FlamePose
from rsatalker.training.avatar_capture import read_capture
from rsatalker.training.avatar_discs import HARMONIC_0
from rsatalker.training.avatar_light import PosedLight, corner_shares
from rsatalker.training.avatar_model import SplatModel
from rsatalker.training.avatar_photos import Photos
from rsatalker.training.avatar_start import start_on_surface

pytestmark = pytest.mark.unit

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ball")
    write_ball(folder)
    return read_capture(folder)


@pytest.fixture(scope="module")
def splats(capture):
    return start_on_surface(capture, Photos(0), 400, "affine", 0, seed=0).splats


def lit_from_right(capture, splats):
    """The same Gaussians, all of one skin that is brighter where it faces to the right."""
    head = capture.head
    normals = head.neutral_vertices[head.faces[splats.binding]].mean(1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    shown = (0.3 * np.exp(0.8 * normals[:, 0])) ** (1 / DISPLAY_GAMMA)
    sh = splats.sh.copy()
    sh[:, 0] = ((shown - 0.5) / HARMONIC_0)[:, None]
    return replace(splats, sh=sh)


def test_light_of_the_images_adds_nothing_to_a_head_at_rest(capture, splats):
    lit = PosedLight(capture.head, [FlamePose.neutral()], lit_from_right(capture, splats), CPU)
    neutral = replace(capture.poses[0], expression=0 * capture.poses[0].expression)
    rest = replace(neutral, **{name: np.zeros(3, np.float32) for name in ("global_orient", "neck_pose", "jaw_pose")})
    torch.testing.assert_close(lit.gains(rest, capture.head.faces), torch.ones(len(capture.head.faces), 3))


def test_skin_that_turns_towards_the_light_gains_and_what_turns_away_loses(capture, splats):
    head, turn = capture.head, np.array([0, 0.6, 0], np.float32)  # the front to the right
    lit = PosedLight(head, [FlamePose.neutral()], lit_from_right(capture, splats), CPU)
    turned = replace(capture.poses[0], expression=0 * capture.poses[0].expression, global_orient=turn)
    gains = lit.gains(turned, head.faces).mean(1).numpy()
    front = head.neutral_vertices[head.faces].mean(1)
    assert gains[front[:, 2] > 0.08].min() > 1.1
    assert gains[(front[:, 0] > 0.08) & (front[:, 2] < 0)].max() < 1


def test_light_is_told_in_the_space_of_the_head_as_it_is_turned_on_average(capture, splats):
    turn = np.array([0, 1.2, 0], np.float32)
    lit = PosedLight(
        capture.head, [replace(FlamePose.neutral(), global_orient=turn)] * 3, lit_from_right(capture, splats), CPU
    )
    tracked = replace(capture.poses[0], expression=0 * capture.poses[0].expression, global_orient=turn)
    gains = lit.gains(tracked, capture.head.faces)
    torch.testing.assert_close(gains, torch.ones_like(gains), atol=2e-3, rtol=0)


def test_model_shows_its_colors_times_what_the_corners_gain(capture, splats):
    head = capture.head
    used = np.unique(splats.binding)
    faces = head.faces[used]
    carriers = TriangleCarriers(head.neutral_vertices, faces, "affine")
    model = SplatModel(splats, 0.01, used, carriers.scales, corner_shares(head.neutral_vertices, faces, carriers))
    seen = {}

    def rasterization(means, quats, scales, opacities, sh, *others, **more):
        seen.update(means=means.detach().numpy(), colors=(sh[:, 0] * HARMONIC_0 + 0.5).detach().numpy())
        return torch.zeros(1, 8, 8, 3), torch.zeros(1, 8, 8, 1), {"radii": torch.ones(len(means)), "means2d": means}

    camera = Photos(0)(capture.train[0]).camera
    axes, origins = torch.from_numpy(carriers.axes), torch.from_numpy(carriers.origins)
    heights = torch.from_numpy(1 + 2 * head.neutral_vertices[faces][..., 1])  # linear over the ball
    model.draw(rasterization, axes, origins, camera, torch.zeros(3), 0, antialiased=True, gains=heights)
    expected = (splats.sh[:, 0] * HARMONIC_0 + 0.5) * (1 + 2 * seen["means"][:, 1:2])
    np.testing.assert_allclose(seen["colors"], expected, atol=3e-3)
