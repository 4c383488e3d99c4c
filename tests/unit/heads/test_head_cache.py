"""Heads that come from disk are those that were built."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from rsatalker.heads.head import Head
from rsatalker.heads.procedural import build, head_cache
from rsatalker.heads.procedural.identity import Identity

pytestmark = pytest.mark.unit

SOMEONE = Identity(male=0.4, nose=0.3)


@pytest.fixture(scope="module")
def built() -> Head:
    return build.build_head(SOMEONE)


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, built: Head) -> list[Identity]:
    """Count builds instead of doing them, in a cache of their own."""
    calls: list[Identity] = []
    monkeypatch.setenv("RSATALKER_CACHE", str(tmp_path))

    def build_head(identity: Identity) -> Head:
        calls.append(identity)
        return built

    monkeypatch.setattr(build, "build_head", build_head)
    return calls


def assert_same(found: object, expected: object) -> None:
    """Compare records, tuples and arrays to the bit."""
    assert type(found) is type(expected)
    if isinstance(found, np.ndarray) and isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    elif isinstance(found, tuple) and isinstance(expected, tuple):
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    elif hasattr(found, "__dataclass_fields__"):
        for field in fields(found):  # pyright: ignore[reportArgumentType]
            assert_same(getattr(found, field.name), getattr(expected, field.name))
    elif not callable(found):
        assert found == expected


def test_head_from_the_cache_is_the_one_that_was_built(builds: list[Identity], built: Head) -> None:
    head_cache.cached_head("someone", SOMEONE)
    assert_same(head_cache.cached_head("someone", SOMEONE), built)
    assert builds == [SOMEONE]


def test_head_is_built_anew_when_the_identity_changes(builds: list[Identity]) -> None:
    for identity in (SOMEONE, Identity(male=0.5)):
        head_cache.cached_head("someone", identity)
    assert builds == [SOMEONE, Identity(male=0.5)]


def test_damaged_head_is_built_anew(builds: list[Identity], tmp_path: Path) -> None:
    head_cache.cached_head("someone", SOMEONE)
    (file,) = (tmp_path / "heads").iterdir()
    file.write_bytes(file.read_bytes()[:5000])
    head_cache.cached_head("someone", SOMEONE)
    head_cache.cached_head("someone", SOMEONE)
    assert builds == [SOMEONE, SOMEONE]


def test_cache_that_cannot_be_written_is_done_without(
    builds: list[Identity], built: Head, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("RSATALKER_CACHE", str(tmp_path / "file"))
    assert head_cache.cached_head("someone", SOMEONE) is built


def test_a_few_versions_of_a_head_are_kept(builds: list[Identity], tmp_path: Path) -> None:
    for step in range(head_cache.KEPT_VERSIONS + 2):
        head_cache.cached_head("someone", Identity(male=step / 10))
    assert len(list((tmp_path / "heads").iterdir())) == head_cache.KEPT_VERSIONS
