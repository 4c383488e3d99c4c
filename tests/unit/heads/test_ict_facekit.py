"""A folder of ICT-FaceKit becomes a head: a made-up kit for the rules, the real one for the face."""

from pathlib import Path

import numpy as np
import pytest

from rsatalker.errors import AssetError
from rsatalker.heads.head_file import read_head
from rsatalker.heads.ict_facekit import ict_head, read_ict_facekit
from rsatalker.heads.import_head import ImportHeadOptions, import_head
from rsatalker.heads.obj_file import ObjMesh
from rsatalker.heads.shape_head import ArkitHead, ShapeHead
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.pose import FlamePose

pytestmark = pytest.mark.unit

PACK = Path(__file__).resolve().parents[4] / "shared" / "data" / "ict_facekit" / "ict_light.npz"
EYE_CENTERS = {"Left": np.array([3.0, 3, 7]), "Right": np.array([-3.0, 3, 7])}  # centimetres
RINGS, SECTORS = 8, 12  # of a made-up eyeball


def eyeball(center: np.ndarray) -> np.ndarray:
    """A ball of 1.2 cm whose front bulges."""
    polar, around = np.meshgrid(np.linspace(0.1, 3.0, RINGS), np.linspace(0, 2 * np.pi, SECTORS, endpoint=False))
    out = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], -1).reshape(-1, 3)
    radius = 1.2 + 0.15 * (out[:, 2:] > 0.9)
    return center + radius * out


def write_kit(folder: Path) -> Path:
    """Write a kit of two eyeballs and a slab of skin, a jaw, a blink, a pupil and one other person."""
    skin = np.stack(np.meshgrid(np.arange(-8.0, 8), np.arange(-16.0, 10), [9.0], indexing="ij"), -1).reshape(-1, 3)
    parts = {"M_Face": (skin, 26), "M_EyeOcclusion": (skin[:60] + 1, 26)}
    parts |= {f"M_Sclera{side}": (eyeball(center), RINGS) for side, center in EYE_CENTERS.items()}
    vertices, faces = np.zeros((0, 3)), []
    for material, (points, across) in parts.items():
        faces.append(f"usemtl {material}")
        for index in range(len(points) - across - 1):
            if index % across != across - 1:
                a = len(vertices) + index + 1
                faces.append(f"f {a}/1 {a + 1}/1 {a + across + 1}/1 {a + across}/1")
        vertices = np.concatenate([vertices, points])

    def write(name: str, moved: np.ndarray) -> None:
        lines = [f"v {x:.5f} {y:.5f} {z:.5f}" for x, y, z in moved]
        (folder / f"{name}.obj").write_text("\n".join(["# kit", *lines, "vt 0 0", *faces]) + "\n")

    folder.mkdir(parents=True)
    chin = (vertices[:, 1:2] < -3) & (vertices[:, 2:] > 8.9)
    write("generic_neutral_mesh", vertices)
    write("jawOpen", vertices - chin * np.array([0, 2.0, 0]))
    write("eyeBlink_L", vertices + (vertices[:, :1] > 6) * np.array([0, 0, 0.5]))
    write("PupilDilate_L", vertices + (vertices[:, :1] > 6) * 0.1)
    write("identity000", vertices * np.array([1.1, 1, 1]))
    return folder


def posed(head: ShapeHead, **arkit: float) -> np.ndarray:
    pose = FlamePose.neutral()
    for name, weight in arkit.items():
        pose.arkit[ARKIT_INDEX[name]] = weight
    return ArkitHead(head)(pose)


def test_head_has_the_kits_shapes_in_metres(tmp_path: Path) -> None:
    said: list[str] = []
    head, _ = read_ict_facekit(write_kit(tmp_path / "kit"), said.append)
    assert head.expression_names == ("eyeBlink_L", "jawOpen")
    moved = posed(head, jawOpen=1.0) - head.neutral_vertices
    assert moved[:, 1].min() == pytest.approx(-0.02, abs=1e-6)
    assert "2 expression shapes, driven by 2 of the 52 ARKit weights" in said


def test_head_leaves_out_films_and_shadow_cards(tmp_path: Path) -> None:
    head, _ = read_ict_facekit(write_kit(tmp_path / "kit"))
    assert len(head.neutral_vertices) == 16 * 26 + 2 * RINGS * SECTORS


def test_folder_above_the_model_is_taken_too(tmp_path: Path) -> None:
    write_kit(tmp_path / "FaceXModel")
    assert read_ict_facekit(tmp_path)[0].expression_space == "ict-facekit"


def test_eyes_turn_about_their_own_middle(tmp_path: Path) -> None:
    head, _ = read_ict_facekit(write_kit(tmp_path / "kit"))
    for joint, side in ((3, "Left"), (4, "Right")):
        np.testing.assert_allclose(head.joints[joint], EYE_CENTERS[side] / 100, atol=2e-5)
    pose = FlamePose.neutral()
    pose.eye_pose[1] = 0.4
    moved = np.linalg.norm(ArkitHead(head)(pose) - head.neutral_vertices, axis=1)
    assert set(np.flatnonzero(moved > 1e-6)) <= set(np.flatnonzero(head.skinning[:, 3] == 1))


def test_collar_stays_when_the_neck_turns(tmp_path: Path) -> None:
    head, _ = read_ict_facekit(write_kit(tmp_path / "kit"))
    pose = FlamePose.neutral()
    pose.neck_pose[1] = 0.5
    moved = np.linalg.norm(ArkitHead(head)(pose) - head.neutral_vertices, axis=1)
    heights = head.neutral_vertices[:, 1] * 100
    assert moved[heights < -12.6].max() < 1e-6 < moved[heights > -5.4].max()


def test_identity_carries_the_joints_along(tmp_path: Path) -> None:
    head, identity = read_ict_facekit(write_kit(tmp_path / "kit"))
    assert identity is not None
    wider = identity.person(head, np.array([1.0]))
    assert wider.joints[3, 0] == pytest.approx(0.033, abs=1e-3)


def test_import_writes_a_head_file_that_reads_back(tmp_path: Path) -> None:
    out = import_head(ImportHeadOptions(write_kit(tmp_path / "kit"), tmp_path / "head.npz"), lambda _: None)
    head, identity = read_head(out)
    assert head.expression_names == ("eyeBlink_L", "jawOpen")
    assert identity is not None


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("generic_neutral_mesh", None, r"has no generic_neutral_mesh\.obj; give the FaceXModel folder"),
        ("generic_neutral_mesh", "f 1 2 3\n", "has no vertices"),
        ("generic_neutral_mesh", "v 0 0 0\nf 1 2 9\n", "must name vertices 1 to 1"),
        ("generic_neutral_mesh", "v 0 0 0\nf 1 2\n", r"line 2: a face has 2 corners; expected 3 or 4"),
        ("generic_neutral_mesh", "v 0 0 0\nf a b c\n", "line 2: .* is no face"),
        ("generic_neutral_mesh", "v 0 0 0\nf 1 1 9999999999\n", "line 2: .* names a vertex that no mesh has"),
        ("jawOpen", "v 0 0 zero\n", "a vertex is not three numbers"),
        ("jawOpen", "v 0 0 nan\n", "NaN or infinite"),
        ("jawOpen", "v 0 0 0\n", "has 1 vertices, generic_neutral_mesh.obj has"),
    ],
)
def test_kit_with_a_broken_file_is_refused(tmp_path: Path, file: str, text: str | None, sentence: str) -> None:
    folder = write_kit(tmp_path / "kit")
    if text is None:
        (folder / f"{file}.obj").unlink()
    else:
        (folder / f"{file}.obj").write_text(text)
    with pytest.raises(AssetError, match=sentence):
        read_ict_facekit(folder)


def test_mesh_without_eyeballs_is_refused(tmp_path: Path) -> None:
    folder = write_kit(tmp_path / "kit")
    for file in folder.glob("*.obj"):
        file.write_text(file.read_text().replace("M_ScleraLeft", "M_Glass"))
    with pytest.raises(AssetError, match="an eye needs M_ScleraLeft"):
        read_ict_facekit(folder)


def test_source_that_is_no_head_is_refused(tmp_path: Path) -> None:
    (tmp_path / "head.fbx").touch()
    with pytest.raises(AssetError, match=r"expected a FLAME model file \(\.pkl\) or an ICT-FaceKit folder"):
        import_head(ImportHeadOptions(tmp_path / "head.fbx"), lambda _: None)


@pytest.fixture(scope="module")
def real_head() -> ShapeHead:
    if not PACK.is_file():
        pytest.skip(f"ICT-FaceKit's pack is not at {PACK}")
    with np.load(PACK) as pack:
        fields = pack["expression_q"] * (pack["expression_scale"][:, None, None] / 32767)
        names = [str(name) for name in pack["material_names"]]
        mesh = ObjMesh(pack["vertices"].astype(float), pack["quads"], pack["quad_material"].astype(int), tuple(names))
        shapes = {str(name): field for name, field in zip(pack["expression_names"], fields, strict=True)}
    return ict_head(mesh, shapes)[0]


def test_real_kit_is_driven_by_every_weight_but_the_tongue_and_the_joints(real_head: ShapeHead) -> None:
    driven = {name for name, row in zip(ARKIT_INDEX, real_head.expression_from_arkit, strict=True) if row.any()}
    assert set(ARKIT_INDEX) - driven == {"tongueOut"}


def test_real_eyes_are_balls_about_their_joints(real_head: ShapeHead) -> None:
    for joint in (3, 4):
        ball = real_head.neutral_vertices[real_head.skinning[:, joint] == 1] - real_head.joints[joint]
        radii = np.linalg.norm(ball, axis=1)
        assert 0.014 < np.median(radii) < 0.016  # of the kit's own eyes, larger than people's
        assert np.quantile(radii, 0.05) > 0.8 * np.median(radii)  # the iris is set back
