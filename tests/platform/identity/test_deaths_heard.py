"""Whoever is recorded as dead and lives hears of it in time, and is told at the entrance where to go."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.platform.desks import Desk
from tests.platform.identity.bereaved import PAPER, WHO, bury, give_back
from tests.platform.library import MACHINE, Library
from tests.platform.replays.stage import AT

from onedoor.platform.identity.models import Login
from onedoor.platform.messages.models import Message
from onedoor.platform.messages.operations import send_message

PHONE, PASSWORD = "13800000000", "x" * 12
CLOSED = "账号已停用，请本人带身份证到便民服务中心窗口核实。"
WRONG = "手机号或密码不对"


@pytest.fixture
def at_work(books: Library) -> Iterator[Desk]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield Desk(books, traveller)


def log_in(password: str, phone: str = PHONE) -> Any:
    return Client().post("/login/", {"phone": phone, "password": password, "way": "password"})


def code_page(phone: str) -> str:
    answer = Client().post("/login/", {"phone": phone, "way": "code"}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode()).replace(phone[-4:], "####")


def test_the_phone_hears_of_it_before_anybody_confirms(books: Library, at_work: Desk, work: Callable[[], None]) -> None:
    at_work.act("clerk", "/staff/window/person/", **WHO, **PAPER)
    work()
    told = Message.objects.filter(recipient=books.reader, event="identity.death_stated")
    assert {row.channel for row in told} == {"inbox", "sms"}
    for row in told:
        assert "有单位正在办理与您身份有关的登记" in str(row.text)
        assert "12345" in str(row.text)
        for word in ("死", books.reader.name, "朝阳医院", "D110012345"):
            assert word not in str(row.text)


def test_a_confirmation_that_comes_at_once_does_not_hold_the_word_back(
    books: Library, at_work: Desk, work: Callable[[], None]
) -> None:
    bury(books, books.reader)
    work()
    told = Message.objects.get(recipient=books.reader, channel="sms")
    assert "有单位正在办理与您身份有关的登记" in str(told.text)


def test_the_right_password_of_a_closed_account_hears_where_to_go(books: Library, at_work: Desk) -> None:
    bury(books, books.reader)
    answer = log_in(PASSWORD)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert CLOSED in page
    assert WRONG not in page


def test_whoever_does_not_know_the_password_learns_nothing(books: Library, at_work: Desk) -> None:
    open_account = log_in("another-word")
    bury(books, books.reader)
    for answer in (log_in("another-word"), log_in(""), log_in(PASSWORD, "13900000001")):
        assert answer.status_code == open_account.status_code == 403
        assert WRONG in answer.content.decode()
        assert CLOSED not in answer.content.decode()


def test_the_closed_account_is_locked_after_as_many_tries(books: Library, at_work: Desk) -> None:
    bury(books, books.reader)
    for _ in range(5):
        log_in("another-word")
    answer = log_in(PASSWORD)
    assert answer.status_code == 429
    assert CLOSED not in answer.content.decode()


def test_the_page_of_the_code_says_the_same_for_every_number(books: Library, at_work: Desk) -> None:
    bury(books, books.reader)
    closed, nobody = code_page(PHONE), code_page("13900000001")
    assert "一直没有收到的，请本人带身份证到便民服务中心窗口核实" in closed
    assert "发到尾号" not in closed
    strip = closed.split("<form", 1)[0][-400:], nobody.split("<form", 1)[0][-400:]
    assert strip[0] == strip[1]
    assert closed.split('class="help"')[1].split("</p>")[0] == nobody.split('class="help"')[1].split("</p>")[0]
    assert not Login.objects.get(person=books.reader).is_active


def test_no_message_of_a_case_goes_to_the_phone_of_the_dead(
    books: Library, at_work: Desk, work: Callable[[], None]
) -> None:
    def tell(source: str) -> set[str]:
        words = {"event": "cases.decided", "text": "办件有了结果。", "link": "/me/", "case_number": ""}
        send_message(recipient_id=books.reader.pk, source=source, actor=MACHINE, at=AT, **words)
        return set(Message.objects.filter(source=source).values_list("channel", flat=True))

    assert tell("before") == {"inbox", "sms"}
    bury(books, books.reader)
    work()
    assert tell("after") == {"inbox"}
    give_back(books, books.reader)
    assert tell("again") == {"inbox", "sms"}
