import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from painted_ball import ball_head, write_ball
from rich.console import Console

from rsatalker.avatars.triangle_carriers import TriangleCarriers
from rsatalker.errors import AssetError
from rsatalker.heads.head_file import read_head, write_head
from rsatalker.heads.shape_head import with_offset
from rsatalker.motion.pose import FlamePose
from rsatalker.training.avatar_fit import AvatarFit
from rsatalker.training.avatar_fit_options import FitOptions
from rsatalker.training.avatar_refinement import MeshRefinement
from rsatalker.training.fit_avatar import fit_avatar

pytestmark = pytest.mark.unit

KINDS = ("rigid", "affine")


def turned_pose():
    neutral = FlamePose.neutral()
    return replace(
        neutral, expression=np.array([0.7], np.float32), neck_pose=np.array([0.1, 0.4, 0], np.float32),
        global_orient=np.array([0, 0, 0.2], np.float32),
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_refinement_carries_as_the_avatar_will_with_the_moved_mesh(kind):
    head = ball_head()
    offset = np.random.default_rng(0).normal(scale=1e-3, size=head.neutral_vertices.shape).astype(np.float32)
    refinement = MeshRefinement(head, head.faces, kind, torch.device("cpu"))
    refinement.offset.data.copy_(torch.from_numpy(offset))
    axes, origins = refinement.carriers(turned_pose())
    moved = with_offset(head, offset)
    carriers = TriangleCarriers(moved.neutral_vertices, head.faces, kind)
    carriers.follow(moved(turned_pose()))
    np.testing.assert_allclose(axes.detach().numpy(), carriers.axes, atol=2e-6)
    np.testing.assert_allclose(origins.detach().numpy(), carriers.origins, atol=1e-6)


def test_offset_of_nothing_costs_only_the_folds_that_the_mesh_has():
    refinement = MeshRefinement(ball_head(), ball_head().faces, "affine", torch.device("cpu"))
    parts = {name: float(part.detach()) for name, part in refinement.loss().items()}
    assert parts["offset smooth"] == parts["offset even"] == 0
    assert parts["folds"] > 0


def test_refinement_repairs_pictures_that_a_wrong_mesh_spoils(tmp_path):
    write_ball(tmp_path, size_px=64)
    narrow = ball_head()
    write_head(
        tmp_path / "head.npz",
        replace(narrow, neutral_vertices=narrow.neutral_vertices * np.array([0.88, 0.92, 1], np.float32)),
    )
    plain = FitOptions(
        tmp_path, out=tmp_path / "plain", steps=120, gaussians=1_500, most_gaussians=1_500, preview_every=120,
        threads=1, renderer="cpu",
    )  # fmt: skip
    without = fit_avatar(plain, Console(quiet=True))["fitted"]["val"].psnr
    refined = fit_avatar(replace(plain, out=tmp_path / "refined", refine_mesh=True), Console(quiet=True))
    assert refined["fitted"]["val"].psnr > without + 3.0
    saved = read_head(tmp_path / "refined" / "head.npz")[0].neutral_vertices
    way = np.linalg.norm(saved - read_head(tmp_path / "head.npz")[0].neutral_vertices, axis=1)
    assert 1e-3 < way.max() < 2e-2


def test_refinement_goes_on_where_it_was(tmp_path):
    write_ball(tmp_path)
    options = FitOptions(
        tmp_path, out=tmp_path / "out", steps=20, gaussians=200, most_gaussians=200, threads=1, renderer="cpu",
        refine_mesh=True,
    )  # fmt: skip
    first, second = AvatarFit(options), AvatarFit(options)
    for step in range(1, 4):
        first.advance(step)
    second.go_on_from(copy.deepcopy(first.state()))  # as a file would keep it
    for fit in (first, second):
        fit.advance(4)
    assert first.refinement is not None
    assert second.refinement is not None
    np.testing.assert_allclose(second.refinement.moved(), first.refinement.moved(), atol=1e-9)


def test_refinement_refuses_the_mesh_of_a_character(tmp_path):
    write_ball(tmp_path)
    for step in range(3):
        np.savez(tmp_path / "flame_param" / f"{step}.npz", expr=np.zeros(43, np.float32))
    with pytest.raises(AssetError, match="tomas is a character of ours"):
        AvatarFit(FitOptions(tmp_path, head="tomas", gaussians=100, renderer="cpu", threads=1, refine_mesh=True))
