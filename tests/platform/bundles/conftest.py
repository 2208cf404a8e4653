import pytest
from tests.platform.bundles.society import Society, open_society
from tests.platform.library import Library


@pytest.fixture
def society(books: Library) -> Society:
    return open_society(books)
