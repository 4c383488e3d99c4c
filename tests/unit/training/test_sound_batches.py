"""Batches from sound: the same features and targets as a corpus of features has, and as varied as they say."""

import shutil
from concurrent.futures import Future
from dataclasses import replace
from itertools import combinations
from typing import ClassVar

import numpy as np
import pytest
import torch

from rsatalker.errors import AssetError, ToolMissing
from rsatalker.motion.articulation import ARTICULATION_INDEX
from rsatalker.speech.features import WINDOW_SAMPLES, log_mel
from rsatalker.training import torch_channel, torch_speaker
from rsatalker.training.animator import TARGETS
from rsatalker.training.batches import GROUP_SHARES, Batch
from rsatalker.training.corpus import CorpusOptions, PartPlan, make_corpus, make_part
from rsatalker.training.engines.voices import GROUPS, InstalledVoices, Voice
from rsatalker.training.examples import read_part
from rsatalker.training.phones import Viseme
from rsatalker.training.sound_batches import KeptStretches, SoundBatches
from rsatalker.training.sound_corpus import SoundCorpus, Stretches
from rsatalker.training.sound_parts import read_sound_part, write_sound_part
from rsatalker.training.torch_dice import Dice
from rsatalker.training.torch_log_mel import TorchLogMel

pytestmark = pytest.mark.unit

CPU = torch.device("cpu")
CLOSED = ARTICULATION_INDEX["closed"]


def dice(size: int) -> Dice:
    return Dice(size, torch.Generator().manual_seed(3))


@pytest.fixture(scope="module")
def made_sounds(made_corpus, tmp_path_factory):
    """The corpus of hums with nothing kept but its sound, made once."""
    folder = tmp_path_factory.mktemp("sounds")
    for path in made_corpus.glob("*.npz"):
        write_sound_part(folder / path.name, read_sound_part(path))
    return folder


@pytest.fixture
def sounds(made_sounds, tmp_path):
    """Likewise, in a folder of one's own."""
    return shutil.copytree(made_sounds, tmp_path, dirs_exist_ok=True)


def test_torch_features_equal_those_of_the_stream():
    sound = np.random.default_rng(0).normal(0, 0.1, (2, 16_000)).astype(np.float32)
    padded = torch.from_numpy(np.pad(sound, ((0, 0), (WINDOW_SAMPLES, 0))))
    np.testing.assert_allclose(TorchLogMel()(padded, 120), log_mel(sound)[:, :120], atol=2e-3)


def test_compressed_part_is_a_fraction_of_one_with_features(made_corpus, made_sounds):
    name = "training-hum-0.npz"
    assert (made_sounds / name).stat().st_size < 0.1 * (made_corpus / name).stat().st_size


def test_compressed_part_gives_the_features_and_targets_of_one_with_features(made_corpus, made_sounds):
    name = "held-out-hum.npz"
    for kept, heard in zip(read_part(made_corpus / name), read_part(made_sounds / name), strict=True):
        np.testing.assert_array_equal(heard.visemes, kept.visemes[: len(heard.visemes)])
        loud = kept.features[: len(heard.features)] > -2
        assert np.abs(heard.features[loud] - kept.features[: len(heard.features)][loud]).mean() < 0.3


def test_corpus_without_sound_is_refused(corpus):
    path = corpus / "training-hum-0.npz"
    with np.load(path) as part:
        np.savez(path, **{name: part[name] for name in part.files if not name.startswith("sound")})
    with pytest.raises(AssetError, match="is no part of a corpus"):
        SoundCorpus(corpus, GROUP_SHARES, CPU)


def test_parts_that_appear_later_are_taken_in(sounds):
    corpus = SoundCorpus(sounds, GROUP_SHARES, CPU)
    before = len(corpus.sound)
    write_sound_part(sounds / "training-later.npz", read_sound_part(sounds / "training-hum-0.npz"))
    corpus.take_in_new_parts()
    assert before < len(corpus.sound) == 1600 * len(corpus._group_of_block)


def test_stretch_holds_sound_and_the_targets_of_the_same_moment(sounds):
    corpus = SoundCorpus(sounds, GROUP_SHARES, CPU)
    drawn = corpus.draw(16, 16_000, torch.Generator().manual_seed(0))
    loud = drawn.sound[:, : 133 * 120].unfold(1, 133, 133).square().mean(2).sqrt()[:, :119]
    silent = drawn.visemes[:, :119] == Viseme.SILENCE
    assert loud[~silent].median() > 20 * loud[silent].median()


def test_batches_are_reproducible_and_of_the_right_shape(sounds):
    first, second = (SoundBatches(sounds, 30, 3, CPU, seed=4).draw(3) for _ in range(2))
    assert first.features.shape == (3, 4 * 33, 80)
    assert first.articulation.shape == (3, 30, 12)
    assert first.visemes.shape == (3, 30)
    assert torch.equal(first.features, second.features)
    assert torch.isfinite(first.features).all()


def test_stretches_are_heard_again_with_other_statistics(sounds):
    batches = SoundBatches(sounds, 30, 3, CPU, seed=4, fresh_share=0.25)
    drawn = [batches.draw(4) for _ in range(9)]
    assert drawn[-1].features.shape == (4, 4 * 33, 80)
    assert batches._kept is not None
    assert batches._kept.count == 4 * (8 + 2)  # eight batches at first, then one for every four that are drawn
    rows = [(row.articulation, row.features) for batch in drawn for row in each(batch)]
    again = [(one, two) for (a, one), (b, two) in combinations(rows, 2) if torch.equal(a, b)]
    assert again
    assert not any(torch.equal(one, two) for one, two in again)


def test_kept_stretches_replace_the_oldest():
    kept = KeptStretches(limit=3)
    for number in range(5):
        kept.keep(Batch(torch.full((1, 4, 2), float(number)), torch.zeros(1, 1, 12), torch.zeros(1, 1)))
    drawn = kept.draw(50, torch.Generator().manual_seed(0))
    assert (kept.count, set(drawn.features[:, 0, 0].tolist())) == (3, {2.0, 3.0, 4.0})


def each(batch: Batch) -> list[Batch]:
    return [Batch(*row) for row in zip(*batch, strict=True)]


def spoken(sound: torch.Tensor, viseme: Viseme = Viseme.AA) -> Stretches:
    rows, targets = len(sound), sound.shape[1] * 120 // 16_000 + 1
    return Stretches(sound, torch.zeros(rows, targets, 12), torch.full((rows, targets), int(viseme)))


def test_warped_speech_keeps_its_targets_at_their_sounds():
    samples = torch_speaker.samples_to_draw(16_000)
    stretches = spoken(torch.zeros(8, samples))
    stretches.sound[:, 8_000:] = 1.0
    stretches.articulation[:, 60:, CLOSED] = 1.0
    position = torch_speaker.warped_positions(torch.linspace(0.8, 1.3, 8), 16_000, dice(8))
    warped = torch_speaker._warped(stretches, position, history=0, instants=29)
    first_sample = (warped.sound > 0.5).float().argmax(1) / 16_000
    first_instant = (warped.articulation[..., CLOSED] > 0.5).float().argmax(1) / 30
    assert (first_sample - first_instant).abs().max() < 1 / 30


def test_shorter_throat_has_higher_formants():
    noise = torch.nn.functional.conv1d(dice(1).normal(16_000)[:, None], torch.ones(1, 1, 12) / 12)[:, 0]

    def centre(sound: torch.Tensor) -> float:
        power = torch.fft.rfft(sound).abs().square()[0]
        return float((power * torch.arange(len(power))).sum() / power.sum())

    shifted = torch_speaker.with_other_throat(noise, torch.tensor([1.2]), dice(1))
    assert centre(shifted) > 1.1 * centre(torch_speaker.with_other_throat(noise, torch.tensor([1.0]), dice(1)))


def test_breaths_sound_in_pauses_only():
    position = torch_speaker.warped_positions(torch.ones(8), 16_000, dice(8))
    stretches = spoken(torch.zeros(8, torch_speaker.samples_to_draw(16_000)))
    stretches.visemes[:, 40:100] = int(Viseme.SILENCE)
    silent = replace(torch_speaker._warped(stretches, position, 0, 29), loudness=torch.ones(8))
    heard = torch_speaker.with_breaths(silent, dice(8)).sound.abs().amax(0)
    assert float(heard[:4_000].max()) < 1e-6 < float(heard[6_500:12_000].max())


def test_stretch_of_nobody_has_breaths_under_shut_lips():
    position = torch_speaker.warped_positions(torch.ones(8), 16_000, dice(8))
    stretches = spoken(torch.ones(8, torch_speaker.samples_to_draw(16_000)))
    voiced = torch_speaker._warped(stretches, position, 0, 29)
    alone = torch_speaker.with_nobody(voiced, torch.arange(8) % 2 == 0)
    assert float(alone.sound[::2].abs().max()) == 0 < float(alone.sound[1::2].abs().min())
    assert (alone.visemes[::2] == Viseme.SILENCE).all()
    assert (alone.visemes[1::2] == Viseme.AA).all()
    assert torch.allclose(alone.articulation[::2], torch.tensor(TARGETS[Viseme.SILENCE]))
    assert torch_speaker.with_breaths(alone, dice(8)).sound[::2].abs().amax() > 0


def test_hum_closes_the_lips_while_it_sounds():
    position = torch_speaker.warped_positions(torch.ones(64), 32_000, dice(64))
    stretches = spoken(torch.zeros(64, torch_speaker.samples_to_draw(32_000)), Viseme.SILENCE)
    silent = replace(torch_speaker._warped(stretches, position, 0, 59), loudness=torch.ones(64))
    hummed = torch_speaker.with_hums(silent, 0, dice(64))
    sounds = hummed.sound.abs().amax(1) > 0.01
    closed = hummed.articulation[..., CLOSED].amax(1) > 0.99
    assert 0 < int(sounds.sum()) < 32
    assert torch.equal(sounds, closed)
    assert torch.equal((hummed.visemes == Viseme.P).any(1), closed)


def test_longest_run_is_found():
    end, length = torch_speaker.longest_run(torch.tensor([[1, 1, 0, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0]]).bool())
    assert (int(end[0]), int(length[0]), int(length[1])) == (6, 3, 0)


def test_channel_changes_loudness_by_its_gain_and_adds_noise():
    tone = 0.1 * torch.sin(torch.arange(16_000) * 0.3).repeat(64, 1)
    speech = torch_speaker.Spoken(
        tone, torch.zeros(64, 29, 12), torch.full((64, 29), 11), tone * 0, torch.full((64,), 0.07)
    )
    heard = torch_channel.through_a_channel(speech, tone, torch_channel.tunes(0, CPU), dice(64))
    loudness_db = 20 * torch.log10(heard.square().mean(1).sqrt() / 0.0707)
    assert heard.abs().max() <= 1
    assert loudness_db.min() < -10 < 5 < loudness_db.max()


def test_half_a_corpus_has_every_voice(tmp_path, monkeypatch):
    voices = tuple(Voice("espeak", variant, "formant", 0.5) for variant in ("m1", "f1"))
    monkeypatch.setattr("rsatalker.training.corpus.installed_voices", lambda: InstalledVoices(voices, ()))
    monkeypatch.setattr("rsatalker.training.corpus.ProcessPoolExecutor", Interrupted)
    Interrupted.made.clear()
    make_corpus(CorpusOptions(tmp_path, hours=0.1, held_out_minutes=0, sound_only=True))
    half = Interrupted.made[: len(Interrupted.made) // 2]
    assert {plan.voice.name for plan in half} == {"m1", "f1"}


class Interrupted:
    """A pool that only notes what it should do."""

    made: ClassVar[list[PartPlan]] = []

    def __init__(self, *_):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def submit(self, _, plan):
        self.made.append(plan)
        done = Future()
        done.set_result(("voice", 0.0))
        return done


def test_corpus_of_sound_keeps_sound_only(tmp_path, espeak_library):
    path = tmp_path / "training-a.npz"
    make_part(PartPlan(path, Voice("espeak", "m1", "formant", 1.0), 2.0, 5, 0, sound_only=True))
    assert read_sound_part(path)[0].group == GROUPS.index("formant")
    with np.load(path) as part:
        assert "features" not in part.files


def test_corpus_of_engines_that_are_missing_is_refused():
    with pytest.raises(ToolMissing, match="no voice of kokoro is installed"):
        InstalledVoices((Voice("espeak", "m1", "formant", 1.0),), ()).only(("kokoro",))
