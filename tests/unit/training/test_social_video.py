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
    assert f"two.png: {first}, {second} s, where they differ most, and below them the end." in said.getvalue()


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> social_video.Stage:
    """A stage without heads."""
    for name in ("choose_renderer", "load_avatar", "Talker"):
        monkeypatch.setattr(social_video, name, lambda *_, **__: None)
    return social_video.Stage(CompareRelationsOptions(panel_width=320))


def test_panels_stand_apart(stage: social_video.Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    width, height = stage.sheet_size(4)
    monkeypatch.setattr(stage, "_panel", lambda *_: np.full((stage._panel_height, 320, 3), 255, np.uint8))
    sheet = stage.sheet(dict.fromkeys(KINDS), dict.fromkeys(KINDS), 0)  # type: ignore[arg-type]
    assert sheet.shape == (height, width, 3)
    assert (width % 2, height % 2) == (0, 0)
    for side in (0, 1):
        is_panel = (sheet == 255).all(axis=2).any(axis=side)
        edges = np.flatnonzero(np.diff(is_panel.astype(int)))
        assert len(edges) == 4  # two panels, with a gap before, between and behind
        assert not is_panel[0]


def test_long_sentences_stay_in_their_halves(stage: social_video.Stage) -> None:
    sentence = "junior: looks 100 %, smiles 100 %, nods 10, chin 10° down"
    caption = stage._caption_of("boss", [sentence, sentence])
    below = caption[len(caption) // 2 :]
    assert (below != social_video.BACKGROUND).any()
    for column in (0, 160, 319):
        assert (below[:, column] == social_video.BACKGROUND).all(), column
