"""The web client's page: who gets it, who gets the token, and that foreign pages stay out."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from http_calls import Answer, call, request
from running_sidecar import TOKEN, RunningSidecar

from sidecar.config import ServeOptions, read_options
from sidecar.errors import ConfigError
from sidecar.network.web_client import LIBRARY_FILES, MOST_TRIES, TRIES_S, WebClient
from sidecar.server import Sidecar, web_lines

pytestmark = pytest.mark.integration

EVIL = "https://evil.example"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A web client of which nothing works."""
    files = ("index.html", "icon.svg", "style.css", "src/main.js", "secret.txt", *LIBRARY_FILES)
    for name in files:
        file = tmp_path / "web" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"this is {name}")
    return tmp_path / "web"


@pytest.fixture
def serving(start: Callable[..., RunningSidecar], folder: Path) -> RunningSidecar:
    return start(web=folder)


def code_of(running: RunningSidecar) -> str:
    assert running.sidecar is not None
    assert running.sidecar.web is not None
    return running.sidecar.web.code


def get(running: RunningSidecar, path: str, **headers: str) -> Answer:
    return request(running.http_address, "GET", path, **{"authorization": None, **headers})


def ask(running: RunningSidecar, code: object, **headers: str) -> Answer:
    """Ask for the token as the page does."""
    own = f"http://{running.http_address}"
    body = f'{{"code": "{code}"}}'.encode()
    return request(
        running.http_address, "POST", "/view/token", body, **{"authorization": None, "origin": own, **headers}
    )


@pytest.mark.parametrize("name", ["", "index.html", "icon.svg", "style.css", "src/main.js", *LIBRARY_FILES])
def test_page_and_its_files_need_no_token(serving: RunningSidecar, name: str):
    answer = get(serving, f"/view/{name}")
    assert (answer.status, answer.body) == (200, f"this is {name or 'index.html'}".encode())


def test_sample_dialogue_is_served(serving: RunningSidecar):
    answer = get(serving, "/view/dialogue.wav")
    assert (answer.body[:4], answer.headers["content-type"]) == (b"RIFF", "audio/wav")


@pytest.mark.parametrize(
    "name", ["secret.txt", "../secret.txt", "src/../secret.txt", "%2e%2e/secret.txt", "src", "/etc/passwd"]
)
def test_nothing_else_is_served(serving: RunningSidecar, name: str):
    assert get(serving, f"/view/{name}").status == 404


def test_missing_file_is_named(serving: RunningSidecar):
    answer = get(serving, "/view/src/other.js")
    assert answer.json["message"] == "The web client has no file src/other.js. Its page is /view/."


def test_page_runs_nothing_from_elsewhere_and_is_shown_in_no_frame(serving: RunningSidecar):
    policy = get(serving, "/view/").headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_code_gives_the_token(serving: RunningSidecar):
    answer = ask(serving, code_of(serving))
    assert (answer.status, answer.json) == (200, {"token": TOKEN})
    assert answer.headers["cache-control"] == "no-store"


def test_code_may_be_typed_in_groups(serving: RunningSidecar):
    code = code_of(serving)
    assert ask(serving, f"{code[:5]}-{code[5:]} ").status == 200


@pytest.mark.parametrize("code", ["", "0123456789", "\u0663" * 10, "x" * 2000])
def test_wrong_code_gives_nothing(serving: RunningSidecar, code: str):
    answer = ask(serving, code)
    assert answer.status == 401
    assert answer.json["message"] == (
        "The code is wrong; enter the 10 digits that `rsatalker serve` printed at its last start."
    )


def test_code_that_is_no_json_gives_nothing(serving: RunningSidecar):
    assert request(serving.http_address, "POST", "/view/token", b"[", authorization=None).status == 401


def test_guessing_is_slow(serving: RunningSidecar):
    for _ in range(MOST_TRIES):
        ask(serving, "1")
    answer = ask(serving, code_of(serving))
    assert answer.status == 429
    assert answer.json["message"] == "10 wrong codes came within 60 s; wait a minute, then try again."


def test_code_is_taken_again_a_minute_after_wrong_ones(folder: Path):
    now_s = [0.0]
    web = WebClient(folder, TOKEN, lambda: now_s[0])
    for _ in range(MOST_TRIES):
        with pytest.raises(Exception, match="The code is wrong"):
            web._check("1")
    now_s[0] = TRIES_S
    web._check(web.code)


def test_own_page_may_call(serving: RunningSidecar):
    answer = call(serving.http_address, "SidecarService/ListAvatars", origin=f"http://{serving.http_address}")
    assert answer.status == 200


def test_own_page_needs_the_token_to_call(serving: RunningSidecar):
    own = f"http://{serving.http_address}"
    assert call(serving.http_address, "SidecarService/ListAvatars", origin=own, authorization=None).status == 401


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1:1", "http://localhost", "file://"])
def test_foreign_page_gets_no_token(serving: RunningSidecar, origin: str):
    answer = ask(serving, code_of(serving), origin=origin)
    assert answer.status == 403
    assert "may not call this sidecar" in answer.json["message"]


def test_page_of_another_scheme_is_foreign(serving: RunningSidecar):
    assert ask(serving, code_of(serving), origin=f"https://{serving.http_address}").status == 403


def test_name_that_suddenly_resolves_to_this_machine_gets_nothing(serving: RunningSidecar):
    """DNS rebinding: for its own page the browser sends the name as `Host` and as `Origin`."""
    port = serving.http_address.rpartition(":")[2]
    rebound = {"host": f"evil.example:{port}", "origin": f"http://evil.example:{port}"}
    assert ask(serving, code_of(serving), **rebound).status == 403
    assert get(serving, "/view/", **rebound).status == 403


def test_own_page_is_foreign_where_no_page_is_served(running: RunningSidecar):
    own = f"http://{running.http_address}"
    assert call(running.http_address, "SidecarService/ListAvatars", origin=own).status == 403
    assert get(running, "/view/").status == 404


def test_folder_without_the_page_is_refused(tmp_path: Path):
    with pytest.raises(
        ConfigError, match=f"There is no web client in {tmp_path}; name the project's folder engine_plug"
    ):
        Sidecar(None, ServeOptions(web=tmp_path), TOKEN)


def test_web_client_without_three_js_is_refused(folder: Path):
    (folder / LIBRARY_FILES[0]).unlink()
    sentence = f"The web client lacks {LIBRARY_FILES[0]}; run `npm install --prefix {folder}`."
    with pytest.raises(ConfigError) as refused:
        WebClient(folder, TOKEN)
    assert str(refused.value) == sentence


def test_address_with_the_code_is_printed(serving: RunningSidecar):
    lines = web_lines(serving.sidecar)
    assert lines == [f"Look at a conversation: http://{serving.http_address}/view/#{code_of(serving)}"]


@pytest.mark.parametrize(("certificate", "scheme"), [(object(), "https"), (None, "http")])
def test_address_for_a_headset_and_its_code_are_printed(certificate: object, scheme: str):
    lan = SimpleNamespace(addresses=("192.0.2.7", "2001:db8::7"), certificate=certificate)
    sidecar = SimpleNamespace(web=SimpleNamespace(code="0123456789"), http_address="127.0.0.1:50552", lan=lan)
    assert web_lines(sidecar)[1] == (
        f"From a headset on the LAN: {scheme}://192.0.2.7:50552/view/ or {scheme}://[2001:db8::7]:50552/view/, code "
        "0123456789"
    )


def test_code_that_does_not_come_is_not_waited_for(serving: RunningSidecar, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sidecar.network.web_client.BODY_S", 0.05)
    answer = request(serving.http_address, "POST", "/view/token", b"{", authorization=None, content_length="30")
    assert (answer.status, answer.json["message"]) == (504, "The code did not come within 0 s; send it at once.")


def test_folder_comes_from_the_configuration_file(tmp_path: Path):
    file = tmp_path / "serve.toml"
    file.write_text('web = "somewhere"')
    assert read_options(file).web == Path("somewhere")
