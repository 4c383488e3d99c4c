from pathlib import Path

import pytest

from rsatalker.cutscenes.batch import BatchOptions, find_scripts, render_scripts, write_example
from rsatalker.cutscenes.gallery.sheets import SCRIPTS, sheet_of, shown_frame
from rsatalker.cutscenes.pose_rows import SceneMotion, rows_of
from rsatalker.cutscenes.progress import batch_table, print_report
from rsatalker.cutscenes.read_script import cutscene_from, read_script
from rsatalker.cutscenes.render import RenderReport
from rsatalker.errors import OutputError, ScriptError
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion, FlamePose

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("script", find_scripts(SCRIPTS), ids=lambda path: path.stem)
def test_script_of_the_gallery_is_good(script: Path) -> None:
    cutscene = read_script(script)
    assert "mp4" in cutscene.output.formats
    assert cutscene.frame_count <= 300  # minutes, not hours, on two cores


def motion_that_blinks(first: int, end: int, instants: int = 60) -> SceneMotion:
    heads = FlameMotion.of([FlamePose.neutral()] * instants, 0, MOTION_RATE_HZ, "procedural-1")
    heads.arkit[first:end, ARKIT_INDEX["eyeBlinkLeft"]] = 1
    return SceneMotion(rows_of((heads, heads)))


def test_picture_of_a_shot_has_open_eyes(scene, tmp_path: Path) -> None:
    cutscene = cutscene_from(scene, tmp_path)  # 2.2 s: a picture at 0.6 of it is frame 31, instant 39
    usual = shown_frame(cutscene, 0, motion_that_blinks(0, 0))
    assert usual == int(0.6 * cutscene.frame_count)
    blinking = motion_that_blinks(36, 41)
    moved = shown_frame(cutscene, 0, blinking)
    assert 0 < abs(moved - usual) <= 4
    assert blinking.row(cutscene.time_of(moved))[:, -52:].max() <= 0.3


def test_picture_of_eyes_that_never_open_is_still_taken(scene, tmp_path: Path) -> None:
    cutscene = cutscene_from(scene, tmp_path)
    assert 0 <= shown_frame(cutscene, 0, motion_that_blinks(0, 60)) < cutscene.frame_count


@pytest.mark.usefixtures("light_avatars")
def test_sheet_shows_every_shot(scene, tmp_path: Path) -> None:
    scene["shot"] = [{}, {"start_s": 0.75, "preset": "close-up", "of": "mara"}]
    sheet = sheet_of(cutscene_from(scene, tmp_path), tmp_path / "scratch", "cpu")
    assert sheet.shape[1] > 2 * 64  # side by side


def test_folder_without_scripts_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"holds no script; expected files that end in .toml"):
        find_scripts(tmp_path)


def test_example_never_overwrites(tmp_path: Path) -> None:
    write_example(tmp_path / "scene.toml")
    with pytest.raises(OutputError, match="exists already"):
        write_example(tmp_path / "scene.toml")
    with pytest.raises(OutputError, match=r"does not end in .toml"):
        write_example(tmp_path / "scene")


@pytest.mark.usefixtures("light_avatars")
def test_batch_goes_on_after_a_bad_script_and_reports_both(tmp_path: Path, scripts_of, console) -> None:
    good, bad = scripts_of(tmp_path)
    assert render_scripts([bad, good], BatchOptions(tmp_path / "out", "cpu", 1), console) == 1
    report = (tmp_path / "out" / "report.json").read_text(encoding="utf-8")
    assert "seed is 'x'; expected a whole number" in report
    assert "good.mp4" in report
    assert "seed is 'x'" in console.file.getvalue()


def test_report_shows_names_in_brackets_as_they_are(console) -> None:
    sentence = "a cutscene takes 2, each headed [[participant]]."
    console.print(batch_table([("[b]bad.toml", None, sentence)]))
    print_report(console, RenderReport("[red]x", [Path("out[1]/x.wav")]))
    said = console.file.getvalue()
    for words in ("[b]bad.toml", "[[participant]]", "[red]x: no format shows pictures", "out[1]/x.wav"):
        assert words in said


@pytest.mark.usefixtures("light_avatars")
def test_single_script_that_fails_raises(tmp_path: Path, scripts_of, console) -> None:
    _, bad = scripts_of(tmp_path)
    with pytest.raises(ScriptError, match="seed is 'x'"):
        render_scripts([bad], BatchOptions(tmp_path / "out", "cpu", 1), console)


@pytest.fixture
def console():
    import io

    from rich.console import Console

    return Console(file=io.StringIO(), width=200)


@pytest.fixture
def scripts_of(scene):
    """Give a function that writes a good and a bad script beside the voices of `scene`."""

    def write(folder: Path) -> tuple[Path, Path]:
        assert scene
        text = (
            '[[participant]]\navatar = "mara"\n[[participant]]\navatar = "tomas"\n'
            '[[turn]]\nspeaker = "mara"\nfile = "a.wav"\n[output]\nwidth = 64\nheight = 36\n'
        )
        (folder / "good.toml").write_text(text, encoding="utf-8")
        (folder / "bad.toml").write_text("seed = 'x'\n" + text, encoding="utf-8")
        return folder / "good.toml", folder / "bad.toml"

    return write
