"""How a person wants to be told: choices, addresses that are proved, and what an officer does where nothing reaches them."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from django.db import transaction
from tests.platform.desks import Desk, staff
from tests.platform.files.conftest import at_once, where_writers_race
from tests.platform.library import CHINA, MACHINE, Library

from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.messages import operations, providers, queries
from onedoor.platform.messages.models import EmailAddress, Message, Outreach, WeChatAccount
from onedoor.platform.messages.providers import Answer, Outcome, Outgoing, Provider

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
WAYS = "/me/notice-ways/"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> list[Outgoing]:
    """A relay that takes everything, and an official account."""
    sent: list[Outgoing] = []

    def send(outgoing: Any, at: datetime) -> Any:
        for one in outgoing:
            sent.append(one)
            yield Answer(Outcome.TAKEN)

    known = [Provider("mail-1", "email", "邮件一", send), Provider("wechat", "wechat", "微信", send)]
    monkeypatch.setattr(providers, "providers", lambda: known)
    return sent


def tell(books: Library, source: str = "action:1", event: str = "cases.accept") -> set[str]:
    operations.send_message(
        recipient_id=books.reader.pk,
        event=event,
        values={"item": "借书证办理", "promised": "2026-09-15", "later": "", "last": "2026-09-15 10:00"},
        link="/",
        case_number="",
        source=source,
        actor=MACHINE,
        at=AT,
    )
    return set(Message.objects.filter(source=source).exclude(channel="inbox").values_list("channel", flat=True))


def prove_address(desk: Desk, post: list[Outgoing]) -> None:
    desk.go(AT)
    desk.act("reader", WAYS, deed="ask_code", address="reader@example.com")
    code = post[-1].text.split("验证码 ")[1][:6]
    desk.act("reader", WAYS, deed="verify", code=code)


def test_an_address_is_used_once_its_code_has_come_back(desk: Desk, post: list[Outgoing]) -> None:
    prove_address(desk, post)
    assert post[-1].to == "reader@example.com"
    assert str(EmailAddress.objects.get().address) == "reader@example.com"
    assert "已验证" in desk.page("reader", f"{WAYS}?part=addresses")
    desk.act("reader", WAYS, **{"deed": "choose", "ways-case": ["email"], "ways-account": ["email", "sms"]})
    assert tell(desk.books) == {"email"}
    desk.act("reader", WAYS, deed="drop")
    assert tell(desk.books, "action:2") == {"sms"}  # the law wants them told all the same


def test_the_page_stays_light(desk: Desk) -> None:
    desk.go(AT)
    assert len(desk.page("reader", WAYS).encode()) < 7_500  # with styles and icons 60 KB on first view


def test_a_wrong_code_is_counted_and_five_end_it(desk: Desk, post: list[Outgoing]) -> None:
    desk.go(AT)
    desk.act("reader", WAYS, deed="ask_code", address="reader@example.com")
    code = post[-1].text.split("验证码 ")[1][:6]
    for _ in range(5):
        assert "验证码不对" in desk.refused("reader", WAYS, 422, deed="verify", code="abc")
    desk.refused("reader", WAYS, 422, deed="verify", code=code)
    assert "一分钟只能发一次" in desk.refused("reader", WAYS, 422, deed="ask_code", address="reader@example.com")
    desk.go(AT + timedelta(minutes=2))
    assert "邮箱地址不完整" in desk.refused("reader", WAYS, 422, deed="ask_code", address="reader")


def test_what_the_law_requires_cannot_be_switched_off_and_the_page_says_why(desk: Desk, post: list[Outgoing]) -> None:
    desk.go(AT)
    page = desk.refused("reader", WAYS, 422, **{"deed": "choose", "ways-account": ["sms"]})
    assert "至少要留一种方式" in page
    assert "《行政许可法》" in page
    desk.act("reader", WAYS, **{"deed": "choose", "ways-case": ["person"], "ways-account": ["sms"]})
    assert tell(desk.books, "draft:1", "cases.draft_expiring") == set()  # everything else is off
    assert tell(desk.books) == {"person"}


def test_who_has_no_phone_is_told_by_an_officer_and_the_case_shows_it(desk: Desk) -> None:
    desk.books.reader.phone = ""
    desk.books.reader.save()
    case = desk.books.accepted(AT)
    outbox.deliver_pending(at=AT)
    desk.go(AT)
    row = Outreach.objects.get()
    assert row.messages.count() == 2  # received and accepted; submitting is nothing the law requires telling
    assert "欧阳晓娜" in desk.page("clerk", "/staff/outreach/")
    assert desk.get("elsewhere", f"/staff/outreach/{row.pk}/").status_code == 404
    page = desk.page("clerk", f"/staff/outreach/{row.pk}/")
    assert "借书证办理" in page
    address = f"/staff/outreach/{row.pk}/"
    assert "没有通知到的，请写明情况" in desk.refused("clerk", address, 422, way="call", reached="no")
    desk.act("clerk", address, way="call", reached="no", note="电话无人接听")
    desk.act("clerk", address, way="letter", reached="yes")
    assert "已经办结" in desk.refused("clerk", address, 409, way="letter", reached="yes")
    assert set(row.messages.values_list("state", flat=True)) == {"delivered"}
    told = desk.page("clerk", staff(case))
    assert "人工告知：已送达" in told
    assert "未读" in told
    message = Message.objects.filter(channel="inbox", event="cases.accept").get()
    desk.act("reader", "/me/messages/", message=message.pk)
    assert "已读" in desk.page("clerk", staff(case))


def test_a_letter_names_the_person_and_where_to_come_and_nothing_else(desk: Desk) -> None:
    desk.books.reader.phone, desk.books.reader.address = "", "朝阳路 8 号"
    desk.books.reader.save()
    tell(desk.books)
    desk.go(AT)
    address = f"/staff/outreach/{Outreach.objects.get().pk}/"
    assert "打印通知信" in desk.page("clerk", address)
    answer = desk.get("clerk", f"{address}?letter=1")
    assert answer["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    words = "".join(page.get_textpage().get_text_bounded() for page in document)
    for needed in ("欧阳晓娜", "朝阳路 8 号", "您有 1 件", "带身份证", "不收任何费用"):
        assert needed in words, words
    for secret in ("借书", "受理", "2026-09-15"):
        assert secret not in words
    assert desk.get("elsewhere", f"{address}?letter=1").status_code == 404


def test_what_came_while_the_officer_was_on_the_telephone_is_not_told(desk: Desk) -> None:
    desk.books.reader.phone = ""
    desk.books.reader.save()
    tell(desk.books, "action:1")
    desk.go(AT)
    address = f"/staff/outreach/{Outreach.objects.get().pk}/"
    assert 'name="shown" value="1"' in desk.page("clerk", address)
    tell(desk.books, "action:2")
    page = desk.refused("clerk", address, 409, way="call", reached="yes", shown="1", note="本人接的电话")
    assert "又有新的内容" in page
    assert 'name="shown" value="2"' in page
    assert "本人接的电话" in page
    assert Outreach.objects.get().closed_at is None
    desk.act("clerk", address, way="call", reached="yes", shown="2")
    tell(desk.books, "action:3")
    assert Outreach.objects.filter(closed_at=None).get().messages.count() == 1


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_nothing_is_put_into_a_letter_that_has_just_gone(books: Library) -> None:
    books.reader.phone = ""
    books.reader.save()
    tell(books, "action:1")
    clerk, inside, done = books.officer("clerk"), threading.Event(), threading.Event()

    def close() -> None:
        with transaction.atomic():
            row = Outreach.objects.get()
            operations.note_outreach(outreach_id=row.pk, way="call", reached=True, note="", actor=clerk, at=AT)
            inside.set()
            done.wait(1)  # whoever waits for no lock is done before this is committed

    def add() -> None:
        inside.wait()
        tell(books, "action:2")
        done.set()

    at_once(close, add)
    later = Message.objects.get(source="action:2", channel="person")
    assert (later.state, later.outreach.closed_at) == ("queued", None)


def test_one_letter_gathers_what_came_meanwhile(books: Library) -> None:
    books.reader.phone = ""
    books.reader.save()
    tell(books, "action:1")
    tell(books, "action:2")
    assert Outreach.objects.get().messages.count() == 2


def test_a_code_binds_the_account_it_is_sent_from_once(books: Library) -> None:
    code = operations.make_binding_code(actor=books.citizen(), at=AT)
    with pytest.raises(operations.BindingCodeWrong):
        operations.bind_wechat(open_id="o-1", code="22222222", actor=MACHINE, at=AT)
    operations.bind_wechat(open_id="o-1", code=code.lower(), actor=MACHINE, at=AT)
    assert queries.person_bound_to(open_id="o-1") == books.reader.pk
    with pytest.raises(operations.AccountBound):
        operations.bind_wechat(open_id="o-1", code=code, actor=MACHINE, at=AT)
    with pytest.raises(operations.BindingCodeWrong):  # used
        operations.bind_wechat(open_id="o-2", code=code, actor=MACHINE, at=AT)
    late = operations.make_binding_code(actor=books.citizen(), at=AT)
    with pytest.raises(operations.BindingCodeWrong):
        operations.bind_wechat(open_id="o-2", code=late, actor=MACHINE, at=AT + timedelta(minutes=10))
    again = operations.make_binding_code(actor=books.citizen(), at=AT)
    operations.bind_wechat(open_id="o-2", code=again, actor=MACHINE, at=AT)
    assert queries.person_bound_to(open_id="o-1") is None  # the newer one counts
    operations.unbind_wechat(person_id=books.reader.pk, actor=books.citizen(), at=AT)
    assert not WeChatAccount.objects.filter(ended_at=None).exists()
    with pytest.raises(NotAllowed):
        operations.unbind_wechat(person_id=books.reader.pk, actor=books.citizen(books.friend), at=AT)


def test_a_way_that_does_not_exist_is_refused(books: Library) -> None:
    for kind, ways in (("case", ["pigeon"]), ("gossip", ["sms"])):
        with pytest.raises(InvalidInput):
            operations.choose_ways(kind=kind, ways=ways, actor=books.citizen(), at=AT)
