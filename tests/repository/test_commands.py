"""Commands that the documents name exist, with the options that they name."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from sidecar import cli

pytestmark = pytest.mark.repository

ROOT = Path(__file__).resolve().parents[2]


def plugin_manuals() -> list[str]:
    """Return every document of the plugins for engines."""
    listed = subprocess.run(
        ["git", "ls-files", "engine_plugins/*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.splitlines()


DOCUMENTS = ("README.md", "proto/README.md", "scripts/benchmarks/GPU.md", *plugin_manuals())
COMMAND = re.compile(r"(rsatalker|scripts/bench\.py) ([a-z][a-z-]+)((?: [^`|#\n]*)?)")
OPTION = re.compile(r"(?<!\S)--([a-z][a-z0-9-]*)")


def named() -> list[tuple[str, str, str]]:
    """Return every program, command and option in code of the documents; the option is empty for the command alone."""
    found: set[tuple[str, str, str]] = set()
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        code = re.findall(r"```.*?```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)
        for program, command, rest in (match for part in code for match in COMMAND.findall(part)):
            options = [option.removeprefix("no-") for option in OPTION.findall(rest)]
            found |= {(program, command, option) for option in ("", *options)}
    return sorted(found)


@cache
def options_of(file: Path) -> str:
    """Return the names of all fields of the dataclasses that a command's file defines or takes its options from."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    fields = [
        node.target.id.replace("_", "-")
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    taken = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    for node in taken:
        source = ROOT / f"{node.module.replace('.', '/')}.py"  # type: ignore[union-attr]
        if any(name.name.endswith("Options") for name in node.names) and source.is_file():
            fields += options_of(source).split()
    return " ".join(fields)


@pytest.mark.parametrize(("program", "command", "option"), named())
def test_command_of_the_documents_exists_with_its_option(program: str, command: str, option: str):
    name = command.replace("-", "_")
    if program == "rsatalker":
        assert command in cli.COMMANDS
        file = ROOT / "sidecar" / "commands" / f"{name}.py"
    else:
        file = ROOT / "scripts" / "benchmarks" / f"{name}.py"
        assert file.is_file()
    if option and option not in ("help", "config"):
        assert option in options_of(file).split()


def named_files() -> list[str]:
    """Return every file of the project that the documents name from its root on."""
    folders = "|".join(sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name.isidentifier()))
    text = "".join((ROOT / document).read_text(encoding="utf-8") for document in DOCUMENTS)
    return sorted(set(re.findall(rf"(?<![\w/.~-])(?:{folders})/[\w./-]+\.[a-z]+\b", text)))


@pytest.mark.parametrize("name", named_files())
def test_file_of_the_documents_exists(name: str):
    assert (ROOT / name).exists()


def test_links_and_pictures_of_the_documents_exist():
    links = [
        (document, target)
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#:]+)[)#]", (ROOT / document).read_text(encoding="utf-8"))
    ]
    assert len(links) > 20
    assert [link for link in links if not ((ROOT / link[0]).parent / link[1]).exists()] == []
