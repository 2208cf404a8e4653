"""Acceptance: A23, a legal representative who has changed; and what an organization's people may do, by their terms."""

from collections.abc import Callable

import pytest
from tests.platform import clubs, library
from tests.platform.clubs import MINE, SUCCESSOR, USCC, apply_for_books, appoint, register
from tests.platform.desks import Desk, own
from tests.platform.library import FRIEND, ITEM, MACHINE, READER, SHELF
from tests.platform.test_acceptance import moment

from onedoor.platform.cases.models import Case
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Delegation, LegalRepresentative
from onedoor.platform.kernel.errors import AssuranceTooLow
from onedoor.platform.messages.models import Message

Work = Callable[[], None]


def start(desk: Desk, who: str, applicant: int, item: str = SHELF) -> tuple[int, str]:
    """Begin an application and return what comes back, as status and words."""
    answer = desk.post(who, f"/items/{item}/start/", applicant=applicant)
    return answer.status_code, answer.content.decode()


def test_a23_another_legal_representative_suspends_the_old_operators_at_once(desk: Desk, work: Work) -> None:
    entity = clubs.bound(desk.books)
    desk.go(moment("2026-10-12", "10:00"))
    row = appoint(desk, entity)
    number = apply_for_books(desk, "friend", entity)

    register(SUCCESSOR, at=moment("2026-11-03", "08:00"))  # the register says so
    desk.go(moment("2026-11-03", "08:01"))
    row.refresh_from_db()
    assert (row.state, row.suspended_why) == ("suspended", "法定代表人已变更")
    status, words = start(desk, "friend", entity.pk)
    assert status == 403
    assert "草稿会保留" in words
    assert desk.get("friend", own(Case.objects.get(number=number))).status_code == 403
    assert start(desk, "reader", entity.pk)[0] == 403
    work()
    assert Message.objects.filter(event="identity.entity_rests", recipient=desk.books.friend).exists()
    assert Message.objects.filter(event="identity.entity_changed", recipient=desk.books.reader).exists()

    # The account has been somebody's before, so it takes level 4; the successor is known at 3.
    assert "再验证一次身份" in desk.refused("successor", MINE, 403, uscc=USCC)
    successor = desk.books.others["successor"]
    identity.verify_person(person_id=successor.pk, assurance=4, method="窗口", actor=MACHINE, at=library.LONG_AGO)
    desk.act("successor", MINE, uscc=USCC)
    desk.act("successor", f"{MINE}{entity.pk}/", act="confirm", operator=row.pk)
    assert start(desk, "friend", entity.pk)[0] == 302

    # Kept: both representatives, the authorization with its terms, the case with who handled it.
    history = LegalRepresentative.objects.order_by("pk").values_list("name", "ended_at")
    assert [(name, ended is None) for name, ended in history] == [(READER.name, False), (SUCCESSOR.name, True)]
    assert Case.objects.get(number=number).agent == desk.books.friend
    assert number in desk.page("successor", f"{MINE}{entity.pk}/")


def test_an_authorization_that_has_run_out_is_refused_until_it_is_renewed(desk: Desk) -> None:
    entity = clubs.bound(desk.books)
    desk.go(moment("2026-10-12", "10:00"))
    row = appoint(desk, entity, valid_to="2026-10-31")
    desk.go(moment("2026-11-01", "10:00"))
    status, words = start(desk, "friend", entity.pk)
    assert status == 403
    assert "2026-10-31 到期" in words
    assert "已到期" in desk.page("reader", f"{MINE}{entity.pk}/")
    page = f"{MINE}{entity.pk}/"
    assert "之间的截止日" in desk.refused("reader", page, 422, act="renew", operator=row.pk, valid_to="2029-01-01")
    desk.act("reader", page, act="renew", operator=row.pk, valid_to="2026-12-31")
    assert start(desk, "friend", entity.pk)[0] == 302


def test_a_scope_and_a_number_of_applications_bound_what_an_operator_does(desk: Desk) -> None:
    entity = clubs.bound(desk.books)
    desk.go(moment("2026-10-12", "10:00"))
    row = appoint(desk, entity, scopes=["view"])
    assert start(desk, "friend", entity.pk)[0] == 403  # to look is not to apply
    desk.act("reader", f"{MINE}{entity.pk}/", act="drop", operator=row.pk)
    desk.act("reader", f"{MINE}{entity.pk}/people/", **clubs.terms(max_uses="1", items=[]))
    apply_for_books(desk, "friend", entity)
    status, words = start(desk, "friend", entity.pk)
    assert status == 403
    assert "1 次已经用完" in words


def test_whoever_came_first_locks_nobody_out(desk: Desk) -> None:
    """An employee who manages the account cannot keep the representative from ending every authorization."""
    entity = clubs.bound(desk.books)
    desk.go(moment("2026-10-12", "10:00"))
    row = appoint(desk, entity, role="org_manager", scopes=["view", "submit", "sign", "collect"])
    page = f"{MINE}{entity.pk}/"
    assert "法定代表人和您本人" in desk.refused(
        "friend", f"{page}people/", 422, **clubs.terms(name=READER.name, id_number=READER.id_number)
    )
    assert "由法定代表人指定" in desk.refused("friend", f"{page}people/", 422, **named(role="org_manager"))
    wrong = desk.refused("friend", f"{page}people/", 422, **named(items=["assistance.other"]))
    assert "不能超出您自己能办的事项" in wrong
    assert "dict_items" not in wrong
    desk.act("friend", f"{page}people/", **named(valid_to="2026-12-31"))
    with pytest.raises(AssuranceTooLow):
        identity.reset_operators(entity_id=entity.pk, actor=desk.books.citizen(), at=moment("2026-10-12", "10:00"))
    identity.verify_person(
        person_id=desk.books.reader.pk, assurance=4, method="窗口", actor=MACHINE, at=library.LONG_AGO
    )
    desk.act("reader", page, act="reset")
    assert set(Delegation.objects.values_list("state", flat=True)) == {"revoked"}
    assert desk.get("friend", page).status_code == 404
    row.refresh_from_db()
    assert row.confirmed_how == "单位授权"  # the history says what it was


def test_a_manager_undoes_nothing_the_representative_has_done(desk: Desk) -> None:
    """Nor is the same button pressed twice a fault of the site."""
    entity = clubs.bound(desk.books)
    desk.go(moment("2026-10-12", "10:00"))
    page = f"{MINE}{entity.pk}/"
    appoint(desk, entity, role="org_manager", valid_to="2026-11-30")
    desk.act("reader", f"{page}people/", **named(valid_to="2026-11-30", scopes=["view", "submit", "sign"]))
    row = Delegation.objects.get(agent=desk.books.others["successor"])
    assert "只有法定代表人能" in desk.refused("friend", page, 422, act="renew", operator=row.pk, valid_to="2026-11-15")
    Delegation.objects.filter(pk=row.pk).update(scopes=["view"])
    for _ in range(2):
        desk.act("reader", page, act="suspend", operator=row.pk)
    assert "只有法定代表人能" in desk.refused("friend", page, 422, act="confirm", operator=row.pk)
    for _ in range(2):
        desk.act("reader", page, act="confirm", operator=row.pk)
    desk.act("friend", page, act="suspend", operator=row.pk)
    desk.act("friend", page, act="confirm", operator=row.pk)  # what a manager has suspended
    row.refresh_from_db()
    assert row.state == "active"

    desk.go(moment("2026-12-01", "10:00"))  # the manager's own time is over
    assert SUCCESSOR.name not in desk.page("friend", page)
    assert desk.get("friend", f"{page}people/").status_code == 404


def named(**changes: object) -> dict[str, object]:
    """Return the form that authorizes the successor."""
    return clubs.terms(name=SUCCESSOR.name, id_number=SUCCESSOR.id_number, **changes)


def test_an_item_says_who_applies_for_it(desk: Desk) -> None:
    entity = clubs.bound(desk.books)
    desk.go(moment("2026-10-12", "10:00"))
    assert "由单位申请" in start(desk, "reader", desk.books.reader.pk)[1]
    assert "由个人申请" in start(desk, "reader", entity.pk, ITEM)[1]
    assert clubs.NAME in desk.page("reader", f"/items/{SHELF}/start/")
    assert clubs.NAME not in desk.page("reader", f"/items/{ITEM}/start/")
    assert "去“我的单位”" in desk.page("friend", f"/items/{SHELF}/start/")


def test_a_stranger_learns_nothing_of_an_organizations_cases(desk: Desk) -> None:
    entity = clubs.bound(desk.books)
    desk.go(moment("2026-10-12", "10:00"))
    number = apply_for_books(desk, "reader", entity)
    case = Case.objects.get(number=number)
    assert desk.get("friend", own(case)).status_code == 404
    assert desk.get("friend", f"{MINE}{entity.pk}/").status_code == 404
    assert FRIEND.name not in desk.page("reader", f"{MINE}{entity.pk}/")


def test_a_window_changes_no_organization_of_another_county(desk: Desk) -> None:
    entity = clubs.bound(desk.books)
    desk.go(moment("2026-11-03", "09:00"))
    page = "/staff/window/organization/"
    words = desk.refused("elsewhere", page, 422, **clubs.at_the_window())
    assert "登记在其他县" in words
    assert LegalRepresentative.objects.get(entity=entity).name == READER.name
    desk.act("clerk", page, **clubs.at_the_window())  # a township's window serves its county
    assert LegalRepresentative.objects.get(entity=entity, ended_at=None).name == SUCCESSOR.name
