"""Heads of files, those of fitted and imported avatars, go to glTF and USD as our own do."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from made_up_flame import made_up_flame, write_flame
from skinned_by_hand import as_an_engine_does

from rsatalker.avatars.avatar_folder import AvatarNote, avatar_mesh, mesh_colors, write_avatar
from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.exports.gltf import write_glb
from rsatalker.exports.skinned import curves_of, skinned_head
from rsatalker.exports.splat_cloud import C0
from rsatalker.exports.usd import UsdScene, write_usd
from rsatalker.heads.flame_file import read_flame
from rsatalker.heads.shape_head import ArkitHead, ShapeHead

pytestmark = pytest.mark.unit

VALIDATOR = Path(__file__).with_name("gltf_validator")


@pytest.fixture(scope="module")
def flame(tmp_path_factory: pytest.TempPathFactory) -> ShapeHead:
    head, _ = read_flame(write_flame(tmp_path_factory.mktemp("flame") / "flame2023.pkl", made_up_flame()))
    random = np.random.default_rng(3)
    faces = head.faces[[len(set(face)) == 3 for face in head.faces.tolist()]]
    return replace(
        head, faces=faces, joint_shifts=np.zeros_like(head.joint_shifts),
        expression_from_arkit=random.normal(0, 0.3, head.expression_from_arkit.shape).astype(np.float32),
    )  # fmt: skip


@pytest.fixture(scope="module")
def flame_scene(flame: ShapeHead, poses):
    colors = np.full((len(flame.neutral_vertices), 3), 0.4, np.float32)
    return skinned_head("anna", flame, colors, np.eye(4, dtype=np.float32)), curves_of(flame, poses)


def test_engine_sees_the_mesh_of_a_file_that_shows_arkit_weights(flame: ShapeHead, flame_scene, poses) -> None:
    skinned, curves = flame_scene
    for instant, pose in enumerate(poses):
        # a made-up vertex follows five joints, engines know four: the weakest share is what may be missing
        error_m = np.linalg.norm(as_an_engine_does(skinned, curves, instant) - ArkitHead(flame)(pose), axis=1)
        assert np.median(error_m) < 2e-3
    assert skinned.shape_names[-1] == "pose35"


def test_glb_of_a_file_passes_the_validator_of_khronos(flame_scene, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (VALIDATOR / "node_modules" / "gltf-validator").is_dir():
        reason = f"gltf-validator is not installed; npm install --no-package-lock --prefix {VALIDATOR}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    write_glb(tmp_path / "anna.glb", [flame_scene], 30.0, None, "anna")
    command = [node, str(VALIDATOR / "validate.js"), str(tmp_path / "anna.glb")]
    report = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert report["issues"]["messages"] == []
    assert report["info"]["hasMorphTargets"]


def test_usd_of_a_file_passes_the_validators_of_openusd(flame_scene, poses, tmp_path: Path) -> None:
    usd = pytest.importorskip("pxr.Usd", reason="usd-core is not installed; pip install rsatalker[cutscenes]")
    validation = pytest.importorskip("pxr.UsdValidation", reason="this usd-core has no UsdValidation")
    count = len(poses)
    cameras = np.tile(np.eye(4, dtype=np.float32), (count, 1, 1))
    write_usd(
        tmp_path / "anna.usda",
        UsdScene([flame_scene], cameras, np.full(count, 0.2, np.float32), 1.0, Fraction(30), None),
    )
    stage = usd.Stage.Open(str(tmp_path / "anna.usda"))
    validators = validation.ValidationRegistry().GetOrLoadAllValidators()
    errors = validation.ValidationContext(validators).Validate(stage)
    assert [f"{error.GetName()}: {error.GetMessage()}" for error in errors] == []
    mesh = stage.GetPrimAtPath("/Scene/anna/head")
    assert set(mesh.GetAttribute("faceVertexCounts").Get()) == {3}


def test_mesh_of_a_fitted_avatar_has_the_colours_of_its_gaussians(flame: ShapeHead, tmp_path: Path) -> None:
    count = len(flame.faces)
    red = np.tile((np.float32([1, 0, 0]) - 0.5) / C0, (count, 1, 1)).astype(np.float32)
    splats = BoundSplats(
        np.arange(count, dtype=np.int32), np.zeros((count, 3), np.float32),
        np.tile(np.float32([1, 0, 0, 0]), (count, 1)), np.zeros((count, 3), np.float32),
        np.full(count, 5, np.float32), red,
    )  # fmt: skip
    note = AvatarNote("anna", "made up", "rigid", False, flame.expression_space, "", (0.0, 0.0, 0.0), {})
    write_avatar(tmp_path, note, splats, flame)
    mesh = avatar_mesh(tmp_path, lambda name: pytest.fail(f"asked for {name}"))
    colors = mesh_colors(tmp_path, mesh)
    carried = np.unique(flame.faces)
    np.testing.assert_allclose(colors[carried], np.broadcast_to([1, 0, 0], (len(carried), 3)), atol=2e-3)
