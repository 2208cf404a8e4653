"""Row 39: what it means that the law's limit passes without a decision, at its edges."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from tests.platform import library
from tests.platform.cases.test_pauses import begin, end
from tests.platform.cases.test_supplements import supply
from tests.platform.desks import Desk, own
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, CaseDocument, CaseStep, StoredJudgement
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.kernel import outbox
from onedoor.platform.messages.models import Message
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.operations import watch_clocks

WHOLE = library.item().model_dump(mode="json", by_alias=True)
GRANTS = {"outcome": "grant", "basis": "《中华人民共和国行政许可法》第五十条"}
DEFECT = Defect("proof", problem="看不清楚", how_to_fix="在亮处重新拍一张", basis="《公共图书馆法》")


def moment(day: str, clock: str = "08:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHINA)


BEGUN = moment("2026-09-29")  # the law's twenty working days end on 2026-11-02
OVER = moment("2026-11-03", "00:01")


@pytest.fixture
def granting(desk: Desk) -> Desk:
    publish()
    return desk


def publish(**changes: Any) -> None:
    library.publish(library.item(**{"silence": GRANTS} | changes), valid_from=date(2026, 8, 1))


def text(paper: CaseDocument) -> str:
    return str(dict(paper.content))


def state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def test_row_39_silence_grants_where_the_item_says_so(granting: Desk) -> None:
    case = granting.books.accepted(BEGUN)
    assert "视为准予" in text(case.documents.get(kind="acceptance"))
    assert duties.mind_silences(at=moment("2026-11-02", "23:59")) == 0
    assert duties.mind_silences(at=OVER) == 1
    assert duties.mind_silences(at=OVER) == 0
    case.refresh_from_db()
    assert (case.state, case.result, case.decided_at) == ("completed", "granted", OVER)
    kinds = list(Action.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))
    assert kinds[-3:] == ["grant_by_silence", "deliver", "finish"]
    action = Action.objects.get(case=case, kind="grant_by_silence")
    assert (action.actor_kind, action.actor_name) == ("system", "系统（法定期限届满）")
    assert (action.facts["due_on"], action.facts["by_rule"]) == ("2026-11-02", True)
    paper = CaseDocument.objects.get(case=case, kind="silent_grant")
    assert "没有作出决定" in text(paper)
    assert GRANTS["basis"] in text(paper)
    assert StoredJudgement.objects.filter(case=case).count() == 1
    assert not case.steps.filter(ended_at=None).exists()
    assert not case.clocks.exclude(state="stopped").exists()


def test_nobody_is_said_to_have_done_what_was_passed_over(granting: Desk) -> None:
    case = granting.books.accepted(BEGUN)
    granting.books.step(case, "visit", BEGUN, "surveyor", "second_surveyor")
    duties.mind_silences(at=OVER)
    rows = {row.code: (row.outcome, row.performers.count()) for row in CaseStep.objects.filter(case=case)}
    passed = (CaseStep.PASSED_OVER, 0)
    assert (rows["visit"], rows["opinion"], rows["notice"], rows["decide"]) == (("agree", 2), passed, passed, passed)
    outbox.deliver_pending(at=OVER)
    granting.go(OVER)
    page = granting.page("reader", own(case))
    assert "逾期未作决定视为准予" in page
    assert '上门核实<span class="visually-hidden">（已完成）' in page
    assert "审核意见<span" not in page
    inbox = Message.objects.get(event="cases.grant_by_silence", recipient=granting.books.reader, channel="inbox")
    assert "依法视为准予" in inbox.text


def test_what_follows_a_grant_follows_a_grant_by_silence(granting: Desk) -> None:
    certify = {"code": "certify", "title": "制证", "permission": "cases.decide", "after": ["decide"]}
    publish(steps=[*WHOLE["steps"], {**certify, "state": "certifying"}])
    case = granting.books.accepted(BEGUN)
    duties.mind_silences(at=OVER)
    assert state(case) == "certifying"
    assert list(case.steps.filter(ended_at=None).values_list("code", flat=True)) == ["certify"]


def test_the_law_grants_also_what_the_rule_denies_and_supervision_sees_it(granting: Desk) -> None:
    case = granting.books.accepted(BEGUN)
    case.declared.content = {**case.declared.content, "name": "谢绝"}
    case.declared.save()
    duties.mind_silences(at=OVER)
    outbox.deliver_pending(at=OVER)
    event = SupervisionEvent.objects.get(case=case, rule="T09")
    assert (event.lamp, event.facts) == ("red", {"due_on": "2026-11-02", "by_rule": False})


def test_row_39_where_the_item_says_nothing_nothing_is_decided_and_the_person_is_told(desk: Desk) -> None:
    case = desk.books.accepted(BEGUN)
    desk.books.step(case, "visit", BEGUN, "surveyor", "second_surveyor")
    assert duties.mind_silences(at=moment("2026-11-02", "23:59")) == 0
    assert duties.mind_silences(at=OVER) == 1
    assert duties.mind_silences(at=moment("2026-11-04")) == 0  # told once
    case.refresh_from_db()
    assert (case.state, case.result, case.decided_at) == ("reviewing", "", None)
    assert list(case.steps.filter(ended_at=None).values_list("code", flat=True)) == ["opinion"]
    paper = text(CaseDocument.objects.get(case=case, kind="limit_missed"))
    for words in ("2026-11-02", "不等于批准", "行政复议", "行政诉讼", "不用重新申请", "12345"):
        assert words in paper
    outbox.deliver_pending(at=OVER)
    desk.go(OVER)
    inbox = Message.objects.get(event="cases.miss_limit", recipient=desk.books.reader, channel="inbox")
    assert "2026-11-02" in inbox.text
    page = desk.page("reader", own(case))
    assert "法定期限届满未作决定" in page
    assert "逾期未决定告知书" in page
    desk.books.step(case, "opinion", OVER, "reviewer")  # and the organ goes on
    assert list(case.steps.filter(ended_at=None).values_list("code", flat=True)) == ["notice"]


def withdraw(books: Library, case: Case) -> None:
    operations.withdraw_case(case_id=case.pk, actor=books.citizen(), at=BEGUN)


def stand_still(books: Library, case: Case) -> None:
    begin(books, case, "2026-10-13", date(2026, 11, 6))


def ask(books: Library, case: Case) -> None:
    operations.request_supplement(
        case_id=case.pk, defects=[DEFECT], actor=books.officer("reviewer"), at=moment("2026-10-27")
    )


def extend(books: Library, case: Case) -> None:
    words = {"reason": "需要进一步核实读者的住址。", "basis": "《公共图书馆法》"}
    operations.extend_limit(case_id=case.pk, actor=books.officer("approver"), at=moment("2026-10-27"), **words)


@pytest.mark.parametrize("prevent", [withdraw, stand_still, ask, extend])
@pytest.mark.parametrize("grants", [True, False])
def test_what_has_stopped_the_clock_stops_silence_too(
    desk: Desk, prevent: Callable[[Library, Case], None], grants: bool
) -> None:
    publish(post_accept_supplement=True, **({} if grants else {"silence": {"outcome": "none"}}))
    case = desk.books.accepted(BEGUN)
    prevent(desk.books, case)
    before = state(case)
    assert duties.mind_silences(at=OVER) == 0
    assert state(case) == before


def test_after_a_pause_or_the_papers_the_rest_of_the_limit_still_runs(desk: Desk) -> None:
    publish(post_accept_supplement=True)
    case = desk.books.accepted(BEGUN)
    stand_still(desk.books, case)
    end(desk.books, case, "2026-10-20")  # six working days
    ask(desk.books, case)
    supply(desk.books, case, "proof", at=moment("2026-10-28"))  # two more
    assert duties.mind_silences(at=moment("2026-11-12", "23:59")) == 0
    assert duties.mind_silences(at=moment("2026-11-13", "00:01")) == 1


def test_a_procedure_beyond_its_longest_does_not_hold_silence_up(granting: Desk) -> None:
    case = granting.books.accepted(BEGUN)
    stand_still(granting.books, case)
    duties.run_overlong_again(at=moment("2026-11-13", "00:01"))
    due = case.clocks.get(kind="statutory").due_on
    assert due == date(2026, 12, 3)
    assert duties.mind_silences(at=moment("2026-12-03", "23:59")) == 0
    assert duties.mind_silences(at=moment("2026-12-04", "00:01")) == 1
    assert state(case) == "completed"


def test_a_limit_in_hours_is_over_at_its_minute(desk: Desk) -> None:
    limits = WHOLE["limits"] | {
        "statutory": {"hours": 48, "basis": "《公共图书馆法》"},
        "promised": {"hours": 24, "basis": "本馆承诺"},
    }
    publish(limits=limits)
    case = desk.books.accepted(moment("2026-09-29", "10:00"))
    assert duties.mind_silences(at=moment("2026-10-01", "09:59")) == 0
    assert duties.mind_silences(at=moment("2026-10-01", "10:00")) == 1
    assert state(case) == "completed"


def test_silence_grants_over_the_turn_of_the_year_once_no_notice_could_put_it_off(granting: Desk) -> None:
    case = granting.books.accepted(moment("2026-12-10"))  # runs into 2027, whose holidays are not published
    clock = case.clocks.get(kind="statutory")
    assert clock.provisional
    end = moment(clock.due_on.isoformat())
    assert duties.mind_silences(at=end + timedelta(days=21)) == 0
    assert state(case) == "accepted"
    assert duties.mind_silences(at=end + timedelta(days=22)) == 1


def test_before_acceptance_silence_is_acceptance_and_nothing_more(granting: Desk) -> None:
    case = granting.books.received(BEGUN)
    assert duties.mind_silences(at=OVER) == 0
    assert state(case) == "received"


def test_t09_warns_three_working_days_before_and_is_red_when_it_happened(granting: Desk) -> None:
    case = granting.books.accepted(BEGUN)

    def lit(at: datetime) -> list[str]:
        watch_clocks(at=at)
        return list(
            SupervisionEvent.objects.filter(case=case, rule="T09").order_by("id").values_list("lamp", flat=True)
        )

    assert lit(moment("2026-10-27")) == []
    assert lit(moment("2026-10-28")) == ["notice"]
    duties.mind_silences(at=OVER)
    outbox.deliver_pending(at=OVER)
    assert lit(OVER) == ["notice", "red"]


def test_a_grant_by_silence_without_its_law_is_no_item_and_the_guide_says_what_holds(granting: Desk) -> None:
    with pytest.raises(ValidationError, match="legal basis"):
        library.item(silence={"outcome": "grant"})
    granting.go(BEGUN)
    assert "依法视为准予" in granting.page("reader", f"/items/{library.ITEM}/")
