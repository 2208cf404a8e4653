"""Row 36: what runs for a case and for each of its steps, in days and in hours, as applicant, officer and supervisor see it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, Library, proof

from onedoor.platform.cases import operations
from onedoor.platform.cases.clocks import due_moment
from onedoor.platform.cases.models import Case, Clock
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.remaining import of_days, of_hours
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.kernel import outbox
from onedoor.platform.messages.models import Message
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.operations import watch_clocks

WHOLE = library.item().model_dump(mode="json", by_alias=True)
LIMITS: dict[str, dict[str, Any]] = {
    "visit": {"within": {"days": 3}, "statutory": {"days": 5, "unit": "workday"}},
    "opinion": {"within": {"hours": 6}},
}
AGREE = {"outcome": "agree", "note": "情况属实，同意办理。"}


def moment(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHINA)


def offered(limits: dict[str, Any] | None = None, **changes: Any) -> None:
    steps = [step | LIMITS.get(step["code"], {}) for step in WHOLE["steps"]]
    library.publish(library.item(limits=WHOLE["limits"] | (limits or {}), steps=steps, **changes), date(2026, 8, 1))


def running(case: Case) -> dict[str, str]:
    return {
        clock.name: f"{clock.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}" if clock.due_at else clock.due_on.isoformat()
        for clock in case.clocks.filter(state=Clock.State.RUNNING)
    }


@pytest.fixture
def limited(desk: Desk) -> Desk:
    offered()
    return desk


def visited(desk: Desk, at: datetime) -> Case:
    """Return a case whose first step is done at `at`, so that the second begins."""
    case = desk.books.accepted(moment("2026-09-29"))
    desk.books.step(case, "visit", at, "surveyor", "second_surveyor")
    return Case.objects.get(pk=case.pk)


def test_promise_and_law_of_a_step_run_from_its_beginning_beside_those_of_the_case(limited: Desk) -> None:
    case = limited.books.accepted(moment("2026-09-29"))
    assert running(case) == {
        "promised": "2026-10-19",
        "statutory": "2026-11-02",
        "step:visit": "2026-10-09",
        "step_law:visit": "2026-10-12",
    }
    limited.books.step(case, "visit", moment("2026-10-08"), "surveyor", "second_surveyor")
    assert running(case) == {"promised": "2026-10-19", "statutory": "2026-11-02", "step:opinion": "2026-10-08 16:00"}
    assert set(case.clocks.filter(step="visit").values_list("state", "stopped_on")) == {("stopped", date(2026, 10, 8))}


def test_everybody_reads_what_is_left_of_a_step_in_words(limited: Desk) -> None:
    case = limited.books.accepted(moment("2026-09-29"))
    limited.go(moment("2026-09-29"))
    for page in (limited.page("surveyor", staff(case)), limited.page("reader", own(case))):
        assert "上门核实（承诺时限）" in page
        assert "上门核实（法定时限）" in page
        assert "还剩 3 个工作日" in page
    assert "还剩 3 个工作日" in limited.page("surveyor", "/staff/")
    limited.books.step(case, "visit", moment("2026-10-08"), "surveyor", "second_surveyor")
    limited.go(moment("2026-10-08", "10:30"))
    for name, url in (
        ("reviewer", "/staff/"),
        ("reviewer", staff(case)),
        ("reader", own(case)),
        ("supervisor", "/supervision/"),
    ):
        page = limited.page(name, url)
        assert "还剩 5 小时" in page, url
        assert "上门核实（" not in page, url
    assert "2026年10月8日 周四 16:00前" in limited.page("reader", own(case))
    limited.go(moment("2026-10-08", "15:20"))
    assert "还剩 40 分钟" in limited.page("reviewer", "/staff/")
    limited.go(moment("2026-10-08", "18:05"))
    assert "已超 2 小时" in limited.page("reviewer", "/staff/")


def test_the_step_that_is_due_first_stands_first_in_the_worklist(limited: Desk) -> None:
    offered(one_at_a_time=False)
    books = limited.books
    later, sooner = books.accepted(moment("2026-10-09")), books.accepted(moment("2026-10-08"))
    limited.go(moment("2026-10-09"))
    page = limited.page("surveyor", "/staff/")
    assert page.index(sooner.number[-16:]) < page.index(later.number[-16:])


def test_the_clocks_of_a_step_stand_still_with_the_case_to_the_minute(limited: Desk) -> None:
    case = visited(limited, moment("2026-10-08", "09:00"))
    assert running(case)["step:opinion"] == "2026-10-08 15:00"
    approver = limited.books.officer("approver")
    operations.begin_special_procedure(
        case_id=case.pk,
        procedure="experts",
        reason="需请专家评审古籍借阅资格。",
        planned_end=date(2026, 10, 20),
        actor=approver,
        at=moment("2026-10-08", "11:00"),
    )
    assert running(case) == {}
    limited.go(moment("2026-10-10"))
    assert "暂停计时" in limited.page("reader", own(case))
    words = "专家评审认为可以办理。"
    ended = {"result": words, "proof": proof(), "at": moment("2026-10-12", "08:30")}
    operations.end_special_procedure(case_id=case.pk, actor=approver, **ended)
    assert running(case)["step:opinion"] == "2026-10-12 12:30"  # four of its six hours were left


def test_a_step_that_opens_while_the_case_stands_still_waits_with_it(limited: Desk) -> None:
    case = limited.books.accepted(moment("2026-09-29"))
    approver = limited.books.officer("approver")
    operations.begin_special_procedure(
        case_id=case.pk,
        procedure="experts",
        reason="需请专家评审古籍借阅资格。",
        planned_end=date(2026, 10, 20),
        actor=approver,
        at=moment("2026-09-30"),
    )
    limited.books.step(case, "visit", moment("2026-10-08"), "surveyor", "second_surveyor")
    assert running(case) == {}
    words = "专家评审认为可以办理。"
    ended = {"result": words, "proof": proof(), "at": moment("2026-10-09", "14:00")}
    operations.end_special_procedure(case_id=case.pk, actor=approver, **ended)
    assert running(case)["step:opinion"] == "2026-10-09 20:00"


def test_a_step_over_its_limit_lights_t05_although_the_case_is_in_time(limited: Desk) -> None:
    case = limited.books.accepted(moment("2026-09-29"))
    watch_clocks(at=moment("2026-10-09", "23:59"))
    assert not SupervisionEvent.objects.filter(case=case).exists()
    for _ in range(2):
        watch_clocks(at=moment("2026-10-10", "00:01"))
    watch_clocks(at=moment("2026-10-13", "00:01"))
    found = SupervisionEvent.objects.filter(case=case).order_by("pk").values_list("rule", "lamp", "subject")
    assert list(found) == [
        ("T05", "yellow", "step:visit:2026-10-09"),
        ("T05", "red", "step_law:visit:2026-10-12"),
    ]


def test_a_step_in_hours_lights_its_lamp_at_the_minute(limited: Desk) -> None:
    case = visited(limited, moment("2026-10-08"))
    watch_clocks(at=moment("2026-10-08", "15:59"))
    assert not SupervisionEvent.objects.filter(case=case).exists()
    watch_clocks(at=moment("2026-10-08", "16:00"))
    assert SupervisionEvent.objects.get(case=case).subject == "step:opinion:2026-10-08"


def test_a_receiving_limit_in_hours_is_told_and_its_silence_accepts_when_they_are_over(desk: Desk) -> None:
    offered({"receive": {"hours": 24}})
    case = desk.books.received(moment("2026-10-08", "15:00"))
    outbox.deliver_pending(at=moment("2026-10-08", "15:01"))
    told = Message.objects.get(event="cases.hand_in", channel="inbox").text
    assert "24 小时内会告知您是否受理" in told
    duties.deem_accepted(at=moment("2026-10-09", "14:59"))
    assert Case.objects.get(pk=case.pk).state == "received"
    duties.deem_accepted(at=moment("2026-10-09", "15:00"))
    assert Case.objects.get(pk=case.pk).state == "accepted"


def test_a_promise_in_hours_stands_in_the_notice_of_acceptance_and_on_the_guide(desk: Desk) -> None:
    offered({"promised": {"hours": 96}})
    desk.go(moment("2026-10-08"))
    page = desk.client("reader").get(f"/items/{library.ITEM}/").content.decode()
    assert '<strong class="number">96<small>小时</small></strong>' in page
    assert "法定 20 个工作日" in page
    case = desk.books.accepted(moment("2026-10-08", "15:00"))
    rows = dict(case.documents.get(kind="acceptance").content["rows"])
    assert rows["承诺办结日"] == "2026-10-12 15:00"
    assert running(case)["promised"] == "2026-10-12 15:00"


def test_natural_days_are_told_as_days(desk: Desk) -> None:
    offered({"promised": {"days": 12, "unit": "day"}})
    case = desk.books.accepted(moment("2026-10-08"))
    desk.go(moment("2026-10-08"))
    assert "还剩 12 天" in desk.page("reader", own(case))


def test_the_words_for_what_is_left() -> None:
    assert [of_days(n).words for n in (3, 1, 0, -2)] == [
        "还剩 3 个工作日",
        "还剩 1 个工作日",
        "今天到期",
        "已超 2 个工作日",
    ]
    assert [of_days(n).lamp for n in (3, 1, 0, -2)] == ["green", "yellow", "yellow", "red"]
    at = moment("2026-10-08")
    spans = (timedelta(hours=5, minutes=59), timedelta(minutes=59), timedelta(0), timedelta(minutes=-90))
    left = [of_hours(at + span, at=at) for span in spans]
    assert [one.words for one in left] == ["还剩 5 小时", "还剩 59 分钟", "刚刚到期", "已超 1 小时"]
    assert [one.lamp for one in left] == ["green", "yellow", "red", "red"]


def test_a_pause_after_the_end_or_before_the_beginning_moves_no_hours() -> None:
    at, hour = moment("2026-10-08"), timedelta(hours=1)
    pauses = [(at - 3 * hour, at + hour), (at + 2 * hour, at + 3 * hour), (at + 9 * hour, at + 20 * hour)]
    assert due_moment(hours=4, started_at=at, pauses=pauses).at == at + 6 * hour


CERTIFY = {"code": "certify", "title": "制证", "permission": "cases.decide", "after": ["decide"], "state": "certifying"}


@pytest.mark.parametrize(("limit", "day"), [({}, "2026-10-28"), ({"issue": {"days": 3}}, "2026-10-19")])
def test_a_granted_certificate_has_a_limit_of_its_own_until_it_is_there(
    books: Library, limit: dict[str, Any], day: str
) -> None:
    """制证送达: ten working days from the decision by law (T07), or as the item says."""
    whole = WHOLE | {"limits": WHOLE["limits"] | limit}
    result = {"name": "借书证", "kind": "certificate"}
    library.publish(
        library.item(limits=whole["limits"], steps=[*WHOLE["steps"], CERTIFY], result=result), date(2026, 8, 1)
    )
    case = books.noticed(moment("2026-09-29"))
    duties.close_ended_notices(at=moment("2026-10-14"))
    operations.decide_case(
        case_id=case.pk, ruling=Ruling(True), actor=books.officer("approver"), at=moment("2026-10-14")
    )
    assert running(case) == {"issue": day}
    assert case.steps.get(code="certify").urgent_on == date.fromisoformat(day)
    watch_clocks(at=moment(day, "23:00"))
    assert not SupervisionEvent.objects.filter(case=case, rule="T07").exists()
    watch_clocks(at=moment(day) + timedelta(days=1))
    assert SupervisionEvent.objects.get(case=case, rule="T07").lamp == "yellow"
    books.step(case, "certify", moment("2026-10-29"), "second_approver")
    case.refresh_from_db()
    assert case.state == "completed"
    assert running(case) == {}
