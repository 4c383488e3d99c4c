"""What a user of the Unity package reads when something is not as it should be; nothing is thrown."""

from pathlib import Path

import pytest
from unity_package import UnityPackage
from unity_session import PatternedSidecar, playing

pytestmark = pytest.mark.cross_language


def sentence_of(package: UnityPackage, folder: Path, scene: str, state: str, **variables: str) -> str:
    """Return what a project says once it is in a state."""
    with playing(package.play_session, "dotnet", folder, **variables) as player:
        player.do(f"scene {scene}")
        player.do("start")
        answer = player.do(f"until {state} 60")
        while answer["state"] == "Searching" and answer["sentence"] == "Looking for a sidecar.":
            answer = player.do("frames 5")
        assert answer["escaped"] == ""
        assert answer["state"].lower() == state
        assert player.do("speak 0 1 0.5")["utterances"][-1]["sentence"] == (
            "This was not said: the conversation is not live yet. Wait for its state Live."
        )
        return answer["sentence"]


def test_machine_without_a_sidecar_is_told_how_to_start_one(package: UnityPackage, tmp_path: Path):
    assert sentence_of(package, tmp_path, "", "searching") == (
        f"No sidecar is running on this machine: {tmp_path / 'sidecar.json'} names none. Start one with "
        "`rsatalker serve`, or with the button Start sidecar in Window > RSATalker."
    )


def test_address_where_nobody_answers_is_named(package: UnityPackage, tmp_path: Path):
    sentence = sentence_of(package, tmp_path, "at 127.0.0.1:9 a-token", "searching")
    assert sentence == (
        "No sidecar answers at 127.0.0.1:9. Start one with `rsatalker serve`, or correct the address: it is "
        "the one of HTTP."
    )


def test_conversation_with_one_head_says_that_it_needs_two(package: UnityPackage, tmp_path: Path):
    assert sentence_of(package, tmp_path, "one-head", "refused") == (
        "The conversation needs two heads: set Head A and Head B to two Talking Head objects."
    )


def test_head_without_an_avatar_is_named(package: UnityPackage, tmp_path: Path):
    assert sentence_of(package, tmp_path, "no-avatar", "refused") == (
        "Head B has no avatar. Choose one in its inspector; Window > RSATalker lists them."
    )


def test_avatar_that_nobody_offers_takes_only_its_own_head_away(package: UnityPackage, sidecar: PatternedSidecar):
    with playing(package.play_session, "dotnet", sidecar.folder) as player:
        player.do("scene stranger")
        player.do("start")
        player.do("until live 60")
        answer = player.do("frames 40")
    assert (answer["state"], answer["escaped"], answer["drawn"]) == ("Live", "", 1)
    assert [head["pose"] for head in answer["heads"]] == [True, False]
    assert [head["refusal"] for head in answer["heads"]] == ["", answer["sentence"]]
    assert "nobody" in answer["sentence"]


def test_avatars_that_nobody_offers_are_refused_in_the_sidecars_words(package: UnityPackage, sidecar: PatternedSidecar):
    sentence = sentence_of(package, sidecar.folder, "strangers", "refused")
    assert "nobody" in sentence
    assert "ann" in sentence


def test_address_without_a_token_is_told_where_to_get_one(package: UnityPackage, sidecar: PatternedSidecar):
    sentence = sentence_of(
        package, sidecar.folder, f"at {sidecar.record['http_address']} ", "refused", RSATALKER_TOKEN=""
    )
    assert sentence == (
        f"The sidecar at {sidecar.record['http_address']} needs its token: set Token of the conversation or "
        "RSATALKER_TOKEN to what its `rsatalker serve --lan` printed."
    )


def test_wrong_token_is_refused_in_the_sidecars_words(package: UnityPackage, sidecar: PatternedSidecar):
    sentence = sentence_of(package, sidecar.folder, f"at {sidecar.record['http_address']} wrong", "refused")
    assert "token" in sentence


def test_sidecar_at_an_address_is_taken_with_its_token(
    package: UnityPackage, sidecar: PatternedSidecar, tmp_path: Path
):
    with playing(package.play_session, "dotnet", tmp_path) as player:  # whose own runtime file names none
        player.do(f"scene at {sidecar.record['http_address']} {sidecar.record['token']}")
        player.do("start")
        assert player.do("until live 60")["state"] == "Live"
        assert player.do("until drawn 60")["drawn"] == 2


def test_address_without_a_port_is_refused(package: UnityPackage, tmp_path: Path):
    assert sentence_of(package, tmp_path, "at somewhere a-token", "refused") == (
        "The address is somewhere; expected host:port of the sidecar's HTTP, such as 192.168.1.20:50552."
    )
