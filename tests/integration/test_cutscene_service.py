"""Cutscenes of clients of a running sidecar: over gRPC and HTTP, cancelled, killed, resumed, refused."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from http_calls import call, request, stream
from PIL import Image
from running_sidecar import RunningSidecar
from waiting import until

from sidecar.client import SidecarClient
from sidecar.errors import InvalidRequestError, LimitError, NotFoundError, SidecarError, StateError, UnreachableError
from sidecar.runtime_file import read_record
from sidecar.v1 import cutscene_pb2

pytestmark = pytest.mark.integration

FAKES = Path(__file__).parents[1] / "fakes"
SCRIPT = """
duration_s = 0.25
[[participant]]
avatar = "mara"
[[participant]]
avatar = "tomas"
[[turn]]
speaker = "mara"
file = "voice.wav"
[[shot]]
[[shot]]
start_s = 0.125
[output]
width = 64
height = 36
frame_rate = 24
detail = 0.2
write = ["png", "wav"]
"""  # two chunks of three frames
DONE, FAILED = cutscene_pb2.CUTSCENE_STATE_DONE, cutscene_pb2.CUTSCENE_STATE_FAILED
WAITING, RENDERING = cutscene_pb2.CUTSCENE_STATE_WAITING, cutscene_pb2.CUTSCENE_STATE_RENDERING
CANCELLED = cutscene_pb2.CUTSCENE_STATE_CANCELLED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of cutscenes, with a voice."""
    made = tmp_path / "cutscenes"
    made.mkdir()
    noise = np.random.default_rng(1).normal(0, 0.05, 4000)
    soundfile.write(made / "voice.wav", noise, 16_000, subtype="FLOAT")
    return made


@pytest.fixture
def halt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """While this file is there, renderings stop after three frames."""
    monkeypatch.setenv("HALT", str(tmp_path / "halt"))
    return tmp_path / "halt"


@pytest.fixture
def running(
    start: Callable[..., RunningSidecar], folder: Path, halt: Path, monkeypatch: pytest.MonkeyPatch
) -> RunningSidecar:
    """A sidecar whose renderings are acted."""
    monkeypatch.setattr("sidecar.cutscenes.rendering.PROGRAM", (sys.executable, str(FAKES / "acting_render.py")))
    return start(cutscenes=folder)


def pid_of(running: RunningSidecar) -> int:
    assert running.sidecar is not None
    films = running.sidecar.films
    return until(lambda: films._rendering, "a process that renders").pid


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def half_done(client: SidecarClient, script: str = SCRIPT):
    """Return a rendering that stands after three frames: its stream and what was told last."""
    following = client.render_cutscene("out", script_toml=script)
    return following, next(one for one in following if one.frames_done == 3)


def test_cutscene_tells_how_far_it_is(client: SidecarClient, halt: Path):
    halt.touch()
    following, first = half_done(client)
    halt.unlink()
    *_, last = following
    assert (first.state, first.stage, first.frames_total) == (RENDERING, "frames", 6)
    assert (first.eta_ms, first.still_jpeg) == (1500, b"a picture")
    assert (last.state, last.frames_done, list(last.files), last.still_jpeg) == (DONE, 6, ["cutscene.mp4"], b"")
    assert client.cutscene(last.cutscene_id).state == DONE


def test_rendering_goes_on_without_its_client_and_is_found_again(client: SidecarClient, halt: Path):
    halt.touch()
    following, first = half_done(client)
    following.close()
    (listed,) = client.status().cutscenes
    assert (listed.cutscene_id, listed.still_jpeg) == (first.cutscene_id, b"")
    assert client.cutscene(first.cutscene_id).still_jpeg
    again = client.render_cutscene("out", script_toml=SCRIPT)
    assert next(again).cutscene_id == first.cutscene_id
    halt.unlink()
    *_, last = again
    assert last.state == DONE
    assert not client.status().cutscenes


def test_cancel_ends_the_process(running: RunningSidecar, client: SidecarClient, halt: Path):
    halt.touch()
    following, first = half_done(client)
    pid = pid_of(running)
    assert client.cancel_cutscene(first.cutscene_id).state == CANCELLED
    assert not is_there(pid)
    *_, last = following
    assert last.state == CANCELLED
    assert client.cancel_cutscene(first.cutscene_id).state == CANCELLED


def test_cancelled_cutscene_can_be_asked_for_again(client: SidecarClient, halt: Path):
    halt.touch()
    _, first = half_done(client)
    client.cancel_cutscene(first.cutscene_id)
    halt.unlink()
    *_, last = client.render_cutscene("out", script_toml=SCRIPT)
    assert last.state == DONE
    assert last.cutscene_id != first.cutscene_id


def test_sidecar_takes_its_renderings_along(running: RunningSidecar, halt: Path):
    halt.touch()
    with running.connect() as client:
        following, _ = half_done(client)
        pid = pid_of(running)
        running.stop()
        assert not is_there(pid)
        with pytest.raises(UnreachableError, match="No sidecar answers"):
            list(following)


def test_others_wait_until_too_many_do(running: RunningSidecar, client: SidecarClient, halt: Path):
    halt.touch()
    streams = [client.render_cutscene(f"out{index}", script_toml=SCRIPT) for index in range(9)]
    next(one for one in streams[0] if one.frames_done == 3)
    assert [next(one).state for one in streams[1:]] == 8 * [WAITING]
    with pytest.raises(LimitError, match="8 cutscenes wait already"):
        next(client.render_cutscene("out9", script_toml=SCRIPT))
    ids = [one.cutscene_id for one in client.status().cutscenes]
    text = request(running.http_address, "GET", "/metrics").body.decode()
    assert 'rsatalker_cutscenes{state="waiting"} 8\n' in text
    assert 'rsatalker_cutscenes{state="rendering"} 1\n' in text
    assert "rsatalker_cutscene_frames_left 3\n" in text
    for waiting in ids[2:]:
        assert client.cancel_cutscene(waiting).state == CANCELLED
    halt.unlink()
    ends = [list(one)[-1].state for one in streams]
    assert ends == [DONE, DONE, *7 * [CANCELLED]]


def test_cutscene_is_rendered_over_http(running: RunningSidecar):
    answer = stream(running.http_address, "CutsceneService/RenderCutscene", {"scriptToml": SCRIPT, "outputPath": "out"})
    *_, last, end = answer.envelopes
    assert b"CUTSCENE_STATE_DONE" in last[1]
    assert end == (2, b"{}")
    answer = call(running.http_address, "CutsceneService/CancelCutscene", {"cutsceneId": "0123"})
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_full_disk_is_a_sentence(client: SidecarClient):
    with pytest.raises(StateError, match=r"^the disk of out is full: about 7 MB more are needed\.$"):
        list(client.render_cutscene("out", script_toml=SCRIPT + "# full"))


def test_crash_is_a_sentence_and_its_reason_is_in_the_log(client: SidecarClient, caplog: pytest.LogCaptureFixture):
    with pytest.raises(
        SidecarError, match=r"failed \(code 1\); the sidecar's log says where. Finished frames are kept"
    ):
        list(client.render_cutscene("out", script_toml=SCRIPT + "# crash"))
    assert "ZeroDivisionError" in caplog.text


def test_program_that_cannot_be_started_is_a_sentence(client: SidecarClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sidecar.cutscenes.rendering.PROGRAM", ("no-such-program",))
    with pytest.raises(SidecarError, match="The process that renders cutscenes cannot be started"):
        list(client.render_cutscene("out", script_toml=SCRIPT))


def test_script_error_is_told_with_line_and_field(client: SidecarClient, folder: Path):
    with pytest.raises(InvalidRequestError) as caught:
        list(client.render_cutscene("out", script_toml=SCRIPT.replace("width = 64", "width = 8")))
    assert str(caught.value) == "script_toml:14: output.width is 8; expected 16 to 8192."
    assert not (folder / "out").exists()


def test_unknown_cutscene_is_not_found(client: SidecarClient):
    with pytest.raises(NotFoundError, match="There is no cutscene 'x'; the last 16"):
        client.cutscene("x")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither kill -9 nor niceness")
def test_killed_process_is_a_sentence_and_work_goes_on_when_asked_again(
    running: RunningSidecar, client: SidecarClient, halt: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sidecar.cutscenes.rendering.PROGRAM", (sys.executable, str(FAKES / "light_render.py")))
    halt.touch()
    following, first = half_done(client)
    assert Image.open(io.BytesIO(first.still_jpeg)).size == (64, 36)
    assert os.getpriority(os.PRIO_PROCESS, pid_of(running)) == min(os.getpriority(os.PRIO_PROCESS, 0) + 1, 19)
    os.kill(pid_of(running), signal.SIGKILL)
    sentence = r"was killed \(signal 9\); .*Finished frames are kept: ask for the same"
    with pytest.raises(SidecarError, match=sentence):
        list(following)
    failed = client.cutscene(first.cutscene_id)
    assert failed.state == FAILED
    assert re.search(sentence, failed.message)
    halt.unlink()
    resumed = list(client.render_cutscene("out", script_toml=SCRIPT))
    assert min(one.frames_done for one in resumed if one.frames_total) == 3
    assert list(resumed[-1].files) == ["cutscene_png", "cutscene.wav"]
    assert len(list((folder / "out" / "cutscene_png").iterdir())) == 6


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_renderings_of_a_killed_sidecar_end(folder: Path, halt: Path):
    halt.touch()
    program = [sys.executable, str(FAKES / "serve_light_studio.py"), "0", json.dumps({"cutscenes": str(folder)})]
    environment = os.environ | {"PYTHONPATH": str(FAKES.parents[1])}
    with subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL) as process:
        until(lambda: (record := read_record()) and record.pid == process.pid, "the sidecar to listen")
        with SidecarClient.connect() as client:
            half_done(client)
            pid = int((folder / "out" / "pid").read_text(encoding="utf-8"))
            process.kill()
            until(lambda: not is_there(pid), "the rendering to end")


def test_real_heads_are_rendered(start: Callable[..., RunningSidecar], folder: Path):
    running = start(cutscenes=folder)
    (folder / "night").mkdir()
    (folder / "voice.wav").rename(folder / "night" / "voice.wav")
    script = SCRIPT.replace("duration_s = 0.25", "duration_s = 0.0833").replace("[[shot]]\nstart_s = 0.125\n", "")
    script = script.replace("detail = 0.2\n", "")
    (folder / "night" / "one.toml").write_text(script, encoding="utf-8")
    with running.connect() as client:
        *_, last = client.render_cutscene("out", script_path="night/one.toml")
    assert (last.state, last.frames_done, list(last.files)) == (DONE, 2, ["one_png", "one.wav"])
    picture = Image.open(folder / "out" / "one_png" / "one.000000.png")
    assert np.asarray(picture)[..., 3].max() > 200
