"""A05: a year's holiday notice is imported, the limits that run into the year are computed anew and people are told."""

from datetime import date, datetime
from typing import Any

import pytest
from tests.platform.desks import Desk
from tests.platform.library import CHINA, COUNTY, NATION, TOWN, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, Clock
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.messages.models import Message
from onedoor.standards.holidays import Year
from onedoor.standards.workdays import year_faults

AT = datetime(2026, 12, 28, 10, 0, tzinfo=CHINA)
NOTICE = {
    "number": "2027",
    "division": NATION,
    "document": "关于2027年部分节假日安排的通知（测试）",
    "off": "2027-01-01 至 2027-01-04\n2027-02-05,2027-02-11,春节\n4月5日\n5/1-5/2\n10-01 至 10-07",
    "worked": "2027-02-20",
}


def due(case: Case, kind: str) -> tuple[date, bool]:
    clock = case.clocks.get(kind=kind)
    return clock.due_on, clock.provisional


def imported(books: Library, by: str = "item_manager", **changes: str) -> None:
    notice = operations.read_notice(**(NOTICE | changes))
    operations.import_calendar(notice=notice, actor=books.officer(by), at=AT)
    outbox.deliver_pending(at=AT)


def test_a05_through_the_page_the_limit_moves_the_applicant_is_told_and_a_second_round_changes_nothing(
    desk: Desk,
) -> None:
    case = desk.books.received(AT)
    assert due(case, "receive") == (date(2027, 1, 5), True)
    desk.go(AT)
    assert "暂定" in desk.page("item_manager", "/staff/calendar/")
    shown = desk.post("item_manager", "/staff/calendar/", **NOTICE).content.decode()
    assert "1 个时限推后 1 天" in shown
    assert due(case, "receive") == (date(2027, 1, 5), True)  # looked at, not yet imported
    desk.act("item_manager", "/staff/calendar/", confirm="yes", **NOTICE)
    for _ in range(2):
        outbox.deliver_pending(at=AT)
    case.refresh_from_db()
    assert due(case, "receive") == (date(2027, 1, 6), False)
    action = case.actions.get(kind="recalculate")
    assert action.facts["moved"] == {"receive": "2027-01-06"}
    assert action.facts["before"] == {"receive": "2027-01-05"}
    told = Message.objects.get(recipient=desk.books.reader, event="cases.recalculate", channel="inbox")
    assert "收件时限到 2027-01-06" in told.text
    assert AuditEntry.objects.filter(event="cases.import_calendar").count() == 1
    page = desk.page("item_manager", "/staff/calendar/")
    assert NOTICE["document"] in page
    assert case.steps.filter(ended_at__isnull=True).exclude(urgent_on=date(2027, 1, 6)).count() == 0
    again = desk.refused("item_manager", "/staff/calendar/", 422, confirm="yes", **NOTICE)
    assert "完全相同" in again


def test_the_organs_limit_may_come_earlier_the_applicants_never(books: Library) -> None:
    waiting = books.received(AT)
    defects = [Defect("photo", "看不清楚", "在亮处重新拍一张", "《公共图书馆法》")]
    operations.request_supplement(case_id=waiting.pk, defects=defects, actor=books.officer("clerk"), at=AT)
    before = waiting.clocks.get(kind=Clock.Kind.APPLICANT)
    assert before.provisional
    imported(books, off="2027-01-01\n05-01 至 05-02\n10-01 至 10-03", worked="2027-01-02\n2027-01-03")
    assert due(waiting, "applicant") == (before.due_on, False)
    assert not waiting.actions.filter(kind="recalculate").exists()
    operations.withdraw_case(case_id=waiting.pk, actor=books.citizen(), at=AT)
    fresh = books.received(AT)
    assert due(fresh, "receive") == (date(2027, 1, 3), False)


def test_a_limit_of_the_organ_does_come_earlier_when_weekend_days_are_worked(books: Library) -> None:
    case = books.received(AT)
    imported(books, off="2027-01-01\n05-01 至 05-02\n10-01 至 10-03", worked="2027-01-02")
    assert due(case, "receive") == (date(2027, 1, 4), False)


def test_a_place_may_have_days_of_its_own_and_moves_no_other_place(books: Library) -> None:
    here = books.received(AT)
    imported(books, division="330113000000")
    assert due(here, "receive") == (date(2027, 1, 5), True)
    imported(books, division=COUNTY)
    assert due(here, "receive") == (date(2027, 1, 6), False)
    assert here.division == TOWN


def test_only_who_keeps_the_figures_of_a_place_imports_for_it(books: Library) -> None:
    with pytest.raises(NotAllowed):
        imported(books, by="county_items")
    imported(books, by="county_items", division=COUNTY)
    with pytest.raises(NotAllowed):
        imported(books, by="clerk")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"number": "27"}, "number", "四位数字"),
        ({"division": "999999999999"}, "division", "没有这个行政区划代码"),
        ({"document": "通知"}, "document", "文号"),
        ({"off": ""}, "off", "逐行填写"),
        ({"off": "元旦放假"}, "off", "看不懂这一行：“元旦放假”"),
        ({"off": "01-01\n02-30"}, "off", "不存在"),
        ({"off": "2027-01-03 至 2027-01-01"}, "off", "早于开始日"),
        ({"off": "01-01 至 01-03\n01-03\n05-01 至 05-02\n10-01 至 10-03"}, "off", "写了两遍"),
        ({"off": "01-01\n05-01 至 05-02\n10-01 至 10-02"}, "off", "缺少法定节假日 10-03"),
        ({"worked": "2027-02-19"}, "worked", "本来就是工作日"),
        ({"worked": "2027-02-06"}, "worked", "同时写成了放假"),
    ],
)
def test_what_cannot_be_a_notice_is_refused_beside_its_field(
    books: Library, changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        operations.read_notice(**(NOTICE | changes))
    assert words in refused.value.problems[field]


def test_the_years_that_come_with_the_code_are_without_fault() -> None:
    from onedoor.standards.holidays import NOTICES

    assert {number: year_faults(number, year) for number, year in NOTICES.items() if year_faults(number, year)} == {}
    assert year_faults(2027, Year((("13-01", "13-02"),), (), "")) == {"off": "有的日期在 2027 年不存在，请核对。"}
