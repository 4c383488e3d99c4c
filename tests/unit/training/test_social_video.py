"""Several relationships side by side: what is drawn from what."""

from io import StringIO
from pathlib import Path

import av
import numpy as np
import pytest
from rich.console import Console

from rsatalker.motion.pose import FlameMotion
from rsatalker.motion.social import Relationship
from rsatalker.speech.audio import at_speech_rate, read_audio
from rsatalker.training import social_video
from rsatalker.training.social_video import (
    KINDS,
    SAMPLE_DIALOGUE,
    CompareRelationsOptions,
    Kind,
    compare_relations,
    motion_under,
    relationship_of,
)

pytestmark = pytest.mark.unit


class DarkStage:
    """Draws nothing, and keeps what it was given."""

    seen: dict[Kind, tuple[FlameMotion, FlameMotion]]

    def __init__(self, options: CompareRelationsOptions) -> None:
        del options

    def sheet_size(self, panels: int) -> tuple[int, int]:
        return 16 * panels, 16

    def sheet(self, motions: dict[Kind, tuple[FlameMotion, FlameMotion]], time_s: float) -> np.ndarray:
        DarkStage.seen = motions
        return np.full((16, 16 * len(motions), 3), int(time_s * 100) % 255, np.uint8)


def test_every_kind_is_a_relationship_of_its_own() -> None:
    assert relationship_of("blood-unequal", "b") == Relationship("blood", "unequal", 1)
    assert relationship_of("non-blood-equal", "b") == Relationship("non-blood", "equal")
    assert len({relationship_of(kind, "a") for kind in KINDS}) == 4


def test_relationship_changes_behaviour_and_leaves_the_jaw_alone() -> None:
    voices = at_speech_rate(read_audio(SAMPLE_DIALOGUE))[:, : 6 * 16_000]
    one, other = (
        motion_under(relationship_of(k, "a"), voices, CompareRelationsOptions()) for k in (KINDS[0], KINDS[3])
    )
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first.jaw_pose, second.jaw_pose)
        assert np.abs(first.neck_pose - second.neck_pose).max() > 0.02


def test_video_shows_the_relations_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(social_video, "Stage", DarkStage)
    out = tmp_path / "two.mp4"
    options = CompareRelationsOptions(relations=(KINDS[0], KINDS[3]), out=out, seconds=1.0)
    assert compare_relations(options, Console(file=StringIO())) == out
    assert tuple(DarkStage.seen) == (KINDS[0], KINDS[3])
    with av.open(str(out)) as video:
        assert video.streams.video[0].frames == 25
        assert video.streams.video[0].width == 32
