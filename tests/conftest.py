"""Shapes and types of every public call are checked while tests run; which tests share a process when several run."""

import sys
import types
from collections.abc import Iterator
from typing import Any

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


# With `-n 2`, the tests of a file stay in one process, and so do those of all files whose names begin like this: they
# share what takes long to make, such as compiled programs and heads.
TOGETHER = tuple(
    f"tests/{start}"
    for start in (
        "cross_language/test_unreal",
        "cross_language",
        "unity",
        "unit/avatars",
        "unit/exports",
        "unit/heads",
        "unit/training",
    )
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return who hands the tests out; the largest groups come first."""
    from xdist.scheduler import LoadScopeScheduling

    class TogetherScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", maxsplit=1)[0]
            return next((start for start in TOGETHER if file.startswith(start)), file)

    return TogetherScheduling(config, log)
