"""The dyadic model: streaming, causal, within its window, and its compiled twin."""

import copy

import numpy as np
import pytest
import torch

from rsatalker.motion.dyadic_model import Answer, DyadicModel, DyadicModelConfig
from rsatalker.motion.dyadic_step import DyadicStep
from rsatalker.motion.social import Relationship, SocialInput

pytestmark = pytest.mark.unit
CONFIGS = {
    "events": DyadicModelConfig(channels=24, heads=2, window=12),
    "sees itself": DyadicModelConfig(channels=24, heads=2, window=12, sees_itself=True),
    "tracked faces": DyadicModelConfig(
        voice_size=23, motion_size=56, events=0, values=56, channels=24, heads=2, window=12
    ),
}
STEPS, CONVERSATIONS = 40, 3


def new_model(config: DyadicModelConfig) -> DyadicModel:
    torch.manual_seed(3)
    model = DyadicModel(config)
    with torch.no_grad():
        for weight in model.parameters():  # away from the zeros and ones that some begin at
            weight.add_(0.1 * torch.randn_like(weight))
    return model.eval().requires_grad_(requires_grad=False)


@pytest.fixture(params=CONFIGS)
def model(request: pytest.FixtureRequest) -> DyadicModel:
    return new_model(CONFIGS[request.param])


def inputs(model: DyadicModel, seed: int = 4) -> tuple[np.ndarray, np.ndarray, torch.Tensor]:
    random, config = np.random.default_rng(seed), model.config
    voices = random.random((CONVERSATIONS, 2, STEPS, config.voice_size)).astype(np.float32)
    motion = random.random((CONVERSATIONS, 2, STEPS, config.motion_size)).astype(np.float32)
    relationships = (Relationship(), Relationship("blood", "unequal", 1), Relationship("non-blood", "unequal", 0))
    return voices, motion, torch.cat([model.social_feature(SocialInput(r)) for r in relationships])


def whole(model: DyadicModel, voices: np.ndarray, motion: np.ndarray, social: torch.Tensor) -> Answer:
    with torch.inference_mode():
        return model(torch.from_numpy(voices), torch.from_numpy(motion), social)


def test_model_streams_what_it_gives_offline(model: DyadicModel) -> None:
    voices, motion, social = inputs(model)
    offline = whole(model, voices, motion, social)
    model.start_streaming(CONVERSATIONS, motion[:, :, 0].copy())
    for t in range(STEPS):
        chances, values = model.push(voices[:, :, t].copy(), motion[:, :, t].copy(), social)
        np.testing.assert_allclose(chances, offline.logits[:, :, t].sigmoid(), atol=1e-4)
        np.testing.assert_allclose(values, offline.values[:, :, t], atol=1e-4)


def test_model_streams_in_chunks_what_it_gives_offline(model: DyadicModel) -> None:
    voices, motion, social = inputs(model)
    offline = whole(model, voices, motion, social)
    model.start_streaming(CONVERSATIONS, motion[:, :, 0].copy())
    for start, end in ((0, 1), (1, 8), (8, 9), (9, 30), (30, STEPS)):
        part = whole(model, voices[:, :, start:end].copy(), motion[:, :, start:end].copy(), social)
        np.testing.assert_allclose(part.values, offline.values[:, :, start:end], atol=1e-4)


def test_compiled_step_does_what_the_model_does(model: DyadicModel) -> None:
    voices, motion, social = inputs(model)
    offline = whole(model, voices, motion, social)
    step = DyadicStep(model, CONVERSATIONS)
    for t in range(STEPS):
        chances, values = step.push(voices[:, :, t], motion[:, :, t], social.numpy())
        np.testing.assert_allclose(chances, offline.logits[:, :, t].sigmoid(), atol=1e-4)
        np.testing.assert_allclose(values, offline.values[:, :, t], atol=1e-4)


def test_copy_of_a_step_goes_on_alone_with_the_same_weights(model: DyadicModel) -> None:
    voices, motion, social = inputs(model)
    step = DyadicStep(model, CONVERSATIONS)
    for t in range(20):
        step.push(voices[:, :, t], motion[:, :, t], social.numpy())
    fork = copy.deepcopy(step)
    fork.push(voices[:, :, 39], motion[:, :, 39], social.numpy())
    alone = DyadicStep(model, CONVERSATIONS)
    for t in range(20):
        alone.push(voices[:, :, t], motion[:, :, t], social.numpy())
    for one, other in zip(
        step.push(voices[:, :, 20], motion[:, :, 20], social.numpy()),
        alone.push(voices[:, :, 20], motion[:, :, 20], social.numpy()),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


def test_model_hears_and_sees_nothing_of_the_future(model: DyadicModel) -> None:
    voices, motion, social = inputs(model)
    before = whole(model, voices, motion, social)
    voices[:, :, 25:], motion[:, :, 25:] = 0.3, -0.7
    after = whole(model, voices, motion, social)
    np.testing.assert_array_equal(before.values[:, :, :25], after.values[:, :, :25])
    assert (before.values[:, :, 25:] - after.values[:, :, 25:]).abs().min(dim=-1).values.max() > 1e-4


def test_heads_answer_to_the_motion_of_the_partner(model: DyadicModel) -> None:
    voices, motion, social = inputs(model)
    before = whole(model, voices, motion, social)
    motion[:, 1] = -0.5
    after = whole(model, voices, motion, social)
    assert (before.values[:, 0] - after.values[:, 0]).abs().max() > 1e-3
    own = (before.values[:, 1] - after.values[:, 1]).abs().max()
    assert (own > 1e-3) == model.config.sees_itself


def test_conversations_of_a_batch_do_not_disturb_each_other(model: DyadicModel) -> None:
    voices, motion, social = inputs(model)
    together = whole(model, voices, motion, social)
    alone = whole(model, voices[1:2], motion[1:2], social[1:2])
    np.testing.assert_allclose(together.values[1:2], alone.values, atol=1e-5)


def test_what_left_every_window_is_forgotten() -> None:
    model = new_model(CONFIGS["events"])
    voices, motion, social = inputs(model)
    before = whole(model, voices, motion, social)
    voices[:, :, 0], motion[:, :, 0] = 9.0, 9.0
    after = whole(model, voices, motion, social)
    attentions_in_a_row = 2 + model.config.layers
    reach = attentions_in_a_row * (model.config.window - 1) + 2  # one more for the difference of motions
    assert reach > STEPS  # so look at a model that reaches less far
    short = new_model(DyadicModelConfig(channels=24, heads=2, window=4))
    changed = whole(short, voices, motion, social)
    voices[:, :, 0], motion[:, :, 0] = -9.0, -9.0
    again = whole(short, voices, motion, social)
    np.testing.assert_allclose(changed.values[:, :, 14:], again.values[:, :, 14:], atol=1e-6)
    assert (before.values - after.values).abs().max() > 1e-3


def test_stream_that_starts_anew_has_forgotten_the_last_one(model: DyadicModel) -> None:
    voices, motion, social = inputs(model)
    model.start_streaming(CONVERSATIONS, motion[:, :, 0].copy())
    first = model.push(voices[:, :, 0].copy(), motion[:, :, 0].copy(), social)[1]
    model.push(voices[:, :, 1].copy(), motion[:, :, 1].copy(), social)
    model.start_streaming(CONVERSATIONS, motion[:, :, 0].copy())
    np.testing.assert_array_equal(first, model.push(voices[:, :, 0].copy(), motion[:, :, 0].copy(), social)[1])
    model.stop_streaming()
    assert not model.is_streaming


def test_second_stream_of_one_model_shares_its_weights(model: DyadicModel) -> None:
    other = model.sharing_weights()
    with other.streaming():
        assert not model.is_streaming
    assert all(a is b for a, b in zip(model.parameters(), other.parameters(), strict=True))


def test_gradients_reach_every_weight() -> None:
    model = DyadicModel(CONFIGS["events"])
    voices, motion, _ = inputs(model)
    present = torch.from_numpy(SocialInput(Relationship("blood", "unequal", 0)).present())
    social = model.social(present).unsqueeze(0).expand(CONVERSATIONS, -1, -1, -1)
    answer = model(torch.from_numpy(voices), torch.from_numpy(motion), social)
    (answer.logits.square().mean() + answer.values.square().mean()).backward()
    assert [name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()] == []
