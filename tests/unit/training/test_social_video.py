"""Several relationships side by side: what is drawn from what."""

from io import StringIO
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from PIL import Image
from rich.console import Console

from rsatalker.errors import AudioError
from rsatalker.motion.pose import FlameMotion
from rsatalker.motion.social import Relationship
from rsatalker.speech.audio import at_speech_rate, read_audio
from rsatalker.training import social_video
from rsatalker.training.social_marks import Marks
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

    def sheet(
        self,
        motions: dict[Kind, tuple[FlameMotion, FlameMotion]],
        marks: dict[Kind, tuple[Marks, Marks]],
        index: int,
    ) -> np.ndarray:
        DarkStage.seen = motions
        assert marks.keys() == motions.keys()
        return np.full((16, 16 * len(motions), 3), index, np.uint8)


def test_every_kind_is_a_relationship_of_its_own() -> None:
    assert relationship_of("blood-unequal", "b") == Relationship("blood", "unequal", 1)
    assert relationship_of("non-blood-equal", "b") == Relationship("non-blood", "equal")
    assert len({relationship_of(kind, "a") for kind in KINDS}) == 4


def test_file_with_one_voice_is_named(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "one.wav", np.zeros(16_000, np.float32), 16_000)
    with pytest.raises(AudioError, match=r"one\.wav has 1 channel; a dialogue takes 2"):
        compare_relations(CompareRelationsOptions(tmp_path / "one.wav"))


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


def test_picture_beside_the_video_shows_moments_and_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(social_video, "Stage", DarkStage)
    said = StringIO()
    options = CompareRelationsOptions(relations=(KINDS[0], KINDS[3]), out=tmp_path / "two.mp4", seconds=4.0)
    compare_relations(options, Console(file=said, width=200))
    picture = np.asarray(Image.open(tmp_path / "two.png"))
    assert picture.shape == (3 * 16, 32, 3)
    assert picture[-1, 0, 0] == 4 * 25 - 1
    first, second = (f"{picture[row, 0, 0] / 25:.1f}" for row in (0, 16))
    assert f"two.png: they differ most at {first}, {second} s." in said.getvalue()
