"""免申即享 through the pages: one offer accepted with one tap, one declined, one contested and answered."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from onedoor.platform.bundles import proactive
from onedoor.platform.bundles.models import ProactiveOffer
from onedoor.platform.cases.models import Case
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel import clock
from tests.platform.bundles import elders
from tests.platform.bundles.society import open_society
from tests.platform.conftest import books, desk  # noqa: F401  fixtures
from tests.platform.desks import Desk
from tests.platform.library import CHINA, LONG_AGO, MACHINE, Library

MORNING = datetime(2026, 9, 2, 9, 0, tzinfo=CHINA)


def test_accepted_declined_contested(
    desk: Desk,  # noqa: F811
    books: Library,  # noqa: F811
    work: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_society(books, account=False)
    identity.open_citizen_login(
        person_id=books.friend.pk, phone="13900000000", password="x" * 12, actor=MACHINE, at=LONG_AGO
    )
    Person.objects.filter(pk__in=[books.reader.pk, books.friend.pk]).update(born_on=date(1960, 5, 6))
    desk.go(MORNING)
    with elders.offered(monkeypatch):
        night(work)
        page = desk.page("reader", "/me/")
        assert "您可能可以享受<strong>长者储物柜</strong>" in page
        taken, other = own(books.reader), own(books.friend)
        assert "您今年 66 岁，满六十岁。" in desk.page("reader", f"/offers/{taken.pk}/")
        desk.act("reader", f"/offers/{taken.pk}/", answer="accept")
        assert Case.objects.get().declared.content["size"] == "small"
        assert "已经替您提交" in desk.page("reader", f"/offers/{taken.pk}/")

        refused = desk.refused("friend", f"/offers/{other.pk}/", 422, answer="wrong", text="")
        assert "请写明哪一项不对" in refused
        desk.act("friend", f"/offers/{other.pk}/", answer="wrong", text="我还没有满六十岁。")
        assert "本人说信息有误" in desk.page("reviewer", "/staff/offers/")
        desk.act("reviewer", f"/staff/offers/contested/{other.pk}/", answer="已经更正您的出生日期。")
        work()
        assert "已经更正您的出生日期。" in desk.page("friend", f"/offers/{other.pk}/")

        desk.go(MORNING.replace(year=2027))
        night(work)
        again = own(books.friend, period="2027")
        desk.act("friend", f"/offers/{again.pk}/", answer="decline")
        desk.act("friend", "/offers/", checks="off")
        assert "现在：不核对" in desk.page("friend", "/offers/")
    assert own(books.friend, period="2027").state == "declined"


def night(work: Callable[[], None]) -> None:
    proactive.run_due(at=clock.now())
    work()


def own(person: Any, period: str = "2026") -> ProactiveOffer:
    return ProactiveOffer.objects.get(person=person, period=period)
