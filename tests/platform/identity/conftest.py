"""More officers for the library: the administrators and an assistant, each able to come in by the page."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client
from tests.platform.library import CHINA, COUNTY, LONG_AGO, MACHINE, TOWN, Library

from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
MORE = {
    "system": ("sysadmin", COUNTY),
    "security": ("secadmin", COUNTY),
    "second_security": ("secadmin", COUNTY),
    "helper": ("assistant", TOWN),
}


@pytest.fixture
def staffed(books: Library) -> Library:
    """The library with its administrators."""
    for name, (role, division) in MORE.items():
        login = identity.open_officer_login(
            username=name, name=f"官员{name}", password="x" * 12, one_time_secret="", actor=MACHINE, at=LONG_AGO
        )
        books.posts[name] = identity.appoint_officer(
            login_id=login.pk,
            organization_id=books.organs[division].pk,
            role=role,
            division=division,
            lines=[],
            valid_from=date(2026, 1, 1),
            actor=MACHINE,
            at=LONG_AGO,
        ).pk
    return books


@pytest.fixture
def desk(staffed: Library) -> Callable[[str], Client]:
    """Sit somebody of the staff at their screen; how one logs in is tested elsewhere."""

    def sit(name: str) -> Client:
        client = Client()
        client.force_login(
            Login.objects.get(username=name), backend="onedoor.platform.identity.backends.AccountBackend"
        )
        return client

    return sit
