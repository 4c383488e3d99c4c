"""The manual of components describes every public member as it is, and names nothing that does not exist."""

import re

import pytest
from unity_package import PACKAGE, Sources, UnityPackage

pytestmark = pytest.mark.cross_language

MANUAL = (PACKAGE / "Documentation~" / "components.md").read_text(encoding="utf-8")
HANDED_OUT = {  # types of the protocol that members of components return or take
    *("ConversationHealth", "FlamePose", "Kinship", "Senior", "SessionState", "SidecarInfo", "SidecarPlace"),
    *("SocialStatus", "Utterance", "UtteranceState"),
}
SPELLINGS = {"jawOpen", "Face.jaw_open", "JawOpen", "mouthSmile_L"}  # of blend shapes
FOREIGN = {"AudioSource", "AudioSettings.dspTime"}


@pytest.fixture(scope="module")
def public(package: UnityPackage) -> set[str]:
    """Types and members that a developer meets: Type, Type.Member, Type.Method(parameter), Enumeration:Value."""
    protocol = Sources(list((PACKAGE / "Runtime" / "Protocol").rglob("*.cs")), [])
    met = {line for line in package.members("public", protocol) if re.split("[.:]", line)[0] in HANDED_OUT}
    return met | set(package.members("public", package.adapter_sources))


def section_of(name: str) -> str:
    """Return the section of a type; empty: it has none of its own."""
    heading = re.sub(r"(?<=[a-z])(?=[A-Z])", " ?", name)
    own = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", MANUAL, re.DOTALL | re.MULTILINE | re.IGNORECASE)
    return own.group(1) if own else ""


def is_described(line: str) -> bool:
    name, mark, member = re.fullmatch(r"(\w+)([.:]?)(.*)", line).groups()
    if mark == ":":
        return bool(re.search(rf"\*[^*`\n]*\b{member}\b[^*`\n]*\*", MANUAL))
    section = section_of(name)
    return f"`{member}`" in (section or MANUAL) if mark else bool(section) or f"`{name}`" in MANUAL


def test_every_public_member_is_described(public: set[str]) -> None:
    assert len(public) > 100
    assert sorted(line for line in public if not is_described(line)) == []


def test_nothing_is_described_that_does_not_exist(public: set[str]) -> None:
    known = {line.partition(".")[2] or line for line in public} | SPELLINGS | FOREIGN
    known |= {name.partition("(")[0] for name in known}  # in a sentence, without parameters
    assert sorted(set(re.findall(r"`([^`]+)`", MANUAL)) - known) == []
