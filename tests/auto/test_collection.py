"""The collector while models are built: at rest, then as it was, with nothing kept from it."""

import gc
import weakref

import pytest

from triform.building import without_collection


class Ring:
    def __init__(self):
        self.me = self


@pytest.fixture(autouse=True)
def as_before():
    enabled = gc.isenabled()
    yield
    gc.unfreeze()
    (gc.enable if enabled else gc.disable)()


def test_rests_and_goes_on():
    gc.enable()
    with without_collection():
        assert not gc.isenabled()
        with without_collection():
            ring = weakref.ref(Ring())
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    assert ring() is not None
    gc.collect()
    assert ring() is None


def test_what_the_user_chose_stays():
    gc.disable()
    with without_collection():
        pass
    assert not gc.isenabled()
    gc.enable()
    gc.freeze()
    frozen = gc.get_freeze_count()
    with without_collection():
        pass
    assert abs(gc.get_freeze_count() - frozen) < frozen / 2


def test_goes_on_after_an_error():
    with pytest.raises(KeyError), without_collection():
        raise KeyError
    assert gc.isenabled()
