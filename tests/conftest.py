"""Shapes and types of every public call are checked while tests run."""

import sys
import types
from collections.abc import Iterator

import jaxtyping
import pytest
from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

# Before any test imports them. Left out: modules with Numba kernels, which cannot compile a checked function, classes
# that return themselves, which the checker does not know, and what runs thirty times a second for minutes.
CHECKED = (
    "rsatalker.speech",
    "rsatalker.motion.articulation",
    "rsatalker.motion.generator",
    "rsatalker.motion.model",
    "rsatalker.motion.pose",
    "rsatalker.motion.rig",
    "rsatalker.heads.head",
    "rsatalker.heads.head_file",
    "rsatalker.heads.shape_head",
    "rsatalker.avatars.ply",
    "rsatalker.training.image_metrics",
    "rsatalker.training.avatar_losses",
    "rsatalker.training.avatar_photos",
    "rsatalker.avatars.gaussians",
    "rsatalker.avatars.light",
    "rsatalker.renderers.camera",
    "rsatalker.renderers.oversampling",
    "rsatalker.renderers.projection",
    "rsatalker.renderers.reference",
    "rsatalker.renderers.spherical_harmonics",
    "rsatalker.cutscenes.backgrounds",
    "rsatalker.cutscenes.camera_track",
    "rsatalker.cutscenes.pose_rows",
    "rsatalker.cutscenes.sound",
    "rsatalker.cutscenes.staging",
    "rsatalker.exports.curves",
    "rsatalker.exports.exr",
    "rsatalker.exports.images",
    "rsatalker.exports.skinned",
    "rsatalker.exports.smpte",
    "sidecar.compositor",
    "sidecar.placement",
    "sidecar.regions",
    "sidecar.watching.pictures",
    "sidecar.watching.watch_messages",
)

# The hook names its checker by module: ours takes an int where a float is due, as every type checker does.
checker = types.ModuleType("tests_type_checker")
checker.check = beartype(conf=BeartypeConf(is_pep484_tower=True))  # type: ignore[attr-defined]
sys.modules[checker.__name__] = checker
install_import_hook(CHECKED, "tests_type_checker.check")


@pytest.fixture
def unchecked_shapes() -> Iterator[None]:
    """Let calls be as fast as users have them: for tests that make so many that checking takes most of the time."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", before)
