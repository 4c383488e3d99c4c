"""The shader's HLSL, compiled by glslang with a stub of Unity's include."""

import re
import subprocess
from pathlib import Path

import pytest
from region_probes import tool
from unity_package import PACKAGE, STUBS

pytestmark = pytest.mark.cross_language

SHADERS = PACKAGE / "Runtime" / "Shaders"
STAGES = {"RsaVertex": "vert", "RsaColorPass": "frag", "RsaDepthPass": "frag"}
VARIANTS = ["", "UNITY_STEREO_INSTANCING_ENABLED", "UNITY_COLORSPACE_GAMMA", "SHADER_API_GLCORE"]


def compiled(text: str, folder: Path, entry: str, variant: str) -> subprocess.CompletedProcess[str]:
    validator = tool("glslang-tools", "glslangValidator")
    (folder / "HeadCard.hlsl").write_text(text, encoding="utf-8")
    source = folder / "program.hlsl"
    source.write_text('#include "UnityCG.cginc"\n#include "HeadCard.hlsl"\n', encoding="utf-8")
    defined = [f"-D{variant}"] if variant else []
    options = ["-D", "-V", "--target-env", "vulkan1.1", "-S", STAGES[entry], "-e", entry, f"-I{STUBS}", f"-I{folder}"]
    command = [validator, *options, *defined, str(source), "-o", str(folder / "program.spv")]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("entry", STAGES)
def test_shader_compiles(entry: str, variant: str, tmp_path: Path) -> None:
    result = compiled((SHADERS / "HeadCard.hlsl").read_text(encoding="utf-8"), tmp_path, entry, variant)
    assert result.returncode == 0, result.stdout


def test_compiler_would_tell(tmp_path: Path) -> None:
    broken = (
        (SHADERS / "HeadCard.hlsl").read_text(encoding="utf-8").replace("_RsaTangents[layer]", "_RsaTangent[layer]")
    )
    assert compiled(broken, tmp_path, "RsaVertex", "").returncode != 0


def test_every_property_of_the_shader_is_set_by_the_plugin() -> None:
    used = set(re.findall(r"\b_Rsa\w+", (SHADERS / "HeadCard.hlsl").read_text(encoding="utf-8")))
    given = set(re.findall(r'"(_Rsa\w+)"', (PACKAGE / "Runtime" / "HeadDrawing.cs").read_text(encoding="utf-8")))
    assert used == given
