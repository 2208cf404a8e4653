"""Lamps: each on its day, once, and by the machine alone (A01, A14, A15, the worked example of the rules)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.platform.library import CHINA, MACHINE, TOWN, Library, proof

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.supervision import queries
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.operations import raise_event, watch_clocks
from onedoor.platform.supervision.rules import ClockDays, Lit, lamps, repeated_notice

LAW = "《公共图书馆法》"
WORDS = {"reason": "需要进一步核实读者的住址。", "basis": LAW}
EXPERTS: dict[str, Any] = {
    "procedure": "experts",
    "reason": "需请专家评审古籍借阅资格。",
    "planned_end": date(2026, 10, 20),
}


def moment(day: str, clock: str = "08:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHINA)


def lit(case: Case, day: str) -> dict[str, str]:
    """Look at the clocks on a day and return every lamp of the case so far."""
    watch_clocks(at=moment(day))
    return dict(SupervisionEvent.objects.filter(case=case).values_list("rule", "lamp"))


def test_the_worked_example_day_by_day(books: Library) -> None:
    """Acceptance 2026-09-29, promised 10-19, by law 11-02: T01 on 10-16, T03 on 10-20, T04 on 11-03."""
    case = books.accepted(moment("2026-09-29"))
    seen = {}
    day = date(2026, 9, 29)
    while day <= date(2026, 11, 5):
        for rule, lamp in lit(case, day.isoformat()).items():
            seen.setdefault(rule, (day.isoformat(), lamp))
        day += timedelta(days=1)
    assert seen == {
        "T01": ("2026-10-16", "notice"),
        "T03": ("2026-10-20", "yellow"),
        "T04": ("2026-11-03", "red"),
    }
    assert SupervisionEvent.objects.count() == 3


def test_a_pause_in_time_moves_the_lamps(books: Library) -> None:
    case = books.accepted(moment("2026-09-29"))
    approver = books.officer("approver")
    operations.begin_special_procedure(case_id=case.pk, actor=approver, at=moment("2026-10-13"), **EXPERTS)
    assert lit(case, "2026-10-16") == {}
    operations.end_special_procedure(
        case_id=case.pk, result="专家评审认为可以办理。", proof=proof(), actor=approver, at=moment("2026-10-20")
    )
    assert lit(case, "2026-10-20") == {}
    assert lit(case, "2026-10-26") == {"T01": "notice"}
    assert lit(case, "2026-10-28") == {"T01": "notice", "T03": "yellow"}
    assert lit(case, "2026-11-10") == {"T01": "notice", "T03": "yellow"}
    assert lit(case, "2026-11-11")["T04"] == "red"


def test_an_extension_moves_the_red_lamp(books: Library) -> None:
    case = books.accepted(moment("2026-11-02"))
    operations.extend_limit(case_id=case.pk, actor=books.officer("approver"), at=moment("2026-11-27"), **WORDS)
    assert "T04" not in lit(case, "2026-12-14")
    assert lit(case, "2026-12-15")["T04"] == "red"


def test_a_decided_case_lights_nothing_any_more(books: Library) -> None:
    case = books.noticed(moment("2026-09-29"))
    duties.close_ended_notices(at=moment("2026-10-15"))
    operations.decide_case(
        case_id=case.pk, ruling=Ruling(True), actor=books.officer("approver"), at=moment("2026-10-15")
    )
    assert lit(case, "2026-12-31") == {}


def test_the_applicants_time_lights_nothing(books: Library) -> None:
    case = books.received(moment("2026-09-01"))
    defects = [Defect("photo", "看不清楚", "在亮处重新拍一张", LAW)]
    operations.request_supplement(
        case_id=case.pk, defects=defects, actor=books.officer("clerk"), at=moment("2026-09-02")
    )
    outbox.deliver_pending(at=moment("2026-09-02"))
    assert lit(case, "2026-09-16") == {}  # and a first notice is no fault


def test_looking_again_and_again_raises_each_lamp_once(books: Library) -> None:
    case = books.accepted(moment("2026-09-29"))
    assert watch_clocks(at=moment("2026-11-03")) == 2  # T03 and T04 at one look
    assert watch_clocks(at=moment("2026-11-03")) == 0
    assert watch_clocks(at=moment("2026-12-03")) == 0
    assert SupervisionEvent.objects.filter(case=case).count() == 2


def test_a01_silence_is_red_even_if_nobody_looked_at_the_clock(books: Library) -> None:
    case = books.received(moment("2026-09-28"))
    assert lit(case, "2026-10-10") == {}  # a Saturday that is worked: the fifth day
    duties.deem_accepted(at=moment("2026-10-10", "23:59"))
    assert Case.objects.get(pk=case.pk).state == "received"
    duties.deem_accepted(at=moment("2026-10-11", "00:01"))
    outbox.deliver_pending(at=moment("2026-10-11", "00:02"))
    event = SupervisionEvent.objects.get(case=case)
    assert (event.rule, event.lamp, event.organization_name) == ("T06", "red", case.receiving_organization.name)


def test_a01_one_silence_is_one_red_lamp(books: Library) -> None:
    case = books.received(moment("2026-09-28"))
    assert lit(case, "2026-10-11") == {"T06": "red"}
    duties.deem_accepted(at=moment("2026-10-11", "08:05"))
    outbox.deliver_pending(at=moment("2026-10-11", "08:06"))
    assert SupervisionEvent.objects.filter(case=case, rule="T06").count() == 1


def test_a08_a_refusal_forced_in_without_basis_lights_p02(books: Library) -> None:
    from onedoor.platform.cases import life
    from onedoor.platform.cases.states import Kind

    case = books.received(moment("2026-09-01"))
    with transaction.atomic():
        locked = life.lock(case.pk)
        life.append(locked, Kind.REFUSE, actor=MACHINE, at=moment("2026-09-02"), facts={"basis": ""})
    outbox.deliver_pending(at=moment("2026-09-02"))
    assert SupervisionEvent.objects.get(case=case, rule="P02").lamp == "yellow"


@pytest.mark.parametrize(("round_number", "lamp"), [(1, None), (2, "yellow"), (3, "red"), (4, "red")])
def test_p01_grows_with_the_rounds(round_number: int, lamp: str | None) -> None:
    found = repeated_notice(round_number)
    assert (found.lamp if found else None) == lamp


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.sampled_from(["promised", "statutory", "receive"]), DAYS, st.integers(-20, 20))
def test_no_lamp_before_its_time_and_none_missing_after(kind: str, due_on: date, ahead: int) -> None:
    today = due_on + timedelta(days=ahead)
    found = lamps(
        ClockDays(kind, due_on, due_on - timedelta(days=14)), today=today, is_workday=lambda day: day.weekday() < 5
    )
    serious = {"promised": ("T03", "yellow"), "statutory": ("T04", "red"), "receive": ("T06", "red")}[kind]
    assert [(one.rule, one.lamp) for one in found if one.lamp != "notice"] == ([serious] if today > due_on else [])
    reminded = [one for one in found if one.lamp == "notice"]
    assert not reminded or (kind == "promised" and today <= due_on and today >= reminded[0].on)


def test_only_the_machine_raises(books: Library) -> None:
    case = books.accepted(moment("2026-09-29"))
    for name in ("clerk", "approver", "supervisor"):
        with pytest.raises(NotAllowed):
            raise_event(
                case=case,
                lit=Lit("T03", "yellow", date(2026, 10, 20)),
                subject="by hand",
                facts={},
                actor=books.officer(name),
                at=moment("2026-10-20"),
            )


def test_the_board_shows_its_reach_and_only_to_supervisors(books: Library) -> None:
    case = books.accepted(moment("2026-09-29"))
    watch_clocks(at=moment("2026-11-03"))
    supervisor, on = books.officer("supervisor"), date(2026, 11, 3)
    board = queries.board(actor=supervisor, on=on)
    assert (board.open_cases, board.due, board.cards_standing, board.completed.total) == (1, 1, 1, 0)
    assert (board.cards.total, board.received.total) == (2, 0)  # a yellow and a red one of the same case
    for shown in queries.SHOWN:
        expected = [case] if shown in ("open", "due", "cards") else []
        assert queries.cases_behind(shown=shown, actor=supervisor, on=on) == expected, shown
    for name in ("clerk", "reviewer", "approver", "auditor"):
        with pytest.raises(NotAllowed):
            queries.board(actor=books.officer(name), on=on)
        with pytest.raises(NotAllowed):
            queries.events(actor=books.officer(name), on=on)


def test_a_supervisor_elsewhere_sees_none_of_it(books: Library) -> None:
    from dataclasses import replace

    books.accepted(moment("2026-09-29"))
    watch_clocks(at=moment("2026-11-03"))
    on = date(2026, 11, 3)
    elsewhere = replace(books.officer("supervisor"), reach=(("330113000000", "330114000000"),))
    for within in ("", TOWN):  # asking for the other place by its code does not open it
        board = queries.board(actor=elsewhere, on=on, within=within)
        assert (board.open_cases, board.due, board.cards_standing, board.voided) == (0, 0, 0, 0)
        assert queries.events(actor=elsewhere, on=on, within=within) == []
    other_line = replace(books.officer("supervisor"), lines=frozenset({"marriage"}))
    assert queries.events(actor=other_line, on=on) == []
