"""A scripted play session of the Unity package, on a stub of the engine, with a live sidecar."""

import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unity_package import UnityPackage
from unity_session import PatternedSidecar, PlaySession, playing

from sidecar.errors import FrameRingError
from sidecar.regions.frame_ring import Frame, FrameRingReader

pytestmark = pytest.mark.cross_language

SAMPLES_OF_A_TICK = 3  # of 48 kHz, in one sample of 16 kHz: what the sidecar's length of a clip may be off by
SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatternedSidecar]:
    options = {"lease_s": 5.0, "least_frame_scale": 1.0}  # large frames also on a busy machine
    sidecar = PatternedSidecar(tmp_path_factory.mktemp("runtime"), **options)
    sidecar.start()
    yield sidecar
    sidecar.stop()


@pytest.fixture(scope="module")
def player(package: UnityPackage, sidecar: PatternedSidecar) -> Iterator[PlaySession]:
    """A project that plays, on Mono as in Unity; what a test changes, it changes back."""
    with playing(package.play_session, "mono", sidecar.folder) as player:
        player.do("scene")
        player.do("start")
        yield player
        end = player.do("stop")
        assert (end["escaped"], end["mapped"], end["listeners"]) == ("", 0, 0)


@pytest.fixture
def live(player: PlaySession) -> PlaySession:
    assert player.do("until live 60")["state"] == "Live"
    assert player.do("until drawn 60")["drawn"] == 2
    return player


def spoken(answer: Any) -> Any:
    return answer["utterances"][-1]


def test_each_head_is_drawn_for_both_eyes(live: PlaySession):
    for _look in range(2000):  # frames of before the sidecar has read where the eyes are are drawn for eyes of its own
        both = live.do("frames 3")["shown"]
        apart_m = [np.subtract(*np.reshape(shown["worlds"], (2, 4, 4))[::-1, 0, 3]) for shown in both]
        if apart_m == pytest.approx([0.064] * 2, abs=1e-4):  # along Unity's x: the second one to the right
            break
    assert apart_m == pytest.approx([0.064] * 2, abs=1e-4)
    for shown in both:
        assert (shown["width"], shown["height"]) == (32, 64)
        assert shown["layout"] == [32, 32, 0, 32]
        assert shown["source"][:3] == [2, 1, 0]


def test_card_has_the_pixels_that_python_reads(live: PlaySession, tmp_path: Path):
    drawn: list[Frame] = []
    for _attempt in range(20):  # of frames that nobody holds, one that both have seen
        frames = _frames_while(lambda: [live.do("frames 20"), live.do(f"picture 0 {tmp_path / 'a'}")])
        number = int((tmp_path / "a.number").read_text())
        drawn = [frame for frame in frames if frame.header.frame_number == number]
        if drawn:
            break
    colors, depths = np.fromfile(tmp_path / "a", np.uint8), np.fromfile(tmp_path / "a.depth", np.float32)
    assert len(np.unique(colors.reshape(-1, 4), axis=0)) > 1000
    assert any(  # of both heads, and of other sidecars on this machine
        np.array_equal(colors, frame.colors.ravel()) and np.array_equal(depths, frame.depths.ravel()) for frame in drawn
    )


def _frames_while(doing: Any) -> list[Frame]:
    """Return every frame of every head that was published while something was done."""
    readers, frames, has_ended = [], {}, threading.Event()
    for region in SHARED_MEMORY.glob("{*}"):
        try:
            readers.append(FrameRingReader(region.name))
        except FrameRingError:  # not one of frames
            continue

    def watch() -> None:
        while not has_ended.wait(0.002):
            for index, reader in enumerate(readers):
                with suppress(FrameRingError):  # of a region that another test damages
                    if frame := reader.latest():
                        frames[index, frame.header.frame_number] = frame

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        doing()
    finally:
        has_ended.set()
        watcher.join()
        for reader in readers:
            reader.close()
    return list(frames.values())


def test_face_says_what_the_head_says(live: PlaySession):
    assert spoken(live.do("speak 0 1.5 0.5"))["state"] == "Sent"
    heard = live.do("until heard 60")
    assert spoken(heard)["state"] == "Playing"
    assert heard["heads"][0]["jaw"] == pytest.approx(0.5, abs=0.05)
    assert heard["heads"][1]["jaw"] == pytest.approx(0, abs=0.05)
    assert heard["weight"] == pytest.approx(50, abs=5)  # of the mesh that the head drives
    before = heard["ended"]
    ended = live.do("until ended 60")
    assert spoken(ended)["state"] == "Ended"
    assert live.do("frames 1")["ended"] == before + 1


def test_sound_starts_on_the_sample_that_the_schedule_says(live: PlaySession):
    live.do("speak 0 0.4 0.5")
    playing_now = live.do("until playing 60")
    assert spoken(playing_now)["startDspMs"] >= playing_now["dspMs"]
    live.do("until ended 60")


def test_growing_voice_is_heard_and_followed(live: PlaySession):
    live.do("voice 0")
    live.do("push 0.6")
    assert live.do("until loud 60")["heads"][0]["loudest"] == pytest.approx(0.5, abs=0.01)
    live.do("push 0.4")
    assert live.do("until heard 60")["heads"][0]["jaw"] == pytest.approx(0.5, abs=0.05)
    live.do("finish")
    assert spoken(live.do("until ended 60"))["state"] == "Ended"


def test_growing_voice_that_comes_late_pauses_and_goes_on(live: PlaySession):
    live.do("voice 0")
    live.do("push 0.4")
    live.do("until loud 60")
    assert live.do("frames 60")["late"] >= 1
    live.do("push 0.4")
    live.do("finish")
    assert spoken(live.do("until ended 60"))["state"] == "Ended"


def test_cancelled_utterance_stops_at_its_cut(live: PlaySession):
    live.do("speak 0 5 0.5")
    live.do("until heard 60")
    live.do("cancel")
    cut = live.do("until cancelled 60")
    assert spoken(cut)["state"] == "Cancelled"
    assert 0 < int(spoken(cut)["cutAtUs"]) < 5_000_000
    assert live.do("frames 2")["heads"][0]["sounds"] is False
    assert live.do("until resting 60")["heads"][0]["jaw"] == pytest.approx(0, abs=0.05)


def test_head_that_breaks_in_cuts_the_other_off(live: PlaySession):
    live.do("speak 0 5 0.5")
    live.do("until heard 60")
    live.do("speak 1 0.5 0.5 interrupts")
    answer = live.do("until ended 60")
    first, second = answer["utterances"][-2:]
    assert (first["state"], second["state"]) == ("Cancelled", "Ended")


def test_manner_is_changed_while_it_lives(live: PlaySession):
    answer = live.do("relate")
    assert (answer["sentence"], live.do("frames 20")["sentence"]) == ("", "")


def test_sound_of_a_paused_game_waits_for_it(live: PlaySession):
    live.do("speak 0 1.5 0.5")
    live.do("until heard 60")
    live.do("pause on")
    first = live.do("frames 30")
    second = live.do("frames 30")
    live.do("pause off")
    assert second["dspMs"] == first["dspMs"]
    assert spoken(second)["state"] == "Playing"
    assert spoken(live.do("until ended 60"))["state"] == "Ended"


@pytest.mark.parametrize("sound", ["silent", "sounding"])
def test_what_is_said_goes_on_when_the_window_has_focus_again(live: PlaySession, sound: str):
    live.do("speak 0 1.5 0.5")
    before = live.do("until heard 60")
    live.do(f"focus off {sound}")
    away = live.do("frames 60")
    assert (int(away["dspMs"]) > int(before["dspMs"]) + 300) is (sound == "sounding")
    live.do("focus on")
    assert live.do("until ended 60")["state"] == "Live"
    assert live.do("until drawn 60")["drawn"] == 2
    assert spoken(live.do("frames 1"))["state"] == "Ended"


def test_lease_is_kept_while_the_window_has_no_focus(live: PlaySession):
    live.do("focus off silent")
    live.do("frames 480")  # more than 5 s: longer than the lease
    live.do("focus on")
    assert live.do("frames 10")["state"] == "Live"
    live.do("speak 1 0.3 0.5")
    assert spoken(live.do("until ended 60"))["state"] == "Ended"


def test_face_stands_still_with_a_paused_listener_and_goes_on(live: PlaySession):
    live.do("speak 0 1.5 0.5")
    live.do("until heard 60")
    live.do("listener off")
    first = live.do("frames 30")
    second = live.do("frames 60")
    live.do("listener on")
    assert (second["dspMs"], spoken(second)["state"]) == (first["dspMs"], "Playing")
    assert second["heads"][0]["jaw"] == pytest.approx(0.5, abs=0.05)
    assert spoken(live.do("until ended 60"))["state"] == "Ended"


@pytest.mark.parametrize("clock", ["kept", "anew"])
def test_sound_goes_on_where_it_was_on_another_device(live: PlaySession, clock: str):
    live.do("speak 0 1.5 0.5")
    before = live.do("until heard 60")["heads"][0]["starts"]
    answer = live.do(f"device {clock}")
    assert answer["heads"][0]["starts"] == before + 1
    assert 0.2 < answer["heads"][0]["fromS"] < 1.2
    assert live.do("frames 15")["heads"][0]["jaw"] == pytest.approx(0.5, abs=0.05)
    assert spoken(live.do("until ended 60"))["state"] == "Ended"


@pytest.mark.parametrize("clock", ["kept", "anew"])
def test_growing_voice_goes_on_at_another_device(live: PlaySession, clock: str):
    live.do("voice 0")
    live.do("push 1.2")
    live.do("until heard 60")
    live.do(f"device {clock}")
    live.do("frames 15")
    answer = live.do("frames 10")
    assert answer["heads"][0]["loudest"] == pytest.approx(0.5, abs=0.01)
    assert answer["heads"][0]["jaw"] == pytest.approx(0.5, abs=0.05)
    live.do("finish")
    assert spoken(live.do("until ended 60"))["state"] == "Ended"


@pytest.mark.parametrize("first", ["clip", "voice"])
@pytest.mark.parametrize("second", ["clip", "voice"])
def test_next_utterance_of_a_head_follows_without_a_gap(live: PlaySession, first: str, second: str):
    for _attempt in range(10):  # a busy sidecar may have the second one's motion too late, but not every time
        live.do("record")
        for kind, level in ((first, 0.5), (second, 0.25)):
            if kind == "clip":
                live.do(f"speak 0 0.8 {level}")
            else:
                live.do("voice 0")
                live.do("push 0.8")
                live.do("finish")
        answer = live.do("until ended 60")
        assert [utterance["state"] for utterance in answer["utterances"][-2:]] == ["Ended", "Ended"]
        if answer["silence"] <= SAMPLES_OF_A_TICK:
            return
    raise AssertionError(f"{answer['silence']} samples of silence between them")


def test_sound_that_is_cut_fades_and_does_not_click(live: PlaySession):
    live.do("record")
    live.do("speak 0 5 0.5")
    live.do("until heard 60")
    live.do("cancel")
    assert live.do("until cancelled 60")["fall"] < 0.01  # of 0.5: 5 ms are 240 samples


def test_voice_that_is_cut_fades_and_does_not_click(live: PlaySession):
    live.do("record")
    live.do("voice 0")
    live.do("push 2")
    live.do("until heard 60")
    live.do("cancel")
    assert live.do("until cancelled 60")["fall"] < 0.01


def test_scene_s_light_reaches_the_frame(live: PlaySession, tmp_path: Path):
    before = _paper(live, tmp_path)
    live.do("probe 0.1 0.4 0.2")
    live.do("sun 0 0 0")
    probe_only = _paper_when(live, tmp_path, lambda paper: paper[1] > 2 * paper[0])
    live.do("sun 1 0 0")
    with_a_red_sun = _paper_when(live, tmp_path, lambda paper: paper[0] > probe_only[0] + 20)
    live.do("probe 0.25 0.25 0.25")
    live.do("sun 1 1 1")
    assert before[0] == before[1] == before[2] > 60
    assert probe_only == pytest.approx([26, 102, 51], abs=2)  # 255 times what the probes say
    assert with_a_red_sun[1:] == pytest.approx(probe_only[1:], abs=2)


def _paper(live: PlaySession, folder: Path) -> list[int]:
    """Return the colour of the paper that the sidecar draws in a corner of head A."""
    live.do(f"picture 0 {folder / 'lit'}")
    colors = np.fromfile(folder / "lit", np.uint8).reshape(2, 32, 32, 4)
    return [int(value) for value in colors[0, -1, -1, :3]]


def _paper_when(live: PlaySession, folder: Path, is_so: Any) -> list[int]:
    for _attempt in range(100):
        live.do("frames 3")
        if is_so(paper := _paper(live, folder)):
            return paper
    raise AssertionError(f"the light did not change: {paper}")


def test_clip_that_cannot_be_read_is_refused_with_what_to_do(live: PlaySession):
    answer = spoken(live.do("speak 0 1 0.5 unreadable"))
    assert answer["state"] == "Failed"
    assert answer["sentence"] == ("The samples of clip clip cannot be read: set its Load Type to Decompress On Load.")


def test_domain_reload_while_playing_is_survived(live: PlaySession):
    live.do("speak 0 3 0.5")
    answer = live.do("reload")
    assert spoken(answer)["state"] == "Failed"
    assert spoken(answer)["sentence"]
    assert live.do("until live 60")["state"] == "Live"
    live.do("until drawn 60")
    live.do("speak 0 0.5 0.5")
    assert spoken(live.do("until ended 60"))["state"] == "Ended"


def test_sidecar_that_is_held_up_is_waited_for(live: PlaySession, sidecar: PatternedSidecar):
    live.do("speak 0 3 0.5")
    live.do("until heard 60")
    assert sidecar.process
    sidecar.process.send_signal(signal.SIGSTOP)
    live.do("speak 1 0.3 0.5")
    live.do("relate")
    halted = live.do("frames 100")  # a second: twice as long as a heartbeat may take; all of them run meanwhile
    sidecar.process.send_signal(signal.SIGCONT)
    assert halted["state"] == "Live"
    assert [utterance["state"] for utterance in halted["utterances"][-2:]] == ["Playing", "Sent"]
    assert spoken(live.do("until ended 60"))["state"] == "Ended"


def test_play_can_be_stopped_while_the_sidecar_is_held_up(live: PlaySession, sidecar: PatternedSidecar):
    assert sidecar.process
    sidecar.process.send_signal(signal.SIGSTOP)
    stopped = live.do("enable off")  # answers although the sidecar does not
    sidecar.process.send_signal(signal.SIGCONT)
    assert (stopped["state"], stopped["mapped"], stopped["listeners"]) == ("Stopped", 0, 0)
    live.do("enable on")
    assert live.do("until live 60")["state"] == "Live"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_sidecar_that_comes_back_is_found_again(live: PlaySession, sidecar: PatternedSidecar, how: int):
    live.do("speak 0 10 0.5")
    live.do("until heard 60")
    sidecar.stop(how)
    assert live.do("until lost 60")["state"] == "Lost"
    lost = live.do("frames 2")  # the session's thread may have been the first to see it
    assert lost["drawn"] == 2  # the last frames stay
    assert spoken(lost)["sentence"] == "The connection to the sidecar was lost while this was being said."
    assert live.do("frames 80")["sentence"].startswith("No sidecar is running on this machine: ")
    sidecar.start()
    assert live.do("until live 60")["state"] == "Live"
    live.do("until drawn 60")
    live.do("speak 0 0.5 0.5")
    assert spoken(live.do("until ended 60"))["state"] == "Ended"


def test_play_can_be_stopped_and_pressed_again(live: PlaySession):
    stopped = live.do("stop")
    assert (stopped["state"], stopped["mapped"], stopped["listeners"]) == ("Stopped", 0, 0)
    live.do("start")
    assert live.do("until live 60")["state"] == "Live"
    live.do("until drawn 60")
