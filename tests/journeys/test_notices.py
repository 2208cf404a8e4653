"""Three people apply for the same card and each hears of it in their own way; a gateway fails, and nobody notices."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
import time_machine
from django.conf import settings as django_settings

from onedoor.demonstration.cast import Citizen
from onedoor.platform.cases.models import Case
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Person
from onedoor.platform.messages.models import Message, Outreach
from tests.platform.conftest import books
from tests.platform.desks import Desk, staff
from tests.platform.library import CHINA, FRIEND, LONG_AGO, MACHINE, READER, TOWN, Library
from tests.ports import free_base

__all__ = ["books"]
pytestmark = pytest.mark.processes
AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
GRANDMOTHER = Citizen("grandmother", "王秀英", date(1946, 5, 6), 42)
WAYS = "/me/notice-ways/"


@dataclass
class Outside:
    """Two SMS gateways and a mail server, as a real process."""

    base: int

    def moods(self, **moods: dict[str, Any]) -> None:
        body = json.dumps(moods).encode()
        urlopen(Request(f"http://127.0.0.1:{self.base + 9}/moods", data=body, method="POST"), timeout=5).read()

    def sms(self, gateway: int, phone: str) -> list[str]:
        """Return what the first (8) or the second (4) gateway has taken for a phone."""
        answer = urlopen(f"http://127.0.0.1:{self.base + gateway}/sms?to={phone}", timeout=5).read()
        return [str(one["text"]) for one in json.loads(answer)]


@pytest.fixture
def outside(tmp_path: Any, settings: Any) -> Iterator[Outside]:
    base = free_base()
    command = ["-m", "onedoor.demonstration.simulators", "--base-port", str(base), "--state", str(tmp_path / "outside")]
    secrets = {"ONEDOOR_SMS_SECRET": settings.ONEDOOR_SMS_SECRET, "ONEDOOR_SMS_SECOND_SECRET": "second"}
    process = subprocess.Popen(
        [sys.executable, *command, "--only", "sms,sms_second,mail,control"],
        cwd=django_settings.REPOSITORY,
        env={**os.environ, "PYTHONPATH": "src", **secrets},
    )
    for _ in range(200):
        try:
            urlopen(f"http://127.0.0.1:{base + 9}/health", timeout=1).read()
            break
        except OSError:
            time.sleep(0.1)
    settings.ONEDOOR_SMS_URL = f"http://127.0.0.1:{base + 8}"
    settings.ONEDOOR_SMS_SECOND_URL = f"http://127.0.0.1:{base + 4}"
    settings.ONEDOOR_SMS_SECOND_SECRET = "second"
    settings.ONEDOOR_SMTP_URL = f"smtp://127.0.0.1:{base + 5}"
    settings.ONEDOOR_MAIL_FROM = "noreply@onedoor.example"
    yield Outside(base)
    process.terminate()
    process.wait(10)


@pytest.fixture
def desk(books: Library) -> Iterator[Desk]:
    with time_machine.travel(LONG_AGO, tick=False) as traveller:
        yield Desk(books, traveller)


def mails(folder: Any) -> list[dict[str, Any]]:
    file = folder / "outside" / "taken" / "mail.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def accepted(desk: Desk, person: Person, citizen: Citizen) -> Case:
    """Let somebody apply, and the clerk accept it."""
    theirs = replace(desk.books, reader=person)
    case = theirs.received(AT, name=citizen.name, id_number=citizen.id_number)
    desk.act("clerk", staff(case, "accept/"))
    return case


def account(person: Person, phone: str) -> None:
    identity.open_citizen_login(person_id=person.pk, phone=phone, password="x" * 12, actor=MACHINE, at=LONG_AGO)


def without_phone() -> Person:
    person = identity.ensure_person(
        name=GRANDMOTHER.name, id_number=GRANDMOTHER.id_number, division=TOWN, actor=MACHINE, at=LONG_AGO
    )
    account(person, "")
    return identity.verify_person(person_id=person.pk, assurance=3, method="测试", actor=MACHINE, at=LONG_AGO)


def test_each_hears_of_their_case_in_their_own_way(
    desk: Desk, outside: Outside, work: Callable[[], None], tmp_path: Any
) -> None:
    reader, friend, grandmother = desk.books.reader, desk.books.friend, without_phone()
    Person.objects.filter(pk=friend.pk).update(phone="13900000000")
    friend.refresh_from_db()
    account(friend, "13900000000")
    desk.go(AT)

    # The friend wants no text messages: their address is proved by a code, then chosen.
    desk.act("friend", WAYS, deed="ask_code", address="friend@example.com")
    code = mails(tmp_path)[-1]["text"].split("验证码 ")[1][:6]
    desk.act("friend", WAYS, deed="verify", code=code)
    refused = desk.refused("friend", WAYS, 422, deed="choose")
    assert "至少要留一种方式" in refused
    desk.act("friend", WAYS, **{"deed": "choose", "ways-case": ["email"], "ways-account": ["email"]})

    cases = {
        one.name: accepted(desk, person, one)
        for person, one in ((reader, READER), (friend, FRIEND), (grandmother, GRANDMOTHER))
    }
    work()

    # A text message to the reader, a mail to the friend, both without a word of what it is about.
    texts = outside.sms(8, "13800000000")
    assert len(texts) == 3  # submitted, received, accepted
    assert all("民政业务通知" in text and "借书证" not in text for text in texts)
    assert outside.sms(8, "13900000000") == outside.sms(4, "13900000000") == []
    letters = [one for one in mails(tmp_path) if "验证码" not in one["text"]]
    assert {one["to"] for one in letters} == {"friend@example.com"}
    assert len(letters) == 3
    assert "借书证" not in str(letters)

    # The grandmother has no phone: the clerk writes to her, and notes it.
    row = Outreach.objects.get()
    page = desk.page("clerk", f"/staff/outreach/{row.pk}/")
    assert "已受理" in page
    assert "没有可用的电子方式" in page
    desk.act("clerk", f"/staff/outreach/{row.pk}/", way="letter", reached="yes", note="挂号信")
    assert "人工告知：已送达" in desk.page("clerk", staff(cases[GRANDMOTHER.name]))

    # The first gateway fails: the second one carries on, and nobody is told twice.
    outside.moods(sms={"fail": True})
    desk.books.step(cases[READER.name], "visit", AT, "surveyor", "second_surveyor")
    for minutes in range(12):
        desk.go(AT + timedelta(minutes=minutes))
        work()
    assert len(outside.sms(8, "13800000000")) == 3
    assert len(outside.sms(4, "13800000000")) == 1
    assert Message.objects.get(channel="sms", event="cases.complete_step").provider == "sms-2"

    # The officer sees how far it has come, and that it was read.
    case_page = staff(cases[READER.name])
    assert "短信：已发出" in desk.page("clerk", case_page)
    before = desk.page("clerk", case_page).count("已读")
    own = desk.page("reader", "/me/messages/")
    assert "短信：已发出" in own
    newest = Message.objects.get(channel="inbox", event="cases.complete_step")
    desk.act("reader", "/me/messages/", message=newest.pk)
    assert desk.page("clerk", case_page).count("已读") == before + 1
