"""Near relatives of the staff (R-ORG-3): filed, the officer steps aside, two approvers decide."""

from datetime import datetime, timedelta

import pytest
from tests.platform import library
from tests.platform.desks import Desk, staff
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.bias import RelativeHandles
from onedoor.platform.cases.models import Case, RelatedStaffDeclaration
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.decisions import NeedsSecondApprover, SameApprover
from onedoor.platform.cases.operations.relatives import DeclaredTooLate
from onedoor.platform.cases.rulings import Ruling

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=8)


@pytest.fixture
def ready(books: Library) -> Case:
    """A case ready to be decided whose clerk turns out to be the reader's sister."""
    case = books.noticed(AT)
    duties.close_ended_notices(at=LATER)
    operations.declare_relative(case_id=case.pk, relation="姐妹", actor=books.officer("clerk"), at=LATER)
    return Case.objects.get(pk=case.pk)


def test_an_officer_who_is_a_relative_does_no_step_any_more(books: Library) -> None:
    case = books.accepted(AT)
    surveyor = books.officer("surveyor")
    operations.declare_relative(case_id=case.pk, relation="兄弟", actor=surveyor, at=AT)
    operations.declare_relative(case_id=case.pk, relation="兄弟", actor=surveyor, at=AT)
    assert RelatedStaffDeclaration.objects.filter(case=case).count() == 1
    with pytest.raises(RelativeHandles) as refused:
        books.step(case, "visit", AT, "second_surveyor", "surveyor")
    assert (refused.value.code, refused.value.http_status) == ("role.relative", 403)


def test_one_approver_alone_does_not_decide_it(books: Library, ready: Case) -> None:
    with pytest.raises(NeedsSecondApprover):
        operations.decide_case(case_id=ready.pk, ruling=Ruling(True), actor=books.officer("approver"), at=LATER)
    assert Case.objects.get(pk=ready.pk).state == "deciding"


def test_the_second_approver_confirms_and_only_then_it_takes_effect(desk: Desk, ready: Case) -> None:
    desk.go(LATER)
    page = desk.page("approver", staff(ready, "decide/"))
    assert "须由本单位另一名审批人员复核" in page
    desk.act("approver", staff(ready, "decide/"), decision="grant")
    ready.refresh_from_db()
    assert (ready.state, ready.decided_at) == ("deciding", None)
    assert not ready.documents.filter(kind="grant").exists()
    assert "须由另一名审批人员复核" in desk.page("approver", staff(ready))
    assert desk.get("approver", staff(ready, "confirm/")).status_code == 409
    with pytest.raises(SameApprover):
        operations.confirm_decision(
            case_id=ready.pk, agreed=True, note="", actor=desk.books.officer("approver"), at=LATER
        )
    assert "拟定的决定：准予" in desk.page("second_approver", staff(ready, "confirm/"))
    desk.act("second_approver", staff(ready, "confirm/"), answer="agree")
    ready.refresh_from_db()
    assert (ready.state, ready.result) == ("completed", "granted")


def test_the_second_approver_may_oppose_and_it_is_decided_anew(desk: Desk, ready: Case) -> None:
    desk.go(LATER)
    denial = {**library.DENIED, "decision": "deny"}
    desk.act("approver", staff(ready, "decide/"), **denial)
    assert library.DENIED["reason"] in desk.page("second_approver", staff(ready, "confirm/"))
    desk.refused("second_approver", staff(ready, "confirm/"), 422, answer="oppose", note="不行")
    desk.act("second_approver", staff(ready, "confirm/"), answer="oppose", note="租约证明住在本区，应当准予。")
    ready.refresh_from_db()
    assert (ready.state, ready.result) == ("deciding", "")
    desk.act("second_approver", staff(ready, "decide/"), decision="grant")
    desk.act("approver", staff(ready, "confirm/"), answer="agree")
    ready.refresh_from_db()
    assert (ready.state, ready.result) == ("completed", "granted")


def test_the_answer_in_the_form_files_it(books: Library) -> None:
    form = library.item().model_dump(mode="json", by_alias=True)["form"]
    form["sections"][0]["fields"].append({"code": "near_relative", "type": "yes_no", "label": "有没有近亲属是馆员"})
    library.publish(library.item(form=form), valid_from=AT.date().replace(month=8))
    plain = books.received(AT, near_relative="no")
    assert not plain.relatives.exists()
    operations.withdraw_case(case_id=plain.pk, actor=books.citizen(), at=AT)
    assert books.received(AT, near_relative="yes").relatives.get().source == "answer"


def test_after_the_decision_it_is_too_late(books: Library, ready: Case) -> None:
    approver, second = books.officer("approver"), books.officer("second_approver")
    operations.propose_decision(case_id=ready.pk, ruling=Ruling(True), actor=approver, at=LATER)
    operations.confirm_decision(case_id=ready.pk, agreed=True, note="", actor=second, at=LATER)
    with pytest.raises(DeclaredTooLate):
        operations.declare_relative(case_id=ready.pk, relation="兄弟", actor=books.officer("reviewer"), at=LATER)


def test_an_officer_declares_it_on_a_page(desk: Desk) -> None:
    case = desk.books.accepted(AT)
    desk.books.step(case, "visit", AT, "surveyor", "second_surveyor")
    desk.go(AT)
    desk.refused("reviewer", staff(case, "relative/"), 422, relation="")
    desk.act("reviewer", staff(case, "relative/"), relation="夫妻")
    assert "近亲属备案" in desk.page("surveyor", staff(case))
    assert "应当回避" in desk.page("reviewer", staff(case))
