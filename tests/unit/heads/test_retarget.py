"""Motion made for one head moves another of another mesh and other coefficients; ARKit weights are found for both."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ict_facekit import ict_head, missing
from made_up_flame import made_up_flame, write_flame
from made_up_flame_face import EXPRESSIONS, FlamePerson

from rsatalker.errors import AssetError, ExpressionSpaceError
from rsatalker.heads.arkit import ArkitSolver, arkit_solver
from rsatalker.heads.face_points import FacePoints, face_template, find_face_points
from rsatalker.heads.flame_file import read_flame
from rsatalker.heads.head import Head
from rsatalker.heads.retarget import Retarget, cached_retarget, solve_retarget
from rsatalker.heads.shape_head import ArkitHead, ShapeHead
from rsatalker.motion.expression_space import ARKIT_INDEX, ARKIT_NAMES
from rsatalker.motion.pose import FlameMotion, FlamePose
from rsatalker.training.head_comparison import shape_pose

pytestmark = pytest.mark.unit

SPEECH_OPENING = 0.5  # of the jaw: people seldom open wider while they speak


@pytest.fixture(scope="module")
def ict() -> ShapeHead:
    if missing():
        pytest.skip(missing())
    return ict_head().head


@pytest.fixture(scope="module")
def to_ict(ict: ShapeHead) -> Retarget:
    return solve_retarget(face_template().head, ict)


@pytest.fixture(scope="module")
def solver(flame: FlamePerson) -> ArkitSolver:
    return arkit_solver(flame.head)


@pytest.fixture(scope="module")
def to_ours(flame: FlamePerson) -> Retarget:
    return solve_retarget(flame.head, face_template().head)


@pytest.fixture(scope="module")
def ict_points(ict: ShapeHead) -> FacePoints:
    return find_face_points(ict)


def scaled(weight: float, *names: str) -> FlamePose:
    pose = shape_pose(*names)
    share = np.float32(weight)
    return replace(pose, expression=pose.expression * share, jaw_pose=pose.jaw_pose * share, arkit=pose.arkit * share)


@pytest.mark.parametrize(
    "names",
    [("mouthSmileLeft", "mouthSmileRight"), ("eyeBlinkLeft", "eyeBlinkRight"), ("mouthPucker",), ("browInnerUp",)],
)
def test_arkit_weights_move_a_flame_head_as_ours_moves(flame: FlamePerson, names: tuple[str, ...]) -> None:
    pose = shape_pose(*names)
    kept = flame.vertex_of_ours >= 0
    ours = (flame.ours(pose) - flame.ours.neutral_vertices)[kept]
    theirs = (ArkitHead(flame.head)(pose) - flame.head.neutral_vertices)[flame.vertex_of_ours[kept]]
    assert np.linalg.norm(ours - theirs, axis=1).max() < 0.15 * np.linalg.norm(ours, axis=1).max()


@pytest.mark.parametrize("weight", [0.15, 0.3, SPEECH_OPENING])
def test_lips_that_touch_on_our_head_touch_on_a_flame_head(flame: FlamePerson, weight: float) -> None:
    closed, parted = scaled(weight, "jawOpen", "mouthClose"), scaled(weight, "jawOpen")
    assert flame.lips_apart_mm(ArkitHead(flame.head)(parted)) > 30 * weight
    assert flame.lips_apart_mm(ArkitHead(flame.head)(closed)) < 1.0


def test_retarget_says_the_same_to_a_flame_head_as_its_arkit_weights_do(flame: FlamePerson) -> None:
    pose = shape_pose("mouthSmileLeft", "mouthPucker", "browInnerUp")
    through_map = solve_retarget(face_template().head, flame.head).pose(pose)
    shown = ArkitHead(flame.head)(pose)
    assert np.abs(flame.head(through_map) - shown).max() < 1e-3


def test_flame_motion_comes_back_through_our_head(flame: FlamePerson, to_ours: Retarget) -> None:
    pose = scaled(0.7, "mouthSmileLeft", "mouthSmileRight", "browInnerUp")
    made = replace(pose, expression=(pose.arkit @ flame.head.expression_from_arkit).astype(np.float32))
    back = to_ours.pose(made)
    np.testing.assert_allclose(back.expression, pose.expression, atol=0.12)


def test_arkit_solver_finds_the_weights_that_a_flame_head_shows(flame: FlamePerson, solver: ArkitSolver) -> None:
    for names in (("mouthSmileLeft", "browDownLeft"), ("jawOpen",), ("eyeBlinkRight", "mouthPucker")):
        pose = shape_pose(*names)
        made = replace(pose, expression=(pose.arkit @ flame.head.expression_from_arkit).astype(np.float32))
        found = solver.weights(replace(made, arkit=np.zeros(52, np.float32)))
        raised = {name for name, weight in zip(ARKIT_NAMES, found, strict=True) if weight > 0.5}
        assert raised == set(names)
        assert found.min() >= 0
        assert found.max() <= 1


def test_arkit_solver_takes_the_gaze_from_the_eyes(solver: ArkitSolver) -> None:
    pose = replace(shape_pose("eyeLookDownLeft"), expression=np.zeros(EXPRESSIONS, np.float32))
    found = solver.weights(pose)
    assert found[ARKIT_INDEX["eyeLookDownLeft"]] == pytest.approx(1)
    assert found[ARKIT_INDEX["eyeLookUpLeft"]] == 0


def test_points_of_a_head_of_our_mesh_are_its_vertices(flame: FlamePerson) -> None:
    points = find_face_points(flame.ours)
    np.testing.assert_allclose(
        points.of(flame.ours.neutral_vertices), flame.ours.neutral_vertices[face_template().vertices], atol=1e-7
    )


def test_points_are_found_again_on_a_mesh_of_other_numbers(flame: FlamePerson) -> None:
    points = find_face_points(flame.head)
    found = np.einsum("nc,ncd->nd", points.shares, flame.head.neutral_vertices[points.corners])
    truth = flame.ours.neutral_vertices[face_template().vertices]
    assert np.median(np.linalg.norm(found - truth, axis=1)) < 2e-3
    assert points.weights.mean() > 0.98


def test_mesh_that_is_no_face_is_refused(tmp_path: Path) -> None:
    content = made_up_flame()
    content["J_regressor"] = content["J_regressor"] * 0
    cloud = read_flame(write_flame(tmp_path / "flame2023.pkl", content))[0]
    cloud.joints[3:, 0] = (0.03, -0.03)
    with pytest.raises(AssetError, match=r"near only \d+% of the places of a face.*y up"):
        find_face_points(cloud)


def test_head_in_centimetres_is_refused(flame: FlamePerson) -> None:
    head = replace(flame.head, joints=flame.head.joints * np.float32(100))
    with pytest.raises(AssetError, match=r"its eyes 6\.\d+ m apart, expected 0.03 to 0.12; give it in metres"):
        find_face_points(head)


@pytest.mark.parametrize("weight", [0.15, 0.3, SPEECH_OPENING])
def test_lips_that_touch_on_our_head_touch_on_the_real_one(
    ict: ShapeHead, ict_points: FacePoints, to_ict: Retarget, weight: float
) -> None:
    points, lips = ict_points, face_template().lips

    def parted_mm(pose: FlamePose) -> float:
        moved, rest = points.of(ict(to_ict.pose(pose))), points.of(ict.neutral_vertices)
        change = (moved - rest)[lips[0]] - (moved - rest)[lips[1]]
        return float(change[:, 1].max() * 1e3)

    assert parted_mm(scaled(weight, "jawOpen")) > 30 * weight
    assert parted_mm(scaled(weight, "jawOpen", "mouthClose")) < 1.0


def test_real_head_gets_the_coefficients_of_the_same_names(ict: ShapeHead, to_ict: Retarget) -> None:
    for name, side in (("mouthSmile", "Left"), ("browDown", "Right"), ("eyeBlink", "Left")):
        found = to_ict.pose(shape_pose(name + side)).expression
        assert ict.expression_names[int(found.argmax())] == f"{name}_{side[0]}"


def test_coefficients_that_joints_show_follow_the_joints(ict: ShapeHead, to_ict: Retarget) -> None:
    found = dict(zip(ict.expression_names, to_ict.pose(scaled(0.4, "jawOpen")).expression, strict=True))
    assert found["jawOpen"] == pytest.approx(0.4, abs=1e-4)


def test_map_is_solved_once_for_a_pair_of_heads(
    flame: FlamePerson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RSATALKER_CACHE", str(tmp_path))
    ours: Head = face_template().head
    first = cached_retarget(ours, flame.head)
    monkeypatch.setattr("rsatalker.heads.retarget.solve_retarget", lambda *_: pytest.fail("solved again"))
    pose = shape_pose("mouthSmileLeft")
    np.testing.assert_array_equal(first.pose(pose).expression, cached_retarget(ours, flame.head).pose(pose).expression)


def test_mixed_versions_of_flame_are_refused(to_ours: Retarget) -> None:
    pose = replace(FlamePose.neutral(), expression=np.zeros(EXPRESSIONS, np.float32))
    motion = FlameMotion.of([pose], 0, 25.0, "flame2020")
    with pytest.raises(ExpressionSpaceError, match=r"motion is of flame2020, the head .* is of flame2023.*give a head"):
        to_ours.motion(motion)


def test_more_coefficients_than_the_head_has_are_refused(to_ours: Retarget, solver: ArkitSolver) -> None:
    pose = replace(FlamePose.neutral(), expression=np.zeros(100, np.float32))
    with pytest.raises(ExpressionSpaceError, match="100 coefficients, flame2023 of this head has 60"):
        to_ours.pose(pose)
    with pytest.raises(ExpressionSpaceError, match="100 coefficients, flame2023 of this head has 60"):
        solver.weights(pose)
