"""The package's EditMode tests under .NET for Windows, which Wine runs: what asks Windows itself runs nowhere else."""

import os
import re
import subprocess

import pytest
from region_probes import Probe, start_windows, windows_environment
from unity_package import UnityPackage
from unity_toolchain import windows_dotnet

pytestmark = pytest.mark.cross_language


@pytest.fixture(scope="module")
def lines(package: UnityPackage) -> list[str]:
    runner, tests = package.test_runner, package.edit_mode_tests
    with windows_environment() as (wine, variables):
        dotnet = [wine, windows_dotnet()]
        start_windows(Probe(dotnet, variables))
        command = [*dotnet, "exec", str(runner.path), f"Z:{tests.path}"]
        environment = os.environ | variables | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300, env=environment)
    return ran.stdout.splitlines()


def test_package_passes_on_windows(lines: list[str]) -> None:
    assert [line for line in lines if not line.startswith("ok ")] == []
    assert len(lines) > 80


@pytest.mark.parametrize("subject", ["ProcessStartTests.StartOfARunningProcess", "SharedRegionTests.RegionIsRead"])
def test_windows_is_asked(lines: list[str], subject: str) -> None:
    assert [line for line in lines if re.match(rf"ok {re.escape(subject)}", line)]
