import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rsatalker.errors import OutputError
from rsatalker.exports.exr import Layer, linear_premultiplied, require_openexr, write_exr
from rsatalker.exports.smpte import timecode_of

pytestmark = pytest.mark.unit


def layer(seed: int) -> Layer:
    random = np.random.default_rng(seed)
    colors = random.uniform(0, 1, (20, 30, 4)).astype(np.float32)
    colors[..., :3] *= colors[..., 3:]
    depths = random.uniform(0.5, 2, (20, 30)).astype(np.float32)
    colors[:5], depths[:5] = 0, 0
    return Layer(colors, depths)


def test_exr_reads_back_in_openexr(tmp_path: Path) -> None:
    openexr = pytest.importorskip("OpenEXR", reason="OpenEXR is not installed; pip install rsatalker[cutscenes]")
    whole, alone = layer(1), layer(2)
    write_exr(tmp_path / "a.exr", whole, {"mara": alone}, timecode_of(1502, Fraction(25)))
    with openexr.File(str(tmp_path / "a.exr"), separate_channels=True) as file:
        channels = {name: channel.pixels for name, channel in file.channels().items()}
        header = dict(file.header())  # emptied when the file is closed
    assert set(channels) == {f"{prefix}{name}" for prefix in ("", "mara.") for name in "RGBAZ"}
    assert {channels[name].dtype for name in "RGBA"} == {np.dtype(np.float16)}
    assert channels["Z"].dtype == np.float32
    np.testing.assert_allclose(channels["mara.A"], alone.colors[..., 3], atol=1e-3)
    np.testing.assert_array_equal(channels["Z"][5:], whole.depths[5:])
    assert np.isinf(channels["Z"][:5]).all()
    assert header["framesPerSecond"] == Fraction(25)
    assert (header["timeCode"].minutes, header["timeCode"].seconds, header["timeCode"].frame) == (1, 0, 2)


def test_linear_light_stays_premultiplied() -> None:
    colors = np.float32([[[0.25, 0.25, 0.0, 0.5], [1, 0, 0, 1], [0, 0, 0, 0]]])
    linear = linear_premultiplied(colors)
    assert linear[0, 0] == pytest.approx([0.107, 0.107, 0, 0.5], abs=1e-3)  # 0.5 sRGB is 0.214, half of it
    assert linear[0, 1:].tolist() == [[1, 0, 0, 1], [0, 0, 0, 0]]


def test_missing_openexr_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(
        OutputError, match=r"need the package OpenEXR; install it with: .* -m pip install \"rsatalker\[cuts"
    ):
        require_openexr()
