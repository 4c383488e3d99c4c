"""Spoken dialogues: in turns, reproducible, labelled, and seen as fit-avatar reads them."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from rsatalker.motion.pose import FlameMotion, FlamePose
from rsatalker.motion.social import Relationship
from rsatalker.training import dialogue_images
from rsatalker.training.avatar_capture import read_capture
from rsatalker.training.corpus import SpokenPlan
from rsatalker.training.dialogue_images import ImageOptions, cameras_around, has_views, save_views
from rsatalker.training.engines.voices import VOICES, Voice
from rsatalker.training.phones import Viseme
from rsatalker.training.social_manner import RELATIONSHIPS
from rsatalker.training.spoken_dialogue import DialoguePlan, make_dialogue, plan_dialogues, write_relationships

pytestmark = pytest.mark.unit

TWO = (Voice("flite", "slt", "english", 1.0), Voice("flite", "kal16", "english", 1.0))


@pytest.fixture
def plan(tmp_path, flite):
    return DialoguePlan(tmp_path / "dialogue-0000.npz", Relationship("blood", "unequal", 1), TWO, 9.0, 4)


def test_dialogue_is_spoken_in_turns_with_lips_and_motion(plan):
    dialogue = make_dialogue(plan)
    instants = dialogue.visemes.shape[1]
    assert dialogue.sound.shape[0] == 2
    assert instants == int(np.ceil(dialogue.sound.shape[1] * 30 / 16_000))
    speaking = dialogue.visemes != Viseme.SILENCE
    assert (speaking.sum(axis=1) > 30).all()
    assert (speaking.all(axis=0)).mean() < 0.25
    sound = np.stack([channel[: instants * 533].reshape(instants, 533) for channel in dialogue.sound])
    loudness = np.sqrt((sound**2).mean(axis=2))
    for voice in (0, 1):
        assert loudness[voice][speaking[voice]].mean() > 10 * loudness[voice][~speaking[voice]].mean()
    assert all(len(face) == instants for face in dialogue.motion)


def test_dialogue_is_saved_as_float_sound_and_arrays(plan):
    dialogue = make_dialogue(plan)
    sound, rate_hz = soundfile.read(plan.path.with_suffix(".wav"), dtype="float32")
    assert rate_hz == 16_000
    np.testing.assert_array_equal(sound.T, dialogue.sound)
    with np.load(plan.path) as saved:
        assert saved["exp"].shape == (2, dialogue.visemes.shape[1], 43)
        np.testing.assert_array_equal(saved["jaw"][1], dialogue.motion[1].jaw_pose)
        assert saved["fps"] == 30


def test_dialogue_is_the_same_when_made_again(plan, tmp_path):
    first, second = make_dialogue(plan), make_dialogue(replace(plan, path=tmp_path / "again.npz"))
    np.testing.assert_array_equal(first.sound, second.sound)
    np.testing.assert_array_equal(first.motion[0].neck_pose, second.motion[0].neck_pose)


def test_dialogues_take_every_relationship_and_no_voice_that_is_held_out(tmp_path):
    plans = plan_dialogues(tmp_path, 2 * len(RELATIONSHIPS), 60.0, VOICES, 0)
    assert {plan.relationship for plan in plans} == set(RELATIONSHIPS)
    assert not any(voice.held_out or voice.group == "foreign" for plan in plans for voice in plan.voices)
    assert plans == plan_dialogues(tmp_path, 2 * len(RELATIONSHIPS), 60.0, VOICES, 0)
    assert len({plan.seed for plan in plans}) == len(plans)


def test_relationships_are_noted_by_dialogue(plan, tmp_path):
    write_relationships([plan], tmp_path)
    (entry,) = json.loads((tmp_path / "relationships.json").read_text()).items()
    assert entry[0] == "dialogue-0000"
    assert Relationship(**{name: entry[1][name] for name in ("kinship", "status", "senior")}) == plan.relationship
    assert entry[1]["voices"] == ["flite slt", "flite kal16"]


class RedSquare:
    """Draws a red square, half transparent, wherever the head is."""

    def __init__(self, avatar, renderer) -> None:
        pass

    def draw(self, pose, cameras, light, world_from_head, colors, depths, at_s=None) -> None:
        colors[:, 8:24, 8:24] = (128, 0, 0, 128)


@pytest.fixture
def views(tmp_path, monkeypatch):
    monkeypatch.setattr(dialogue_images, "Talker", RedSquare)
    monkeypatch.setattr(dialogue_images, "load_avatar", lambda name, **_: None)
    poses = [replace(FlamePose.neutral(), jaw_pose=np.array([0.01 * t, 0, 0], np.float32)) for t in range(31)]
    motion = FlameMotion.of(poses, 0, 30, "procedural-1")
    save_views(tmp_path / "views", "mara", motion, ImageOptions(instants=5, cameras=5, size_px=32))
    return tmp_path / "views"


def test_views_are_what_fit_avatar_reads(views):
    capture = read_capture(views, "mara")
    assert [pose.jaw_pose[0] for pose in capture.poses] == pytest.approx([0, 0.07, 0.15, 0.22, 0.3], abs=0.011)
    assert (len(capture.train), len(capture.val), len(capture.test)) == (16, 4, 5)
    cameras = cameras_around(5, 32)
    front = capture.val[0].camera
    np.testing.assert_allclose(front.camera_from_world, cameras[2].camera_from_world, atol=1e-5)
    np.testing.assert_allclose(front.K, cameras[2].K, rtol=1e-5)


def test_views_have_straight_alpha_and_a_mask(views):
    from PIL import Image

    image = np.asarray(Image.open(views / "images" / "00000_02.png"))
    assert tuple(image[16, 16]) == (255, 0, 0, 128)
    assert tuple(image[0, 0]) == (0, 0, 0, 0)
    assert np.asarray(Image.open(views / "fg_masks" / "00000_02.png"))[16, 16] == 128


def test_dialogue_is_made_when_all_of_it_is_there(plan):
    wanted = SpokenPlan(plan, draws=True)
    assert not wanted.is_made
    plan.path.touch()
    assert SpokenPlan(plan, draws=False).is_made
    assert not wanted.is_made
    for folder in wanted.view_folders:
        folder.mkdir()
        (folder / "transforms_train.json").touch()
        assert has_views(folder)
    assert wanted.is_made
