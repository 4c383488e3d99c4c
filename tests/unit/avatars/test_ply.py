import numpy as np
import pytest

from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.ply import read_ply, write_ply
from rsatalker.errors import AssetError

pytestmark = pytest.mark.unit


def some_splats(count=7, degree=1):
    random = np.random.default_rng(degree)

    def numbers(*shape):
        return random.normal(size=shape).astype(np.float32)

    binding = random.integers(0, 9976, count).astype(np.int32)
    return BoundSplats(
        binding, numbers(count, 3), numbers(count, 4), numbers(count, 3), numbers(count),
        numbers(count, (degree + 1) ** 2, 3),
    )  # fmt: skip


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_ply_gives_back_what_was_written(tmp_path, degree):
    splats = some_splats(degree=degree)
    write_ply(tmp_path / "a.ply", splats)
    found = read_ply(tmp_path / "a.ply")
    for name in ("binding", "centers", "quats", "log_scales", "opacity_logits", "sh"):
        np.testing.assert_array_equal(getattr(found, name), getattr(splats, name))
    assert found.sh_degree == degree


def test_ply_has_the_columns_of_gaussian_avatars(tmp_path):
    write_ply(tmp_path / "a.ply", some_splats())
    header = (tmp_path / "a.ply").read_bytes().split(b"end_header\n")[0].decode()
    names = [line.split()[-1] for line in header.splitlines() if line.startswith("property float ")]
    first = ["x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2"]
    rest = [f"f_rest_{i}" for i in range(45)]
    last = ["opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3", "binding_0"]
    assert names == [*first, *rest, *last]


def test_ply_keeps_harmonics_channel_after_channel(tmp_path):
    splats = some_splats(count=1)
    write_ply(tmp_path / "a.ply", splats)
    row = np.frombuffer((tmp_path / "a.ply").read_bytes().split(b"end_header\n")[1], "<f4")
    red, green = row[9:24], row[24:39]
    np.testing.assert_array_equal(red[:3], splats.sh[0, 1:, 0])
    np.testing.assert_array_equal(green[:3], splats.sh[0, 1:, 1])


def written(tmp_path, change):
    path = tmp_path / "a.ply"
    write_ply(path, some_splats())
    path.write_bytes(change(path.read_bytes()))
    return path


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda content: b"obj\n" + content, "is no PLY"),
        (lambda content: content.replace(b"binary_little_endian", b"ascii"), "binary little-endian"),
        (lambda content: content.replace(b"binding_0", b"bindings0"), "has no binding_0"),
        (lambda content: content.replace(b"opacity", b"opacitx"), "lacks the columns opacity"),
        (lambda content: content.replace(b"float rot_3", b"list uchar int rot_3"), "cannot be read"),
        (lambda content: content.replace(b"f_rest_44", b"g_rest_44"), "has 44 columns f_rest"),
        (lambda content: content.replace(b"f_rest_44", b"f_rest_4x"), "has 44 columns f_rest"),
        (lambda content: content.replace(b"f_rest_44", b"f_rest_43"), "has the column f_rest_43 twice"),
        (lambda content: content.replace(b"element vertex ", b"element vertex 9999999999999"), "must have one element"),
        (lambda content: content[:-1], "ends early"),
        (lambda content: content[:-8] + b"\0\0\xc0\x7f" + content[-4:], "NaN or infinity"),
        (lambda content: content.replace(b"end_header", b"element face 0\nend_header"), "must have one element"),
    ],
)
def test_ply_says_what_is_wrong_with_it(tmp_path, change, complaint):
    with pytest.raises(AssetError, match=complaint):
        read_ply(written(tmp_path, change))


def test_ply_says_when_it_is_missing(tmp_path):
    with pytest.raises(AssetError, match="cannot be read"):
        read_ply(tmp_path / "nothing.ply")
