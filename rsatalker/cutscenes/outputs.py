"""Finished chunks, motion and sound -> the files that a script asks for.

| format | files | what |
|---|---|---|
| mp4, av1 | NAME.mp4, NAME.av1.mp4 | the scene with its background and sound |
| prores, qtrle | NAME.prores.mov, NAME.qtrle.mov | the heads alone with straight alpha, and the sound |
| png, exr | NAME_png/NAME.000000.png ... | the heads alone, a picture a file; two eyes in folders left and right |
| wav | NAME.wav | the sound, 48 kHz |
| flame, arkit | NAME.WHO.flame.npz, NAME.WHO.arkit.csv | motion of each head |
| glb, usd | NAME.glb, NAME.usdc | both heads as meshes with their animation; NAME.wav beside them |
| timecode | NAME.timecode.json | shots, turns and what frames and samples they begin and end at |

A file or folder has its name only once it is complete; an older one of that name is replaced in one step.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from rsatalker.cutscenes.chunk import EYES, segment_name, sequence_files
from rsatalker.cutscenes.plan import PlannedChunk
from rsatalker.cutscenes.pose_rows import SceneMotion
from rsatalker.cutscenes.scene_models import write_scene_glb, write_scene_usd
from rsatalker.cutscenes.scene_timecode import write_timecode
from rsatalker.cutscenes.script import Cutscene
from rsatalker.cutscenes.sound import SOUND_RATE_HZ, Mix
from rsatalker.exports.curves import write_flame_npz, write_live_link_csv
from rsatalker.exports.full_disk import full_disk_named
from rsatalker.exports.segments import CODECS, Segment, join_segments
from rsatalker.whole_files import whole_file, whole_folder

SOUND_FORMATS = ("wav", "glb", "usd")  # formats beside which the sound lies as a file of its own


def write_outputs(
    cutscene: Cutscene,
    out: Path,
    planned: Sequence[PlannedChunk],
    chunks: Path,
    motion: SceneMotion,
    mix: Mix,
    tell: Callable[[str], None],
) -> Iterator[Path]:
    """Write every file that the script asks for and yield each once it is complete.

    Args:
        cutscene: The scene.
        out: Folder for the files.
        planned: All chunks, in order; finished.
        chunks: Their folder.
        motion: Of the scene.
        mix: Its sound.
        tell: Told what is being written.
    """
    formats = cutscene.output.formats
    for kind in formats:
        tell(kind)
        if kind in CODECS:
            yield _video(cutscene, kind, out, planned, chunks, mix)
        elif kind in ("png", "exr"):
            yield _sequence(cutscene, kind, out, planned, chunks)
        elif kind in ("flame", "arkit"):
            yield from _curves(cutscene, kind, out, motion)
        elif kind == "timecode":
            yield _complete(out / f"{cutscene.name}.timecode.json", lambda path: write_timecode(path, cutscene))
        elif kind == "glb":
            yield _complete(out / f"{cutscene.name}.glb", lambda path: write_scene_glb(path, cutscene, motion))
        elif kind == "usd":
            yield _complete(out / f"{cutscene.name}.usdc", lambda path: write_scene_usd(path, cutscene, motion))
    if any(kind in formats for kind in SOUND_FORMATS):
        yield _complete(out / f"{cutscene.name}.wav", lambda path: _write_wav(path, mix))


def _complete(path: Path, write: Callable[[Path], None]) -> Path:
    """Write a file under another name and give it its own once it is complete."""
    with whole_file(path) as draft, full_disk_named(path.parent):
        write(draft)
    return path


def _video(cutscene: Cutscene, kind: str, out: Path, planned: Sequence[PlannedChunk], chunks: Path, mix: Mix) -> Path:
    path = out / f"{cutscene.name}{CODECS[kind].suffix}"
    segments = [Segment(chunks / chunk.key / segment_name(kind), chunk.first_frame) for chunk in planned]
    join_segments(path, kind, segments, cutscene.output.frame_rate, mix.blocks(), SOUND_RATE_HZ)
    return path


def _sequence(cutscene: Cutscene, kind: str, out: Path, planned: Sequence[PlannedChunk], chunks: Path) -> Path:
    """Put the chunks' pictures into one folder: as links where the file system has them, which cost nothing."""
    folder = out / f"{cutscene.name}_{kind}"
    eyes = ("",) if cutscene.stereo is None else EYES
    with whole_folder(folder, replaces=True) as draft:
        for eye in eyes:
            (draft / eye).mkdir(exist_ok=True)
        for chunk in planned:
            for eye, files in sequence_files(chunks / chunk.key, kind, eyes).items():
                for index, file in enumerate(files):
                    _link(file, draft / eye / f"{cutscene.name}.{chunk.first_frame + index:06d}.{kind}")
    return folder


def _link(file: Path, link: Path) -> None:
    try:
        os.link(file, link)
    except OSError:  # another disk, or a file system without links
        shutil.copyfile(file, link)


def _curves(cutscene: Cutscene, kind: str, out: Path, motion: SceneMotion) -> Iterator[Path]:
    for index, participant in enumerate(cutscene.participants):
        stem = f"{cutscene.name}.{participant.name}.{kind}"
        if kind == "flame":
            yield _complete(out / f"{stem}.npz", lambda path, i=index: write_flame_npz(path, motion.of(i)))
        else:
            yield _complete(out / f"{stem}.csv", lambda path, i=index: write_live_link_csv(path, motion.of(i)))


def _write_wav(path: Path, mix: Mix) -> None:
    with soundfile.SoundFile(str(path), "w", SOUND_RATE_HZ, 2, "PCM_24", format="WAV") as file:
        for block in mix.blocks():
            file.write(np.clip(block.T, -1, 1))
