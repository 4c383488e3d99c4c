"""Where everything in a scene begins and ends, for editors and programs: frames, timecodes and samples as JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

from rsatalker.cutscenes.camera_track import view_at
from rsatalker.cutscenes.script import Cutscene
from rsatalker.cutscenes.sound import SOUND_RATE_HZ
from rsatalker.exports.smpte import timecode_of


def write_timecode(path: Path, cutscene: Cutscene) -> None:
    """Write shots, turns and changes with the frames and samples they begin and end at.

    Frame n begins at n / frame_rate seconds and shows that instant; sample n at n / sample_rate_hz. `end` is the first
    frame or sample after it.
    """
    rate = cutscene.output.frame_rate
    names = [participant.name for participant in cutscene.participants]
    document: dict[str, Any] = {
        "scene": cutscene.name,
        "frame_rate": f"{rate.numerator}/{rate.denominator}",
        "drop_frame": timecode_of(0, rate).drops,
        "frames": cutscene.frame_count,
        "sample_rate_hz": SOUND_RATE_HZ,
        "samples": round(cutscene.duration_s * SOUND_RATE_HZ),
        "participants": names,
        "shots": [_shot(cutscene, index) for index in range(len(cutscene.shots))],
        "turns": [
            {
                "speaker": names[clip.participant],
                "file": clip.file.name,
                "interrupted": clip.is_cut,
                **_span(cutscene, clip.start_s, clip.end_s),
            }
            for clip in cutscene.clips
        ],
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _shot(cutscene: Cutscene, index: int) -> dict[str, Any]:
    first, end = cutscene.first_frame(index), cutscene.first_frame(index + 1)
    view = view_at(cutscene, first, index)
    return {
        "name": cutscene.shots[index].name,
        "start_frame": first,
        "end_frame": end,
        "start": str(timecode_of(first, cutscene.output.frame_rate)),
        "end": str(timecode_of(end, cutscene.output.frame_rate)),
        "camera": {"position_m": view.position_m, "target_m": view.target_m, "fov_deg": view.fov_deg},
    }


def _span(cutscene: Cutscene, start_s: Fraction, end_s: Fraction) -> dict[str, Any]:
    rate = cutscene.output.frame_rate
    first, end = int(start_s * rate), ceil(end_s * rate)
    return {
        "start_frame": first,
        "end_frame": end,
        "start": str(timecode_of(first, rate)),
        "end": str(timecode_of(end, rate)),
        "start_sample": round(start_s * SOUND_RATE_HZ),
        "end_sample": round(end_s * SOUND_RATE_HZ),
    }
