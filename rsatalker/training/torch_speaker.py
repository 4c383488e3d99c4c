"""Stretches of speech as if someone else had spoken them: `training/augment.py` for whole batches, on any device.

Another throat, pitch and pace, breath in the voice, breaths and smacks in its pauses, "mm" with closed lips.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from rsatalker.motion.articulation import ARTICULATION_INDEX
from rsatalker.motion.pose import MOTION_RATE_HZ
from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.training.animator import CLOSURE_RAMP_S, TARGETS
from rsatalker.training.augment import BREATHY_FROM_HZ, ENVELOPE_QUEFRENCY, MURMUR_HZ, STFT_SAMPLES
from rsatalker.training.phones import Viseme
from rsatalker.training.sound_corpus import TARGET_RATE_HZ, Stretches
from rsatalker.training.torch_dice import Dice, curve, filtered, spectrum_bins

SPEEDS = (0.8, 1.35)  # of the voice's own pace; pitch goes with it
FORMANTS = (0.84, 1.2)  # of the voice's own: from a large man's throat to a child's
WOBBLE = 0.08  # largest deviation of the logarithm of the pace
LARGEST_SPEED = 1.6  # of any moment, wobble included
BREATHY_SHARE, HUM_SHARE, SMACKS = 0.25, 0.15, 2
NOBODY_SHARE = 0.06  # of the stretches: breaths, hums and the room alone, as a headset hears while the other speaks
SMACK_SAMPLES = 160
PAUSE_MARGIN = 8  # of 120 a second: breaths keep clear of speech by 67 ms
SHORTEST_HUM_PAUSE = 60  # of 120 a second
HARMONICS = 24
MURMUR_POSE = torch.tensor(TARGETS[Viseme.P])
MURMUR_POSE[ARTICULATION_INDEX["jaw"]] *= 0.15  # as `animate` closes the jaw under closed lips


@dataclass(frozen=True, slots=True)
class Spoken:
    """A batch of speech and what lips do meanwhile.

    Attributes:
        sound: Full scale 1.
        articulation: Target of each instant, counted from `history` on.
        visemes: Likewise.
        pause: 1 in the pauses, 0 in speech, with soft edges, for each sample.
        loudness: Root mean square of the speech in each row.
    """

    sound: Float[Tensor, "B S"]
    articulation: Float[Tensor, "B T 12"]
    visemes: Int[Tensor, "B T"]
    pause: Float[Tensor, "B S"]
    loudness: Float[Tensor, " B"]


def samples_to_draw(samples: int) -> int:
    """Return how long a stretch must be to become one of `samples` at any speed."""
    return int(samples * LARGEST_SPEED) + 2


def by_another_speaker(stretches: Stretches, history: int, instants: int, samples: int, dice: Dice) -> Spoken:
    """Return stretches as others would have spoken them.

    Args:
        stretches: `samples_to_draw(samples)` long.
        history: Samples before the first instant.
        instants: With targets.
        samples: Wanted, history included.
        dice: Decides.
    """
    speed = dice.ratio(*SPEEDS)
    position = warped_positions(speed, samples, dice)
    spoken = _warped(stretches, position, history, instants)
    sound = with_other_throat(spoken.sound, dice.ratio(*FORMANTS) / speed, dice)
    spoken = with_nobody(replace(spoken, sound=sound), dice.chance(NOBODY_SHARE))
    spoken = with_breaths(spoken, dice)
    return with_hums(spoken, history, dice)


def warped_positions(speed: Float[Tensor, " B"], samples: int, dice: Dice) -> Float[Tensor, "B {samples}"]:
    """Return where each sample comes from, at a pace that changes a little about three times a second."""
    knots = max(2, round(samples / SPEECH_RATE_HZ * 3))
    wobble = torch.exp(curve(dice.normal(knots) * dice.uniform(0, WOBBLE, 1), samples))
    pace = (speed[:, None] * wobble).clamp(max=LARGEST_SPEED).double()  # a sum of many: single precision would hiss
    return pace.cumsum(1) - pace[:, :1]


def _warped(stretches: Stretches, position: Float[Tensor, "B S"], history: int, instants: int) -> Spoken:
    whole = position.long()
    fraction = (position - whole).float()
    sound = stretches.sound.gather(1, whole) * (1 - fraction) + stretches.sound.gather(1, whole + 1) * fraction
    step = SPEECH_RATE_HZ / MOTION_RATE_HZ
    at = history + ((torch.arange(instants, device=sound.device) + 0.5) * step).long()
    row = position[:, at] * (TARGET_RATE_HZ / SPEECH_RATE_HZ)
    below, part = row.long(), (row % 1).float()[..., None]
    index = below[..., None].expand(-1, -1, stretches.articulation.shape[2])
    articulation = stretches.articulation.gather(1, index) * (1 - part)
    articulation += stretches.articulation.gather(1, index + 1) * part
    silent = _silence(stretches.visemes).float()
    pause = silent.gather(1, (whole * TARGET_RATE_HZ) // SPEECH_RATE_HZ)
    speaks = 1 - pause
    energy = (sound.square() * speaks).sum(1) / speaks.sum(1).clamp(min=1)
    usual = energy.sqrt().median()
    enough = speaks.mean(1) > 0.05
    loudness = torch.where(enough, energy.sqrt(), usual).clamp(min=1e-3)
    return Spoken(sound, articulation, stretches.visemes.gather(1, row.round().long()), pause, loudness)


def _silence(visemes: Int[Tensor, "B R"]) -> Bool[Tensor, "B R"]:
    """Return where nothing sounds within the margin."""
    speech = (visemes != Viseme.SILENCE).float()[:, None]
    near = torch.nn.functional.max_pool1d(speech, 2 * PAUSE_MARGIN + 1, stride=1, padding=PAUSE_MARGIN)
    return near[:, 0] == 0


def with_other_throat(sound: Float[Tensor, "B S"], factor: Float[Tensor, " B"], dice: Dice) -> Float[Tensor, "B S"]:
    """Return voices of throats shorter by `factor`, some of them breathy; the pitch stays."""
    window = torch.hann_window(STFT_SAMPLES, device=sound.device)
    spectrum = torch.stft(sound, STFT_SAMPLES, STFT_SAMPLES // 4, window=window, return_complex=True)  # (B, bins, F)
    cepstrum = torch.fft.irfft(torch.log(spectrum.abs() + 1e-7), dim=1)
    cepstrum[:, ENVELOPE_QUEFRENCY : cepstrum.shape[1] - ENVELOPE_QUEFRENCY + 1] = 0
    envelope = torch.fft.rfft(cepstrum, dim=1).real
    bins = envelope.shape[1]
    position = (torch.arange(bins, device=sound.device) / factor[:, None]).clamp(max=bins - 1.001)
    below = position.long()[..., None].expand(-1, -1, envelope.shape[2])
    fraction = (position % 1)[..., None]
    stretched = envelope.gather(1, below) * (1 - fraction) + envelope.gather(1, below + 1) * fraction
    spectrum = spectrum * torch.exp((stretched - envelope).clamp(-6, 4))
    first = dice.ratio(*BREATHY_FROM_HZ)[:, None, None] * (STFT_SAMPLES / SPEECH_RATE_HZ)
    above = torch.arange(bins, device=sound.device)[:, None] >= first
    turned = dice.uniform(-1, 1, *spectrum.shape[1:]) * (dice.uniform(0.4, 1.0, 1, 1) * torch.pi)
    turned = turned * (above & dice.chance(BREATHY_SHARE)[:, None, None])
    return torch.istft(
        spectrum * torch.polar(torch.ones_like(turned), turned), STFT_SAMPLES, STFT_SAMPLES // 4, window=window,
        length=sound.shape[1],
    )  # fmt: skip


def with_nobody(spoken: Spoken, nobody: Bool[Tensor, " B"]) -> Spoken:
    """Return the batch with some rows of one long pause; the loudness stays that of the voice that is not heard."""
    rest = torch.tensor(TARGETS[Viseme.SILENCE], device=nobody.device)
    return replace(
        spoken,
        sound=spoken.sound * ~nobody[:, None],
        articulation=torch.where(nobody[:, None, None], rest, spoken.articulation),
        visemes=torch.where(nobody[:, None], int(Viseme.SILENCE), spoken.visemes),
        pause=torch.where(nobody[:, None], 1.0, spoken.pause),
    )


def with_breaths(spoken: Spoken, dice: Dice) -> Spoken:
    """Return speech with breaths and smacks in its pauses, as people have and engines do not; the lips stay shut."""
    sound = spoken.sound
    samples = sound.shape[1]
    knots = max(2, round(samples / SPEECH_RATE_HZ * 4))
    swell = curve((dice.normal(knots) - 0.7).clamp(min=0), samples) * spoken.pause
    level = spoken.loudness * dice.decibels(-32, -8)
    sound = sound + shaped_noise(samples, dice) * swell * level[:, None]
    smack = dice.normal(SMACKS, SMACK_SAMPLES) * torch.hann_window(SMACK_SAMPLES, device=sound.device)
    at = dice.below(samples - SMACK_SAMPLES, SMACKS)[..., None] + torch.arange(SMACK_SAMPLES, device=sound.device)
    smack = smack * (spoken.loudness * dice.decibels(-30, 0) * dice.chance(0.5))[:, None, None]
    smack = smack.flatten(1) * spoken.pause.gather(1, at.flatten(1))
    return replace(spoken, sound=sound.scatter_add(1, at.flatten(1), smack))


def shaped_noise(samples: int, dice: Dice) -> Float[Tensor, "B {samples}"]:
    """Return the noise of air through open throats, of unit loudness."""
    frequency_hz = torch.linspace(0, SPEECH_RATE_HZ / 2, spectrum_bins(samples), device=dice.device)
    shape = torch.full_like(frequency_hz, 0.05)[None]
    for lowest_hz, highest_hz, width_hz in ((400, 900, 300), (1200, 2200, 400), (2600, 4500, 900)):
        distance = (frequency_hz - dice.uniform(lowest_hz, highest_hz, 1)) / width_hz
        shape = shape + dice.uniform(0.3, 1, 1) * torch.exp(-distance.square())
    noise = filtered(dice.normal(samples), shape)
    return noise / noise.square().mean(1, keepdim=True).sqrt()


def with_hums(spoken: Spoken, history: int, dice: Dice) -> Spoken:
    """Return speech with an "mm" in the longest pause of some rows; the lips are closed meanwhile."""
    sound, samples = spoken.sound, spoken.sound.shape[1]
    ends, lengths = longest_run(spoken.pause[:, :: SPEECH_RATE_HZ // TARGET_RATE_HZ] > 0.5)
    hums = dice.chance(HUM_SHARE) & (lengths >= SHORTEST_HUM_PAUSE)
    pause_s = lengths / (SPEECH_RATE_HZ / (SPEECH_RATE_HZ // TARGET_RATE_HZ))
    length_s = 0.2 + dice.uniform(0, 1) * ((pause_s - 0.2).clamp(0.2, 0.9) - 0.2)
    end_s = ends * ((SPEECH_RATE_HZ // TARGET_RATE_HZ) / SPEECH_RATE_HZ)
    start_s = end_s - pause_s + dice.uniform(0, 1) * (pause_s - length_s).clamp(min=0)
    time_s = torch.arange(samples, device=sound.device) / SPEECH_RATE_HZ
    inside = torch.minimum(time_s - start_s[:, None], (start_s + length_s)[:, None] - time_s)
    envelope = (inside / 0.04).clamp(0, 1) * hums[:, None]
    gap = (time_s - (start_s + length_s * dice.uniform(0.4, 0.6))[:, None]).abs() / (0.06 * length_s[:, None])
    envelope = torch.where(dice.chance(0.4)[:, None], envelope * gap.clamp(0.03, 1), envelope)
    level = spoken.loudness * dice.decibels(-18, 0)
    sound = sound + murmur(samples, dice) * envelope * level[:, None]
    instants = spoken.visemes.shape[1]
    at_s = history / SPEECH_RATE_HZ + (torch.arange(instants, device=sound.device) + 0.5) / MOTION_RATE_HZ
    away_s = torch.maximum(start_s[:, None] - at_s, at_s - (start_s + length_s)[:, None]).clamp(min=0)
    contact = ((1 - away_s / CLOSURE_RAMP_S).clamp(min=0) * hums[:, None])[..., None]
    articulation = spoken.articulation * (1 - contact) + MURMUR_POSE.to(sound.device) * contact
    visemes = torch.where((away_s == 0) & hums[:, None], int(Viseme.P), spoken.visemes)
    return replace(spoken, sound=sound, articulation=articulation, visemes=visemes)


def longest_run(true: Bool[Tensor, "B R"]) -> tuple[Int[Tensor, " B"], Int[Tensor, " B"]]:
    """Return the end (the first place behind it) and the length of the longest run of true in each row."""
    count = true.long().cumsum(1)
    before = torch.where(true, 0, count).cummax(1).values
    length, end = (count - before).max(1)
    return end + 1, length


def murmur(samples: int, dice: Dice) -> Float[Tensor, "B {samples}"]:
    """Return nasal murmurs of about unit loudness, of a pitch that rises and falls."""
    pitch_hz = curve(dice.ratio(85, 250)[:, None] * torch.exp(0.12 * dice.normal(4)), samples)
    phase = (2 * torch.pi * pitch_hz.double().cumsum(1) / SPEECH_RATE_HZ) % (2 * torch.pi)
    phase = phase.float()
    voice = torch.zeros_like(phase)
    for harmonic in range(1, HARMONICS + 1):
        at_hz = harmonic * pitch_hz
        height = sum(level / (1 + ((at_hz - center) / width) ** 2) for center, width, level in MURMUR_HZ)
        voice = voice + (at_hz < SPEECH_RATE_HZ / 2) * height * torch.cos(harmonic * phase) / harmonic**0.5
    return voice / voice.square().mean(1, keepdim=True).sqrt()
