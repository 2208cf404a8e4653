"""The hall of the library, open for booking."""

import pytest
from tests.platform.appointments.hall import Hall, open_hall
from tests.platform.library import Library


@pytest.fixture
def hall(books: Library) -> Hall:
    return open_hall(books)
