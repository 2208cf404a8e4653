"""A second organ in the library's county, whose officer asks for data, and the steward who answers."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from tests.platform.exchange.shared import BORROWERS, Borrowers, Departments
from tests.platform.library import COUNTY, LONG_AGO, MACHINE, Library

from onedoor.demonstration.cast import credit_code
from onedoor.platform.exchange.connectors import all_connectors
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Organization


@pytest.fixture
def departments(books: Library, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Departments:
    """The departments without a network: a test says what each answers."""
    outside = Departments()
    monkeypatch.setattr(httpx, "stream", outside.stream)
    settings.ONEDOOR_CONNECTORS = {code: f"http://{code}.invalid" for code in all_connectors()}
    settings.ONEDOOR_CONNECTOR_KEYS = None
    return outside


@pytest.fixture
def borrowers(books: Library) -> Iterator[Borrowers]:
    """The invented dataset, with the reader in it."""
    BORROWERS.clear()
    BORROWERS.add(books.reader.pk)
    yield BORROWERS
    BORROWERS.clear()


@pytest.fixture
def school(books: Library) -> Organization:
    """An education bureau, with an officer; and the library's steward. Their names are also their log-ins."""
    organ = identity.register_organization(
        uscc=credit_code("11", COUNTY, "MB000206"),
        name="朝阳区教育局",
        short_name="朝教",
        kind="organ",
        tier=4,
        division=COUNTY,
        parent_id=None,
        phone="",
        actor=MACHINE,
        at=LONG_AGO,
    )
    for name, role, place in (
        ("teacher", "data_user", organ),
        ("steward", "data_steward", books.organs[COUNTY]),
        ("other_steward", "data_steward", books.organs["330113000000"]),
    ):
        login = identity.open_officer_login(
            username=name, name=f"官员{name}", password="x" * 12, one_time_secret="", actor=MACHINE, at=LONG_AGO
        )
        post = identity.appoint_officer(
            login_id=login.pk,
            organization_id=place.pk,
            role=role,
            division=place.division_id,
            lines=[],
            valid_from=date(2026, 1, 1),
            actor=MACHINE,
            at=LONG_AGO,
        )
        books.posts[name] = post.pk
    return organ
