"""What several parts of the suite share: one running site for process and browser tests."""

import os
from collections.abc import Iterator

import pytest

from tests.live import LiveSite, live_site


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """The whole site as real processes, on SQLite or on the PostgreSQL of this round."""
    with live_site(tmp_path_factory.mktemp("live"), os.environ.get("ONEDOOR_DATABASE_URL", "")) as site:
        yield site
