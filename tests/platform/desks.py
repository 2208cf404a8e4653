"""The library's pages as each of its people uses them, at the moment a test says."""

import uuid
from datetime import datetime
from typing import Any

import time_machine
from django.test import Client
from tests.platform.library import LONG_AGO, MACHINE, Library
from tests.sessions import prove

from onedoor.platform.cases.models import Case
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login

BACKEND = "onedoor.platform.identity.backends.AccountBackend"


class Desk:
    """Opens pages and posts forms as somebody; every form carries a key of its own."""

    def __init__(self, books: Library, traveller: time_machine.Traveller) -> None:
        self.books, self._traveller = books, traveller
        identity.open_citizen_login(
            person_id=books.reader.pk, phone="13800000000", password="x" * 12, actor=MACHINE, at=LONG_AGO
        )

    def go(self, moment: datetime) -> None:
        self._traveller.move_to(moment)

    def client(self, name: str) -> Client:
        """Return a browser of an officer, of the reader, or of others a test has given an account."""
        client = Client()
        people = {"reader": self.books.reader, "friend": self.books.friend, **self.books.others}
        found = Login.objects.get(**({"person": people[name]} if name in people else {"username": name}))
        client.force_login(found, backend=BACKEND)
        return prove(client)

    def get(self, name: str, url: str) -> Any:
        return self.client(name).get(url)

    def post(self, name: str, url: str, /, **fields: Any) -> Any:
        return self.client(name).post(url, {"idempotency_key": uuid.uuid4().hex, **fields})

    def page(self, name: str, url: str) -> str:
        """Return the text of a page that has to be there."""
        answer = self.get(name, url)
        assert answer.status_code == 200, (url, answer.status_code)
        return str(answer.content.decode())

    def act(self, name: str, url: str, /, **fields: Any) -> None:
        """Post a form that has to be taken."""
        answer = self.post(name, url, **fields)
        assert answer.status_code == 302, (url, answer.status_code, answer.content.decode()[:4000])

    def refused(self, name: str, url: str, status: int, /, **fields: Any) -> str:
        """Post a form that has to be refused, and return the page that says why."""
        answer = self.post(name, url, **fields)
        assert answer.status_code == status, (url, answer.status_code)
        return str(answer.content.decode())


def staff(case: Case, act: str = "") -> str:
    return f"/staff/cases/{case.number}/{act}"


def own(case: Case, act: str = "") -> str:
    return f"/cases/{case.number}/{act}"
