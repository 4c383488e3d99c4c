"""The package's part of Unity's editor, on a stub: menu, inspectors, window."""

import re
import sys
import textwrap
from pathlib import Path

import pytest
from unity_package import PACKAGE, ROOT, UnityPackage, run
from unity_session import PatternedSidecar
from waiting import until

pytestmark = pytest.mark.cross_language


def shown(package: UnityPackage, folder: Path, waits_for: str) -> list[str]:
    program = package.program(
        "EditorSession", package.protocol, package.engine, package.engine_editor, package.adapters
    )
    result = run(program.command("dotnet", str(package.editor.path), waits_for), RSATALKER_RUNTIME=str(folder))
    assert result.stderr == ""
    return result.stdout.splitlines()


@pytest.fixture(scope="module")
def alone(package: UnityPackage, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is shown where there is no sidecar."""
    return shown(package, tmp_path_factory.mktemp("runtime"), "Warning: No sidecar is running")


def test_menu_makes_two_heads_that_face_each_other(alone: list[str]) -> None:
    assert alone[:2] == ["Head A mara at (-0.6, 1.6, 0)", "Head B tomas at (0.6, 1.6, 0)"]


def test_quick_start_names_the_objects_that_the_menu_makes(alone: list[str]) -> None:
    manual = (PACKAGE / "Documentation~" / "index.md").read_text(encoding="utf-8")
    for line in alone[:2]:
        name, avatar, place = re.fullmatch(r"(Head \w) (\w+) at \((.*)\)", line).groups()
        assert re.search(rf"- {name} \| {place} \|.*\*{avatar}\*", manual)


def test_script_of_the_quick_start_compiles(package: UnityPackage, tmp_path: Path) -> None:
    manual = (PACKAGE / "Documentation~" / "index.md").read_text(encoding="utf-8")
    script = re.search(r"```csharp\n( +using System.*?)```", manual, re.DOTALL).group(1)
    (tmp_path / "Hello.cs").write_text(textwrap.dedent(script), encoding="utf-8")
    references = [package.protocol, package.engine, package.adapters]
    package.compiler.compile(tmp_path / "Hello.dll", [tmp_path / "Hello.cs"], references)


def test_inspectors_show_every_property(alone: list[str]) -> None:
    assert alone[2:4] == ["ConversationEditor 15", "TalkingHeadEditor 6"]  # all but Senior, which the status hides


def test_window_says_why_there_is_no_sidecar(alone: list[str]) -> None:
    assert any(line.startswith("Warning: No sidecar is running on this machine: ") for line in alone)
    assert alone[-1].startswith("Info: There is no program no-such-program. Install the sidecar as its README says, ")


def test_window_says_which_sidecar_there_is(package: UnityPackage, sidecar: PatternedSidecar) -> None:
    lines = shown(package, sidecar.folder, "Info: Sidecar ")
    assert any(line.startswith("Info: Sidecar 0.") and "renderer flat" in line for line in lines)
    assert "Avatars: ann, bob" in lines


def test_play_mode_tests_compile(package: UnityPackage, tmp_path: Path) -> None:
    sources = (PACKAGE / "Tests" / "PlayMode").glob("*.cs")
    references = [package.protocol, package.engine, package.adapters, package.nunit]
    package.compiler.compile(tmp_path / "RsaTalker.Sidecar.Tests.PlayMode.dll", sources, references)


@pytest.fixture(scope="module")
def window(package: UnityPackage, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the window shows once its button has started a sidecar and a conversation is played with it."""
    folder = tmp_path_factory.mktemp("runtime")
    serves = ROOT / "tests" / "fakes" / "serve_patterned_studio.py"
    program = folder / "rsatalker"  # as pip installs it, but with heads that need no warming up
    program.write_text(
        '#!/bin/sh\n[ "$1 $2" = "serve --stop-with" ] && '
        f'PYTHONPATH="{ROOT}" exec "{sys.executable}" "{serves}" 0 "{{\\"stop_with\\": $3}}"\n'
    )
    program.chmod(0o755)
    session = package.program(
        "WindowSession", package.protocol, package.engine, package.engine_editor, package.adapters
    )
    command = session.command("dotnet", str(package.editor.path), str(program))
    result = run(command, RSATALKER_RUNTIME=str(folder))
    assert result.stderr == ""
    until(lambda: not (folder / "sidecar.json").exists(), "the sidecar to end with the editor")
    return [line.replace(str(program), "PROGRAM") for line in result.stdout.splitlines()]


def test_button_of_the_window_starts_an_installed_sidecar(window: list[str]) -> None:
    assert re.fullmatch(r"Info: Started PROGRAM serve \(process \d+\); the first start takes a minute\.", window[0])


def test_window_says_how_the_conversation_is_doing(window: list[str]) -> None:
    shown = dict(re.fullmatch("(.*): (.*?)(?: ms)?", line).groups() for line in window[1:] if ": " in line)
    assert shown["State"] == "Live"
    assert int(shown["Frames a second"]) > 0
    assert 0 < int(shown["Latency"]) < 5000
    assert abs(int(shown["Skew (above 0: face late)"])) < 5000
    assert float(shown["Sidecar's turn, p95"]) > 0
    assert shown["Info"].startswith("Sidecar 0.")
