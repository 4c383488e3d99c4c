import ast
import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.repository

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def benchmarks() -> dict[str, str]:
    """Return the table of scripts/bench.py, without running it."""
    for node in ast.parse((SCRIPTS / "bench.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "BENCHMARKS":
            assert node.value is not None
            return ast.literal_eval(node.value)
    raise AssertionError("scripts/bench.py has no table BENCHMARKS")


@pytest.mark.parametrize("name", benchmarks())
def test_benchmark_has_options_with_a_help_text_and_a_run(name: str):
    path = SCRIPTS / "benchmarks" / f"{name.replace('-', '_')}.py"
    assert path.is_file()
    defined = {
        node.name: node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    assert {"Options", "run"} <= set(defined)
    assert ast.get_docstring(defined["Options"])


@pytest.mark.parametrize("name", benchmarks())
def test_benchmark_names_no_module_that_is_missing(name: str):
    path = SCRIPTS / "benchmarks" / f"{name.replace('-', '_')}.py"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("benchmarks."):
            assert (SCRIPTS / f"{(node.module or '').replace('.', '/')}.py").is_file(), node.module
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("rsatalker", "sidecar"):
            assert importlib.util.find_spec(node.module or "") is not None, node.module
