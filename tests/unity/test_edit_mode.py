"""The package's own EditMode tests, as Unity's test runner would run them."""

import re

import pytest
from unity_package import PACKAGE, UnityPackage, run

pytestmark = pytest.mark.cross_language

FOLDER = PACKAGE / "Tests" / "EditMode"
METHOD = re.compile(r"\[Test(?:Case)?.*\n(?:\s+\[.*\n)*\s+public void (\w+)\(")


def named_tests() -> list[str]:
    return [f"{file.stem}.{name}" for file in sorted(FOLDER.glob("*.cs")) for name in METHOD.findall(file.read_text())]


@pytest.fixture(scope="module")
def lines(package: UnityPackage, runtime: str) -> list[str]:
    tests = package.edit_mode_tests
    return run(package.test_runner.command(runtime, str(tests.path))).stdout.splitlines()


@pytest.mark.parametrize("name", named_tests())
def test_package_passes(lines: list[str], name: str) -> None:
    results = [line for line in lines if re.match(rf"(ok|failed) {re.escape(name)}(:|$)", line)]
    assert results
    assert [line for line in results if not line.startswith("ok")] == []
