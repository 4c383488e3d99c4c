"""The manual lists every engine call that the compiler finds in the package: none is missing, none is left over."""

import re
from pathlib import Path

import pytest
from unity_package import PACKAGE, Sources, UnityPackage

pytestmark = pytest.mark.cross_language

REFERENCE = "https://docs.unity3d.com/2022.3/Documentation/ScriptReference/"
TOOLKIT = re.compile(
    r"https://docs\.unity3d\.com/Packages/com\.unity\.xr\.interaction\.toolkit@[\d.]+/api/UnityEngine\."
)
ROW = re.compile(r"^\| \[`(.+?)`\]\((.+?)\.html\) \| ((?:toolkit )?[\d.]+) \|", re.MULTILINE)
SECTIONS = ("In a game", "In the editor", "In the samples")
OF_UNITY = re.compile(r"\b(?:UNITY_\w+|unity_\w+|_WorldSpace\w+|PackageRequirements)\b")


def rows_of(section: str) -> list[tuple[str, str, str]]:
    """Return call, page and version of each row of a section."""
    manual = (PACKAGE / "Documentation~" / "engine-calls.md").read_text(encoding="utf-8")
    return ROW.findall(re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", manual, re.DOTALL | re.MULTILINE).group(1))


@pytest.fixture(scope="module")
def used(package: UnityPackage) -> dict[str, set[str]]:
    """What each section must list: the call, a tab and its page."""
    samples: set[str] = set()
    for folder in (PACKAGE / "Samples~").iterdir():
        for toolkit in (0, 2, 3) if folder.name.startswith("Xr") else (0,):
            plays = package.sample_sources(folder.name, toolkit)
            builds = package.sample_editor_sources(folder.name, package.sample(folder.name, toolkit)[0], toolkit)
            samples |= {line for sources in (plays, builds) for line in package.members("used", sources)}
    game, editor = (set(package.members("used", one)) for one in (package.adapter_sources, package.editor_sources))
    return {"In a game": game, "In the editor": editor - game, "In the samples": samples - editor - game}


@pytest.mark.parametrize("section", SECTIONS)
def test_manual_lists_every_call_and_no_other(used: dict[str, set[str]], section: str) -> None:
    listed = [call + "\t" + TOOLKIT.sub("", page).replace(REFERENCE, "") for call, page, _ in rows_of(section)]
    assert len(listed) == len(set(listed))
    assert sorted(used[section] - set(listed)) == []
    assert sorted(set(listed) - used[section]) == []


def test_no_call_needs_a_newer_unity_than_the_package() -> None:
    since = [version for section in SECTIONS for _, _, version in rows_of(section) if "toolkit" not in version]
    assert len(since) > 200
    assert max(tuple(map(int, version.split("."))) for version in since) <= (2022, 3)


def test_manual_lists_every_name_of_unity_in_the_shader() -> None:
    shaders = (PACKAGE / "Runtime" / "Shaders").glob("HeadCard.[hs]*")
    code = [re.sub("//.*", "", file.read_text(encoding="utf-8")) for file in shaders if file.suffix != ".meta"]
    assert {call for call, _, _ in rows_of("In the shader")} == set(OF_UNITY.findall("".join(code)))


def test_call_of_the_engine_is_found_however_it_is_written(package: UnityPackage, tmp_path: Path) -> None:
    (tmp_path / "Sample.cs").write_text(
        "using static UnityEngine.Mathf; using UnityEngine;\n"
        '[AddComponentMenu("A")] sealed class A : MonoBehaviour { Camera _camera;\n'
        "void OnEnable() { var place = transform.position; place.y += Max(1, 2); transform.position = -1f * place;\n"
        "if (_camera == null) Application.onBeforeRender += OnEnable; } }\n",
        encoding="utf-8",
    )
    found = package.members("used", Sources([tmp_path / "Sample.cs"], [package.engine]))
    assert [line.split("\t")[0] for line in found] == [
        *("Application.onBeforeRender", "Component.transform", "Mathf.Max(float, float)", "MonoBehaviour"),
        *("MonoBehaviour.OnEnable()", "Object.operator ==(Object, Object)", "Transform.position"),
        *("Vector3.operator *(float, Vector3)", "Vector3.y", "[AddComponentMenu]"),
    ]
