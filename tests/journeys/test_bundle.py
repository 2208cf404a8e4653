"""入馆一件事, as the reader and the officers' pages do it: one form, three cases, one of them refused, one page of results."""

from collections.abc import Callable
from datetime import datetime, timedelta

from onedoor.platform.bundles.models import BundleCase
from onedoor.platform.cases.models import Case, Draft
from tests.journeys.conftest import photo
from tests.platform.bundles.society import open_society
from tests.platform.conftest import books, desk  # noqa: F401  fixtures
from tests.platform.desks import Desk, staff
from tests.platform.library import CHINA, DENIED, READER, Library

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=CHINA)


def test_from_one_form_to_one_page_of_results(
    desk: Desk,  # noqa: F811
    books: Library,  # noqa: F811
    work: Callable[[], None],
) -> None:
    society = open_society(books, account=False)
    desk.go(MONDAY)
    guide = desk.page("reader", "/together/library.welcome/")
    assert "到窗口办理" in guide  # the canteen has no item and is not pretended
    desk.act("reader", "/together/library.welcome/")
    case = BundleCase.objects.get()
    url = f"/bundles/{case.pk}/"
    fill(desk, url)
    desk.act("reader", f"{url}review/", revision=revision(case), delivery="electronic", together="yes")
    receipt = desk.page("reader", f"{url}receipt/")
    case.refresh_from_db()
    for code in ("card", "room"):
        child = society.member(case, code).case
        assert child is not None
        assert child.query_code in receipt
    assert case.number is not None
    assert case.number in receipt

    desk.go(MONDAY + timedelta(hours=1))
    work()
    room = society.member(case, "room").case
    assert room is not None
    assert "属于一件事" in desk.page("clerk", staff(room))
    assert f'href="{url}"' in desk.page("reader", f"/cases/{room.number}/")
    refuse(desk, room)
    grant(desk, society.member(case, "card").case)
    work()
    assert "轮到“储物柜”了" in desk.page("reader", url)
    draft = Draft.objects.get(pk=society.member(case, "locker").draft_id)
    desk.act("reader", f"/drafts/{draft.pk}/s/locker/", revision=draft.revision, holder=READER.name, size="small")
    draft.refresh_from_db()
    desk.act("reader", f"/drafts/{draft.pk}/review/", revision=draft.revision, delivery="electronic")
    desk.go(MONDAY + timedelta(hours=2))
    work()
    grant(desk, society.member(case, "locker").case)
    work()
    page = desk.page("reader", f"{url}results/")
    assert "已办成" in page
    assert "未获准" in page
    assert "不用再跑，下面就是全部文书。" in page
    assert page.count("（PDF）") == 3
    clock_view = desk.page("clerk", f"/staff/bundles/cases/{case.number}/")
    assert "未获准" in clock_view
    assert READER.id_number not in clock_view
    case.refresh_from_db()
    assert case.state == "done"


def revision(case: BundleCase) -> int:
    return BundleCase.objects.get(pk=case.pk).revision


def fill(hall: Desk, url: str) -> None:
    case = BundleCase.objects.get()
    hall.act("reader", f"{url}choose/", revision=case.revision, has_bag="yes", members=["room"])
    typed = {"name": READER.name, "id_number": READER.id_number, "is_student": "no"}
    hall.act("reader", f"{url}s/you/", revision=revision(case), **typed)
    hall.act("reader", f"{url}s/reading/", revision=revision(case), weekly="6")
    hall.act("reader", f"{url}papers/", file_portrait=photo("portrait"), next="1")
    assert "一寸照片：已上传" in hall.page("reader", f"{url}review/")


def grant(hall: Desk, case: Case | None) -> None:
    assert case is not None
    hall.act("clerk" if case.receiving_organization.tier == 5 else "approver", staff(case, "accept/"))
    hall.act("approver", staff(case, "decide/"), decision="grant", reason="符合条件，准予办理。")


def refuse(hall: Desk, case: Case | None) -> None:
    assert case is not None
    hall.act("clerk", staff(case, "accept/"))
    hall.act("approver", staff(case, "decide/"), decision="deny", **{**DENIED, "basis": DENIED["basis"][0]})
