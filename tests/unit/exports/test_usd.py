import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from rsatalker.errors import OutputError
from rsatalker.exports.skinned import curves_of
from rsatalker.exports.usd import UsdScene, require_usd, write_usd

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def stage(head, poses, skinned, tmp_path_factory: pytest.TempPathFactory):
    usd = pytest.importorskip("pxr.Usd", reason="usd-core is not installed; pip install rsatalker[cutscenes]")
    path = tmp_path_factory.mktemp("usd") / "scene.usda"
    (path.parent / "scene.wav").write_bytes(b"")
    cameras = np.tile(np.diag([1.0, -1.0, -1.0, 1.0]).astype(np.float32), (len(poses), 1, 1))
    cameras[4:, 2, 3] = 2.0  # a cut: from 0 to 2 m before the scene
    scene = UsdScene(
        [(skinned, curves_of(head, poses))], cameras, np.full(len(poses), 0.2, np.float32), 16 / 9,
        Fraction(24000, 1001), "scene.wav",
    )  # fmt: skip
    write_usd(path, scene)
    return usd.Stage.Open(str(path))


def test_usd_passes_the_validators_of_openusd(stage) -> None:
    validation = pytest.importorskip("pxr.UsdValidation", reason="this usd-core has no UsdValidation")
    validators = validation.ValidationRegistry().GetOrLoadAllValidators()
    assert len(validators) > 10
    errors = validation.ValidationContext(validators).Validate(stage)
    assert [f"{error.GetName()}: {error.GetMessage()}" for error in errors] == []


def test_usd_has_one_sample_a_frame(stage, poses) -> None:
    animation = stage.GetPrimAtPath("/Scene/mara/animation")
    assert animation.GetAttribute("blendShapeWeights").GetTimeSamples() == list(range(len(poses)))
    assert stage.GetTimeCodesPerSecond() == pytest.approx(24000 / 1001)
    assert (stage.GetStartTimeCode(), stage.GetEndTimeCode()) == (0, len(poses) - 1)


def test_usd_heads_stay_apart_whose_names_have_no_letter_that_usd_allows(head, poses, skinned, tmp_path) -> None:
    usd = pytest.importorskip("pxr.Usd", reason="usd-core is not installed; pip install rsatalker[cutscenes]")
    curves = curves_of(head, poses[:1])
    heads = [(replace(skinned, name=name), curves) for name in ("\u674e", "\u738b", "camera")]
    view = np.eye(4, dtype=np.float32)[None]
    write_usd(tmp_path / "scene.usdc", UsdScene(heads, view, np.ones(1, np.float32), 1.0, Fraction(24), None))
    scene = usd.Stage.Open(str(tmp_path / "scene.usdc"))
    kinds = {child.GetName(): child.GetTypeName() for child in scene.GetPrimAtPath("/Scene").GetChildren()}
    assert kinds == {"_": "SkelRoot", "__": "SkelRoot", "camera_": "SkelRoot", "camera": "Camera"}


def test_usd_material_shows_the_colours_of_the_vertices(stage, skinned) -> None:
    from pxr import UsdGeom, UsdShade

    mesh = stage.GetPrimAtPath("/Scene/mara/head")
    material, _ = UsdShade.MaterialBindingAPI(mesh).ComputeBoundMaterial()
    surface, _, _ = material.ComputeSurfaceSource()
    (reader,) = surface.GetInput("diffuseColor").GetConnectedSources()[0]
    assert reader.source.GetPrim().GetAttribute("info:id").Get() == "UsdPrimvarReader_float3"
    shown = UsdGeom.PrimvarsAPI(mesh).GetPrimvar(UsdShade.Shader(reader.source).GetInput("varname").Get())
    np.testing.assert_allclose(np.array(shown.Get()), skinned.colors)


def test_usd_camera_cuts_between_two_frames(stage) -> None:
    camera = stage.GetPrimAtPath("/Scene/camera").GetAttribute("xformOp:transform")
    places = [camera.Get(frame).ExtractTranslation() for frame in (3, 4)]
    assert np.linalg.norm(np.array(places[0])) == pytest.approx(0)
    assert tuple(places[1]) == pytest.approx((0, 0, 2))


def test_usd_skinning_is_that_of_the_rig(stage, head, poses, skinned) -> None:
    """OpenUSD's own skinning of the file gives our mesh."""
    from pxr import Usd, UsdGeom, UsdSkel, Vt

    cache = UsdSkel.Cache()
    root = UsdSkel.Root(stage.GetPrimAtPath("/Scene/mara"))
    cache.Populate(root, Usd.TraverseInstanceProxies())
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/Scene/mara/head"))
    query = cache.GetSkinningQuery(mesh.GetPrim())
    skeleton = cache.GetSkelQuery(UsdSkel.Skeleton(stage.GetPrimAtPath("/Scene/mara/skeleton")))
    frame = 7
    points = Vt.Vec3fArray(mesh.GetPointsAttr().Get())
    shapes = UsdSkel.BlendShapeQuery(UsdSkel.BindingAPI(mesh.GetPrim()))
    weights = skeleton.GetAnimQuery().ComputeBlendShapeWeights(frame)
    sub_weights, blend, sub = shapes.ComputeSubShapeWeights(weights)
    assert shapes.ComputeDeformedPoints(
        sub_weights, blend, sub, shapes.ComputeBlendShapePointIndices(), shapes.ComputeSubShapePointOffsets(), points
    )
    assert query.ComputeSkinnedPoints(skeleton.ComputeSkinningTransforms(frame), points, frame)
    error_m = np.linalg.norm(np.array(points) - head(poses[frame]), axis=1)
    assert error_m.max() < 8e-4


def test_missing_usd_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pxr", None)
    with pytest.raises(
        OutputError, match=r"need the package usd-core; install it with: .* -m pip install \"rsatalker\[cuts"
    ):
        require_usd()
