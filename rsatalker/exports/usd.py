"""USD: heads as skeletons with blend shapes and time samples, the camera with its cuts, and a reference to the sound.

The colours of the vertices are `displayColor`. The material of each head reads them from there, as some programs show
nothing but materials.

Needs the package usd-core, which comes with the extra `cutscenes`. Metres, y up; time code n is frame n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import OutputError
from rsatalker.exports.skinned import JOINT_NAMES, Curves, SkinnedHead, rest_offsets
from rsatalker.extras import install_command

JOINT_PATHS = tuple(
    "/".join(JOINT_NAMES[i] for i in ((0, 1, joint) if joint > 1 else range(joint + 1)))
    for joint in range(len(JOINT_NAMES))
)
ROUGHNESS = 0.6  # of all surfaces, as in the glTF file: skin between its oil and its pores
APERTURE_MM = 24.0  # height of the camera's film back; with the focal length it gives the angle of view


@dataclass(frozen=True, slots=True)
class UsdScene:
    """What a USD file holds.

    Attributes:
        heads: Each with its curves, one instant a frame.
        cameras_from_world: One a frame, OpenCV axes.
        tangents: Of half the vertical angle of view, one a frame.
        aspect: Width of the picture over its height.
        frame_rate: Frames per second.
        sound: Name of a sound file beside this one, or None.
    """

    heads: Sequence[tuple[SkinnedHead, Curves]]
    cameras_from_world: Float32[np.ndarray, "F 4 4"]
    tangents: Float32[np.ndarray, " F"]
    aspect: float
    frame_rate: Fraction
    sound: str | None


def require_usd() -> Any:
    """Return the package's modules.

    Raises:
        OutputError: It is not installed.
    """
    try:
        from pxr import Gf, Sdf, Usd, UsdGeom, UsdMedia, UsdShade, UsdSkel, Vt
    except ImportError as error:
        raise OutputError(
            f"USD files need the package usd-core; install it with: {install_command('rsatalker[cutscenes]')}"
        ) from error
    return Gf, Sdf, Usd, UsdGeom, UsdMedia, UsdShade, UsdSkel, Vt


def write_usd(path: Path, scene: UsdScene) -> None:
    """Write a scene; the suffix chooses text (`.usda`) or binary (`.usdc`).

    Raises:
        OutputError: usd-core is not installed.
    """
    _Gf, Sdf, Usd, UsdGeom, UsdMedia, *_ = require_usd()
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    stage.SetTimeCodesPerSecond(float(scene.frame_rate))
    stage.SetFramesPerSecond(float(scene.frame_rate))
    stage.SetStartTimeCode(0)
    stage.SetEndTimeCode(len(scene.tangents) - 1)
    root = UsdGeom.Xform.Define(stage, "/Scene")
    Usd.ModelAPI(root).SetKind("assembly")
    stage.SetDefaultPrim(root.GetPrim())
    for (head, curves), name in zip(scene.heads, _names_of([head.name for head, _ in scene.heads]), strict=True):
        _add_head(stage, f"/Scene/{name}", head, curves)
    _add_camera(stage, scene)
    if scene.sound is not None:
        audio = UsdMedia.SpatialAudio.Define(stage, "/Scene/sound")
        audio.CreateFilePathAttr(Sdf.AssetPath(f"./{scene.sound}"))
        audio.CreateAuralModeAttr(UsdMedia.Tokens.nonSpatial)
        audio.CreatePlaybackModeAttr(UsdMedia.Tokens.onceFromStart)
        # It starts at time code 0, which is the default: written, it would need a newer file version, with a warning.
    stage.GetRootLayer().Save()


def _add_head(stage: Any, path: str, head: SkinnedHead, curves: Curves) -> None:
    Gf, Sdf, Usd, _UsdGeom, _UsdMedia, _UsdShade, UsdSkel, Vt = require_usd()
    root = UsdSkel.Root.Define(stage, path)
    Usd.ModelAPI(root).SetKind("component")
    root.AddTransformOp().Set(Gf.Matrix4d(head.world_from_head.T.astype(float).tolist()))
    skeleton = UsdSkel.Skeleton.Define(stage, f"{path}/skeleton")
    skeleton.CreateJointsAttr(Vt.TokenArray(JOINT_PATHS))
    offsets = rest_offsets(head.joints).astype(float)
    at = [Gf.Matrix4d().SetTranslate(Gf.Vec3d(*joint)) for joint in head.joints.astype(float).tolist()]
    skeleton.CreateBindTransformsAttr(Vt.Matrix4dArray(at))
    rest = [Gf.Matrix4d().SetTranslate(Gf.Vec3d(*offset)) for offset in offsets.tolist()]
    skeleton.CreateRestTransformsAttr(Vt.Matrix4dArray(rest))
    animation = UsdSkel.Animation.Define(stage, f"{path}/animation")
    shapes = tuple(_identifier(name) for name in head.shape_names)
    animation.CreateJointsAttr(Vt.TokenArray(JOINT_PATHS))
    animation.CreateBlendShapesAttr(Vt.TokenArray(shapes))
    animation.CreateScalesAttr(Vt.Vec3hArray(len(JOINT_NAMES), Gf.Vec3h(1)))
    rotations, translations = animation.CreateRotationsAttr(), animation.CreateTranslationsAttr()
    weights = animation.CreateBlendShapeWeightsAttr()
    local = np.tile(offsets.astype(np.float32), (len(curves.weights), 1, 1))
    local[:, 0] = curves.translations
    wxyz = np.ascontiguousarray(curves.rotations[..., [3, 0, 1, 2]]).astype(float)
    for frame in range(len(curves.weights)):
        rotations.Set(Vt.QuatfArray([Gf.Quatf(q[0], q[1], q[2], q[3]) for q in wxyz[frame].tolist()]), frame)
        translations.Set(Vt.Vec3fArray.FromNumpy(local[frame]), frame)
        weights.Set(Vt.FloatArray.FromNumpy(np.ascontiguousarray(curves.weights[frame])), frame)
    mesh = _mesh(stage, f"{path}/head", head)
    _bind_material(stage, f"{path}/skin", mesh)
    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    UsdSkel.BindingAPI.Apply(skeleton.GetPrim()).CreateAnimationSourceRel().SetTargets([Sdf.Path(f"{path}/animation")])
    binding.CreateSkeletonRel().SetTargets([Sdf.Path(f"{path}/skeleton")])
    joints, shares = head.influences()
    binding.CreateJointIndicesPrimvar(False, joints.shape[1]).Set(Vt.IntArray.FromNumpy(joints.reshape(-1)))
    binding.CreateJointWeightsPrimvar(False, joints.shape[1]).Set(Vt.FloatArray.FromNumpy(shares.reshape(-1)))
    binding.CreateBlendShapesAttr(Vt.TokenArray(shapes))
    targets: list[Any] = []
    for index, name in enumerate(shapes):
        shape = UsdSkel.BlendShape.Define(stage, f"{path}/head/{name}")
        vertices, moves = head.shape(index)
        shape.CreateOffsetsAttr(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(moves)))
        shape.CreatePointIndicesAttr(Vt.IntArray.FromNumpy(np.ascontiguousarray(vertices)))
        targets.append(shape.GetPath())
    binding.CreateBlendShapeTargetsRel().SetTargets(targets)


def _mesh(stage: Any, path: str, head: SkinnedHead) -> Any:
    _Gf, _Sdf, _Usd, UsdGeom, _UsdMedia, _UsdShade, _UsdSkel, Vt = require_usd()
    mesh = UsdGeom.Mesh.Define(stage, path)
    mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(head.vertices))
    mesh.CreateFaceVertexCountsAttr(Vt.IntArray(len(head.polygons), head.polygons.shape[1]))
    mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(np.ascontiguousarray(head.polygons.reshape(-1))))
    mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    mesh.CreateNormalsAttr(Vt.Vec3fArray.FromNumpy(head.normals))
    mesh.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
    mesh.CreateExtentAttr(UsdGeom.PointBased.ComputeExtent(mesh.GetPointsAttr().Get()))
    colors = mesh.CreateDisplayColorPrimvar(UsdGeom.Tokens.vertex)
    colors.Set(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(head.colors)))
    return mesh


def _bind_material(stage: Any, path: str, mesh: Any) -> None:
    """Add a material that shows the colours of the vertices, and give it to the mesh."""
    _Gf, Sdf, _Usd, _UsdGeom, _UsdMedia, UsdShade, *_ = require_usd()
    material = UsdShade.Material.Define(stage, path)
    colors = UsdShade.Shader.Define(stage, f"{path}/colors")
    colors.CreateIdAttr("UsdPrimvarReader_float3")
    colors.CreateInput("varname", Sdf.ValueTypeNames.String).Set("displayColor")
    read = colors.CreateOutput("result", Sdf.ValueTypeNames.Float3)
    surface = UsdShade.Shader.Define(stage, f"{path}/surface")
    surface.CreateIdAttr("UsdPreviewSurface")
    surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(read)
    surface.CreateInput("roughness", Sdf.ValueTypeNames.Float).Set(ROUGHNESS)
    surface.CreateInput("metallic", Sdf.ValueTypeNames.Float).Set(0.0)
    shown = surface.CreateOutput("surface", Sdf.ValueTypeNames.Token)
    material.CreateSurfaceOutput().ConnectToSource(shown)
    UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(material)


def _add_camera(stage: Any, scene: UsdScene) -> None:
    """Add the camera with a sample for every frame, so that a cut is between two of them."""
    Gf, _Sdf, _Usd, UsdGeom, *_ = require_usd()
    camera = UsdGeom.Camera.Define(stage, "/Scene/camera")
    transform = camera.AddTransformOp()
    focal = camera.CreateFocalLengthAttr()
    camera.CreateVerticalApertureAttr(APERTURE_MM)
    camera.CreateHorizontalApertureAttr(APERTURE_MM * scene.aspect)
    camera.CreateClippingRangeAttr(Gf.Vec2f(0.01, 1000))
    flip = np.diag([1.0, -1.0, -1.0, 1.0])  # USD cameras look along -z with y up, ours along z with y down
    for frame, (camera_from_world, tangent) in enumerate(zip(scene.cameras_from_world, scene.tangents, strict=True)):
        world_from_camera = np.linalg.inv(camera_from_world.astype(np.float64)) @ flip
        transform.Set(Gf.Matrix4d(world_from_camera.T.tolist()), frame)
        focal.Set(float(APERTURE_MM / (2 * tangent)), frame)


def _names_of(names: Sequence[str]) -> list[str]:
    """Return a name of its own for each head: many scripts have no letter that USD allows."""
    found = ["camera", "sound"]
    for name in names:
        own = _identifier(name)
        while own in found:
            own += "_"
        found.append(own)
    return found[2:]


def _identifier(name: str) -> str:
    """Return a name as USD allows it: letters, digits and underscores, no digit first."""
    cleaned = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
    return f"_{cleaned}" if cleaned[:1].isdigit() else cleaned
