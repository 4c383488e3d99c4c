"""Rules of Unreal that compiling on stubs cannot see."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.repository

PLUGIN = Path(__file__).parents[2] / "engine_plugins" / "unreal" / "RsaTalker"
SOURCE = PLUGIN / "Source"
CORE = SOURCE / "RsaTalkerProtocol"
FILES = sorted([*SOURCE.rglob("*.h"), *SOURCE.rglob("*.cpp"), *SOURCE.rglob("*.cs")])
CODE = [file for file in FILES if file.suffix != ".cs"]
REFLECTED = [file for file in CODE if "GENERATED_BODY()" in file.read_text()]
COPYRIGHT = "// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0."

# Types that Unreal's header tool takes in properties and functions; objects in properties only as TObjectPtr.
PLAIN = r"bool|int32|int64|float|double|FName|FString|FText|FVector|FRotator|FLinearColor|F\w+|ERsaTalker\w+"
PROPERTY = re.compile(rf"^(?:(?:{PLAIN})|TArray<(?:{PLAIN})>|T(?:Object|SoftObject)Ptr<(?:class )?[UA]\w+>)$")
PARAMETER = re.compile(rf"^(?:const )?(?:(?:{PLAIN})|TArray<(?:{PLAIN})>|[UA]\w+\*)&?$")
RETURNED = re.compile(rf"^(?:static |virtual )*(?:void|{PLAIN}|[UA]\w+\*)$")


def name_of(file: Path) -> str:
    return file.relative_to(PLUGIN).as_posix()


def without_comments(text: str) -> str:
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)


def includes_of(file: Path) -> list[str]:
    return re.findall(r"^#include [<\"]([^>\"]+)[>\"]", file.read_text(), re.MULTILINE)


def test_plugin_descriptor_names_modules_that_are_there() -> None:
    plugin = json.loads((PLUGIN / "RsaTalker.uplugin").read_text())
    assert plugin["FileVersion"] == 3
    assert plugin["CanContainContent"]  # the editor writes the materials there
    assert "EngineVersion" not in plugin  # any other version than it names would ask whether to load the plugin
    names = [module["Name"] for module in plugin["Modules"]]
    assert sorted(names) == sorted(folder.name for folder in SOURCE.iterdir())
    for module in plugin["Modules"]:
        assert (SOURCE / module["Name"] / f"{module['Name']}.Build.cs").is_file()
        assert module["Type"] in {"Runtime", "Editor"}
        assert module["PlatformAllowList"] == ["Win64", "Linux"]


def test_every_module_has_one_entry() -> None:
    for folder in SOURCE.iterdir():
        entries = re.findall(r"IMPLEMENT_MODULE\(\w+, (\w+)\)", "".join(f.read_text() for f in folder.rglob("*.cpp")))
        assert entries == [folder.name]


def test_icon_is_as_large_as_unreal_asks() -> None:
    with Image.open(PLUGIN / "Resources" / "Icon128.png") as icon:
        assert icon.size == (128, 128)


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_file_begins_with_the_copyright(file: Path) -> None:
    assert file.read_text().startswith(COPYRIGHT)


@pytest.mark.parametrize("file", REFLECTED, ids=name_of)
def test_generated_header_comes_last(file: Path) -> None:
    assert includes_of(file)[-1] == f"{file.stem}.generated.h"


@pytest.mark.parametrize("file", REFLECTED, ids=name_of)
def test_properties_have_types_that_unreal_knows(file: Path) -> None:
    text = without_comments(file.read_text())
    found = re.findall(r"UPROPERTY\((?:[^()]|\([^()]*\))*\)\s*([^;={]+?)\s+\w+\s*[;={]", text)
    assert len(found) == text.count("UPROPERTY(")
    assert [kind for kind in found if not PROPERTY.match(kind)] == []


@pytest.mark.parametrize("file", REFLECTED, ids=name_of)
def test_functions_have_types_that_unreal_knows(file: Path) -> None:
    text = without_comments(file.read_text())
    found = re.findall(r"UFUNCTION\((?:[^()]|\([^()]*\))*\)\s*([^;(]+?)\s*(\w+)\(([^)]*)\)", text)
    assert len(found) == text.count("UFUNCTION(")
    for returned, name, parameters in found:
        assert RETURNED.match(returned), name
        for parameter in filter(None, re.split(r",\s*", parameters)):
            kind = re.sub(r"\s*=.*", "", parameter).strip().rpartition(" ")[0]
            assert PARAMETER.match(kind), f"{name}: {kind}"


@pytest.mark.parametrize("file", REFLECTED, ids=name_of)
def test_no_parameter_bears_the_name_of_a_property(file: Path) -> None:
    """Unreal's header tool refuses it, static functions included."""
    for body in re.split(r"(?=\bUCLASS\()", without_comments(file.read_text()))[1:]:
        properties = set(re.findall(r"UPROPERTY\((?:[^()]|\([^()]*\))*\)\s*[^;={]+?\s+(\w+)\s*[;={]", body))
        parameters = re.findall(r"UFUNCTION\((?:[^()]|\([^()]*\))*\)[^;(]+\(([^)]*)\)", body)
        names = {
            re.sub(r"\s*=.*", "", each).split()[-1] for line in parameters for each in line.split(",") if each.strip()
        }
        assert properties & names == set()


@pytest.mark.parametrize("file", REFLECTED, ids=name_of)
def test_objects_are_held_by_properties_alone(file: Path) -> None:
    """What the garbage collector does not see, it frees: a pointer to an object that is no property dangles."""
    text = without_comments(file.read_text())
    members = re.findall(r"(\S[^;{}\n]*)\n\s+TObjectPtr<", text)
    assert [line for line in members if not line.startswith(("UPROPERTY(", "meta"))] == []
    assert re.findall(r"\n    [UA]\w+\* \w+(?: = nullptr)?;", text) == []


@pytest.mark.parametrize("file", REFLECTED, ids=name_of)
def test_what_blueprint_sees_has_a_tooltip(file: Path) -> None:
    lines = [line.strip() for line in file.read_text().splitlines()]
    shown = [n for n, line in enumerate(lines) if re.match(r"U(PROPERTY|FUNCTION)\(.*(Edit|Blueprint|Visible)", line)]
    assert [lines[n] for n in shown if not lines[n - 1].endswith("*/")] == []


def test_windows_header_stays_in_sources_of_the_core() -> None:
    users = [file for file in CODE if any(name.lower() == "windows.h" for name in includes_of(file))]
    assert users
    assert [name_of(file) for file in users if file.suffix != ".cpp" or CORE not in file.parents] == []


def test_core_includes_nothing_of_unreal() -> None:
    core = [file for file in CODE if CORE in file.parents and file.parent.name != "Engine"]
    headers = {file.name for file in core}
    for file in core:
        quoted = re.findall(r'^#include "([^"]+)"', file.read_text(), re.MULTILINE)
        assert [name for name in quoted if name not in headers] == []


def test_public_headers_include_no_library_of_others() -> None:
    for file in (file for file in CODE if file.parent.name == "Public"):
        angled = re.findall(r"^#include <([^>]+)>", file.read_text(), re.MULTILINE)
        assert [name for name in angled if "/" in name or "." in name] == [], name_of(file)  # C++'s own have neither


@pytest.mark.parametrize("word", ["throw", "try", "catch", "dynamic_cast", "typeid", "goto", "std::cout", "sleep_for"])
def test_no_source_uses_what_unreal_turns_off_or_what_waits(word: str) -> None:
    users = [name_of(f) for f in CODE if re.search(rf"\b{re.escape(word)}\b", without_comments(f.read_text()))]
    assert users == []


def test_docs_list_every_header_of_the_engine() -> None:
    listed = (PLUGIN / "Docs" / "EngineCalls.md").read_text()
    own = {file.name for file in CODE} | {f"{file.stem}.generated.h" for file in CODE}
    adapters = [file for file in CODE if CORE not in file.parents or file.parent.name == "Engine"]
    used = {name for file in adapters for name in re.findall(r'^#include "([^"]+)"', file.read_text(), re.MULTILINE)}
    assert [name for name in sorted(used - own) if f"`{name}`" not in listed] == []


def test_docs_list_every_call_of_the_engine() -> None:
    listed = set(re.findall(r"`(?:\w+::)?(\w+)`", (PLUGIN / "Docs" / "EngineCalls.md").read_text()))
    own = {name for file in CODE if file.suffix == ".h" for name in re.findall(r"\b(\w+)\(", file.read_text())}
    own |= {name for file in CODE for name in re.findall(r"^    void (\w+)\(", file.read_text(), re.MULTILINE)}
    adapters = [file for file in CODE if CORE not in file.parents or file.parent.name == "Engine"]
    text = "".join(without_comments(file.read_text()) for file in adapters)
    assert sorted(set(re.findall(r"(?:->|\.|::)([A-Z]\w+)\(", text)) - own - listed) == []


ADVICE = re.compile(
    r"\b(?:Ask|Call|Check|Choose|Connect|Convert|Correct|Cut|Install|Let|Restart|Run|Set|Start|Update)\b.*\."
)


def test_docs_explain_every_sentence_that_tells_what_to_do() -> None:
    explained = " ".join((PLUGIN / "Docs" / "Troubleshooting.md").read_text().split())
    said = set()
    for file in CODE:
        code = re.sub(r"(?<!:)//[^\n]*", "", file.read_text())
        joined = re.sub(r'"\s*(?:TEXT\()?"', "", code)  # one literal after the other
        said |= {text for text in re.findall(r'"([A-Z][^"\n]*)"', joined) if ADVICE.search(text)}
    assert len(said) > 15
    assert [text for text in sorted(said) if re.split("%[sd]", text)[0][:24].strip() not in explained] == []
