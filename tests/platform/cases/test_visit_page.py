"""The page of a home visit: what was written down on the way is there again when it is refused."""

import re
from datetime import datetime

import pytest
from tests.platform import library
from tests.platform.desks import Desk, staff

from onedoor.platform.catalog.forms import FormField
from onedoor.platform.visits import checklists
from onedoor.platform.visits.checklists import Checklist
from onedoor.platform.visits.models import Visit

AT = datetime(2026, 9, 1, 9, 0, tzinfo=library.CHINA)
CHECKLIST = Checklist(
    code="library.visit",
    version=1,
    title="上门核实",
    questions=(FormField(code="opened_by", type="text", label="谁开的门", required=True),),
    findings=(("CONSISTENT", "一致"), ("ABSENT", "没有人在家")),
)


def test_a_refused_visit_keeps_what_was_ticked_and_when_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checklists, "for_item", lambda item: CHECKLIST)
    desk.go(AT)
    case = desk.books.accepted(AT)
    colleague = str(desk.books.posts["second_surveyor"])
    fresh = desk.page("surveyor", staff(case, "visit/?step=visit"))
    assert 'value="2026-09-01T09:00"' in fresh
    assert " checked" not in fresh
    fields = {
        "offline_id": "7b1c8a52-9f0e-4f37-9d51-0c6a1e2f3a4b",
        "step": "visit",
        "visited_at": "2026-09-01T08:10",
        "findings": ["CONSISTENT"],
        "note": "住在本区，有书桌和借来的书。",
        "signed_by_member": "on",
        "colleague": colleague,
    }
    page = desk.refused("surveyor", staff(case, "visit/"), 422, **fields)  # nobody opened the door
    assert 'value="2026-09-01T08:10"' in page
    ticked = re.findall(r'name="(\w+)"(?: value="(\w+)")? checked', page)
    assert ticked == [("colleague", colleague), ("findings", "CONSISTENT"), ("signed_by_member", "")]
    assert 'name="step" value="visit"' in page
    desk.act("surveyor", staff(case, "visit/"), **fields, opened_by="读者本人")
    assert Visit.objects.get(case=case).findings == ["CONSISTENT"]
