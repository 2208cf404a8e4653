"""Pauses under supervision: T08 and P09 on their days, shares by organ and officer, each figure with its cases."""

import re
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.platform.cases.test_pauses import begin, end, moment
from tests.platform.desks import Desk
from tests.platform.library import CHINA, COUNTY, TOWN, Library

from onedoor.platform.cases.models import Case
from onedoor.platform.supervision import queries
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.operations import watch_pauses
from onedoor.platform.supervision.rules import overlong_pause, pauses_one_case_too_often, pauses_too_often
from onedoor.standards.workdays import national_calendar

BETWEEN = national_calendar().working_days_between
NOW = datetime(2026, 10, 30, 8, 0, tzinfo=CHINA)


def lit(case: Case, day: str) -> list[tuple[str, str]]:
    watch_pauses(at=moment(day))
    return list(SupervisionEvent.objects.filter(case=case).order_by("id").values_list("rule", "lamp"))


@pytest.mark.parametrize(
    ("today", "lamps"),
    [
        ("2026-10-20", []),  # its planned end: five working days after 10-13
        ("2026-10-21", ["yellow"]),
        ("2026-10-27", ["yellow"]),  # ten working days: exactly twice
        ("2026-10-28", ["yellow", "red"]),
    ],
)
def test_t08_is_yellow_after_the_plan_and_red_after_twice_of_it(today: str, lamps: list[str]) -> None:
    days = {"started_on": date(2026, 10, 13), "planned_end": date(2026, 10, 20), "today": date.fromisoformat(today)}
    assert [one.lamp for one in overlong_pause(**days, working_days=BETWEEN)] == lamps


def test_t08_lights_once_for_each_colour_and_not_after_the_end(books: Library) -> None:
    case, ended = books.accepted(moment("2026-09-29")), None
    begin(books, case, "2026-10-13", date(2026, 10, 20))
    assert lit(case, "2026-10-20") == []
    assert lit(case, "2026-10-21") == lit(case, "2026-10-22") == [("T08", "yellow")]
    assert lit(case, "2026-10-28") == lit(case, "2026-12-01") == [("T08", "yellow"), ("T08", "red")]
    assert ended is None


@pytest.mark.parametrize(
    ("cases", "paused", "is_lit"), [(10, 3, False), (10, 4, True), (9, 9, False), (100, 30, False), (100, 31, True)]
)
def test_p09_an_organ_is_told_above_thirty_in_a_hundred(cases: int, paused: int, is_lit: bool) -> None:
    assert (pauses_too_often(cases=cases, paused=paused, today=date(2026, 10, 30)) is not None) == is_lit


@pytest.mark.parametrize(("by_one", "is_lit"), [(3, False), (4, True)])
def test_p09_a_case_stopped_more_than_three_times_by_one(by_one: int, is_lit: bool) -> None:
    assert (pauses_one_case_too_often(by_one=by_one, today=date(2026, 10, 30)) is not None) == is_lit


def another(case: Case, number: int, *, paused: bool) -> None:
    """Copy a case; with `paused` its pauses too."""
    rows, copy = list(case.pauses.all()) if paused else [], Case.objects.get(pk=case.pk)
    copy.pk, copy.number, copy.query_code = None, f"{number:030d}", f"{number:010d}"
    copy.save()
    for row in rows:
        row.pk, row.case = None, copy
        row.save()


def test_p09_is_raised_for_the_organ_once_a_month_and_stands_on_the_board(desk: Desk) -> None:
    case = desk.books.accepted(moment("2026-09-29"))
    begin(desk.books, case, "2026-10-13", date(2026, 11, 6))
    with transaction.atomic():
        for number in range(1, 10):
            another(case, number, paused=number <= 3)
        assert watch_pauses(at=NOW) == 1
        assert watch_pauses(at=NOW) == 0
        event = SupervisionEvent.objects.get()
        assert (event.rule, event.lamp, event.case, event.division) == ("P09", "notice", None, COUNTY)
        assert event.facts == {"cases": 10, "paused": 4}
        desk.go(NOW)
        assert "九十天受理 10 件，停过表 4 件" in desk.page("supervisor", "/supervision/")
        assert watch_pauses(at=moment("2026-11-02")) == 1
        transaction.set_rollback(True)  # the copies have no actions, which no case may lack


def test_p09_by_one_officer_in_one_case(books: Library) -> None:
    case = books.accepted(moment("2026-09-29"))
    days = [("2026-10-09", "2026-10-10"), ("2026-10-12", "2026-10-13"), ("2026-10-14", "2026-10-15")]
    for first, last in days:
        begin(books, case, first, date.fromisoformat(last))
        end(books, case, last)
    assert lit(case, "2026-10-15") == []
    begin(books, case, "2026-10-16", date(2026, 10, 19))
    assert lit(case, "2026-10-16") == [("P09", "notice")]


def test_row_38_shares_and_lengths_by_organ_and_officer_lead_to_their_cases(desk: Desk) -> None:
    books = desk.books
    case = books.accepted(moment("2026-09-29"))
    begin(books, case, "2026-10-13", date(2026, 10, 20))
    end(books, case, "2026-10-17")
    begin(books, case, "2026-10-20", date(2026, 10, 22))
    end(books, case, "2026-10-22")
    with transaction.atomic():
        another(case, 1, paused=False)
        found = queries.pauses(actor=books.officer("supervisor"), at=NOW, span=90)
        assert (found.whole.cases, found.whole.paused, found.whole.share, found.whole.days) == (2, 1, 50.0, 3.0)
        assert [(one.cases, one.paused, one.days) for one in found.organs] == [(2, 1, 3.0)]
        assert [(one.name, one.pauses, one.paused) for one in found.officers] == [("官员approver", 2, 1)]
        desk.go(NOW)
        page = desk.page("supervisor", f"/supervision/pauses/?within={TOWN}")
        linked = re.findall(
            r'<a href="(/supervision/pauses/cases/[^"]+)">(?:<span[^>]*>[^<]*</span><strong[^>]*>)?(\d+)<', page
        )
        assert [number for _, number in linked] == ["2", "1", "1", "2", "1"]
        for address, number in linked:
            assert f"within={TOWN}" in address
            rows = desk.page("supervisor", address.replace("&amp;", "&"))
            assert rows.count("/staff/cases/") == int(number), address
        transaction.set_rollback(True)
    assert queries.pauses(actor=books.officer("supervisor"), at=moment("2027-02-01"), span=30).organs == []
    assert desk.get("clerk", "/supervision/pauses/").status_code == 403
    assert desk.get("clerk", "/supervision/pauses/cases/").status_code == 403


def test_the_pauses_cost_the_same_however_many(desk: Desk) -> None:
    case = desk.books.accepted(moment("2026-09-29"))
    begin(desk.books, case, "2026-10-13", date(2026, 10, 20))
    desk.go(NOW)
    client = desk.client("supervisor")

    def cost(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    addresses = ("/supervision/pauses/", "/supervision/pauses/cases/")
    few: list[Any] = [cost(address) for address in addresses]
    with transaction.atomic():
        for number in range(1, 60):
            another(case, number, paused=True)
        assert [cost(address) for address in addresses] == few
        assert "before=" in desk.page("supervisor", addresses[1])
        transaction.set_rollback(True)
