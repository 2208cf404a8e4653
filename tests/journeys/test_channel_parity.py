"""One errand, the library card, by every way there is: the same draft, the same answers, a case that differs by its channel."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.cases.paper_forms import printing
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.channels import wechat
from onedoor.platform.messages import gateway
from onedoor.platform.messages.official_account import Said
from onedoor.standards.case_numbers import is_case_number
from tests.platform import library
from tests.platform.appointments.hall import clock, open_hall
from tests.platform.channels.machine import Terminal, reader_process
from tests.platform.channels.switchboard import build
from tests.platform.conftest import books, desk  # noqa: F401  fixtures
from tests.platform.desks import Desk
from tests.platform.library import ITEM, READER, TOWN, Library
from tests.platform.papers.test_paper_forms import page_of, photographed, scan
from tests.platform.replays.stage import Stage

AT = clock(8, 50)
PHONE = "13800000000"
TYPED = {"name": READER.name, "id_number": READER.id_number, "student": "no", "books-rows": "0"}
ANSWERS = {"name": READER.name, "id_number": READER.id_number, "student": False}


@dataclass
class Town:
    """Everybody who has a part in one of the ways."""

    desk: Desk
    terminal: Terminal
    stage: Stage
    sent: list[str]

    def code(self) -> str:
        """Return the one-time code that came last."""
        return str(re.findall(r"验证码 (\d{6})", self.sent[-1])[0])

    def post(self, browser: Client, url: str, **fields: Any) -> Any:
        answer = browser.post(url, {"idempotency_key": uuid.uuid4().hex, **fields})
        assert answer.status_code == 302, (url, answer.content.decode()[:3000])
        return answer

    def apply(self, browser: Client) -> Case:
        """Go from the item's page to the receipt, as a browser without scripts does; the same for all pages."""
        self.post(browser, f"/items/{ITEM}/start/")
        return self.finish(browser)

    def finish(self, browser: Client) -> Case:
        """Fill in the open draft, submit it and hand it in."""
        draft = Draft.objects.get(submitted_as=None)
        self.post(browser, f"/drafts/{draft.pk}/s/reader/", revision=draft.revision, **TYPED)
        draft.refresh_from_db()
        self.post(browser, f"/drafts/{draft.pk}/review/", revision=draft.revision)
        draft.refresh_from_db()
        assert draft.submitted_as is not None
        case = draft.submitted_as
        self.post(browser, f"/cases/{case.number}/hand-in/")
        return case


@pytest.fixture
def town(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:  # noqa: F811
    desk.go(AT)
    sent: list[str] = []
    monkeypatch.setattr(gateway, "send_sms", lambda **told: sent.append(told["text"]))
    library.publish(library.item(materials=[], one_at_a_time=False), valid_from=date(2026, 8, 1))
    hall = open_hall(desk.books, at=AT)
    build(desk.books)
    with reader_process(tmp_path) as address:
        terminal = Terminal(desk, address)
        terminal.activate(hall.point.pk)
        yield Town(desk, terminal, Stage(desk, lambda handler: None, monkeypatch), sent)


def by_web(town: Town) -> Case:
    return town.apply(town.desk.client("reader"))


def by_api(town: Town) -> Case:
    sent = {"item": ITEM, "sections": {"reader": {"answers": ANSWERS}}, "hand_in": True}
    told = {"content_type": "application/json", "headers": {"Idempotency-Key": "by-api"}}
    answer = town.desk.client("reader").post("/api/v1/applications", sent, **told)
    assert answer.status_code == 200, answer.content.decode()
    return Case.objects.latest("pk")


def by_machine(town: Town) -> Case:
    town.terminal.come_in()
    browser = town.terminal.screen
    browser.post("/login/step-up/", {"next": "/kiosk/"})
    browser.post("/login/step-up/", {"next": "/kiosk/", "code": town.code()})
    return town.apply(browser)


def by_window(town: Town) -> Case:
    town.stage.help_reader(document="resident_card", method="eye")
    return town.apply(town.desk.client("clerk"))


def by_hotline(town: Town) -> Case:
    """The agent begins for the caller, who goes on with it by phone and draft code on the web."""
    asked = {"item": ITEM, "division": TOWN, "caller_phone": PHONE, "caller_name": READER.name}
    page = town.desk.post("agent", "/staff/hotline/call/", act="begin", **asked).content.decode()
    code = re.findall(r'<dd class="code">([^<]+)</dd>', page)[0]
    browser = town.desk.client("reader")
    assert browser.post("/early/", {"phone": PHONE}).status_code == 302
    opened = browser.post("/early/code/", {"code": town.code(), "draft_code": code})
    assert opened["Location"] == "/early/draft/take/"
    taken = browser.post("/early/draft/take/", {"idempotency_key": uuid.uuid4().hex})
    assert "接着" in taken.content.decode()
    return town.finish(browser)


def by_paper(town: Town) -> Case:
    """The blank form is filled in with a pen and photographed; its code leads to the application."""
    version = ItemVersion.objects.filter(code=ITEM).latest("version")
    picture = photographed(page_of(printing.blank_form(version, version.item)), turned=1.0)
    browser = town.desk.client("reader")
    town.post(browser, "/paper/", scan=scan(picture))
    return town.finish(browser)


WAYS: dict[str, Callable[[Town], Case]] = {
    "web": by_web,
    "api": by_api,
    "kiosk": by_machine,
    "window": by_window,
    "hotline": by_hotline,
    "paper": by_paper,
}
# The caller and whoever filled in on paper finish on the web; a session's calls of the API are the web's.
CHANNELS = {"web": "web", "api": "web", "kiosk": "kiosk", "window": "window", "hotline": "web", "paper": "web"}


def what_it_is(case: Case) -> dict[str, Any]:
    """Return everything that has to be the same, whichever way the case came."""
    case.refresh_from_db()
    return {
        "item": case.item_version_id,
        "answers": {name: value for name, value in case.declared.content.items() if value not in (None, [])},
        "people": (case.applicant_id, case.division, case.receiving_organization_id, case.deciding_organization_id),
        "state": (case.state, case.result),
        "acts": list(case.actions.order_by("seq").values_list("kind", "to_state")),
        "papers": list(case.documents.order_by("pk").values_list("kind", flat=True)),
        "clocks": list(case.clocks.order_by("pk").values_list("kind", "due_on")),
        "number": (is_case_number(case.number), len(case.number), case.number[:-4]),
        "draft": Draft.objects.get(submitted_as=case).item_version_id,
    }


def test_every_way_leads_to_the_same_case(town: Town) -> None:
    cases = {}
    for number, (name, way) in enumerate(WAYS.items()):
        town.desk.go(AT + timedelta(minutes=2 * number))  # a code goes out once a minute
        cases[name] = way(town)
    told = {name: what_it_is(case) for name, case in cases.items()}
    assert told["web"]["state"][0] == "received"
    for name, one in told.items():
        assert one == told["web"], name
    assert {name: case.channel for name, case in cases.items()} == CHANNELS
    assert len({case.number for case in cases.values()}) == len(WAYS)


def test_the_official_account_leads_to_the_same_page(books: Library) -> None:  # noqa: F811
    said = Said("o-reader", "gh_library", "借书证", "", "1")
    told = wechat.answer(said, find=lambda text: catalog.item_cards([ITEM], on=AT.date()), at=AT)
    link = re.findall(r"https?://[^/]+(/\S+)", told)
    assert link == [f"/items/{ITEM}/"]
    assert "开始申请" in Client().get(link[0]).content.decode()
