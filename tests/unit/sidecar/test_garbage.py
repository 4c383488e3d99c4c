import gc
from collections.abc import Iterator

import pytest

from sidecar.garbage import collection_put_off

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def test_nothing_is_collected_while_it_is_put_off() -> None:
    with collection_put_off():
        assert not gc.isenabled()


def test_collection_goes_on_afterwards_even_when_the_start_fails() -> None:
    with pytest.raises(ValueError, match="no start"), collection_put_off():
        raise ValueError("no start")
    assert gc.isenabled()


def test_collection_stays_off_when_it_was() -> None:
    gc.disable()
    with collection_put_off():
        pass
    assert not gc.isenabled()


def test_what_a_start_made_is_not_looked_through_again() -> None:
    gc.unfreeze()
    with collection_put_off():
        made = [[] for _ in range(1000)]
    assert gc.get_freeze_count() >= len(made)
