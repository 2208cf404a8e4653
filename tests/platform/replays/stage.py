"""Where a write is prepared up to its last click: a recipe sets the stage and returns what is sent, once for each address."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.conftest import position
from tests.journeys.conftest import photo
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.library import CHINA, COUNTY, LONG_AGO, MACHINE, Library
from tests.sessions import prove

from onedoor.platform.cases import handlers, operations
from onedoor.platform.cases.models import Case
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel import clock

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=20)


@dataclass(frozen=True)
class Sent:
    """A form about to be sent by `who` (nobody: somebody without an account); files are given as bytes."""

    who: str
    url: str
    fields: dict[str, Any] = field(default_factory=dict)
    seen: str = "0"
    ends_session: bool = False  # the same person has to come in again before each further arrival
    session: dict[str, Any] = field(default_factory=dict)  # what the browser holds besides
    headers: dict[str, str] = field(default_factory=dict)  # what a program sends besides
    cookies: dict[str, str] = field(default_factory=dict)  # by which a machine of a hall is known


@dataclass
class Stage:
    """The library with its desk, and the doors by which more people come onto the stage."""

    desk: Desk
    handle: Callable[[handlers.CaseHandler], None]  # lets another handler stand for the library's item
    patch: pytest.MonkeyPatch

    @property
    def books(self) -> Library:
        return self.desk.books

    def officer(self, name: str, role: str, division: str = COUNTY, organization_id: int | None = None) -> str:
        """Let one more officer begin, and return the name."""
        login = identity.open_officer_login(
            username=name, name=f"官员{name}", password="x" * 12, one_time_secret="", actor=MACHINE, at=LONG_AGO
        )
        self.books.posts[name] = identity.appoint_officer(
            login_id=login.pk,
            organization_id=organization_id or self.books.organs[division].pk,
            role=role,
            division=division,
            lines=[],
            valid_from=date(2026, 1, 1),
            actor=MACHINE,
            at=LONG_AGO,
        ).pk
        return name

    def help_reader(self, **look: str) -> None:
        """Let the clerk begin to fill in for the reader, who is there; with `document` and `method` after a look."""
        clerk = replace(self.books.officer("clerk"), login_id=Login.objects.get(username="clerk").pk)
        paper = {"evidence_digest": "0" * 64, "actor": clerk, "at": clock.now()}
        identity.begin_assisting(name=library.READER.name, id_number=library.READER.id_number, **paper, **look)

    def client(self, sent: Sent) -> Client:
        client = self.desk.client(sent.who) if sent.who else Client()
        if sent.session:
            session = client.session
            session.update(sent.session)
            session.save()
        for name, value in sent.cookies.items():
            client.cookies[name] = value
        return client

    def come_in_again(self, client: Client, sent: Sent) -> None:
        found = Login.objects.get(person=self.books.reader) if sent.who == "reader" else None
        client.force_login(found or Login.objects.get(username=sent.who))
        prove(client)

    def published(self, **changes: Any) -> None:
        library.publish(library.item(**changes), valid_from=date(2026, 8, 1))

    def ready_to_decide(self) -> Case:
        case = self.books.noticed(AT)
        operations.close_ended_notices(at=LATER)
        self.desk.go(LATER)
        return Case.objects.get(pk=case.pk)

    def immediate(self) -> None:
        """Let the card be decided at once (即办件)."""
        whole = library.item().model_dump(mode="json", by_alias=True)
        step = {"code": "decide", "title": "决定", "permission": "cases.decide", "tier": 5, "after": ["accept"]}
        self.published(
            steps=[{**step, "state": "deciding"}],
            national={**whole["national"], "case_type": "1"},
            limits={**whole["limits"], "promised": {"days": 1, "unit": "workday"}},
            single_officer_allowed=True,
        )

    def granted(self) -> Case:
        """Return a case that has granted a certificate, which can be changed and revoked."""
        from tests.platform.cases.test_certifying import certify, decided
        from tests.platform.cases.test_linked_cases import end_certificate

        linked = dict.fromkeys(("correct", "change", "reissue", "cancel"), library.ITEM)
        handler = replace(library.HANDLER, openers={"certify": certify}, on_revoked=end_certificate)
        self.handle(replace(handler, linked_items=linked))
        whole = library.item().model_dump(mode="json", by_alias=True)
        last = {"code": "certify", "title": "制证", "by": "machine", "after": ["decide"], "state": "certifying"}
        self.published(steps=[*whole["steps"], last], result={"name": "阅览证", "kind": "certificate"})
        self.desk.go(LATER)
        return decided(self.books)


Recipe = Callable[[Stage], Sent]
RECIPES: dict[str, Recipe] = {}


def set_out(recipe: Recipe, stage: Stage) -> Sent:
    """Set the stage; an act on a case carries the position at which its page was drawn."""
    sent = recipe(stage)
    return replace(sent, seen=position(sent.url))


def sends(name: str) -> Callable[[Recipe], Recipe]:
    """Say of a recipe which address it is for, by the name of the URL."""

    def keep(recipe: Recipe) -> Recipe:
        assert name not in RECIPES, name
        RECIPES[name] = recipe
        return recipe

    return keep


API_RECIPES: dict[tuple[str, str], Recipe] = {}


def posts(path: str, method: str = "post") -> Callable[[Recipe], Recipe]:
    """Say of a recipe which operation of the API it is for, as the specification names it."""

    def keep(recipe: Recipe) -> Recipe:
        assert (method, path) not in API_RECIPES, path
        API_RECIPES[method, path] = recipe
        return recipe

    return keep


def picture(words: str = "现场") -> bytes:
    return bytes(photo(words).getvalue())


def form(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with fresh files: a file is read once."""
    return {
        name: SimpleUploadedFile(f"{name}.jpg", value) if isinstance(value, bytes) else value
        for name, value in fields.items()
    }
