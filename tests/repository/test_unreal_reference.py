"""The reference of the Unreal plugin says what the headers say: every type, every row, and no other."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.repository

PLUGIN = Path(__file__).parents[2] / "engine_plugins" / "unreal" / "RsaTalker"
HEADERS = sorted((PLUGIN / "Source" / "RsaTalker" / "Public").glob("*.h"))
REFERENCE = PLUGIN / "Docs" / "Reference.md"

TYPE = re.compile(r"^U(?:CLASS|STRUCT)\(.*?\)\s*(?:class|struct) \w+_API (\w+)(?: : public (\w+))?", re.MULTILINE)
MEMBER = re.compile(
    r"/\*\*((?:[^*]|\*(?!/))*)\*/\s*U(PROPERTY|FUNCTION)\(((?:[^()]|\([^()]*\))*)\)\s*([^;={(]+?)\s*(\w+)\s*[;={(]"
)
ENUM = re.compile(r"enum class (\w+) : uint8\s*\{(.*?)\};", re.DOTALL)


def kind_of(member: str, specifiers: str, declared: str, parent: str) -> str:
    if member == "PROPERTY":
        return "event" if "BlueprintAssignable" in specifiers else f"`{declared.replace('class ', '')}`"
    if "BlueprintPure" in specifiers:
        return "pure node"
    return "latent node" if parent == "UBlueprintAsyncActionBase" else "node"


def documented_rows(text: str) -> dict[str, list[str]]:
    """Return the rows that each type of a header should have, in its order."""
    types = list(TYPE.finditer(text))
    made: dict[str, list[str]] = {}
    for found, after in zip(types, [*types, None][1:], strict=True):
        body = text[found.end() : after.start() if after else None]
        rows = []
        for comment, member, specifiers, declared, name in MEMBER.findall(body):
            if re.search(r"Blueprint|Edit|Visible|Config", specifiers):
                said = " ".join(comment.replace("\n     * ", " ").split())
                rows.append(f"| `{name}` | {kind_of(member, specifiers, declared, found[2] or '')} | {said} |")
        if rows:
            made[found[1]] = rows
    return made


EXPECTED = {owner: rows for header in HEADERS for owner, rows in documented_rows(header.read_text()).items()}


def sections() -> dict[str, list[str]]:
    """Return the rows of the reference under each heading that names a type."""
    found: dict[str, list[str]] = {}
    rows: list[str] = []
    for line in REFERENCE.read_text().splitlines():
        if line.startswith("#"):
            rows = []
            if heading := re.search(r"`([UAF]\w+)`$", line):
                found[heading[1]] = rows
        elif line.startswith("| `"):
            rows.append(line)
    return found


def test_headers_are_read_whole() -> None:
    text = "".join(header.read_text() for header in HEADERS)
    shown = re.findall(r"U(?:PROPERTY|FUNCTION)\([^)]*(?:Blueprint|Edit|Visible|Config)", text)
    assert len(shown) == sum(map(len, EXPECTED.values())) > 70


def test_reference_has_a_section_for_each_type_and_for_no_other() -> None:
    assert sorted(sections()) == sorted(EXPECTED)


@pytest.mark.parametrize("owner", EXPECTED)
def test_reference_says_of_each_member_what_its_tooltip_says(owner: str) -> None:
    assert sections().get(owner) == EXPECTED[owner]


def test_reference_names_what_each_enumeration_may_be() -> None:
    said = REFERENCE.read_text()
    for header in HEADERS:
        for name, body in ENUM.findall(header.read_text()):
            values = re.findall(r"^\s*(\w+),", re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL), re.MULTILINE)
            assert values
            assert [value for value in (name, *values) if f"`{value}`" not in said] == []
