"""The engine-free core of the Unreal plugin: its checks by three compilers, and what it shares with Python."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from region_probes import PROGRAMS, ROOT, Probe
from waiting import until
from zeroconf import ServiceInfo, Zeroconf

from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import look_at
from sidecar.compositor import GRID_CELLS, EyeImage, grid_texels
from sidecar.grid_raster import fill_triangles
from sidecar.network.advertisement import SERVICE_TYPE
from sidecar.network.trust import known_sidecars, remember
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import FrameHeader, FrameRingWriter
from sidecar.regions.layout import FrameFlags
from sidecar.regions.shared_memory import remove_dead_regions
from sidecar.runtime_file import RuntimeRecord, runtime_file, write_record

pytestmark = pytest.mark.cross_language

VECTORS = ROOT / "proto" / "vectors" / "coordinates.json"
SIZE_PX = 100  # no multiple of the grid's 64 cells
ANCHOR = np.array([0.3, 1.2, -1.0], np.float32)


def run(probe: Probe, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*probe.command, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | probe.environment | variables,
    )


def test_all_checks_of_the_core_pass(core_checks: Probe, tmp_path: Path) -> None:
    drive = "Z:" if "WINEPREFIX" in core_checks.environment else ""
    places = {"RSATALKER_COORDINATES": f"{drive}{VECTORS}", "RSATALKER_STATE": f"{drive}{tmp_path}"}
    result = run(core_checks, "checks", **places)
    assert result.stdout.strip().endswith("checks"), result.stdout + result.stderr
    assert result.returncode == 0, result.stdout + result.stderr
    assert int(result.stdout.split()[-2]) > 40


def found_by(probe: Probe, folder: Path) -> dict[str, Any]:
    return json.loads(run(probe, "find", RSATALKER_RUNTIME=str(folder)).stdout)


def test_core_finds_the_sidecar_that_python_announces(
    native_core: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RSATALKER_RUNTIME", str(tmp_path))
    write_record(RuntimeRecord.of_this_process("127.0.0.1:1", 'a "token"', "0.1.0", "127.0.0.1:2"))
    found = found_by(native_core, tmp_path)
    assert (found["running"], found["httpAddress"], found["token"]) == (True, "127.0.0.1:2", 'a "token"')
    assert found["path"] == str(runtime_file())


def test_core_says_that_the_sidecar_has_ended(native_core: Probe, tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    record = {"address": "a:1", "http_address": "a:2", "token": "t", "pid": ended.pid, "start_ns": 1}
    record["pid_namespace"] = Path("/proc/self/ns/pid").stat().st_ino
    (tmp_path / "sidecar.json").write_text(json.dumps(record))
    found = found_by(native_core, tmp_path)
    assert not found["running"]
    assert found["sentence"] == (
        f"No sidecar is running: the one named in {tmp_path}/sidecar.json has ended. Start one with `rsatalker serve`, "
        "or press Start sidecar."
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"http_address": 1}'])
def test_core_says_that_the_runtime_file_is_damaged(native_core: Probe, tmp_path: Path, text: str) -> None:
    (tmp_path / "sidecar.json").write_text(text)
    assert "names no sidecar with an HTTP address and a token" in found_by(native_core, tmp_path)["sentence"]


def test_core_says_where_it_looked_for_a_sidecar(native_core: Probe, tmp_path: Path) -> None:
    assert f"there is no {tmp_path}/sidecar.json" in found_by(native_core, tmp_path)["sentence"]


def test_core_and_python_remember_whom_the_user_trusts_in_one_file(
    native_core: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RSATALKER_STATE", str(tmp_path))
    remember("10.0.0.7:1", "AB" * 32)
    assert run(native_core, "known", "10.0.0.7:1").stdout == "AB" * 32 + "\n"
    assert run(native_core, "trust", "[fe80::1]:2", "cd:" * 31 + "cd").returncode == 0
    assert known_sidecars() == {"10.0.0.7:1": "AB" * 32, "[fe80::1]:2": "CD" * 32}
    assert (tmp_path / "known_sidecars.json").stat().st_mode & 0o077 == 0


def bulge() -> EyeImage:
    """A frame whose depths bulge towards the eye, with nothing drawn around."""
    camera = look_at(
        np.array([0.5, 1.4, -0.5], np.float32), ANCHOR, vertical_fov_rad=0.5, width=SIZE_PX, height=SIZE_PX
    )
    rows, columns = np.mgrid[:SIZE_PX, :SIZE_PX]
    from_middle = np.hypot(columns - 60, rows - 45) / SIZE_PX
    depths = np.where(from_middle < 0.3, 0.5 + from_middle, 0).astype(np.float32)
    colors = np.where(depths[..., None] > 0, 255, 0).astype(np.uint8).repeat(4, axis=-1)
    view = View(camera.camera_from_world, np.array([0.2, 0.3, 0.25, 0.28], np.float32), 0.1, 2.0)
    return EyeImage(colors, depths, view, ANCHOR)


def corners_of(probe: Probe, image: EyeImage) -> np.ndarray:
    """Return what the core makes of a frame: x, y, z, u and v of each corner."""
    ring = FrameRingWriter(SIZE_PX, SIZE_PX, 1, 43)
    try:
        slot = ring.begin()
        slot.colors[0], slot.depths[0] = image.colors, image.depths
        place = np.eye(4, dtype=np.float32)
        place[:3, 3] = image.anchor
        ring.publish(slot, FrameHeader(1, 0, 0, -1, 0, 0, 0, (image.view,), place, FrameFlags(0), FlamePose.neutral()))
        result = run(probe, "grid", ring.name)
    finally:
        ring.close()
    assert result.returncode == 0, result.stderr
    return np.loadtxt(result.stdout.splitlines())


def test_core_builds_the_same_depth_grid_as_the_reference_compositor(native_core: Probe) -> None:
    image = bulge()
    made = corners_of(native_core, image)
    camera = look_at(np.array([0.4, 1.35, -0.6], np.float32), ANCHOR, vertical_fov_rad=0.6, width=200, height=200)
    expected = grid_texels(image, camera)
    seen = made[:, :3] @ camera.camera_from_world[:3, :3].T.astype(np.float64) + camera.camera_from_world[:3, 3]
    pixels = seen @ camera.K.T.astype(np.float64)
    texels = made[:, 3:] * SIZE_PX
    corners = np.column_stack([pixels[:, :2] / seen[:, 2:], seen[:, 2], texels])
    drawn_rows, drawn_columns = np.nonzero(image.colors[..., 3])  # other cells show nothing: a material leaves them out
    cells = np.unique(drawn_rows * GRID_CELLS // SIZE_PX * GRID_CELLS + drawn_columns * GRID_CELLS // SIZE_PX)
    rows, columns = np.divmod(cells, GRID_CELLS)
    first = rows * (GRID_CELLS + 1) + columns
    upper = np.stack([first, first + 1, first + GRID_CELLS + 1], 1)
    lower = np.stack([first + 1, first + GRID_CELLS + 2, first + GRID_CELLS + 1], 1)
    maps = np.full((3, 200, 200), np.nan)
    fill_triangles(corners, np.concatenate([upper, lower]).astype(np.int64), camera.near, maps)
    both = ~np.isnan(expected.u) & ~np.isnan(maps[0])
    assert both.sum() > 2000
    assert np.abs(maps[0][both] - expected.u[both]).max() < 0.01  # pixels
    assert np.abs(maps[1][both] - expected.v[both]).max() < 0.01
    assert np.abs(maps[2][both] - expected.depths[both]).max() < 1e-4  # metres


def test_core_reports_the_curves_that_live_link_gets_from_the_sidecar(native_core: Probe) -> None:
    from rsatalker.exports.curves import LIVE_LINK_NAMES
    from sidecar.network.live_link import live_link_values

    pose = FlamePose.neutral()
    pose.arkit[:] = np.linspace(0, 1, 52)
    pose.global_orient[:], pose.neck_pose[:] = (0.1, -0.2, 0.3), (-0.3, 0.25, 0.05)
    pose.eye_pose[:] = (0.1, 0.2, 0.0, -0.1, 0.3, 0.05)
    angles = ",".join(f"{value:.9g}" for value in (*pose.global_orient, *pose.neck_pose, *pose.eye_pose))
    made = json.loads(run(native_core, "curves", angles).stdout)
    assert made["names"] == list(LIVE_LINK_NAMES)
    assert made["angles"] == pytest.approx(live_link_values(pose)[52:].tolist(), abs=1e-6)


@contextmanager
def endless_writer(verb: str) -> Iterator[str]:
    """Write a region without end in a process of its own; yield its name."""
    command = [sys.executable, str(PROGRAMS / "write_regions.py"), verb]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()
    remove_dead_regions()


def test_core_asks_for_no_memory_while_frames_are_shown(native_core: Probe) -> None:
    with endless_writer("steady") as frames, endless_writer("motion") as motion:
        allocations, seen = map(int, run(native_core, "allocations", frames, motion).stdout.split())
    assert seen >= 300
    assert allocations == 0


def test_core_finds_a_sidecar_that_announces_itself(native_core: Probe) -> None:
    zeroconf = Zeroconf()
    texts = {"txtvers": "1", "proto": "1", "id": "1a2b3c4d", "tls": "0", "auth": "token", "caps": "", "http": "50552"}
    name = f"RSATalker 1a2b3c4d.{SERVICE_TYPE}"
    info = ServiceInfo(SERVICE_TYPE, name, 50551, properties=texts, server="box.local.", addresses=[b"\x7f\0\0\1"])
    try:
        zeroconf.register_service(info)
        until(  # asks again where tests of another process have announced themselves and answer first
            lambda: "127.0.0.1:50552" in run(native_core, "browse", "20").stdout.splitlines(),
            "the one that is announced",
        )
    finally:
        zeroconf.close()
