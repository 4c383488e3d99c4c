from dataclasses import replace

import numpy as np
import pytest
import torch
from painted_ball import RADIUS_M, ball_head, write_ball

from rsatalker.renderers.camera import look_at
from rsatalker.training.avatar_fit import AvatarFit
from rsatalker.training.avatar_fit_options import FitOptions
from rsatalker.training.closer_look import CLOSER, EVERY, CloserLook, closer_look, inside, turned_outside

pytestmark = pytest.mark.unit
CAMERA = look_at(np.array([0.1, 0, 1], np.float32), np.zeros(3, np.float32), vertical_fov_rad=0.3, width=60, height=40)


@pytest.fixture(scope="module")
def fit(tmp_path_factory) -> AvatarFit:
    folder = tmp_path_factory.mktemp("ball")
    write_ball(folder)
    options = FitOptions(
        folder, out=folder / "out", steps=30, gaussians=500, most_gaussians=500, threads=1, renderer="cpu"
    )
    return AvatarFit(options)


def look(mask: np.ndarray, seed: int = 0) -> CloserLook:
    head = ball_head()
    found = closer_look(CAMERA, mask, head.neutral_vertices, head.faces, np.random.default_rng(seed))
    assert found is not None
    return found


def test_closer_look_enlarges_a_part_of_the_view_about_a_place_on_the_person():
    mask = np.zeros((40, 60), np.float32)
    mask[11:14, 20:23] = 1  # only the middle one has all its neighbours
    nearer = look(mask).camera
    assert (nearer.width, nearer.height) == (60, 40)
    ray = np.linalg.inv(CAMERA.K) @ [21.5, 12.5, 1]
    column, row, _ = nearer.K @ ray
    assert abs(column - 30) < CLOSER
    assert abs(row - 20) < CLOSER
    assert nearer.K[0, 0] == pytest.approx(CLOSER * CAMERA.K[0, 0])


def test_closer_look_demands_cover_only_where_mask_and_mesh_are_solid():
    mask = np.zeros((40, 60), np.float32)
    mask[8:34, 20:32] = 1  # of the ball's left half and a bit beside it
    found = look(mask)
    rows, columns = np.nonzero(found.closed)
    assert len(rows) > 100
    rays = np.stack([columns + 0.5, rows + 0.5, np.ones(len(rows))])
    column, row, _ = CAMERA.K @ np.linalg.inv(found.camera.K) @ rays
    assert column.min() >= 21
    assert column.max() <= 31
    assert row.min() >= 9
    across = np.hypot(column - CAMERA.K[0, 2], row - CAMERA.K[1, 2]) / CAMERA.K[0, 0]
    assert across.max() < RADIUS_M / 0.99


def test_closer_look_has_nothing_to_look_at_where_nobody_is():
    head = ball_head()
    args = head.neutral_vertices, head.faces, np.random.default_rng(0)
    assert closer_look(CAMERA, np.zeros((40, 60), np.float32), *args) is None
    assert closer_look(CAMERA, np.full((40, 60), 0.9, np.float32), *args) is None


def test_triangles_of_a_ball_turn_their_outside_to_who_is_on_their_side():
    head = ball_head()
    outside = turned_outside(head.neutral_vertices, head.faces, np.array([0, 0, 1], np.float32))
    middles = head.neutral_vertices[head.faces].mean(1)
    assert outside[middles[:, 2] > 0.02].all()
    assert not outside[middles[:, 2] < 0].any()


def test_inside_leaves_the_rim_out():
    covered = np.zeros((5, 6), bool)
    covered[:4, 1:5] = True
    np.testing.assert_array_equal(np.argwhere(inside(covered)), [[1, 2], [1, 3], [2, 2], [2, 3]])


def test_fit_closes_a_gap_that_the_far_side_hides(fit: AvatarFit):
    """In front of a far side of the same colour a gap is no error of any image; seen by itself the near side closes."""
    view = fit.capture.train[2]
    photo, pose = fit.photos(view), fit.capture.poses[view.timestep]
    carried = fit._carried(pose)
    parts = fit._closed(photo.camera, photo.mask, pose, *carried)
    parts["closed"].backward()
    pulls = fit.model.opacity_logits.grad
    assert pulls is not None
    towards = turned_outside(fit.capture.head(pose), fit.capture.head.faces, photo.camera.position)
    near = torch.from_numpy(towards)[fit.model.binding]
    assert float(parts["closed"].detach()) > 0.001  # 500 Gaussians leave gaps
    assert (pulls <= 1e-9).all()  # nobody gets thinner by it
    assert (pulls[near] < 0).any()
    assert not pulls[~near].any()
    fit.model.opacity_logits.grad = None


def test_fit_looks_closer_in_some_steps_and_never_without_masks(fit: AvatarFit, monkeypatch: pytest.MonkeyPatch):
    assert ["closed" in fit.advance(step) for step in range(1, EVERY + 1)] == [False] * (EVERY - 1) + [True]
    photos = fit.photos
    monkeypatch.setattr(fit, "photos", lambda view: replace(photos(view), mask=None))
    assert "closed" not in fit.advance(2 * EVERY)


def test_model_draws_the_gaussians_of_some_triangles_alone(fit: AvatarFit):
    carried = fit._carried(fit.capture.poses[0])

    def alpha(triangles: torch.Tensor | None) -> float:
        drawing = fit.model.draw(
            fit._rasterization, *carried, CAMERA, fit.background, 0, antialiased=True, triangles=triangles
        )
        return float(drawing.alpha.detach().sum())

    count = len(fit.capture.head.faces)
    assert alpha(torch.zeros(count, dtype=torch.bool)) == 0
    assert alpha(torch.ones(count, dtype=torch.bool)) == alpha(None) > 100
