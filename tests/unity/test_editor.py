"""The package's part of Unity's editor, on a stub: menu, inspectors, window."""

import re
import textwrap
from pathlib import Path

import pytest
from unity_package import PACKAGE, UnityPackage, run
from unity_session import PatternedSidecar

pytestmark = pytest.mark.cross_language


def shown(package: UnityPackage, folder: Path, waits_for: str) -> list[str]:
    program = package.program(
        "EditorSession", package.protocol, package.engine, package.engine_editor, package.adapters
    )
    result = run(program.command("dotnet", str(package.editor.path), waits_for), RSATALKER_RUNTIME=str(folder))
    assert result.stderr == ""
    return result.stdout.splitlines()


def test_menu_makes_two_heads_that_face_each_other(package: UnityPackage, tmp_path: Path) -> None:
    lines = shown(package, tmp_path, "Warning: No sidecar is running")
    assert lines[:2] == ["Head A mara at (-0.6, 1.6, 0)", "Head B tomas at (0.6, 1.6, 0)"]


def test_quick_start_names_the_objects_that_the_menu_makes(package: UnityPackage, tmp_path: Path) -> None:
    manual = (PACKAGE / "Documentation~" / "index.md").read_text(encoding="utf-8")
    for line in shown(package, tmp_path, "Warning: No sidecar is running")[:2]:
        name, avatar, place = re.fullmatch(r"(Head \w) (\w+) at \((.*)\)", line).groups()
        assert re.search(rf"- {name} \| {place} \|.*\*{avatar}\*", manual)


def test_script_of_the_quick_start_compiles(package: UnityPackage, tmp_path: Path) -> None:
    manual = (PACKAGE / "Documentation~" / "index.md").read_text(encoding="utf-8")
    script = re.search(r"```csharp\n( +using System.*?)```", manual, re.DOTALL).group(1)
    (tmp_path / "Hello.cs").write_text(textwrap.dedent(script), encoding="utf-8")
    references = [package.protocol, package.engine, package.adapters]
    package.compiler.compile(tmp_path / "Hello.dll", [tmp_path / "Hello.cs"], references)


def test_inspectors_show_every_property(package: UnityPackage, tmp_path: Path) -> None:
    lines = shown(package, tmp_path, "Warning: No sidecar is running")
    assert lines[2:4] == ["ConversationEditor 15", "TalkingHeadEditor 6"]  # all but Senior, which the status hides


def test_window_says_why_there_is_no_sidecar(package: UnityPackage, tmp_path: Path) -> None:
    lines = shown(package, tmp_path, "Warning: No sidecar is running")
    assert any(line.startswith("Warning: No sidecar is running on this machine: ") for line in lines)
    assert lines[-1].startswith("Info: There is no program no-such-program. Install the sidecar as its README says, ")


def test_window_says_which_sidecar_there_is(package: UnityPackage, sidecar: PatternedSidecar) -> None:
    lines = shown(package, sidecar.folder, "Info: Sidecar ")
    assert any(line.startswith("Info: Sidecar 0.") and "renderer flat" in line for line in lines)
    assert "Avatars: ann, bob" in lines


def test_play_mode_tests_compile(package: UnityPackage, tmp_path: Path) -> None:
    sources = (PACKAGE / "Tests" / "PlayMode").glob("*.cs")
    references = [package.protocol, package.engine, package.adapters, package.nunit]
    package.compiler.compile(tmp_path / "RsaTalker.Sidecar.Tests.PlayMode.dll", sources, references)
