"""PLY and SPZ files of Gaussians are read by others as they were written."""

import gzip
import json
import os
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsatalker.avatars.ply import read_cloud
from rsatalker.exports.splat_cloud import C0, SplatCloud
from rsatalker.exports.splat_ply import write_splat_ply
from rsatalker.exports.spz import write_spz

pytestmark = pytest.mark.unit

READER = Path(__file__).with_name("spz_reader")
COUNT = 60


def made_cloud(degree: int = 3) -> SplatCloud:
    random = np.random.default_rng(0)

    def numbers(*shape: int, spread: float = 1.0) -> np.ndarray:
        return (spread * random.normal(size=shape)).astype(np.float32)

    sh = numbers(COUNT, (degree + 1) ** 2, 3, spread=0.2)
    return SplatCloud(numbers(COUNT, 3, spread=0.1), numbers(COUNT, 4), numbers(COUNT, 3) - 6, numbers(COUNT), sh, True)


@pytest.fixture(scope="module")
def read_by_niantic(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    node = shutil.which("node")
    if node is None or not (READER / "node_modules" / "@adobe" / "spz").is_dir():
        reason = f"Niantic's reader of SPZ is not installed; npm install --no-package-lock --prefix {READER}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    path = tmp_path_factory.mktemp("spz") / "cloud.spz"
    write_spz(path, made_cloud())
    command = [node, str(READER / "read.mjs"), str(path)]
    answer = subprocess.run(command, capture_output=True, check=True, text=True)
    return {name: np.array(value) for name, value in json.loads(answer.stdout.splitlines()[-1]).items()}


def test_spz_is_read_by_niantics_reader(read_by_niantic: dict[str, np.ndarray]) -> None:
    cloud, found = made_cloud(), read_by_niantic
    assert (found["numPoints"], found["shDegree"], bool(found["antialiased"])) == (COUNT, 3, True)
    np.testing.assert_allclose(found["positions"].reshape(COUNT, 3), cloud.centers, atol=1e-5)
    np.testing.assert_allclose(found["scales"].reshape(COUNT, 3), cloud.log_scales, atol=1 / 32 + 1e-6)
    np.testing.assert_allclose(found["colors"].reshape(COUNT, 3), cloud.sh[:, 0], atol=0.5 / 255 / 0.15 + 1e-3)
    np.testing.assert_allclose(found["sh"].reshape(COUNT, 15, 3), cloud.sh[:, 1:], atol=9 / 128)
    opacities = 1 / (1 + np.exp(-np.stack([found["alphas"], cloud.opacity_logits])))
    np.testing.assert_allclose(opacities[0], opacities[1], atol=0.5 / 255 + 1e-3)


def test_spz_keeps_rotations_to_a_tenth_of_a_degree(read_by_niantic: dict[str, np.ndarray]) -> None:
    found = Rotation.from_quat(read_by_niantic["rotations"].reshape(COUNT, 4))
    true = Rotation.from_quat(made_cloud().quats[:, [1, 2, 3, 0]])
    assert np.rad2deg((found.inv() * true).magnitude()).max() < 0.2


def test_spz_has_the_bytes_that_its_format_says(tmp_path: Path) -> None:
    """One Gaussian by hand: a tenth of a metre to the left, half opaque, white, unturned."""
    one = np.ones((1, 3), np.float32)
    quat = np.array([[1, 0, 0, 0]], np.float32)
    cloud = SplatCloud(np.float32([[0.5, 0, -0.25]]), quat, one * -6, np.zeros(1, np.float32), one[:, None] * 0.5 / C0)
    write_spz(tmp_path / "one.spz", cloud)
    data = gzip.decompress((tmp_path / "one.spz").read_bytes())
    header, rest = data[:16], data[16:]
    assert header == b"NGSP" + struct.pack("<IIBBBB", 3, 1, 0, 16, 0, 0)
    assert rest[:9] == (0x8000).to_bytes(3, "little") + bytes(3) + (0x1000000 - 0x4000).to_bytes(3, "little")
    assert rest[9:16] == bytes([128, 195, 195, 195, 64, 64, 64])
    assert struct.unpack("<I", rest[16:])[0] == 3 << 30


def test_spz_of_the_same_cloud_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a.spz", "b.spz"):
        write_spz(tmp_path / name, made_cloud())
    assert (tmp_path / "a.spz").read_bytes() == (tmp_path / "b.spz").read_bytes()


@pytest.mark.parametrize("degree", [0, 1, 3])
def test_ply_gives_back_the_cloud(tmp_path: Path, degree: int) -> None:
    cloud = made_cloud(degree)
    write_splat_ply(tmp_path / "cloud.ply", cloud)
    found, is_bound = read_cloud(tmp_path / "cloud.ply")
    assert not is_bound
    for name in ("centers", "quats", "log_scales", "opacity_logits", "sh"):
        np.testing.assert_array_equal(getattr(found, name), getattr(cloud, name))


def test_cloud_of_covariances_has_their_axes_and_sizes() -> None:
    random = np.random.default_rng(1)
    halves = random.normal(0, 0.01, (COUNT, 3, 3))
    matrices = halves @ halves.transpose(0, 2, 1)
    rows, columns = np.triu_indices(3)
    opacities, colors = random.uniform(0.01, 0.99, COUNT), random.uniform(size=(COUNT, 3))
    cloud = SplatCloud.of(np.zeros((COUNT, 3)), matrices[:, rows, columns], opacities, colors)
    rotation = Rotation.from_quat(cloud.quats[:, [1, 2, 3, 0]]).as_matrix()
    again = rotation * np.exp(2 * cloud.log_scales)[:, None] @ rotation.transpose(0, 2, 1)
    np.testing.assert_allclose(again, matrices, atol=1e-8)
    np.testing.assert_allclose(cloud.sh[:, 0] * C0 + 0.5, colors, atol=1e-6)
    np.testing.assert_allclose(1 / (1 + np.exp(-cloud.opacity_logits)), opacities, atol=1e-6)
