"""Sound lies where the script puts it, to the sample."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile

from rsatalker.cutscenes.read_script import cutscene_from
from rsatalker.cutscenes.sound import SOUND_RATE_HZ, voices, write_mix

pytestmark = pytest.mark.unit


def clicks(path: Path, rate_hz: int, at: int = 0, channels: int = 1) -> None:
    samples = np.zeros((rate_hz // 2, channels), np.float32)
    samples[at] = 0.5
    soundfile.write(path, samples, rate_hz, subtype="FLOAT")


def whole(cutscene, rate_hz: int) -> np.ndarray:
    return np.concatenate(list(voices(cutscene, rate_hz)), axis=1)


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_click_is_heard_at_its_sample(scene: dict[str, Any], tmp_path: Path, rate_hz: int) -> None:
    clicks(tmp_path / "a.wav", rate_hz, rate_hz // 10)
    scene["turn"][0]["start_s"] = 1.25
    scene["turn"][1] = {"speaker": "tomas", "file": "b.wav", "start_s": 0}
    sound = whole(cutscene_from(scene, tmp_path), SOUND_RATE_HZ)
    assert int(np.argmax(np.abs(sound[0]))) == round(1.35 * SOUND_RATE_HZ)


def test_voices_are_as_long_as_the_scene_in_blocks_of_a_second(scene: dict[str, Any], tmp_path: Path) -> None:
    scene["duration_s"] = 2.5
    blocks = list(voices(cutscene_from(scene, tmp_path)))
    assert [block.shape for block in blocks] == [(2, 16_000), (2, 16_000), (2, 8_000)]


def test_clip_that_crosses_blocks_has_no_seam(scene: dict[str, Any], tmp_path: Path) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(3 * 16_000) / 16_000).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", tone, 16_000, subtype="FLOAT")
    scene["turn"] = [{"speaker": "mara", "file": "a.wav", "start_s": 0.3}]
    sound = whole(cutscene_from(scene, tmp_path), 16_000)[0]
    np.testing.assert_array_equal(sound[4_800 : 4_800 + len(tone)], tone)
    assert not sound[:4_800].any()


def test_turn_takes_the_recording_of_a_phone(scene: dict[str, Any], tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.m4a"), "w") as container:
        track = container.add_stream("aac", rate=16_000, layout="mono")
        for start in range(0, 32_768, 1024):
            time_s = np.arange(start, start + 1024, dtype=np.float32)[None] / 16_000
            frame = av.AudioFrame.from_ndarray(np.sin(2_000 * time_s) / 2, format="fltp", layout="mono")
            frame.sample_rate = 16_000
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    scene["turn"] = [{"speaker": "mara", "file": "a.m4a", "start_s": 0.5}]
    sound = whole(cutscene_from(scene, tmp_path), 16_000)[0]
    assert not sound[:8_000].any()
    assert np.abs(sound[10_000:40_000]).max() == pytest.approx(0.5, abs=0.05)
    assert np.abs(sound[8_000 + 32_768 + 2_048 :]).max() < 0.01


def test_interrupted_voice_fades_out_at_its_end(scene: dict[str, Any], tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(16_000, 0.5, np.float32), 16_000, subtype="FLOAT")
    scene["turn"][1] |= {"start_s": 0.5, "interrupts": True}
    del scene["turn"][1]["gap_s"]
    sound = whole(cutscene_from(scene, tmp_path), 16_000)[0]
    end = round(0.65 * 16_000)
    assert sound[end - round(0.06 * 16_000) - 2] == 0.5
    assert 0 < sound[end - 1] < 0.01
    assert not sound[end:].any()


def test_gains_of_participant_and_turn_add_up(scene: dict[str, Any], tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(8_000, 0.5, np.float32), 16_000, subtype="FLOAT")
    scene["participant"][0]["gain_db"] = -3
    scene["turn"][0]["gain_db"] = -3.0206
    assert whole(cutscene_from(scene, tmp_path), 16_000)[0, 5_000] == pytest.approx(0.25, abs=1e-4)


@pytest.mark.parametrize(("position", "sides"), [("stage", (1, -1)), ("camera", (1, -1)), ("center", (0, 0))])
def test_voice_is_heard_on_the_side_of_its_head(
    scene: dict[str, Any], tmp_path: Path, position: str, sides: tuple[int, int]
) -> None:
    cutscene = cutscene_from(scene | {"sound_position": position}, tmp_path)
    mix = write_mix(cutscene, tmp_path / "mix.wav")
    heard = np.concatenate(list(mix.blocks()), axis=1)
    assert heard.shape[1] == mix.samples == round(cutscene.duration_s * SOUND_RATE_HZ)
    for clip, side in zip(cutscene.clips, sides, strict=True):
        part = heard[:, round(clip.start_s * SOUND_RATE_HZ) : round(clip.end_s * SOUND_RATE_HZ)]
        left, right = np.sqrt(np.mean(part**2, axis=1))
        assert np.sign(round(float(left - right), 4)) == side


def test_mix_never_exceeds_full_scale(scene: dict[str, Any], tmp_path: Path) -> None:
    for turn in scene["turn"]:
        turn |= {"start_s": 0, "gain_db": 24}
        turn.pop("gap_s", None)
    mix = write_mix(cutscene_from(scene, tmp_path), tmp_path / "mix.wav")
    assert mix.gain < 1
    assert max(np.abs(block).max() for block in mix.blocks()) == pytest.approx(0.98, abs=1e-3)
