"""The Unreal plugin on stubs that behave, against live sidecars: scripted play sessions."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from play_session import (
    PATIENCE_S,
    PlaySession,
    bulging_sidecar,
    card_of,
    cast_sidecar,
    newest_pixels,
    play_session,
    spoken,
)
from waiting import until

pytestmark = pytest.mark.cross_language

SIZE_PX = 64
LONGEST_COMPILE_S = 240  # the first frame may have to wait for kernels, on a machine that does much else


@pytest.fixture(params=["gcc", "clang"])
def any_play(
    request: pytest.FixtureRequest, build_unreal_session: Callable[[str], Path], tmp_path: Path
) -> Iterator[PlaySession]:
    with play_session(build_unreal_session(request.param), tmp_path) as session:
        yield session


@pytest.fixture(scope="module")
def shared_runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The runtime folder of a sidecar for all tests that leave it as it was."""
    runtime = tmp_path_factory.mktemp("shared_sidecar")
    with bulging_sidecar(runtime):
        yield runtime


@pytest.fixture
def live(build_unreal_session: Callable[[str], Path], shared_runtime: Path) -> Iterator[PlaySession]:
    """A session in which both heads live, for one eye; it ends by itself."""
    with play_session(build_unreal_session("gcc"), shared_runtime) as session:
        session("begin", "mono")
        session.until("live")
        yield session
        assert session("end")["regions"] == 0


def test_play_session_goes_from_start_to_start_again(
    any_play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    play = any_play
    play("begin", "mono")
    play("run", 0.3)
    waiting = play("look")
    assert waiting["state"] == "waiting"
    assert waiting["sentence"].startswith(f"No sidecar is running: there is no {tmp_path}/sidecar.json.")
    first = sidecar()
    play.until("live")
    card_of(play, "A", tmp_path / "a")
    card_of(play, "B", tmp_path / "b")

    turn = spoken(play, "A", 0.6)
    ended = play("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    heard = play("look")["heardSamples"]
    assert 9_500 <= heard <= 9_600  # all of the 9,600, but for a sample of silence

    turn = spoken(play, "A", 5)
    reply = spoken(play, "B", 0.3, "interrupt")
    ended = play("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, True)
    assert play("heard-end", reply, PATIENCE_S)["reached"]

    play("relate")
    first.terminate()
    play.until("waiting")
    first.wait()
    sidecar()
    play.until("live")
    turn = spoken(play, "B", 0.2)
    assert play("heard-end", turn, PATIENCE_S)["reached"]

    play("stop")
    play("run", 0.2)
    assert play("look")["state"] == "stopped"
    assert not play("card", "A", tmp_path / "a")["visible"]
    play("start")
    play.until("live")
    left = play("end")
    assert (left["regions"], left["tickers"], left["subjects"]) == (0, 0, 0)


def test_card_shows_the_pixels_that_python_reads(
    play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    sidecar()
    play("begin", "stereo")
    play.until("live")
    spoken(play, "A", 8)
    play("run", 0.6)
    play("pause")  # the sound stands, and so do both faces once the sidecar knows it
    for _look in range(10 * PATIENCE_S):
        play("run", 0.1)
        card, shown = card_of(play, "A", tmp_path / "a")
        other = card_of(play, "B", tmp_path / "b")[1]
        read = newest_pixels()
        is_open = shown[..., 0].max() > 10  # the jaw
        if is_open and all(any(np.array_equal(one, pixels) for pixels in read) for one in (shown, other)):
            break
    else:
        raise AssertionError(f"the cards do not show the newest pixels, or no open jaw: {is_open}")
    assert shown.shape == (2 * SIZE_PX, SIZE_PX, 4)
    assert not np.array_equal(shown, other)
    assert (card["firstEye"], card["lastEye"]) == (0, 1)
    play("end")


def test_card_stands_where_the_head_is(live: PlaySession, tmp_path: Path) -> None:
    live("run", 1)
    corners = np.array(card_of(live, "A", tmp_path / "a")[0]["corners"]).reshape(-1, 3)
    middle = corners[len(corners) // 2]
    assert middle == pytest.approx(
        (-60, -15, 160), abs=25
    )  # cm; .9 m before an eye at y = -100, in the head's direction


def test_first_sentence_is_said_once_and_answered(
    build_unreal_session: Callable[[str], Path], shared_runtime: Path
) -> None:
    with play_session(build_unreal_session("gcc"), shared_runtime) as session:
        session("begin", "mono")
        session("sentences", 0.3)
        session("start")
        assert session("heard-end", 2, PATIENCE_S)["reached"]  # the reply
        heard = session("look")["heardSamples"]
        assert 9_500 <= heard <= 9_600
        session("run", 0.5)
        assert session("look")["heardSamples"] == heard
        session("end")


def jaw_of(seen: dict[str, Any]) -> float:
    """Return head A's jawOpen, which the light studio makes of the sample that is heard: a ramp."""
    return seen["subjects"]["RSATalkerA"]["values"][17]


def test_curves_follow_the_voice(live: PlaySession) -> None:
    spoken(live, "A", 20)
    seen = live.when(lambda seen: "RSATalkerA" in seen["subjects"] and jaw_of(seen) > 0.02, "look")
    subject = seen["subjects"]["RSATalkerA"]
    assert subject["names"] == len(subject["values"]) == 61
    jaw = jaw_of(seen)
    assert jaw == pytest.approx(seen["heardSamples"] / (20 * 16_000), abs=0.1)
    assert seen["jawOpen"] == pytest.approx(jaw)  # of the mesh that follows, too
    assert seen["morphs"] == 52
    assert seen["subjects"]["RSATalkerB"]["values"][17] == 0


def test_voice_goes_on_after_the_audio_device_changed(live: PlaySession) -> None:
    turn = spoken(live, "A", 0.8)
    live("run", 0.2)
    live("swap-audio")
    assert live("heard-end", turn, PATIENCE_S)["reached"]
    assert live("look")["heardSamples"] > 12_000


def test_voice_of_a_paused_game_waits_for_it(live: PlaySession) -> None:
    turn = spoken(live, "A", 1.2)
    live("run", 0.3)
    live("pause")
    before = live("look")
    live("run", 0.4)
    paused = live("look")
    assert (paused["state"], paused["heardSamples"]) == ("live", before["heardSamples"])
    live("resume")
    ended = live("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    assert live("look")["heardSamples"] > 19_000  # of 19,200


def test_game_that_lost_the_focus_goes_on_with_few_ticks(live: PlaySession, tmp_path: Path) -> None:
    turn = spoken(live, "A", 2.5)
    live("run", 0.3)
    live("unseen", 2)
    unseen = live("look")
    assert (unseen["state"], unseen["lost"]) == ("live", 0)
    ended = live("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    assert live("look")["heardSamples"] > 39_000  # of 40,000
    card_of(live, "A", tmp_path / "a")


def test_conversation_of_the_next_map_lives_over_the_same_connection(live: PlaySession) -> None:
    spoken(live, "A", 9)
    live("travel")
    assert live("look")["playing"] == 0  # the voice stayed behind
    live.until("live")
    turn = spoken(live, "B", 0.2)
    assert live("heard-end", turn, PATIENCE_S)["reached"]
    assert sum(line.startswith("LogRsaTalker Log: Connected") for line in live("look")["log"]) == 1


@pytest.mark.parametrize("action", ["destroy", "stop", "restart", "speak"])
def test_whoever_hears_of_a_conversation_may_change_it_at_once(
    build_unreal_session: Callable[[str], Path], shared_runtime: Path, action: str
) -> None:
    with play_session(build_unreal_session("gcc"), shared_runtime) as play:  # the sanitizers see who is used too late
        for event in ("began", "ended", "found"):
            play("begin", "mono")
            play("when", event, action)
            if event != "found":
                play.until("live")
                play("speak", "A", 0.1)
            assert play("happened", event, PATIENCE_S)["reached"], event
            play("run", 0.5)
            play.until("stopped" if action in {"destroy", "stop"} else "live")
            assert play("end")["regions"] == 0


def test_turn_that_is_begun_when_play_ends_is_refused(live: PlaySession) -> None:
    spoken(live, "A", 9)
    live("when", "ended", "speak")
    live("stop")
    live("run", 0.1)
    stopped = live("look")
    assert (stopped["state"], stopped["playing"]) == ("stopped", 0)
    assert stopped["sentence"].startswith("The conversation has not been started, so nobody can speak.")


def test_head_of_an_actor_that_is_destroyed_gives_its_voice_back(live: PlaySession, tmp_path: Path) -> None:
    live("visitor", "enter")
    turn = spoken(live, "A", 1.2)
    live("run", 0.3)
    visiting = card_of(live, "A", tmp_path / "a")[0]
    assert not visiting["own"]
    live("visitor", "leave")
    ended = live("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)
    assert live("look")["heardSamples"] > 19_000  # of 19,200
    left = card_of(live, "A", tmp_path / "a")[0]
    assert left["own"]


def test_sound_comes_from_the_head_also_without_attenuation_settings(live: PlaySession) -> None:
    spoken(live, "A", 0.2)
    assert live("look")["speakersWithAPlace"] == 1


def test_conversation_without_materials_says_what_to_do(live: PlaySession, tmp_path: Path) -> None:
    live("stop")
    live("end")
    live("materials", "missing")
    live("begin", "mono")
    live.until("live")
    missing = "The materials of the heads are missing. Choose Tools > RSATalker > Make Materials in the editor once."
    live.when(lambda seen: seen["sentence"] == missing, "look")
    live("materials", "there")
    live("start")
    live.until("live")
    card_of(live, "A", tmp_path / "a")


def test_light_of_the_scene_falls_on_a_real_head(build_unreal_session: Callable[[str], Path], tmp_path: Path) -> None:
    """The cast, the renderer and the motion model behind a sidecar of the command line."""
    with cast_sidecar(tmp_path), play_session(build_unreal_session("gcc"), tmp_path) as play:
        play("begin", "mono")
        play("cast", "tomas", "mara")
        play("start")
        assert play("until", "live", LONGEST_COMPILE_S)["reached"]
        for _ in range(LONGEST_COMPILE_S):
            if play("card", "A", tmp_path / "a")["shown"]:
                break
            play("run", 1)

        def shown(sun: str) -> np.ndarray:
            """Return the mean colour of the head, of 255, in the light of a sun."""
            play("sun", sun)
            play("run", 0.8)  # lights are looked at every 0.2 s
            pixels = card_of(play, "A", tmp_path / "a")[1].astype(float)
            return pixels[pixels[..., 3] > 200][:, :3].mean(0)

        def follows() -> bool:
            """Tell whether the head was redder in a red sun and bluer in a blue one; a busy sidecar draws it late."""
            red, _, blue = shown("1,0,0") - shown("0,0,1")
            return red > 10 and blue < -10

        until(follows, "a head in the light of the sun")
        play("end")


def test_avatar_that_is_not_there_is_refused_in_one_sentence_and_can_be_changed(
    live: PlaySession, tmp_path: Path
) -> None:
    live("cast", "nobody")
    live("start")
    live.until("live")  # the other head
    refused = live.when(lambda seen: seen["refusalB"], "look")
    assert refused["sentence"].startswith("There is no avatar 'nobody'")
    assert refused["refusalB"] == refused["sentence"]
    assert sum("nobody'" in line for line in refused["log"]) == 1
    card_of(live, "A", tmp_path / "a")
    assert not live("card", "B", tmp_path / "b").get("visible", False)
    assert list(refused["subjects"]) == ["RSATalkerA"]
    live("cast", "bob")
    live("start")
    live.until("live")
    card_of(live, "B", tmp_path / "b")
    assert live("look")["refusalB"] == ""


def test_voice_of_a_head_that_is_refused_is_heard(live: PlaySession) -> None:
    live("cast", "nobody")
    live("start")
    live.until("live")
    turn = spoken(live, "B", 0.3)
    assert live("heard-end", turn, PATIENCE_S)["reached"]


def test_streamed_voice_is_heard_and_ends(live: PlaySession) -> None:
    turn = live("stream", "B", 1.0)["turn"]
    ended = live("heard-end", turn, PATIENCE_S)
    assert (ended["reached"], ended["cut"]) == (True, False)


def test_nodes_of_blueprint_fire_their_pins_in_order(
    play: PlaySession, sidecar: Callable[[], subprocess.Popen[str]]
) -> None:
    sidecar()
    play("begin", "mono")
    fired = play("nodes")
    assert fired["fired"] == "failed live began ended "
    assert fired["listeners"] == 0  # a node that is done listens no more
    play("end")
