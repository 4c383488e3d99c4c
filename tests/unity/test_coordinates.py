"""The package converts between Unity's space and the protocol's as proto/vectors says."""

import pytest
from unity_package import ROOT, UnityPackage, run

pytestmark = pytest.mark.cross_language

VECTORS = ROOT / "proto" / "vectors" / "coordinates.json"


def test_every_number_of_unity_becomes_ours(package: UnityPackage, runtime: str) -> None:
    program = package.program("CheckCoordinates", package.protocol)
    result = run(program.command(runtime, str(VECTORS)))
    assert result.stderr == ""
    *differing, compared = result.stdout.splitlines()
    assert differing == []
    assert int(compared) > 300
