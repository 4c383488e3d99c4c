"""What happens to voices between mouth and microphone: `training/augment.py` for whole batches, on any device."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.training.augment import music
from rsatalker.training.torch_dice import Dice, curve, filtered, spectrum_bins
from rsatalker.training.torch_speaker import Spoken

ROOM_SHARE, LONGEST_ECHO_S = 0.6, 0.7
NOISE_SHARE, BABBLE_SHARE, MUSIC_SHARE = 0.8, 0.3, 0.15  # the last two of the noises
SNRS_DB = ((0.0, 40.0), (8.0, 30.0))  # two ranges, equally often
BABBLE_VOICES = 5
BAND_SHARE, TELEPHONE_SHARE, HISS_SHARE = 0.25, 0.1, 0.6
EQUALISER_KNOTS, EQUALISER_DEVIATION = 6, 1.0  # natural logarithm of amplitude: 9 dB between microphones
QUIETEST_DB, LOUDEST_DB = -20.0, 15.0  # of the gain
HISS_DB = (-95.0, -45.0)
TUNES, TUNE_S = 24, 6.0


def tunes(seed: int, device: torch.device) -> Float[Tensor, "tunes S"]:
    """Return some seconds each of made-up music."""
    rng = np.random.default_rng(seed)
    clips = [music(int(TUNE_S * SPEECH_RATE_HZ), rng) for _ in range(TUNES)]
    return torch.from_numpy(np.stack(clips).astype(np.float32)).to(device)


def through_a_channel(
    spoken: Spoken, voices: Float[Tensor, "B S"], tunes: Float[Tensor, "tunes M"], dice: Dice
) -> Float[Tensor, "B S"]:
    """Return speech in random rooms with random noise over random microphones, at a random loudness.

    Args:
        spoken: What is said.
        voices: Of other people, for the babble.
        tunes: `tunes()`, as long as the speech or longer.
        dice: Decides.
    """
    sound = in_rooms(spoken.sound, dice)
    snr_db = torch.where(dice.chance(0.5), dice.uniform(*SNRS_DB[0]), dice.uniform(*SNRS_DB[1]))
    level = spoken.loudness * 10 ** (-snr_db / 20) * dice.chance(NOISE_SHARE)
    sound = sound + background(sound.shape[1], voices, tunes, dice) * level[:, None]
    sound = over_microphones(sound, dice)
    sound = torch.where(dice.chance(TELEPHONE_SHARE)[:, None], companded(sound), sound)
    speaks = spoken.pause.mean(1) < 1
    gain = dice.decibels(QUIETEST_DB, LOUDEST_DB) * torch.where(speaks, _rms(spoken.sound) / _rms(sound), 1.0)
    hiss = dice.normal(sound.shape[1]) * (dice.decibels(*HISS_DB) * dice.chance(HISS_SHARE))[:, None]
    return (sound * gain[:, None] + hiss).clamp(-1, 1)


def in_rooms(sound: Float[Tensor, "B S"], dice: Dice) -> Float[Tensor, "B S"]:
    """Return voices with reverberations of .1 to .7 s, the direct sound first."""
    length = round(LONGEST_ECHO_S * SPEECH_RATE_HZ)
    decay = torch.arange(length, device=sound.device) / (dice.uniform(0.1, LONGEST_ECHO_S, 1) * SPEECH_RATE_HZ)
    echoes = dice.normal(length) * 10 ** (-3 * decay) * dice.uniform(0.02, 0.25, 1)
    echoes = echoes * dice.chance(ROOM_SHARE)[:, None]
    echoes[:, 0] = 1
    bins = spectrum_bins(sound.shape[1] + length)
    return filtered(sound, torch.fft.rfft(echoes, 2 * (bins - 1)))


def background(
    samples: int, voices: Float[Tensor, "B S"], tunes: Float[Tensor, "tunes M"], dice: Dice
) -> Float[Tensor, "B {samples}"]:
    """Return noise of unit loudness: coloured (55 %), babble of other voices (30 %) or music (15 %)."""
    kind = dice.uniform(0, 1, 1)
    tune = tunes[dice.below(len(tunes)), :samples]
    other = torch.where(kind > 1 - MUSIC_SHARE, tune, coloured_noise(samples, dice))
    noise = torch.where(kind < BABBLE_SHARE, babble(voices[:, :samples], dice), other)
    return noise / _rms(noise)[:, None]


def coloured_noise(samples: int, dice: Dice) -> Float[Tensor, "B {samples}"]:
    """Return noise between white and brown that swells and fades slowly."""
    slope = torch.arange(1, spectrum_bins(samples) + 1, device=dice.device) ** -dice.uniform(0, 1, 1)
    knots = max(2, samples // SPEECH_RATE_HZ * 2)
    swell = curve(torch.exp(dice.normal(knots) * dice.uniform(0, 0.7, 1)), samples)
    return filtered(dice.normal(samples), slope) * swell


def babble(voices: Float[Tensor, "B S"], dice: Dice) -> Float[Tensor, "B S"]:
    """Return one to five other voices at once."""
    loud = voices / _rms(voices)[:, None]
    mixed = torch.zeros_like(loud)
    for voice in range(BABBLE_VOICES):
        weight = dice.uniform(0.4, 1) * (dice.chance(0.6) if voice else 1)
        mixed = mixed + loud[dice.order()] * weight[:, None]
    return mixed


def over_microphones(sound: Float[Tensor, "B S"], dice: Dice) -> Float[Tensor, "B S"]:
    """Return sound through random equalisers; some of it lacks its lowest and highest tones."""
    frequency_hz = torch.linspace(1, SPEECH_RATE_HZ / 2, spectrum_bins(sound.shape[1]), device=sound.device)
    pitch = torch.log1p(frequency_hz / 700)  # mel
    knots = dice.normal(EQUALISER_KNOTS) * EQUALISER_DEVIATION
    at = pitch / pitch[-1] * (EQUALISER_KNOTS - 1.001)
    below = at.long()
    response = torch.exp(knots[:, below] * (1 - at % 1) + knots[:, below + 1] * (at % 1))
    low_hz, high_hz = dice.uniform(60, 250, 1), dice.uniform(3200, 6500, 1)
    band = 1 / ((1 + (low_hz / frequency_hz) ** 8) * (1 + (frequency_hz / high_hz) ** 8)).sqrt()
    response = torch.where(dice.chance(BAND_SHARE)[:, None], response * band, response)
    return filtered(sound, response)


def companded(sound: Float[Tensor, "B S"]) -> Float[Tensor, "B S"]:
    """Return sound after 8-bit mu-law, as on a telephone line."""
    peak = sound.abs().amax(1, keepdim=True) + 1e-6
    compressed = torch.sign(sound) * torch.log1p(255 * (sound / peak).abs()) / np.log(256)
    rounded = torch.round(compressed * 127) / 127
    return torch.sign(rounded) * (256 ** rounded.abs() - 1) / 255 * peak


def _rms(sound: Float[Tensor, "B S"]) -> Float[Tensor, " B"]:
    return sound.square().mean(1).sqrt().clamp(min=1e-6)
