"""The library with a hotline."""

import pytest
from tests.platform.channels.switchboard import Switchboard, build
from tests.platform.library import Library


@pytest.fixture
def board(books: Library) -> Switchboard:
    return build(books)
