import numpy as np
import pytest
import torch
from painted_ball import ball_head

from rsatalker.training.mesh_losses import Pytorch3dMeshLosses, chamfer, choose_mesh_losses
from rsatalker.training.optional_pytorch3d import has_pytorch3d

pytestmark = pytest.mark.unit

# Also skipped in CI: no registry has pytorch3d for Linux or Windows, built or as source. Run by hand on 28 November
# 2026, on a CPU: the C++ of 0.7.6 that this needs, under the Python modules of 0.7.4, 0.7.6 and 0.7.9.
needs_pytorch3d = pytest.mark.skipif(
    not has_pytorch3d(), reason="pytorch3d is not installed; it has no wheel for this system"
)
SQUARE = torch.tensor([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
FACES = np.array([[0, 1, 2], [0, 2, 3]])
LOSSES = ("edge", "laplacian", "normal_consistency")


def uneven_ball():
    head = ball_head()
    noise = np.random.default_rng(0).normal(scale=0.002, size=head.neutral_vertices.shape)
    return torch.from_numpy(head.neutral_vertices + noise), head.faces


def test_edge_loss_is_the_mean_squared_length():
    own = choose_mesh_losses(FACES, "own")
    assert float(own.edge(SQUARE)) == pytest.approx((4 * 1 + 2) / 5)  # four sides and a diagonal


def test_laplacian_loss_is_the_mean_distance_from_the_middle_of_the_neighbours():
    own = choose_mesh_losses(FACES, "own")
    on_diagonal = np.hypot(2 / 3, 2 / 3)  # 0 and 2 have three neighbours: (1, 0), (0, 1) and each other
    beside = np.hypot(0.5, 0.5)
    assert float(own.laplacian(SQUARE)) == pytest.approx((2 * on_diagonal + 2 * beside) / 4, abs=1e-6)


def test_normal_consistency_is_none_for_a_plane_and_one_for_a_right_angle():
    own = choose_mesh_losses(FACES, "own")
    assert float(own.normal_consistency(SQUARE)) == pytest.approx(0, abs=1e-6)
    folded = SQUARE.clone()
    folded[3] = torch.tensor([0.5, 0.5, 0.7])  # the second triangle stands upright on the diagonal
    assert float(own.normal_consistency(folded)) == pytest.approx(1, abs=1e-6)


def test_normal_consistency_takes_every_pair_of_triangles_at_an_edge():
    fan = np.array([[0, 1, 2], [1, 0, 3], [0, 1, 4]])
    vertices = torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1]])
    own = choose_mesh_losses(fan, "own")
    flat, upright = 0.0, 1.0  # 2-3 lie in a plane, 4 stands on both
    assert float(own.normal_consistency(vertices)) == pytest.approx((flat + 2 * upright) / 3, abs=1e-6)


def test_losses_have_gradients_without_nan_where_nothing_moves():
    offset = torch.zeros(4, 3, requires_grad=True)
    own = choose_mesh_losses(FACES, "own")
    (own.laplacian(offset) + own.edge(offset) + own.normal_consistency(SQUARE + offset)).backward()
    assert offset.grad is not None
    assert torch.isfinite(offset.grad).all()


def test_chamfer_is_that_of_all_pairs():
    generator = torch.Generator().manual_seed(0)
    first, second = torch.rand(50, 3, generator=generator), torch.rand(70, 3, generator=generator)
    squares = (first[:, None] - second[None]).square().sum(2)
    expected = squares.min(1).values.mean() + squares.min(0).values.mean()
    torch.testing.assert_close(chamfer(first, second, "own"), expected)


@needs_pytorch3d
@pytest.mark.parametrize("loss", LOSSES)
def test_own_losses_and_gradients_are_those_of_pytorch3d(loss):
    vertices, faces = uneven_ball()
    chosen = [choose_mesh_losses(faces, name) for name in ("own", "pytorch3d")]
    for scale in (1.0, 1.5):  # edges and neighbours are found once, lengths and angles are not
        own, theirs = ((scale * vertices).float().requires_grad_() for _ in range(2))
        values = [getattr(losses, loss)(leaf) for losses, leaf in zip(chosen, (own, theirs), strict=True)]
        torch.testing.assert_close(values[0], values[1], rtol=1e-4, atol=1e-8)
        sum(values).backward()
        assert own.grad is not None
        assert theirs.grad is not None
        assert (own.grad - theirs.grad).norm() < 1e-4 * theirs.grad.norm()


@needs_pytorch3d
def test_pytorch3d_has_no_folds_where_no_edge_is_shared():
    lone = choose_mesh_losses(FACES[:1], "pytorch3d").normal_consistency(SQUARE[:3])
    assert lone.shape == ()
    assert lone == 0


@needs_pytorch3d
def test_own_chamfer_is_that_of_pytorch3d():
    vertices, _ = uneven_ball()
    first, second = vertices[::2].float(), vertices[1::2].float()
    torch.testing.assert_close(chamfer(first, second, "own"), chamfer(first, second, "pytorch3d"), rtol=1e-4, atol=0)


@needs_pytorch3d
def test_auto_takes_pytorch3d():
    assert isinstance(choose_mesh_losses(FACES), Pytorch3dMeshLosses)
