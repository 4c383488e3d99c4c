"""Gaussians where detail is missing, and none where there is nothing to show.

After Kerbl et al., 3D Gaussian Splatting (SIGGRAPH 2023), section 5.2; children stay on the triangle of their parent
(GaussianAvatars, section 3.2). Rounds are spread over the run and share out a fixed number of new Gaussians, so that a
small machine knows what it is in for; opacities are not reset, for surfaces are known and there is nothing to carve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from rsatalker.training.avatar_model import PARAMETERS, Drawing, SplatModel, rotations

FIRST, LAST, ROUNDS = 0.08, 0.60, 10  # shares of the run between which so many rounds happen
LEAST_GRADIENT = 2e-5  # of the loss by the place in the image, whose half width is 1; less is no missing detail
LEAST_OPACITY = 0.005  # a weaker Gaussian is removed
SPLIT_ABOVE = 0.35  # standard deviation, in units of the spacing, from which a Gaussian is split rather than doubled
SPLIT_SHRINK = 1.6  # how much smaller the halves are


def is_densify_step(step: int, steps: int) -> bool:
    """Return whether a round of densification follows a step."""
    every = max(1, round((LAST - FIRST) * steps / ROUNDS))
    since = step - round(FIRST * steps)
    return since >= 0 and since % every == 0 and since // every < ROUNDS


@dataclass(slots=True)
class MissingDetail:
    """How strongly the images pull at each Gaussian's place.

    Attributes:
        pulls: Sum over drawings of the gradient's length.
        counts: Drawings in which each Gaussian was seen, and did not lie behind others altogether.
    """

    pulls: Float[Tensor, " N"]
    counts: Float[Tensor, " N"]

    @staticmethod
    def none(count: int, device: torch.device) -> MissingDetail:
        """Return that of Gaussians that have not been drawn."""
        return MissingDetail(torch.zeros(count, device=device), torch.zeros(count, device=device))

    def add(self, drawing: Drawing, width: int, height: int) -> None:
        """Count a drawing after the loss went backwards through it."""
        assert drawing.means2d.grad is not None
        scale = drawing.means2d.grad.new_tensor([width / 2, height / 2])
        pulls = torch.where(drawing.seen, (drawing.means2d.grad[0] * scale).norm(dim=1), 0)
        self.pulls += pulls
        self.counts += pulls > 0

    def mean(self) -> Float[Tensor, " N"]:
        """Return the mean pull where a Gaussian was seen."""
        return self.pulls / self.counts.clamp(min=1)


@torch.no_grad()
def densify(
    model: SplatModel,
    optimizer: torch.optim.Adam,
    missing: MissingDetail,
    room: int,
    generator: torch.Generator,
) -> MissingDetail:
    """Double or split the Gaussians that the images pull at most, and remove what is hardly seen.

    Args:
        model: Its rows change.
        optimizer: Follows; new Gaussians begin without momentum.
        missing: Since the last round.
        room: How many Gaussians may be added.
        generator: On the CPU; of the places of halves.

    Returns:
        An empty count for the new Gaussians.
    """
    pulls = missing.mean()
    kept = torch.sigmoid(model.opacity_logits) >= LEAST_OPACITY
    wanted = torch.where(kept & (pulls > LEAST_GRADIENT), pulls, 0)
    parents = torch.topk(wanted, min(room, len(wanted))).indices
    parents = parents[wanted[parents] > 0]
    old = torch.nonzero(kept)[:, 0]
    sources = torch.cat([old, parents])
    largest = torch.exp(model.log_scales[parents]).amax(1) / model.reach[parents]
    split = largest > SPLIT_ABOVE
    row_of = torch.full((len(model),), -1, device=sources.device)
    row_of[old] = torch.arange(len(old), device=sources.device)
    model.replace_rows(sources)
    _follow(optimizer, model, sources, fresh=len(parents))
    children = torch.arange(len(old), len(sources), device=sources.device)[split]
    for rows in (children, row_of[parents[split]]):
        noise = torch.randn(len(rows), 3, generator=generator).to(model.centers)
        sizes = torch.exp(model.log_scales[rows])
        model.centers[rows] += torch.einsum("nij,nj->ni", rotations(model.quats[rows]), sizes * noise)
        model.log_scales[rows] -= torch.log(torch.tensor(SPLIT_SHRINK))
    return MissingDetail.none(len(model), model.centers.device)


def optimizer_of(model: SplatModel, rates: Mapping[str, float]) -> torch.optim.Adam:
    """Return Adam with a rate for each parameter."""
    groups = [{"params": [getattr(model, name)], "lr": rates[name], "name": name} for name in PARAMETERS]
    return torch.optim.Adam(groups, eps=1e-15)


def _follow(optimizer: torch.optim.Adam, model: SplatModel, sources: Tensor, fresh: int) -> None:
    """Give the optimiser the model's new parameters, with the momentum of their sources; the last ones have none."""
    for group in optimizer.param_groups:
        old = group["params"][0]
        new = getattr(model, group["name"])
        state = optimizer.state.pop(old, None)
        group["params"] = [new]
        if state is None:
            continue
        for name in ("exp_avg", "exp_avg_sq"):
            moments = state[name][sources].clone()
            moments[len(sources) - fresh :] = 0
            state[name] = moments
        optimizer.state[new] = state
