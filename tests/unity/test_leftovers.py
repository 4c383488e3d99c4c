"""What a play session of the Unity package leaves behind: no garbage, no objects, no memory, no threads."""

from pathlib import Path
from typing import Any

import pytest
from unity_package import UnityPackage
from unity_session import PatternedSidecar, playing
from waiting import until

from sidecar.regions.shared_memory import owner_of

pytestmark = pytest.mark.cross_language

SHARED_MEMORY = Path("/dev/shm")


def spoken(answer: Any) -> Any:
    return answer["utterances"][-1]


def regions_of(pid: int) -> int:
    owners = [owner_of(file) for file in SHARED_MEMORY.glob("{*}")]
    return sum(owner is not None and owner.pid == pid for owner in owners)


def test_components_make_no_garbage_per_frame(package: UnityPackage, sidecar: PatternedSidecar):
    with playing(package.play_session, "dotnet", sidecar.folder, COMPlus_TieredCompilation="0") as player:
        player.do("scene")
        player.do("start")
        player.do("until live 60")
        player.do("until drawn 60")
        player.do("speak 0 60 0.5")
        player.do("until heard 60")
        player.do("voice 1")  # whose sound is made on the audio thread
        player.do("push 50")
        player.do("until playing 60")
        player.do("frames 60")
        first = player.do("frames 20")
        second = player.do("frames 200")
        assert spoken(second)["state"] == "Playing"
        assert int(second["scriptBytes"]) - int(first["scriptBytes"]) == 0
        player.do("stop")


def test_scene_that_is_left_while_one_speaks_takes_everything_along(package: UnityPackage, sidecar: PatternedSidecar):
    with playing(package.play_session, "mono", sidecar.folder) as player:
        player.do("scene")
        player.do("start")
        player.do("until live 60")
        player.do("until drawn 60")
        player.do("voice 0")
        player.do("push 0.6")
        player.do("until loud 60")
        answer = player.do("leave")
    assert (answer["mapped"], answer["listeners"], answer["escaped"]) == (0, 0, "")
    assert answer["kinds"] == "1 Mesh, 1 Shader, 1 Texture2D"  # the scene's own face, our shader, Unity's white


def test_head_that_is_destroyed_ends_the_conversation_with_a_sentence(package: UnityPackage, sidecar: PatternedSidecar):
    with playing(package.play_session, "mono", sidecar.folder) as player:
        player.do("scene")
        player.do("start")
        player.do("until live 60")
        player.do("speak 0 5 0.5")
        player.do("until heard 60")
        player.do("destroy 0")
        answer = player.do("frames 3")
        player.do("stop")
    assert (answer["state"], answer["mapped"], answer["escaped"]) == ("Refused", 0, "")
    assert answer["sentence"].startswith("Head A was destroyed while the conversation lived. ")
    assert spoken(answer)["state"] == "Failed"


def test_hundred_restarts_leave_nothing_behind(package: UnityPackage, sidecar: PatternedSidecar):
    with playing(package.play_session, "dotnet", sidecar.folder) as player:
        player.do("scene")
        player.do("start")
        player.do("until live 60")
        counts: list[Any] = []
        for restarts in (3, 100):
            player.do(f"churn {restarts}")
            player.do("until drawn 60")
            counts.append(player.do("until settled 60"))  # the last one before has ended; this one has all regions open
        before, after = counts
        for counted in ("objects", "listeners", "mapped"):
            assert after[counted] == before[counted]
        assert after["threads"] < before["threads"] + 8  # the runtime's pool breathes
        assert sidecar.process
        pid = sidecar.process.pid
        until(lambda: 0 < regions_of(pid) < 20, "regions of conversations that have ended to be removed")
        player.do("stop")
