"""FLAME's pickles are read without running them."""

import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from made_up_flame import EXPRESSIONS, VERTICES, made_up_flame, write_flame, write_flame_2020

from rsatalker.errors import AssetError
from rsatalker.heads.flame_file import read_flame
from rsatalker.heads.flame_pickle import read_flame_pickle
from rsatalker.heads.rotations import matrix_from_axis_angle
from rsatalker.motion.pose import FlamePose

pytestmark = pytest.mark.unit


def flame_by_hand(content: dict[str, Any], pose: FlamePose) -> np.ndarray:
    """FLAME's forward pass written out (Li et al. 2017, section 3), for the mean person."""
    template = content["v_template"] + content["shapedirs"][:, :, 300:] @ pose.expression
    joints = content["J_regressor"].toarray() @ template
    turns = [pose.global_orient, pose.neck_pose, pose.jaw_pose, pose.eye_pose[:3], pose.eye_pose[3:]]
    rotations = [matrix_from_axis_angle(turn).astype(np.float64) for turn in turns]
    features = np.concatenate([(rotation - np.eye(3)).ravel() for rotation in rotations[1:]])
    template = template + content["posedirs"] @ features
    world: list[np.ndarray] = []
    for joint, parent in enumerate((-1, 0, 1, 1, 1)):
        local = np.eye(4)
        local[:3, :3] = rotations[joint]
        local[:3, 3] = joints[joint] - (joints[parent] if parent >= 0 else 0)
        world.append(world[parent] @ local if parent >= 0 else local)
    posed = np.zeros_like(template)
    for joint, transform in enumerate(world):
        moved = (template - joints[joint]) @ transform[:3, :3].T + transform[:3, 3]
        posed += content["weights"][:, joint, None] * moved
    return posed + pose.transl


def some_pose() -> FlamePose:
    random = np.random.default_rng(1)
    pose = replace(FlamePose.neutral(), expression=random.normal(0, 1, EXPRESSIONS).astype(np.float32))
    for turn in (pose.global_orient, pose.neck_pose, pose.jaw_pose, pose.eye_pose):
        turn[:] = random.normal(0, 0.3, turn.shape)
    pose.transl[:] = (0.1, 0.2, 0.3)
    return pose


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_head_moves_as_flame_does(tmp_path: Path, protocol: int) -> None:
    content = made_up_flame()
    head, _ = read_flame(write_flame(tmp_path / "flame2023.pkl", content, protocol))
    pose = some_pose()
    np.testing.assert_allclose(head(pose), flame_by_hand(content, pose), atol=1e-6)


def test_file_of_2020_is_read_without_chumpy(tmp_path: Path) -> None:
    content = made_up_flame()
    head, identity = read_flame(write_flame_2020(tmp_path / "generic_model.pkl", content))
    assert head.expression_space == "flame2020"
    np.testing.assert_allclose(identity.shapes, content["shapedirs"][:, :, :300].transpose(2, 0, 1), atol=1e-8)


def test_identity_moves_the_joints_with_the_surface(tmp_path: Path) -> None:
    content = made_up_flame()
    head, identity = read_flame(write_flame(tmp_path / "flame2023.pkl", content))
    betas = np.random.default_rng(2).normal(0, 1, 10)
    person = identity.person(head, betas)
    template = content["v_template"] + content["shapedirs"][:, :, :10] @ betas
    np.testing.assert_allclose(person.neutral_vertices, template, atol=1e-6)
    np.testing.assert_allclose(person.joints, content["J_regressor"].toarray() @ template, atol=1e-6)


@pytest.mark.parametrize("form", [sp.csr_matrix, sp.coo_matrix, sp.csc_matrix])
def test_sparse_matrix_is_read_in_every_form(tmp_path: Path, form: Any) -> None:
    matrix = form(np.diag([1.0, 2, 3])[:, [2, 0, 1]])
    found = read_flame_pickle(write_flame(tmp_path / "matrix.pkl", {"m": matrix}))["m"]
    np.testing.assert_array_equal(found, matrix.toarray())


class Malice:
    """Unpickles to what a call returns."""

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call[0], tuple(self.call[1:])


@pytest.mark.parametrize(
    ("malice", "name"),
    [
        (Malice(os.system, "exit 1"), "system"),
        (Malice(eval, "1"), "eval"),
        (Malice(getattr, "x", "join"), "getattr"),
        (Malice(np.fromfile, "x"), "fromfile"),
        (Malice(sp.load_npz, "x"), "load_npz"),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_file_that_runs_programs_is_refused_by_the_name_it_asks_for(tmp_path: Path, malice: Malice, name: str) -> None:
    file = write_flame(tmp_path / "flame2023.pkl", made_up_flame() | {"extra": malice})
    with pytest.raises(AssetError, match=rf"refused: it asks for \S*{name}.*may be malicious"):
        read_flame(file)


def test_malicious_file_has_run_nothing_when_it_is_refused(tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    file = write_flame(tmp_path / "flame2023.pkl", {"first": Malice(os.mkdir, str(sign)), **made_up_flame()})
    with pytest.raises(AssetError):
        read_flame(file)
    assert not sign.exists()


@pytest.mark.parametrize(
    ("indptr", "indices"),
    [([0, 1, 5], [0, 1]), ([0, 2, 1], [0, 1]), ([0, 1, 2], [0, 7]), ([0, 1, 2], [0, -1]), ([0, 1], [0, 1])],
)
def test_sparse_matrix_with_entries_outside_is_refused(tmp_path: Path, indptr: list[int], indices: list[int]) -> None:
    matrix = sp.csc_matrix(np.eye(2))
    matrix.__dict__.update(indptr=np.array(indptr), indices=np.array(indices), data=np.ones(2))
    with pytest.raises(AssetError, match="a sparse matrix has"):
        read_flame_pickle(write_flame(tmp_path / "matrix.pkl", {"m": matrix}))


@pytest.mark.parametrize("data", [b"", b"not a pickle", b"\x80\x02}q\x00(X", pickle.dumps([1, 2])])
def test_file_that_is_no_pickle_of_a_dictionary_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "flame2023.pkl"
    file.write_bytes(data)
    with pytest.raises(AssetError, match=r"is no whole FLAME pickle: \w+|expected FLAME's dictionary"):
        read_flame(file)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"v_template": None}, "v_template is object"),
        ({"posedirs": np.zeros((VERTICES, 3, 9))}, r"posedirs is float64 of the shape \(60, 3, 9\)"),
        ({"shapedirs": np.zeros((VERTICES, 3, 10))}, "10 shape directions; FLAME has 300"),
        ({"f": np.array([[0, 1, VERTICES]])}, "f must be triangles of vertices 0 to 59"),
        ({"kintree_table": np.array([[-1, 0, 0, 1, 1], [0, 1, 2, 3, 4]])}, r"parents \[-1, 0, 0, 1, 1\]; FLAME's are"),
        ({"weights": np.full((VERTICES, 5), np.nan)}, "weights holds NaN"),
    ],
    ids=["none", "posedirs", "shapedirs", "faces", "parents", "nan"],
)
def test_file_of_another_shape_is_refused_by_the_name_of_the_array(
    tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(AssetError, match=sentence):
        read_flame(write_flame(tmp_path / "flame2023.pkl", made_up_flame() | change))


def test_missing_array_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    content = made_up_flame()
    del content["weights"]
    with pytest.raises(AssetError, match=r"has no weights; it has J, J_regressor, .*It is no FLAME"):
        read_flame(write_flame(tmp_path / "flame2023.pkl", content))


def test_file_whose_name_does_not_tell_the_version_needs_to_be_told(tmp_path: Path) -> None:
    file = write_flame(tmp_path / "face.pkl", made_up_flame())
    with pytest.raises(AssetError, match="say --space flame2020 or --space flame2023"):
        read_flame(file)
    assert read_flame(file, "flame2020")[0].expression_space == "flame2020"


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"flame2023\.pkl cannot be read"):
        read_flame(tmp_path / "flame2023.pkl")
