"""Each sample of the Unity package: its menu entry builds a scene, and the scene plays with a live sidecar."""

import pytest
from unity_package import PACKAGE, UnityPackage, run
from unity_session import PatternedSidecar

pytestmark = pytest.mark.cross_language

CAMERA = ["Main Camera: Camera", "Directional Light: Light"]
HEAD = "AudioSource, TalkingHead"
SCENES = {  # by sample: what its menu entry makes beside camera and sun
    "TwoHeadsAtATable": [
        *("Conversation: Conversation", f"  Head A: {HEAD}", f"  Head B: {HEAD}"),
        *("Table: MeshRenderer", "Talk: TwoHeadsAtATable"),
    ],
    "StreamingTts": [
        *("Conversation: Conversation", f"  Head A: {HEAD}", f"  Head B: {HEAD}"),
        "Text-to-speech: StreamingTts",
    ],
    "ArkitOnAMesh": [
        *("Conversation: Conversation", f"  Head A: {HEAD}, ArkitOnAMesh", f"  Head B: {HEAD}"),
        "Mask: SkinnedMeshRenderer",
    ],
    "XrInteractionToolkit": [
        *("Conversation: Conversation", f"  Head A: {HEAD}, PointToSpeak", f"  Head B: {HEAD}, PointToSpeak"),
    ],
}
DONE = {"XrInteractionToolkit": "Head A.OnMouseDown"}  # what a user does, where a scene waits for it
RIG = [
    *("Directional Light: Light", "Conversation: Conversation"),
    *(f"  Head A: {HEAD}, PointToSpeak", f"  Head B: {HEAD}, PointToSpeak"),
    *("XR Origin (XR Rig): ", "  Camera Offset: ", "    Main Camera: Camera", "    Right Controller: RayController"),
]


def test_every_sample_is_played() -> None:
    assert sorted(SCENES) == sorted(folder.name for folder in (PACKAGE / "Samples~").iterdir())


@pytest.mark.parametrize("sample", SCENES)
def test_scene_of_a_sample_is_built_and_played(package: UnityPackage, sidecar: PatternedSidecar, sample: str) -> None:
    _, builds = package.sample(sample)
    references = (package.protocol, package.engine, package.engine_editor, package.adapters)
    program = package.program("SampleSession", *references)
    done = [DONE[sample]] if sample in DONE else []
    hierarchy, played = _played(program.command("dotnet", str(builds.path), *done), sidecar)
    assert hierarchy == CAMERA + SCENES[sample]
    heads = 1 if sample == "ArkitOnAMesh" else 2  # the mask stands for head A
    assert played == f"heard True moved True drawn {heads}"


@pytest.mark.parametrize("toolkit", [2, 3])
def test_controller_of_the_xr_toolkit_lets_a_head_speak(
    package: UnityPackage, sidecar: PatternedSidecar, toolkit: int
) -> None:
    _, builds = package.sample("XrInteractionToolkit", toolkit)
    _, menu = package.toolkit(toolkit)
    program = package.program(
        "SampleSession", package.protocol, package.engine, package.engine_editor, package.adapters
    )
    command = program.command("dotnet", str(builds.path), "Right Controller.PullGrip", str(menu.path))
    hierarchy, played = _played(command, sidecar)
    assert hierarchy == RIG
    assert played == "heard True moved True drawn 2"


def _played(command: list[str], sidecar: PatternedSidecar) -> tuple[list[str], str]:
    """Return the hierarchy of the scene, and what was seen of it while it played."""
    result = run(command, RSATALKER_RUNTIME=str(sidecar.folder))
    assert result.stderr == ""
    *hierarchy, played, place = result.stdout.splitlines()
    assert place == "seen from 0 1.6 -1.5"
    return hierarchy, played
