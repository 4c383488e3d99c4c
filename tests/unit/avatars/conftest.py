"""One small avatar for all tests of this folder: the real head and recipe, few Gaussians, coarse light."""

import pytest


@pytest.fixture(scope="session")
def character():
    from rsatalker.avatars.cast import CHARACTERS

    return CHARACTERS["tomas"]


@pytest.fixture(scope="session")
def head(character):
    from rsatalker.heads.procedural.build import build_head

    return build_head(character.identity)


@pytest.fixture(scope="session")
def avatar_data(character, head):
    from rsatalker.avatars.build import build_avatar_data

    return build_avatar_data(head, character.look, 0.2, lambda step, share: None, texels=32)


@pytest.fixture
def avatar(head, avatar_data):
    from rsatalker.avatars.avatar import Avatar

    return Avatar("tomas", head, avatar_data, threads=1)
