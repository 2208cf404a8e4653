"""Objections to a public notice: in the history of the case without a name, found out once."""

from datetime import datetime, timedelta

import pytest
from tests.platform.desks import Desk, staff
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, Objection
from onedoor.platform.cases.operations.notices import ObjectionClosed, ObjectionNotFound

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


@pytest.fixture
def objection(books: Library) -> Objection:
    notice = books.noticed(AT).notices.get()
    return operations.raise_objection(
        notice_id=notice.pk, text="他不住在这里，邻居都知道。", contact="", actor=books.citizen(books.friend), at=AT
    )


def test_raised_and_found_out_stand_in_the_history_and_name_nobody(books: Library, objection: Objection) -> None:
    case = objection.notice.case
    raised = Action.objects.get(case=case, kind="raise_objection")
    assert (raised.person_id, raised.login_id) == (None, None)
    assert raised.facts == {"notice": objection.notice_id, "objection": objection.pk}
    finding = "走访邻居两家，确实住在本区。"
    operations.close_objection(objection_id=objection.pk, finding=finding, actor=books.officer("reviewer"), at=AT)
    closed = Action.objects.get(case=case, kind="close_objection")
    assert finding not in str(closed.facts)
    assert Case.objects.get(pk=case.pk).state == "publicizing"


def test_what_was_found_is_not_written_over(desk: Desk, objection: Objection) -> None:
    desk.go(AT)
    page = f"/staff/objections/{objection.pk}/"
    desk.act("reviewer", page, finding="走访邻居两家，确实住在本区。")
    assert "不能改写" in desk.refused("reviewer", page, 409, finding="走访邻居两家，并不住在本区。")
    objection.refresh_from_db()
    assert objection.finding == "走访邻居两家，确实住在本区。"
    with pytest.raises(ObjectionClosed):
        operations.close_objection(
            objection_id=objection.pk,
            finding="走访邻居两家，并不住在本区。",
            actor=desk.books.officer("reviewer"),
            at=AT + timedelta(hours=1),
        )
    with pytest.raises(ObjectionNotFound):
        operations.close_objection(
            objection_id=objection.pk + 1, finding="走访邻居", actor=desk.books.officer("reviewer"), at=AT
        )
    assert staff(objection.notice.case)
