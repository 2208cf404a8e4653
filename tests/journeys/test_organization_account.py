"""A club's account: taken over, used by an operator, given to the next representative; the old operator waits, then goes."""

from collections.abc import Callable

from onedoor.platform.cases.models import Case
from onedoor.platform.identity.models import Delegation, LegalRepresentative
from onedoor.platform.messages.models import Message
from tests.platform import clubs
from tests.platform.clubs import MINE, NAME, SUCCESSOR, USCC, apply_for_books, appoint, at_the_window
from tests.platform.conftest import books, desk
from tests.platform.desks import Desk, own, staff
from tests.platform.library import FRIEND, READER, SHELF, open_to_organizations
from tests.platform.test_acceptance import moment

__all__ = ["books", "desk"]
Work = Callable[[], None]


def test_from_taking_over_to_the_next_representative(desk: Desk, work: Work) -> None:
    open_to_organizations(desk.books)
    clubs.open_accounts(desk.books)

    # Unknown to the platform: the page says where to go. Known from the register: the representative takes it over.
    desk.go(moment("2026-10-12", "10:00"))
    assert "窗口登记" in desk.refused("reader", MINE, 422, uscc=USCC)
    entity = clubs.register()
    assert "不一致" in desk.refused("friend", MINE, 422, uscc=USCC)
    desk.act("reader", MINE, uscc=USCC)
    page = f"{MINE}{entity.pk}/"
    assert desk.get("friend", page).status_code == 404

    # An operator with a name, a scope and a last day; they apply as the club.
    appoint(desk, entity)
    work()
    assert "授权您替单位办事" in desk.page("friend", "/me/messages/")
    number = apply_for_books(desk, "friend", entity)
    case = Case.objects.get(number=number)
    assert (case.applicant.name, case.agent) == (NAME, desk.books.friend)
    desk.act("friend", own(case, "hand-in/"))
    work()
    told = set(Message.objects.filter(case_number=number, channel="inbox").values_list("recipient_id", flat=True))
    assert told == {desk.books.reader.pk, desk.books.friend.pk}
    bench = desk.page("clerk", staff(case))
    assert all(word in bench for word in (NAME, USCC, FRIEND.name, "单位授权"))
    assert number in desk.page("reader", page)
    assert USCC in desk.page("reader", own(case))

    # The representative changes: at the window the next one gets the account, and the operator rests at once.
    desk.go(moment("2026-11-03", "09:30"))
    desk.act("clerk", "/staff/window/organization/", **at_the_window())
    work()
    assert "暂停" in desk.page("friend", "/me/messages/")
    refused = desk.post("friend", f"/items/{SHELF}/start/", applicant=entity.pk)
    assert refused.status_code == 403
    assert "法定代表人已变更" in refused.content.decode()
    assert desk.get("reader", own(case)).status_code == 404
    assert desk.get("reader", page).status_code == 404

    # The next one sees everything, confirms the operator, who goes on.
    mine = desk.page("successor", page)
    assert number in mine
    assert "确认，继续授权" in mine
    assert READER.name in mine
    row = Delegation.objects.get(principal=entity.party)
    desk.act("successor", page, act="confirm", operator=row.pk)
    assert desk.get("friend", own(case)).status_code == 200

    # Once more at the window, with a reset: nobody but the representative may act any more, and the history is there.
    desk.act("clerk", "/staff/window/organization/", **at_the_window(reset="1"))
    assert desk.get("friend", own(case)).status_code == 403
    assert "办过 1 件" in desk.page("successor", page)
    assert [row.name for row in LegalRepresentative.objects.order_by("pk")] == [READER.name, SUCCESSOR.name]
