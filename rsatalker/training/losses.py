"""What the motion model is trained to: lips in place, lips moving alike, and knowing which viseme sounds."""

from __future__ import annotations

from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from rsatalker.motion.articulation import ARTICULATION_INDEX
from rsatalker.motion.model import Prediction
from rsatalker.training.batches import Batch, is_speech

CONTROL_WEIGHTS = torch.tensor([1.5, 2.0, 1.2, 1.0, 0.7, 0.7, 1.2, 0.8, 0.4, 0.4, 0.5, 0.6])  # what viewers look at
JAW = ARTICULATION_INDEX["jaw"]
CONTACTS = [ARTICULATION_INDEX["closed"], ARTICULATION_INDEX["tuck"]]
CONTACT_EXTRA = 2.0  # a missed closure is seen at once; a mean-squared error would rather blur it
SILENCE_EXTRA = 2.0  # a jaw that noise opens while nobody speaks is seen at once, and small squared
CONTACT_FROM = 0.7  # target above which lips count as touching
VELOCITY_WEIGHT = 0.5
VISEME_WEIGHT = 0.05
ACTIVITY_WEIGHT = 0.05
WARM_UP = 10  # instants at the start of a stretch that have no past to listen to


def lip_loss(prediction: Prediction, batch: Batch, look_ahead: int) -> Float[Tensor, ""]:
    """Return the loss of a batch; the prediction at t + look_ahead belongs to the target at t."""
    answer = Prediction(*(part[:, look_ahead:] for part in prediction))
    target, speech = batch.articulation, is_speech(batch.visemes)
    controls, is_contact, is_jaw = _control_rows(target.device)
    touching, silent = target > CONTACT_FROM, (1 - speech)[..., None]
    weight = controls * (1 + CONTACT_EXTRA * is_contact * touching + SILENCE_EXTRA * is_jaw * silent)
    position = weight * (answer.articulation - target) ** 2
    velocity = controls * (answer.articulation.diff(dim=1) - target.diff(dim=1)) ** 2
    viseme = cross_entropy(answer.viseme_logits[:, WARM_UP:].flatten(0, 1), batch.visemes[:, WARM_UP:].flatten())
    activity = binary_cross_entropy_with_logits(answer.activity_logit[:, WARM_UP:], speech[:, WARM_UP:])
    return (
        position[:, WARM_UP:].mean()
        + VELOCITY_WEIGHT * velocity[:, WARM_UP:].mean()
        + VISEME_WEIGHT * viseme
        + ACTIVITY_WEIGHT * activity
    )


@cache
def _control_rows(device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Return the weights of controls, which are contacts and which the jaw; kept where a GPU need not wait for them."""
    is_contact, is_jaw = torch.zeros(2, len(CONTROL_WEIGHTS))
    is_contact[CONTACTS], is_jaw[JAW] = 1.0, 1.0
    return CONTROL_WEIGHTS.to(device), is_contact.to(device), is_jaw.to(device)
