from dataclasses import replace

import numpy as np
import pytest

from rsatalker.errors import AssetError, ExpressionSpaceError
from rsatalker.heads.head import SparseShapes
from rsatalker.heads.head_file import arkit_by_name, dense_shapes, read_head, write_head
from rsatalker.heads.shape_head import POSE_SHAPES, ArkitHead, IdentitySpace, ShapeHead, with_offset
from rsatalker.motion.expression_space import ARKIT_INDEX, ARKIT_NAMES
from rsatalker.motion.pose import FlamePose

pytestmark = pytest.mark.unit

NAMES = ("jawOpen", "mouthSmile_L", "mouthSmile_R", "cheekPuff_L", "flareNostrils")
VERTICES = np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0.1, 0.1, 0.05]], np.float32)
FACES = np.array([[0, 1, 2], [1, 3, 2]], np.int32)


def made_head(pose_shapes=0):
    random = np.random.default_rng(3)
    fields = random.normal(size=(len(NAMES) + pose_shapes, len(VERTICES), 3)) * 0.01
    shares = np.abs(random.normal(size=(len(VERTICES), 5)))
    return ShapeHead(
        name="somebody",
        expression_space="made-up",
        expression_names=NAMES,
        faces=FACES,
        neutral_vertices=VERTICES,
        joints=(random.normal(size=(5, 3)) * 0.05).astype(np.float32),
        joint_shifts=(random.normal(size=(len(NAMES), 5, 3)) * 1e-3).astype(np.float32),
        shapes=SparseShapes.of(fields),
        skinning=(shares / shares.sum(1, keepdims=True)).astype(np.float32),
        expression_from_arkit=arkit_by_name(NAMES),
    )


def posed(**values):
    pose = replace(FlamePose.neutral(), expression=np.zeros(len(NAMES), np.float32))
    return replace(pose, **{name: np.array(value, np.float32) for name, value in values.items()})


def test_shape_head_rests_in_the_neutral_pose():
    np.testing.assert_allclose(made_head()(posed()), VERTICES, atol=1e-7)


def test_shape_head_adds_the_shapes_that_a_pose_raises():
    head = made_head()
    vertices = head(posed(expression=[0.5, 0, 0, -1, 0]))
    shapes = dense_shapes(head.shapes, len(VERTICES))
    np.testing.assert_allclose(vertices, VERTICES + 0.5 * shapes[0] - shapes[3], atol=1e-6)


def test_shape_head_turns_about_the_root_joint_and_moves():
    head = made_head()
    vertices = head(posed(global_orient=[0, np.pi / 2, 0], transl=[0, 0, 1]))
    quarter = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]])
    expected = (VERTICES - head.joints[0]) @ quarter.T + head.joints[0] + [0, 0, 1]
    np.testing.assert_allclose(vertices, expected, atol=1e-6)


def test_joints_move_with_the_expression():
    head = made_head()
    pose = posed(expression=[0, 2, 0, 0, 0])
    np.testing.assert_allclose(head.joints_of(pose), head.joints + 2 * head.joint_shifts[1], atol=1e-7)


def test_pose_shapes_follow_the_joints_that_turn():
    head, plain = made_head(POSE_SHAPES), made_head()
    plain = replace(plain, shapes=SparseShapes.of(dense_shapes(head.shapes, len(VERTICES))[: len(NAMES)]))
    still = posed(expression=[0.3, 0, 0, 0, 0])
    np.testing.assert_allclose(head(still), plain(still), atol=1e-7)
    open_mouth = replace(still, jaw_pose=np.array([0.3, 0, 0], np.float32))
    assert np.abs(head(open_mouth) - plain(open_mouth)).max() > 1e-4


def test_shape_head_refuses_a_pose_of_another_space():
    with pytest.raises(ExpressionSpaceError, match=r"takes 5 coefficients of made-up, the pose has 43"):
        made_head()(FlamePose.neutral())


def test_arkit_head_shows_a_pose_of_another_space():
    head = made_head()
    arkit = np.zeros(len(ARKIT_NAMES), np.float32)
    arkit[ARKIT_INDEX["mouthSmileLeft"]], arkit[ARKIT_INDEX["cheekPuff"]] = 0.7, 0.4
    driven = ArkitHead(head)(replace(FlamePose.neutral(), arkit=arkit))
    np.testing.assert_allclose(driven, head(posed(expression=[0, 0.7, 0, 0.4, 0])), atol=1e-6)


def test_arkit_names_are_known_with_and_without_sides():
    matrix = arkit_by_name(("eyeBlinkLeft", "eyeBlink_R", "browInnerUp_L", "browInnerUp_R", "PupilDilate_L"))
    rows = [ARKIT_INDEX[n] for n in ("eyeBlinkLeft", "eyeBlinkRight", "browInnerUp", "browInnerUp")]
    assert matrix.sum() == 4
    np.testing.assert_array_equal(matrix[rows, range(4)], 1)


def test_head_file_gives_back_what_was_written(tmp_path):
    head = made_head(POSE_SHAPES)
    random = np.random.default_rng(5)
    identity = IdentitySpace(
        random.normal(size=(2, len(VERTICES), 3)).astype(np.float32), np.full((5, len(VERTICES)), 0.25, np.float32)
    )
    write_head(tmp_path / "head.npz", head, identity)
    found, found_identity = read_head(tmp_path / "head.npz")
    pose = posed(expression=[0.2, 0.4, 0, 0, 1], jaw_pose=[0.2, 0, 0], neck_pose=[0, 0.3, 0])
    np.testing.assert_allclose(found(pose), head(pose), atol=1e-6)
    assert (found.name, found.expression_space, found.expression_names) == ("somebody", "made-up", NAMES)
    assert found_identity is not None
    np.testing.assert_array_equal(found_identity.shapes, identity.shapes)


def test_identity_moves_the_mesh_and_its_joints():
    head = made_head()
    shapes = np.zeros((2, len(VERTICES), 3), np.float32)
    shapes[1, :, 2] = 0.01
    regressor = np.full((5, len(VERTICES)), 1 / len(VERTICES), np.float32)
    person = IdentitySpace(shapes, regressor).person(head, np.array([0.0, 2.0]))
    np.testing.assert_allclose(person.neutral_vertices[:, 2], VERTICES[:, 2] + 0.02, atol=1e-7)
    np.testing.assert_allclose(person.joints[:, 2], head.joints[:, 2] + 0.02, atol=1e-7)


def test_identity_refuses_more_coefficients_than_it_has():
    identity = IdentitySpace(np.zeros((2, 4, 3), np.float32), np.zeros((5, 4), np.float32))
    with pytest.raises(AssetError, match="has 2 identity shapes, 3 coefficients"):
        identity.person(made_head(), np.zeros(3))


def test_offset_moves_the_resting_surface_alone():
    head = with_offset(made_head(), np.full((4, 3), 0.001))
    np.testing.assert_allclose(head.neutral_vertices, VERTICES + 0.001, atol=1e-7)
    np.testing.assert_array_equal(head.joints, made_head().joints)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"faces": None}, "has no array faces"),
        ({"faces": np.array([[0, 1, 4]], np.int32)}, "faces must name vertices 0 to 3"),
        ({"faces": np.array([[0.0, 1, 2]])}, "faces holds float64, expected integers"),
        ({"skinning": np.full((4, 5), 0.3, np.float32)}, "rows of skinning must sum to 1"),
        ({"joints": np.zeros((4, 3), np.float32)}, r"joints has the shape \(4, 3\), expected \(5, 3\)"),
        ({"neutral_vertices": np.full((4, 3), np.nan, np.float32)}, "neutral_vertices holds NaN"),
        ({"expression_shapes": np.zeros((4, 4, 3), np.float32)}, r"expected \(5, 4, 3\)"),
    ],
)
def test_head_file_says_what_is_wrong_with_it(tmp_path, change, complaint):
    path = tmp_path / "head.npz"
    write_head(path, made_head())
    with np.load(path) as file:
        columns = {name: file[name] for name in file.files} | change
    np.savez(path, **{name: value for name, value in columns.items() if value is not None})
    with pytest.raises(AssetError, match=complaint):
        read_head(path)


def test_head_file_refuses_what_is_no_npz(tmp_path):
    path = tmp_path / "head.npz"
    with pytest.raises(AssetError, match="does not exist"):
        read_head(path)
    path.write_bytes(b"v 0 0 0\n")
    with pytest.raises(AssetError, match="is no head file"):
        read_head(path)
    np.savez(path, name=np.array([object()]), allow_pickle=True)
    with pytest.raises(AssetError, match="it holds pickled objects, which are not read"):
        read_head(path)
