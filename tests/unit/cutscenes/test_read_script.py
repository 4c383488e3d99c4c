"""Every field of a script wrong once, and what right ones mean."""

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import soundfile

from rsatalker.cutscenes.read_script import cutscene_from, read_script, read_script_text
from rsatalker.errors import ScriptError
from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.social import Relationship

pytestmark = pytest.mark.unit

HEADS = """
[[participant]]
avatar = "mara"
[[participant]]
avatar = "tomas"
"""
TURN = '[[turn]]\nspeaker = "mara"\nfile = "a.wav"\n'

# What is appended to a good script (or replaces it), and what the sentence must say: line, field, found, allowed.
WRONG = [
    ("seed = -1", "TOP", r"scene.toml:1: seed is -1; expected 0 to"),
    ("seed = 1.5", "TOP", r"seed is 1.5; expected a whole number"),
    ("sead = 1", "TOP", r"scene.toml:1: sead is no field of a cutscene; did you mean seed\?"),
    ('arrangement = "circle"', "TOP", r"arrangement is 'circle'; expected one of open, facing, beside"),
    ('name = "a/b"', "TOP", r"name is 'a/b'; expected a file name without folders"),
    ('name = ".."', "TOP", r"name is '\.\.'; expected a file name without folders"),
    ('name = "a\\u0000"', "TOP", r"name is 'a\\x00'; expected a file name without folders"),
    ('name = "a\\n"', "TOP", r"name is 'a\\n'; expected a file name without folders, line breaks"),
    ('name = "why?"', "TOP", r"name is 'why\?'; expected a file name without folders"),
    ("duration_s = 0", "TOP", r"duration_s is 0; expected 0.05 to"),
    ('duration_s = "long"', "TOP", r"duration_s is 'long'; expected a number"),
    ("duration_s = nan", "TOP", r"duration_s is nan; expected"),
    ("duration_s = 1e400", "TOP", r"scene.toml:1: duration_s is inf; expected 0.05 to"),
    ("duration_s = -1e999999999", "TOP", r"scene.toml:1: duration_s is -inf; expected 0.05 to"),
    (f"duration_s = 1{400 * '0'}", "TOP", r"scene.toml:1: duration_s is 10{79}; expected 0.05 to"),
    (f"[light]\nambient = [1{400 * '0'}, 0, 0]", "END", r"light.ambient is \[10+\]; expected three numbers from"),
    ('dialogue = "both.wav"', "TOP", r"dialogue stands beside turns"),
    ('sound_position = "left"', "TOP", r"sound_position is 'left'; expected one of stage, camera, center"),
    ("[relationship]\nkinship = 'cousin'", "END", r"scene.toml:\d+: relationship.kinship is 'cousin'; expected one of"),
    ("[relationship]\nstatus = 'unequal'", "END", r"relationship.senior is missing, but status is unequal"),
    ("[relationship]\nsenior = 'mara'", "END", r"relationship.senior is given, but status is equal"),
    ("[relationship]\nstatus='unequal'\nsenior = 'bob'", "END", r"relationship.senior is 'bob'; expected one of mara"),
    ("[[participant]]\navatar = 'mara'", "END", r"participant occurs 3 times; a cutscene takes 2"),
    (
        "[[turn]]\nspeaker = 'mara'\nfile=\"a\\u0000.wav\"",
        "END",
        r"turn\[2\].file is 'a\\x00.wav'; expected the name of",
    ),
    ("[[turn]]\nspeaker = 'bob'\nfile='a.wav'", "END", r"turn\[2\].speaker is 'bob'; expected one of mara, tomas"),
    (
        "[[turn]]\nspeeker = 'mara'\nfile='a.wav'",
        "END",
        r"turn\[2\].speeker is no field of a cutscene; did you mean sp",
    ),
    ("[relationship]\nstatus = 'unequal'\nsenoir='mara'", "END", r"senoir is no field of a cutscene; did you mean sen"),
    ("[[turn]]\nspeaker = 'mara'\nfile='no.wav'", "END", r"turn\[2\].file is '.*no.wav', which is no file"),
    (
        "[[turn]]\nspeaker = 'mara'\nfile='scene.toml'",
        "END",
        r"turn\[2\].file cannot be used: .* cannot be read as audio",
    ),
    (
        "[[turn]]\nspeaker = 'mara'\nfile='bytes.raw'",
        "END",
        r"turn\[2\].file cannot be used: .* cannot be read as audio",
    ),
    (
        f"[[turn]]\nspeaker = 'mara'\nfile='{300 * 'x'}'",
        "END",
        r"file is '.*x{80}', which (cannot be looked at|is no f)",
    ),
    (
        "[[turn]]\nspeaker = 'mara'\nfile='both.wav'",
        "END",
        r"turn\[2\].file has 2 channels that differ .*; a turn takes 1",
    ),
    (
        "[[turn]]\nspeaker='mara'\nfile='a.wav'\nstart_s=0.2",
        "END",
        r"start_s lets mara begin at 0.2 s, while mara's turn",
    ),
    ("[[turn]]\nspeaker='tomas'\nfile='a.wav'\nstart_s=1\ngap_s=1", "END", r"gap_s stands beside start_s"),
    ("[[turn]]\nspeaker='tomas'\nfile='a.wav'\ngap_s=-9", "END", r"gap_s starts this turn at -8.3 s; expected no time"),
    ("[[turn]]\nspeaker='tomas'\nfile='a.wav'\nstart_s=-1", "END", r"start_s is -1; expected 0 to"),
    (
        "[[turn]]\nspeaker='tomas'\nfile='a.wav'\ninterrupts='yes'",
        "END",
        r"interrupts is 'yes'; expected true or false",
    ),
    ("[[turn]]\nspeaker='tomas'\nfile='a.wav'\ngain_db=99", "END", r"gain_db is 99; expected -60 to 24"),
    ("[[turn]]\nspeaker='tomas'\nfile='a.wav'\nmood='hungry'", "END", r"mood is 'hungry'; expected one of neutral"),
    ("[[turn]]\nspeaker='tomas'\nfile='a.wav'\nmood_strength=1", "END", r"mood is missing beside mood_strength"),
    ("[[change]]\nat_s=99\nparticipant='mara'\nmood='sad'", "END", r"change\[1\].at_s is 99; expected 0 to 1.5"),
    ("[[change]]\nat_s=0.5", "END", r"change\[1\] changes nothing"),
    ("[[change]]\nat_s=0.5\nmood='sad'", "END", r"change\[1\].participant is missing"),
    ("[[change]]\nat_s=0.5\nparticipant='mara'\njaw_strength=3", "END", r"jaw_strength is 3; expected 0 to 2"),
    ("[[change]]\nat_s=0.5\nparticipant='mara'\nmood='sad'\nmood_strength=2", "END", r"mood_strength is 2; expected 0"),
    ("[[shot]]\nstart_s=0.5", "END", r"shot\[1\].start_s is 0.5; the first shot starts at 0"),
    (
        "[[shot]]\n[[shot]]\nstart_s=0",
        "END",
        r"shot\[2\].start_s is 0; expected at least a frame after the shot before",
    ),
    ("[[shot]]\nstart_s=1.5", "END", r"shot\[1\].start_s is 1.5; the scene ends at 1.5 s"),
    ("[[shot]]\npreset='dutch'", "END", r"shot\[1\].preset is 'dutch'; expected one of two-shot"),
    ("[[shot]]\npreset='close-up'", "END", r"shot\[1\].of is missing; a close-up is of one of mara, tomas"),
    ("[[shot]]\npreset='close-up'\nof='bob'", "END", r"shot\[1\].of is 'bob'; expected one of mara, tomas"),
    ("[[shot]]\nfov_deg=400", "END", r"shot\[1\].fov_deg is 400; expected 1 to 120"),
    ("[[shot]]\nmove='fly'", "END", r"shot\[1\].move is 'fly'; expected one of still, push-in"),
    ("[[shot]]\nmove='push-in'\namount=2", "END", r"shot\[1\].amount is 2; expected 0 to 0.9"),
    ("[[shot]]\neasing='bounce'", "END", r"shot\[1\].easing is 'bounce'; expected one of linear"),
    ("[[shot]]\nlight='disco'", "END", r"shot\[1\].light is 'disco'; expected one of studio"),
    ("[[shot]]\nposition_m=[0,0]\ntarget='mara'", "END", r"shot\[1\].position_m is \[0, 0\]; expected three numbers"),
    (
        "[[shot]]\nposition_m=[0,0,999]\ntarget='mara'",
        "END",
        r"position_m is \[0, 0, 999\]; expected three numbers from -100",
    ),
    ("[[shot]]\nposition_m=[0,0,1]", "END", r"shot\[1\].target is missing"),
    ("[[shot]]\nposition_m=[0,0,1]\ntarget='bob'", "END", r"shot\[1\].target is 'bob'; expected one of mara, tomas"),
    ("[[shot]]\nposition_m=[0,1,0]\ntarget=[0,0,0]", "END", r"shot\[1\].target is straight above or below"),
    ("[[shot]]\nposition_m=[0,0,1]\ntarget='mara'\nroll_deg=999", "END", r"roll_deg is 999; expected -180 to 180"),
    ("[[shot]]\npreset='wide'\ntarget=[0,0,0]", "END", r"target belongs to position_m"),
    ("[[shot]]\npreset='wide'\nposition_m=[0,0,1]", "END", r"more than one of preset, position_m and keys"),
    (
        "[[shot]]\n[[shot.key]]\nat_s=0\nposition_m=[0,0,1]\ntarget='mara'\n[[shot.key]]\nat_s=0\nposition_m=[0,0,1]",
        "END",
        r"shot\[1\].key\[2\].at_s is 0; expected more than the key before, 0",
    ),
    ("[light]\npreset='disco'", "END", r"light.preset is 'disco'; expected one of studio"),
    ("[light]\nexposure=99", "END", r"light.exposure is 99; expected -10 to 10"),
    ("[light]\nambient=[-1,0,0]", "END", r"light.ambient is \[-1, 0, 0\]; expected three numbers from 0 to 100"),
    ("[light]\nkey={elevation_deg=91}", "END", r"light.key.elevation_deg is 91; expected -90 to 90"),
    ("[light]\nkey={colour=[1,1,1]}", "END", r"light.key.colour is no field of a cutscene; did you mean color\?"),
    ("[light]\nkey=3", "END", r"light.key is 3; expected a table"),
    ("[background]\nkind='beach'", "END", r"background.kind is 'beach'; expected one of backdrop"),
    ("[background]\nkind='image'", "END", r"background.file is missing"),
    ("[background]\nkind='image'\nfile='no.png'", "END", r"background.file is '.*no.png', which is no file"),
    (
        "[background]\ncolor=[0,0,256]",
        "END",
        r"background.color is \[0, 0, 256\]; expected three numbers from 0 to 255",
    ),
    ("[background]\nfade=2", "END", r"background.fade is 2; expected 0 to 1"),
    ("[background]\nblur=-1", "END", r"background.blur is -1; expected 0 to 100"),
    ("[stereo]\nlayout='x'", "END", r"stereo.layout is 'x'; expected one of side-by-side, over-under"),
    ("[stereo]\neye_distance_m=2", "END", r"stereo.eye_distance_m is 2; expected 0 to 1"),
    ("[stereo]\nconvergence_m=0", "END", r"stereo.convergence_m is 0; expected 0.05"),
    ("[output]\nwidth=8", "END", r"output.width is 8; expected 16 to 8192"),
    ("[output]\nheight=101", "END", r"output.height is 101; mp4 takes an even number"),
    ("[output]\nwidth=8000\n[stereo]", "END", r"output.width is 8000, 16000 for both eyes; mp4 takes at most 8192"),
    ("[output]\nframe_rate=12", "END", r"output.frame_rate is 12; expected 23.976 to 120"),
    ("[output]\nframe_rate=24.7", "END", r"output.frame_rate is 24.7; expected a whole number"),
    ("[output]\nframe_rate='fast'", "END", r"output.frame_rate is 'fast'; expected a number or a fraction"),
    ("[output]\nframe_rate='24/0'", "END", r"output.frame_rate is '24/0'; expected a number or a fraction"),
    ("[output]\nframe_rate='1e9999999'", "END", r"output.frame_rate is '1e9999999'; expected a number or a fraction"),
    ("[output]\nwrite=['gif']", "END", r"output.write is \['gif'\]; expected a list of mp4"),
    ("[output]\nwrite=[]", "END", r"output.write is \[\]; expected a list of mp4"),
    ("[output]\nquality=99", "END", r"output.quality is 99; expected 0 to 51"),
    ("[output]\nlayers=1", "END", r"output.layers is 1; expected true or false"),
    ("[output]\ndetail=0", "END", r"output.detail is 0; expected 0.2 to 1.5"),
    ("output = 3", "TOP", r"output is 3; expected a table"),
    ("shot = [1]", "TOP", r"shot is \[1\]; expected tables, each headed \[\[shot\]\]"),
]


@pytest.mark.parametrize(("text", "where", "sentence"), WRONG)
def test_wrong_field_is_named_with_line_found_and_allowed(
    write_script: Callable[[str], Path], text: str, where: str, sentence: str
) -> None:
    script = f"{text}\n{HEADS}{TURN}" if where == "TOP" else f"{HEADS}{TURN}{text}\n"
    with pytest.raises(ScriptError, match=sentence) as caught:
        read_script(write_script(script))
    assert "scene.toml:" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[[participant]]\navatar='bob'\n[[participant]]\navatar='tomas'\n",
            r":2: participant\[1\].avatar is 'bob'; expected",
        ),
        ("[[participant]]\nname='x'\n[[participant]]\n", r"participant\[1\].avatar is missing"),
        (
            "[[participant]]\navatar='mara'\n[[participant]]\navatar='mara'\n",
            r"name is 'mara', as the other participant's",
        ),
        (
            "[[participant]]\navatar='mara'\nname='Tomas'\n[[participant]]\navatar='tomas'\n",
            r"name is 'tomas', as the other participant's",
        ),
        (
            "[[participant]]\navatar='mara'\nturned_deg=999\n[[participant]]\navatar='tomas'\n",
            r"turned_deg is 999; expected",
        ),
        ("[[participant]]\navatar='mara'\nmood=3\n[[participant]]\navatar='tomas'\n", r"mood is 3; expected one of"),
        (
            "[[participant]]\navatar='mara'\nlip_strength=-1\n[[participant]]\navatar='tomas'\n",
            r"lip_strength is -1; expected",
        ),
        (
            "[[participant]]\navatar='mara'\ngain_db=true\n[[participant]]\navatar='tomas'\n",
            r"gain_db is true; expected",
        ),
        (
            "[[participant]]\navatar='mara'\nposition_m='x'\n[[participant]]\navatar='tomas'\n",
            r"position_m is 'x'; expected three",
        ),
        (
            "[[participant]]\nname='/../../x'\navatar='mara'\n[[participant]]\navatar='tomas'\n",
            r":2: participant\[1\].name is '/../../x'; expected a file name without folders",
        ),
        (
            f"[[participant]]\navatar='{300 * 'x'}'\n[[participant]]\navatar='tomas'\n",
            r":2: participant\[1\].avatar is 'x{80,}'(, which cannot be looked at|; expected)",
        ),
    ],
)
def test_wrong_participant_is_named(write_script: Callable[[str], Path], text: str, sentence: str) -> None:
    with pytest.raises(ScriptError, match=sentence):
        read_script(write_script(text + TURN))


def test_script_without_voices_says_what_to_give(write_script: Callable[[str], Path]) -> None:
    with pytest.raises(ScriptError, match="turn is missing; give turns"):
        read_script(write_script(HEADS))


def test_turn_takes_a_voice_that_was_recorded_on_both_channels(
    write_script: Callable[[str], Path], tmp_path: Path
) -> None:
    sound, rate_hz = soundfile.read(tmp_path / "both.wav")
    soundfile.write(tmp_path / "both.wav", sound[:, [0, 0]], rate_hz)
    turn = TURN.replace("a.wav", "both.wav")
    assert read_script(write_script(HEADS + turn)).clips[0].duration_s == 1


@pytest.mark.parametrize(
    ("typo", "sentence"),
    [
        ('dialoge = "both.wav"\n' + HEADS, r":1: dialoge is no field of a cutscene; did you mean dialogue\?"),
        (HEADS + TURN.replace("[[turn]]", "[[turns]]"), "turns is no field of a cutscene; did you mean turn"),
    ],
)
def test_voices_under_a_misspelt_name_are_found(write_script: Callable[[str], Path], typo: str, sentence: str) -> None:
    with pytest.raises(ScriptError, match=sentence):
        read_script(write_script(typo))


def test_script_that_is_no_toml_is_refused_with_the_line(write_script: Callable[[str], Path]) -> None:
    with pytest.raises(ScriptError, match=r"no TOML: .*line 2"):
        read_script(write_script("seed = 1\nseed = 2\n"))


def test_lists_too_deep_are_refused(write_script: Callable[[str], Path]) -> None:
    with pytest.raises(ScriptError, match="too deeply"):
        read_script(write_script("a = " + 5000 * "[" + 5000 * "]"))


def test_number_too_long_to_be_read_is_refused(write_script: Callable[[str], Path]) -> None:
    with pytest.raises(ScriptError, match="one of its whole numbers has thousands of digits"):
        read_script(write_script(f"seed = {5000 * '1'}"))


def test_limit_itself_is_taken(write_script: Callable[[str], Path]) -> None:
    assert read_script(write_script(HEADS + TURN + "[output]\ndetail = 0.2")).output.detail == 0.2


@pytest.mark.parametrize("named", ["../a.wav", "/etc/passwd", "inside/../../a.wav", "link/a.wav", "link.wav", "round"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few users make links")
@pytest.mark.usefixtures("write_script")
def test_script_names_only_what_lies_within_its_folder(tmp_path: Path, named: str) -> None:
    folder = tmp_path / "folder"
    (folder / "inside").mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path)
    (folder / "link.wav").symlink_to(tmp_path / "a.wav")
    (folder / "round").symlink_to(folder / "round")
    text = HEADS + TURN.replace("a.wav", named)
    with pytest.raises(
        ScriptError, match=rf"sent:8: turn\[1\].file is '{named}', which is outside the folder of cutsc"
    ):
        read_script_text(text, "sent", folder, within=folder)


def test_avatar_outside_its_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"participant\[1\].avatar is '..', which is outside the folder of cutscenes"):
        read_script_text(HEADS.replace("mara", "..") + TURN, "sent", tmp_path / "in", within=tmp_path / "in")


@pytest.mark.usefixtures("write_script")
def test_file_within_its_folder_is_taken(tmp_path: Path) -> None:
    cutscene = read_script_text(HEADS + TURN, "sent", tmp_path, within=tmp_path)
    assert cutscene.clips[0].file == tmp_path / "a.wav"


def test_missing_script_says_how_to_get_an_example(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"does not exist; `rsatalker render --init"):
        read_script(tmp_path / "none.toml")


def test_times_are_exact(write_script: Callable[[str], Path]) -> None:
    script = read_script(write_script(f"{HEADS}{TURN}start_s = 0.1\n[output]\nframe_rate = 23.976\n"))
    assert script.clips[0].start_s == Fraction(1, 10)
    assert script.output.frame_rate == Fraction(24000, 1001)
    assert script.duration_s == Fraction(1, 10) + Fraction(1, 2) + Fraction(4, 5)
    assert script.frame_count == 34  # ceil(1.4 s x 23.976)


@pytest.mark.parametrize(("written", "rate"), [("'30000/1001'", "30000/1001"), ("59.94", "60000/1001"), ("120", "120")])
def test_frame_rate_is_exact(write_script: Callable[[str], Path], written: str, rate: str) -> None:
    script = read_script(write_script(f"{HEADS}{TURN}[output]\nframe_rate = {written}\n"))
    assert script.output.frame_rate == Fraction(rate)


def test_turn_follows_the_one_before_by_its_gap(scene: dict[str, Any], tmp_path: Path) -> None:
    first, second = cutscene_from(scene, tmp_path).clips
    assert (first.start_s, first.end_s) == (Fraction(1, 10), Fraction(6, 10))
    assert second.start_s == Fraction(8, 10)


def test_interruption_ends_the_other_voice(scene: dict[str, Any], tmp_path: Path) -> None:
    scene["turn"][1] |= {"gap_s": -0.3, "interrupts": True}
    first, second = cutscene_from(scene, tmp_path).clips
    assert second.start_s == Fraction(3, 10)
    assert first.is_cut
    assert first.end_s == second.start_s + Fraction(3, 20)


def test_overlap_without_interruption_keeps_both_voices(scene: dict[str, Any], tmp_path: Path) -> None:
    scene["turn"][1] |= {"gap_s": -0.3}
    assert not any(clip.is_cut for clip in cutscene_from(scene, tmp_path).clips)


def test_two_channel_file_is_one_voice_each(scene: dict[str, Any], tmp_path: Path) -> None:
    del scene["turn"]
    scene["dialogue"] = "both.wav"
    clips = cutscene_from(scene, tmp_path).clips
    assert [(clip.participant, clip.channel) for clip in clips] == [(0, 0), (1, 1)]


def test_one_channel_file_is_no_dialogue(scene: dict[str, Any], tmp_path: Path) -> None:
    del scene["turn"]
    scene["dialogue"] = "a.wav"
    with pytest.raises(ScriptError, match=r"cutscene: dialogue has 1 channel \(.*; expected 2"):
        cutscene_from(scene, tmp_path)


def test_changes_are_in_order_with_those_of_turns(scene: dict[str, Any], tmp_path: Path) -> None:
    scene["turn"][0]["mood"] = "angry"
    scene["change"] = [
        {"at_s": 1.0, "relationship": {"status": "unequal", "senior": "tomas"}},
        {"at_s": 0.5, "participant": "tomas", "jaw_strength": 1.5},
    ]
    changes = cutscene_from(scene, tmp_path).changes
    assert [float(change.at_s) for change in changes] == [0.1, 0.5, 1.0]
    assert changes[0].mood == Mood("angry")
    assert changes[1].style == Style(1.5)
    assert changes[2].relationship == Relationship("non-blood", "unequal", 1)


def test_cut_is_at_the_first_frame_at_or_after_its_time(scene: dict[str, Any], tmp_path: Path) -> None:
    scene["shot"] = [{"start_s": 0}, {"start_s": 0.5}, {"start_s": 1.01}]
    cutscene = cutscene_from(scene, tmp_path)
    assert [cutscene.first_frame(shot) for shot in range(4)] == [0, 12, 25, cutscene.frame_count]


def test_shot_without_camera_is_a_two_shot(scene: dict[str, Any], tmp_path: Path) -> None:
    (shot,) = cutscene_from(scene, tmp_path).shots
    assert shot.name == "two-shot"


def test_example_is_a_good_script(tmp_path: Path) -> None:
    from rsatalker.cutscenes.batch import write_example

    script, _ = write_example(tmp_path / "first.toml")
    cutscene = read_script(script)
    assert len(cutscene.shots) == 4
    assert len(cutscene.shots[3].keys) == 2
