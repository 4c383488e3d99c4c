import numpy as np
import pytest
from light_studio import LoudnessMotion

from rsatalker.motion.social import Relationship
from sidecar.bookmarks import SPACING, Bookmarks

pytestmark = pytest.mark.unit

BLOCK = SPACING // 2


@pytest.fixture
def source() -> LoudnessMotion:
    return LoudnessMotion(Relationship())


def hear(bookmarks: Bookmarks, source: LoudnessMotion, blocks: int, shown: int = 0) -> None:
    for index in range(blocks):
        bookmarks.note(index * BLOCK, source, shown)
        source.push(np.full((2, BLOCK), index, np.float32))


def test_source_goes_back_to_before_a_sample(source: LoudnessMotion):
    bookmarks = Bookmarks()
    hear(bookmarks, source, blocks=10)
    heard, copy = bookmarks.go_back(5 * BLOCK)
    assert heard == 4 * BLOCK
    assert copy._heard.shape[1] == heard
    assert source._heard.shape[1] == 10 * BLOCK


def test_source_can_go_back_to_the_same_place_twice(source: LoudnessMotion):
    bookmarks = Bookmarks()
    hear(bookmarks, source, blocks=6)
    _, first = bookmarks.go_back(4 * BLOCK)
    first.push(np.zeros((2, BLOCK), np.float32))
    heard, second = bookmarks.go_back(4 * BLOCK)
    assert second._heard.shape[1] == heard == 4 * BLOCK


def test_what_lies_behind_what_is_shown_is_forgotten_but_for_one(source: LoudnessMotion):
    bookmarks = Bookmarks()
    hear(bookmarks, source, blocks=10, shown=5 * BLOCK)
    assert bookmarks.oldest == 4 * BLOCK
    assert bookmarks.go_back(0)[0] == 4 * BLOCK


def test_nothing_has_been_heard_at_first():
    assert Bookmarks().oldest == 0
