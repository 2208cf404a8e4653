"""Acceptance A22: somebody who will not, or cannot, do a face check gets every other way, and goes on with the same item."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from tests.journeys.conftest import Simulator
from tests.platform.bank import CARD, bank
from tests.platform.desks import Desk
from tests.platform.test_acceptance import moment

from onedoor.demonstration.cast import bank_card
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.identity.models import BankCheck, Person
from onedoor.platform.identity.operations import ask_bank_check
from onedoor.platform.identity.operations.real_name import GuardianForChild
from onedoor.platform.identity.queries import NATION, people
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.actors import Actor

__all__ = ["bank"]
Work = Callable[[], None]
NOW = moment("2026-10-12", "10:00")
WAYS = ("银行卡核验", "视频核验", "窗口当面核验", "家人代办", "帮办代办员")


def draft_at_level_two(desk: Desk) -> Draft:
    """Return a draft of the reader, whole but for the level: name and number have been matched, no more."""
    desk.go(NOW)
    draft = desk.books.draft(NOW)
    Person.objects.filter(pk=desk.books.reader.pk).update(assurance=2)
    return draft


def submit(desk: Desk, draft: Draft) -> tuple[int, str]:
    answer = desk.post("reader", f"/drafts/{draft.pk}/review/", revision=draft.revision)
    return answer.status_code, answer.content.decode()


def test_a22_whoever_does_no_face_check_goes_on_with_the_same_item(desk: Desk, bank: Simulator, work: Work) -> None:
    draft = draft_at_level_two(desk)
    bank.live_on(NOW)
    status, words = submit(desk, draft)
    assert status == 403
    assert "再验证一次身份" in words
    page = desk.page("reader", "/login/step-up/?next=/me/")
    assert [way for way in WAYS if way not in page] == []
    assert "任何事项都不要求刷脸" in page

    # Every way that is offered leads somewhere.
    for address in ("/me/real-name/?next=/me/", "/appointments/", "/offices/", "/me/delegations/"):
        assert address in page
        assert desk.get("reader", address).status_code == 200

    desk.act("reader", "/me/real-name/", card=CARD, next=f"/drafts/{draft.pk}/review/")
    assert "正在请银行核对" in desk.page("reader", "/me/real-name/")
    assert submit(desk, draft)[0] == 403
    work()
    page = desk.page("reader", f"/me/real-name/?next=/drafts/{draft.pk}/review/")
    assert "核验通过" in page
    assert f'href="/drafts/{draft.pk}/review/"' in page
    check = BankCheck.objects.get()
    assert (check.card, check.phone, check.card_end) == ("", "", CARD[-4:])
    assert submit(desk, draft)[0] == 302
    assert Case.objects.get().applicant == desk.books.reader


def test_a_bank_brings_nobody_back_to_level_four(desk: Desk, bank: Simulator, work: Work) -> None:
    """Whom a window has seen, and has to see again by now, is proved by a bank, no more."""
    draft_at_level_two(desk)
    bank.live_on(NOW)
    Person.objects.filter(pk=desk.books.reader.pk).update(assurance=4, verified_at=moment("2026-01-05", "10:00"))
    parameters.write_parameter(
        key=people.RECHECK,
        division=NATION,
        value=180,
        document="测试",
        valid_from=date(2026, 1, 1),
        recorded_by="测试",
        at=moment("2026-01-01", "00:00"),
    )
    desk.act("reader", "/me/real-name/", card=CARD)
    work()
    found = Person.objects.get(pk=desk.books.reader.pk)
    assert people.assurance_of(found, on=NOW.date()) == 3


def test_a_card_of_somebody_else_proves_nothing(desk: Desk, bank: Simulator, work: Work) -> None:
    draft_at_level_two(desk)
    bank.live_on(NOW)
    desk.act("reader", "/me/real-name/", card=bank_card(8))
    work()
    assert "不一致" in desk.page("reader", "/me/real-name/")
    assert "银行卡号" in desk.refused("reader", "/me/real-name/", 422, card="6222020000000000001")
    assert Person.objects.get(pk=desk.books.reader.pk).assurance == 2


def test_a_bank_that_is_silent_is_asked_again_and_given_up(desk: Desk, settings: object, work: Work) -> None:
    draft_at_level_two(desk)
    settings.ONEDOOR_BANK_CHECK_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    desk.act("reader", "/me/real-name/", card=CARD)
    work()
    assert BankCheck.objects.get().state == "waiting"
    assert "还没有结果" in desk.refused("reader", "/me/real-name/", 422, card=CARD)
    for minute in range(1, 12):
        desk.go(NOW + timedelta(minutes=minute))
        work()
    assert "银行没有答复" in desk.page("reader", "/me/real-name/")


def test_where_no_bank_is_asked_the_other_ways_stand(desk: Desk) -> None:
    draft_at_level_two(desk)
    page = desk.page("reader", "/me/real-name/")
    assert "还没有开通银行卡核验" in page
    assert "窗口当面核验" in page


def test_a_child_under_fourteen_needs_the_guardian(desk: Desk) -> None:
    desk.go(NOW)
    reader = desk.books.reader
    Person.objects.filter(pk=reader.pk).update(born_on=date(2014, 1, 1), assurance=2)
    actor = Actor(kind="citizen", name="", person_id=reader.pk, login_id=1, assurance=2)
    with pytest.raises(GuardianForChild):
        ask_bank_check(card=CARD, actor=actor, at=NOW)
    assert "监护人" in desk.page("reader", "/me/real-name/")
