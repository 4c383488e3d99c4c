"""What a compiler with stubs cannot see of the Unity package: its files, its names, the language that Unity takes."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from unity_package import PACKAGE, ROOT

pytestmark = pytest.mark.cross_language

COPYRIGHT = "// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0."
SOURCES = sorted(PACKAGE.rglob("*.cs"))
ASSEMBLIES = sorted(PACKAGE.rglob("*.asmdef"))
ASSEMBLY_KEYS = {
    *("name", "rootNamespace", "references", "includePlatforms", "excludePlatforms", "allowUnsafeCode"),
    *("overrideReferences", "precompiledReferences", "autoReferenced", "defineConstraints", "versionDefines"),
    "noEngineReferences",
}
# C# 9 that the manual of Unity 2022.3 ("C# compiler") says is not supported or needs types that Unity has not, and what
# its scripting runtime lacks.
REFUSED = {
    "an init-only setter": r"\binit;",
    "a record": r"\brecord (class|struct)?\s*\w+\s*[({]",
    "a module initialiser": r"\[ModuleInitializer",
    "a file-scoped namespace": r"^namespace [\w.]+;",
    "a global using": r"^global using",
    "a raw string": r'"""',
    "dynamic": r"\bdynamic\b",
    "a required member": r"\brequired \w+ \w+",
    "code that emits code": r"System\.Reflection\.Emit",
    "unsafe code": r"\bunsafe\b",
    "process times, which IL2CPP does not support": r"\bGetProcessById\b|\.StartTime\b",
}
LONGEST_FILE = 250  # lines; most have 70 to 150
NAMES_OF_UNITY = {"UnityEngine.TestRunner", "UnityEditor.TestRunner", "Unity.XR.Interaction.Toolkit"}


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_everything_has_a_fresh_meta_file() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "generate_unity_meta.py"), "--check"]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "")


def test_every_meta_file_has_a_guid_of_its_own() -> None:
    guids = [re.findall(r"^guid: ([0-9a-f]{32})$", meta.read_text(), re.MULTILINE) for meta in PACKAGE.rglob("*.meta")]
    assert len(guids) > 50
    assert all(len(found) == 1 for found in guids)
    assert Counter(found[0] for found in guids).most_common(1)[0][1] == 1


def test_folders_that_unity_does_not_import_have_no_meta_files() -> None:
    assert [relative(meta) for meta in PACKAGE.rglob("*~/**/*.meta")] == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_source_begins_with_the_copyright(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith(COPYRIGHT + "\n")


@pytest.mark.parametrize("refused", REFUSED)
def test_source_is_free_of(refused: str) -> None:
    pattern = re.compile(REFUSED[refused], re.MULTILINE)
    assert [relative(path) for path in SOURCES if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_nothing_is_kept_in_static_fields_of_the_runtime() -> None:
    """What is kept there outlives Play mode where the domain is not reloaded."""
    field = re.compile(
        r"^ +(?:(?:public|private|internal) )?static (?!readonly)(?:volatile )?[\w<>\[\]?., ]+ \w+(?: = [^;>]*)?;",
        re.MULTILINE,
    )
    assert field.search("        private static int _count;\n        private static List<int> _all = new List<int>();")
    ours = [path for path in SOURCES if "Runtime" in path.parts]
    assert {relative(path) for path in ours if field.search(path.read_text(encoding="utf-8"))} == set()


def test_sources_are_short() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    by_hand = {name: length for name, length in lengths.items() if not name.endswith("FrameRingLayout.cs")}
    assert {name: length for name, length in by_hand.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize("path", ASSEMBLIES, ids=relative)
def test_assembly_definition_is_whole(path: Path) -> None:
    definition = read(path)
    assert set(definition) == ASSEMBLY_KEYS
    assert definition["name"] == path.stem
    known = {read(other)["name"] for other in ASSEMBLIES} | NAMES_OF_UNITY
    assert set(definition["references"]) <= known
    assert definition["allowUnsafeCode"] is False


def test_assembly_is_compiled_only_where_those_it_refers_to_are() -> None:
    """A sample would break a build for a headset otherwise: its assembly for Android would miss the package's."""
    definitions = {read(path)["name"]: read(path) for path in ASSEMBLIES}
    assert [
        (name, referred)
        for name, definition in definitions.items()
        for referred in definition["references"]
        if referred in definitions
        and (wanted := set(definitions[referred]["includePlatforms"]))
        and not wanted >= set(definition["includePlatforms"] or ["Android"])
    ] == []


def test_protocol_knows_nothing_of_the_engine() -> None:
    definition = read(PACKAGE / "Runtime" / "Protocol" / "RsaTalker.Sidecar.Protocol.asmdef")
    assert definition["noEngineReferences"] is True
    assert definition["references"] == []
    sources = (PACKAGE / "Runtime" / "Protocol").rglob("*.cs")
    assert [relative(path) for path in sources if "UnityEngine" in path.read_text(encoding="utf-8")] == []


def test_only_samples_know_of_xr() -> None:
    ours = [path for path in SOURCES if "Samples~" not in path.parts]
    assert [relative(path) for path in ours if "UnityEngine.XR" in path.read_text(encoding="utf-8")] == []


def test_package_json_is_what_the_package_manager_takes() -> None:
    package = read(PACKAGE / "package.json")
    assert package["name"] == PACKAGE.name
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert re.fullmatch(r"\d{4}\.\d", package["unity"])
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["dependencies"].values())
    for sample in package["samples"]:
        assert set(sample) == {"displayName", "description", "path"}
        assert (PACKAGE / sample["path"] / "README.md").is_file()
    folders = {f"Samples~/{folder.name}" for folder in (PACKAGE / "Samples~").iterdir()}
    assert folders == {sample["path"] for sample in package["samples"]}


def test_version_is_the_same_everywhere() -> None:
    version = read(PACKAGE / "package.json")["version"]
    assert f'"{version}"' in (PACKAGE / "Runtime" / "PackageVersion.cs").read_text(encoding="utf-8")
    assert f"## [{version}] - " in (PACKAGE / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "LICENSE.md", "Third Party Notices.md", "Documentation~/index.md"]
)
def test_package_has(name: str) -> None:
    assert (PACKAGE / name).stat().st_size > 100


def test_serialized_fields_have_tooltips() -> None:
    ours = [path for path in SOURCES if "Samples~" not in path.parts]
    field = re.compile(r"\[SerializeField\]((?:\s*\[.*\])*)\s*private (?:[\w<>\[\]]+) (\w+)")
    fields = [found for path in ours for found in field.findall(path.read_text(encoding="utf-8"))]
    assert len(fields) > 20
    assert [name for attributes, name in fields if "Tooltip" not in attributes] == []


def test_every_serialized_field_is_in_the_manual() -> None:
    manual = (PACKAGE / "Documentation~" / "components.md").read_text(encoding="utf-8")
    names = [
        name
        for component in ("Conversation.Properties", "TalkingHead", "ArkitFace")
        for name in re.findall(r"private \w+ _(\w+)(?: = .*)?;", _serialized_part(component))
    ]
    assert len(names) > 20
    words = {name: re.sub(r"([A-Z])", r" \1", name).title() for name in names}  # as the inspector spells them
    assert [name for name, shown in words.items() if shown not in manual] == []


def _serialized_part(component: str) -> str:
    """Return the declarations that follow [SerializeField] in a component."""
    text = (PACKAGE / "Runtime" / f"{component}.cs").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"\[SerializeField\](?:\s*\[.*\])*\s*(private .*;)", text))


def test_every_sentence_is_explained() -> None:
    manual = (PACKAGE / "Documentation~" / "troubleshooting.md").read_text(encoding="utf-8")
    text = (PACKAGE / "Runtime" / "Protocol" / "Calls" / "Sentences.cs").read_text(encoding="utf-8")
    beginnings = re.findall(r'(?:return|const string \w+ =)\s+"([^"]{4,})"', text)
    thrown = r'(?:\.Fail|new (?:InvalidOperation|Sidecar|Region)Exception)\(\s*(?:[\w.]+,\s*|"\w*",\s*)*"([^"]{4,})"'
    ours = [path for path in SOURCES if "Runtime" in path.parts]
    beginnings += [found for path in ours for found in re.findall(thrown, path.read_text(encoding="utf-8"))]
    assert len(beginnings) > 20
    assert [one for one in beginnings if re.split(r"[.:] ", one)[0].strip(" .(:")[:30] not in manual] == []


def test_every_thread_is_in_the_manual() -> None:
    manual = (PACKAGE / "Documentation~" / "threads.md").read_text(encoding="utf-8")
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES if "Runtime" in path.parts)
    threads = {name.removeprefix("rsatalker") for name in re.findall(r'"(rsatalker-\w+)"', code)}
    assert len(threads) > 3
    assert {
        name.removeprefix("rsatalker") for name in re.findall(r"`(?:rsatalker)?(-\w+|rsatalker-\w+)`", manual)
    } == threads


def test_checklist_for_a_real_engine_has_20_steps() -> None:
    manual = (PACKAGE / "Documentation~" / "not-run.md").read_text(encoding="utf-8")
    checklist = manual.partition("## A checklist of 20 steps")[2]
    assert [int(number) for number in re.findall(r"^(\d+)\. ", checklist, re.MULTILINE)] == list(range(1, 21))


def test_menus_and_buttons_of_the_manual_exist() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES if "Editor" in path.parts)
    entries = {path.replace("/", " > ") for path in re.findall(r'MenuItem\("([^"]+)"', code)}
    components = "".join(path.read_text(encoding="utf-8") for path in SOURCES if "Runtime" in path.parts)
    entries |= {f"Component > RSATalker > {name}." for name in re.findall(r'Menu\("RSATalker/([^"]+)"', components)}
    manuals = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.md"))
    named = set(re.findall(r"\*((?:GameObject|Window|Component) > RSATalker[^*]*)\*", " ".join(manuals.split())))
    buttons = set(re.findall(r'GUILayout\.Button\("([^"]+)"', code))
    assert len(named) > 5
    begun = {name for entry in entries for name in (entry, entry.rpartition(" > ")[0])}  # such as Sample Scene
    assert sorted(name for name in named if name not in begun and name.rpartition(" > ")[2] not in buttons) == []
