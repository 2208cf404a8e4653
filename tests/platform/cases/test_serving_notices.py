"""A notice counts from the day it was received: by the inbox with consent, over the desk, or brought by an officer."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from tests.platform.cases.test_serving_decisions import close_account, kinds, received
from tests.platform.cases.test_supplements import ask, supply
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, Library, item, publish

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, Clock, Delivery, Hearing
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.hearings import HearingRightRuns
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel import outbox
from onedoor.platform.messages.models import Message
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.operations import watch_clocks

ASKED = datetime(2026, 9, 2, 10, 0, tzinfo=CHINA)
MAILED = datetime(2026, 9, 3, 9, 0, tzinfo=CHINA)
NOTED = datetime(2026, 9, 9, 16, 0, tzinfo=CHINA)  # the officer hears on the 9th that it was received on the 7th
RECEIVED_ON = date(2026, 9, 7)
DUE_ON = date(2026, 9, 22)  # fifteen natural days after the 7th
DEFECT = {"ask-photo": "1", "code-photo": "unclear", "problem-photo": "照片看不清楚", "how-photo": "在亮处重新拍一张"}


def applicants(case: Case) -> list[tuple[date, date, str]]:
    """Return the applicant's clocks: since when, until when, how it stands."""
    rows = case.clocks.filter(kind=Clock.Kind.APPLICANT).order_by("pk")
    return list(rows.values_list("started_on", "due_on", "state"))


@pytest.fixture
def unread(desk: Desk) -> Case:
    """A case of the reader, who has no account any more; the clerk has just asked for a better photo."""
    case = received(desk.books, "electronic")
    close_account(desk.books)
    desk.go(ASKED)
    desk.act("clerk", staff(case, "supplement/"), **DEFECT)
    case.refresh_from_db()
    return case


def json(desk: Desk, name: str, case: Case, path: str, **sent: Any) -> Any:
    return desk.client(name).post(f"/api/v1/cases/{case.number}/{path}", sent, content_type="application/json")


def test_with_consent_and_an_account_the_notice_arrives_with_its_issue(desk: Desk) -> None:
    case = received(desk.books, "electronic")
    desk.go(ASKED)
    desk.act("clerk", staff(case, "supplement/"), **DEFECT)
    case.refresh_from_db()
    assert applicants(case) == [(date(2026, 9, 2), date(2026, 9, 17), "running")]
    delivery = Delivery.objects.get(document__kind="supplement")
    assert (delivery.method, delivery.delivered_at) == ("electronic", ASKED)
    assert not case.steps.filter(code="delivery").exists()
    assert "请在 2026-09-17 前补齐" in str(case.documents.get(kind="supplement").content["remedies"])
    outbox.deliver_pending(at=ASKED)
    told = Message.objects.get(channel="inbox", event="cases.ask_supplement")
    assert "请在 2026-09-17 前补齐" in told.text
    assert not Message.objects.filter(event="cases.deliver").exists()
    assert "等待送达" not in desk.page("reader", own(case))


def test_nobody_reads_the_inbox_so_no_time_runs_before_an_officer_has_brought_the_notice(
    desk: Desk, unread: Case
) -> None:
    assert unread.state == "supplement_wait"
    assert applicants(unread) == []
    assert not Delivery.objects.exists()
    assert unread.clocks.filter(kind="receive", state="running").exists()  # nothing has been sent yet
    notice = unread.documents.get(kind="supplement").content
    assert "收到本告知书之日起 15 日内" in str(notice["remedies"])
    assert "<td>送达</td>" in desk.page("clerk", "/staff/")
    page = desk.page("clerk", staff(unread))
    assert "待送达" in page
    assert staff(unread, "deliver/") in page
    duties.return_unsupplied_cases(at=ASKED + timedelta(days=60))
    assert Case.objects.get(pk=unread.pk).state == "supplement_wait"


def post_it(desk: Desk, case: Case) -> None:
    desk.go(MAILED)
    desk.act("clerk", staff(case, "deliver/"), method="post", receiver="", reference="EX123456789CN")


def test_by_post_the_time_counts_from_the_day_it_was_received_and_its_end_returns_the_case(
    desk: Desk, unread: Case
) -> None:
    post_it(desk, unread)
    assert applicants(unread) == []
    desk.go(NOTED)
    assert "EX123456789CN" in desk.page("clerk", staff(unread, "deliver/"))
    desk.act("clerk", staff(unread, "deliver/"), confirm="1", receiver="欧阳晓娜", received_on="2026-09-07")
    unread.refresh_from_db()
    assert applicants(unread) == [(RECEIVED_ON, DUE_ON, "running")]
    assert (unread.state, kinds(unread)[-3:]) == ("supplement_wait", ["ask_supplement", "dispatch", "deliver"])
    told = unread.actions.get(kind="deliver").facts
    assert (told["received_on"], told["due_on"]) == ("2026-09-07", "2026-09-22")
    proof = [tuple(row) for row in unread.documents.get(kind="service").content["rows"]]
    assert ("送达时间", "2026-09-07") in proof
    assert ("签收", "欧阳晓娜") in proof
    assert "待送达" not in desk.page("clerk", staff(unread))
    duties.return_unsupplied_cases(at=datetime(2026, 9, 22, 23, 59, tzinfo=CHINA))
    assert Case.objects.get(pk=unread.pk).state == "supplement_wait"
    duties.return_unsupplied_cases(at=datetime(2026, 9, 23, 0, 1, tzinfo=CHINA))
    assert Case.objects.get(pk=unread.pk).state == "returned"


def test_a_notice_nobody_sends_is_no_word_so_the_case_counts_as_accepted(desk: Desk, unread: Case) -> None:
    limit = unread.clocks.get(kind="receive", state="running").due_on
    desk.go(datetime.combine(limit, time(9, 0), tzinfo=CHINA))
    assert "今天到期" in desk.page("clerk", "/staff/")  # of the delivery too: no longer last in the list, without a day
    duties.deem_accepted(at=datetime.combine(limit, time(23, 0), tzinfo=CHINA))
    assert Case.objects.get(pk=unread.pk).state == "supplement_wait"
    over = datetime.combine(limit + timedelta(days=1), time(1, 0), tzinfo=CHINA)
    watch_clocks(at=over)
    assert ("T06", "red") in SupervisionEvent.objects.values_list("rule", "lamp")
    assert duties.deem_accepted(at=over) == 1
    unread.refresh_from_db()
    assert (unread.state, unread.accepted_at) == ("accepted", unread.received_at)
    assert kinds(unread)[-1] == "deem_accepted"
    assert not unread.steps.filter(code="delivery", ended_at__isnull=True).exists()
    assert not unread.clocks.filter(step="delivery", state="running").exists()
    desk.go(over)
    assert "待送达" not in desk.page("clerk", staff(unread))
    by_hand = {"method": "direct", "receiver": "欧阳晓娜", "reference": ""}
    desk.refused("clerk", staff(unread, "deliver/"), 409, **by_hand)


def test_what_was_sent_in_time_is_a_word_and_what_is_not_heard_of_lights_a_lamp(desk: Desk, unread: Case) -> None:
    post_it(desk, unread)
    assert not unread.clocks.filter(kind="receive", state="running").exists()
    later = MAILED + timedelta(days=10)
    assert duties.deem_accepted(at=later) == 0
    step = unread.steps.get(code="delivery")
    assert step.urgent_on == date(2026, 9, 10)  # five working days after it was posted
    watch_clocks(at=later)
    lit = SupervisionEvent.objects.get(case=unread)
    assert (lit.rule, lit.lamp, lit.facts["step"]) == ("T05", "yellow", "delivery")
    public = {"method": "public", "receiver": "", "reference": "镇公告栏和本平台；两次邮寄退回，住处无人。"}
    desk.go(later)
    desk.act("clerk", staff(unread, "deliver/"), **public)
    step.refresh_from_db()
    assert step.urgent_on == date.max  # the machine notes its end; nobody has to hurry
    assert not unread.clocks.filter(state="running").exists()


def test_the_papers_handed_in_before_the_notice_was_sent_begin_the_look_at_them_anew(desk: Desk, unread: Case) -> None:
    supply(desk.books, unread, "photo", at=MAILED)
    running = unread.clocks.filter(state="running").values_list("kind", "started_on")
    assert list(running) == [("receive", MAILED.date())]


def test_the_same_through_the_api(desk: Desk, unread: Case) -> None:
    desk.go(MAILED)
    sent = json(desk, "clerk", unread, "deliveries", method="post", reference="EX123456789CN")
    assert sent.status_code == 200, sent.content
    desk.go(NOTED)
    early = json(desk, "clerk", unread, "deliveries/arrival", receiver="欧阳晓娜", received_on="2026-09-02")
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/received_on")
    arrived = json(desk, "clerk", unread, "deliveries/arrival", receiver="欧阳晓娜", received_on="2026-09-07")
    assert arrived.status_code == 200, arrived.content
    assert applicants(unread) == [(RECEIVED_ON, DUE_ON, "running")]
    again = json(desk, "clerk", unread, "deliveries/arrival", receiver="欧阳晓娜")
    assert (again.status_code, again.json()["code"]) == (409, "cases.delivered_already")


@pytest.mark.parametrize(
    ("day", "why"), [("2026-09-01", "不能比这更早"), ("2026-09-10", "不能晚于今天"), ("昨天", "received_on")]
)
def test_nothing_is_received_before_it_was_issued_or_in_the_future(
    desk: Desk, unread: Case, day: str, why: str
) -> None:
    desk.go(NOTED)
    by_hand = {"method": "direct", "receiver": "欧阳晓娜", "reference": ""}
    page = desk.refused("clerk", staff(unread, "deliver/"), 422, **by_hand, received_on=day)
    assert why in page
    assert "欧阳晓娜" in page  # what was typed is kept
    assert applicants(unread) == []
    desk.act("clerk", staff(unread, "deliver/"), **by_hand, received_on="2026-09-02")  # the day it was issued
    assert applicants(unread) == [(date(2026, 9, 2), date(2026, 9, 17), "running")]


def test_no_receipt_is_noted_so_late_that_the_time_it_begins_is_over_already(desk: Desk, unread: Case) -> None:
    post_it(desk, unread)
    late = {"confirm": "1", "receiver": "欧阳晓娜", "received_on": "2026-09-07"}
    by_hand = {"method": "direct", "receiver": "欧阳晓娜", "reference": "", "received_on": "2026-09-07"}
    for day in ("2026-09-22", "2026-10-12"):  # its last day, and long after
        desk.go(datetime.fromisoformat(f"{day}T10:00+08:00"))
        for words in (late, by_hand):
            page = desk.refused("clerk", staff(unread, "deliver/"), 422, **words)
            assert "期限到 2026-09-22 就满了" in page
            assert "请再送达一次" in page
            assert "欧阳晓娜" in page  # what was typed is kept
    assert applicants(unread) == []
    duties.return_unsupplied_cases(at=datetime(2026, 10, 12, 10, 10, tzinfo=CHINA))
    assert Case.objects.get(pk=unread.pk).state == "supplement_wait"
    desk.act("clerk", staff(unread, "deliver/"), **by_hand | {"received_on": "2026-10-12"})
    assert applicants(unread) == [(date(2026, 10, 12), date(2026, 10, 27), "running")]


def test_posted_it_cannot_have_arrived_before_it_was_sent(desk: Desk, unread: Case) -> None:
    post_it(desk, unread)
    desk.go(NOTED)
    said = desk.refused(
        "clerk", staff(unread, "deliver/"), 422, confirm="1", receiver="欧阳晓娜", received_on="2026-09-02"
    )
    assert "2026-09-03" in said


def test_delivered_twice_is_delivered_once(desk: Desk, unread: Case) -> None:
    desk.go(NOTED)
    by_hand = {"method": "direct", "receiver": "欧阳晓娜", "reference": "", "received_on": "2026-09-07"}
    desk.act("clerk", staff(unread, "deliver/"), **by_hand)
    said = desk.refused("second_clerk", staff(unread, "deliver/"), 409, **by_hand | {"received_on": "2026-09-09"})
    assert "已经送达" in said
    assert applicants(unread) == [(RECEIVED_ON, DUE_ON, "running")]
    assert kinds(unread).count("deliver") == 1


def test_an_account_opened_meanwhile_receives_what_waits_once_its_owner_agrees(desk: Desk, unread: Case) -> None:
    desk.go(NOTED)
    Login.objects.filter(person=desk.books.reader).update(is_active=True)
    assert "等待送达" in desk.page("reader", own(unread))
    desk.act("reader", own(unread, "delivery/"), delivery="electronic")
    assert applicants(unread) == [(date(2026, 9, 9), date(2026, 9, 24), "running")]
    assert not unread.steps.filter(code="delivery", ended_at__isnull=True).exists()


def test_who_asked_for_paper_is_brought_paper_though_they_have_an_account(desk: Desk) -> None:
    case = received(desk.books, "post")
    desk.go(ASKED)
    desk.act("clerk", staff(case, "supplement/"), **DEFECT)
    assert applicants(case) == []
    outbox.deliver_pending(at=ASKED)
    told = Message.objects.get(channel="inbox", event="cases.ask_supplement")
    assert "收到之日起计算期限" in told.text
    assert "将邮寄给您" in desk.page("reader", own(case))
    desk.go(NOTED)
    said = desk.refused("clerk", staff(case, "deliver/"), 409, method="electronic")
    assert "没有同意电子送达" in said


def test_who_has_handed_the_papers_in_needs_no_notice_any_more(books: Library) -> None:
    case = received(books, "post")
    ask(books, case, "photo", at=ASKED)
    why = "镇公告栏和本平台；两次邮寄退回，住处无人。"
    words = {"method": "public", "receiver": "", "reference": why}
    operations.deliver_document(case_id=case.pk, actor=books.officer("clerk"), at=MAILED, **words)
    supply(books, case, "photo", at=NOTED)
    case.refresh_from_db()
    assert case.state == "received"
    assert not case.steps.filter(code="delivery", ended_at__isnull=True).exists()
    operations.complete_public_deliveries(at=NOTED + timedelta(days=60))
    assert applicants(case) == []
    with pytest.raises(operations.delivery.NothingToDeliver):
        operations.deliver_document(case_id=case.pk, actor=books.officer("clerk"), at=NOTED, **words)


def test_in_public_it_is_received_with_the_end_of_the_thirtieth_day(books: Library) -> None:
    case = received(books, "post")
    ask(books, case, "photo", at=ASKED)
    words = {"method": "public", "receiver": "", "reference": "镇公告栏和本平台；两次邮寄退回，住处无人。"}
    operations.deliver_document(case_id=case.pk, actor=books.officer("clerk"), at=ASKED, **words)
    until = Delivery.objects.get().due_on
    assert until == date(2026, 10, 8)  # the 2nd is a holiday, and so are the days up to the 7th
    operations.complete_public_deliveries(at=datetime(2026, 10, 12, 3, 0, tzinfo=CHINA))  # the machine stood still
    assert applicants(case) == [(until, date(2026, 10, 23), "running")]


def test_after_acceptance_the_review_waits_until_the_end_of_the_time_that_began_with_the_receipt(
    books: Library,
) -> None:
    publish(item(post_accept_supplement=True), valid_from=date(2026, 8, 1))
    case = received(books, "post")
    operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=ASKED)
    ask(books, case, "photo", at=ASKED, who=books.officer("reviewer"))
    by_hand = {"method": "direct", "receiver": "欧阳晓娜", "reference": "", "received_on": RECEIVED_ON}
    operations.deliver_document(case_id=case.pk, actor=books.officer("clerk"), at=NOTED, **by_hand)
    assert case.pauses.get().planned_end == DUE_ON
    assert not case.clocks.filter(kind__in=("promised", "statutory"), state="running").exists()
    duties.return_unsupplied_cases(at=datetime(2026, 9, 23, 0, 1, tzinfo=CHINA))
    assert Case.objects.get(pk=case.pk).state == "reviewing"  # on what there is


def test_at_the_desk_the_notice_is_handed_over_at_once_and_signed_for(desk: Desk) -> None:
    case = received(desk.books, "electronic")
    close_account(desk.books)
    desk.go(ASKED)
    said = desk.refused("clerk", staff(case, "supplement/"), 422, **DEFECT, present="yes", signed_by=" ")
    assert "谁当面签收" in said
    desk.act("clerk", staff(case, "supplement/"), **DEFECT, present="yes", signed_by="欧阳晓娜")
    assert applicants(case) == [(date(2026, 9, 2), date(2026, 9, 17), "running")]
    assert kinds(case)[-2:] == ["ask_supplement", "deliver"]
    delivery = Delivery.objects.get()
    assert (delivery.method, delivery.receiver, delivery.delivered_at) == ("direct", "欧阳晓娜", ASKED)
    assert not case.steps.filter(code="delivery").exists()
    assert "请在 2026-09-17 前补齐" in str(case.documents.get(kind="supplement").content["remedies"])
    assert "欧阳晓娜" not in str(list(Action.objects.filter(case=case).values_list("facts", flat=True)))


def test_at_the_desk_through_the_api(desk: Desk) -> None:
    case = received(desk.books, "post")
    desk.go(ASKED)
    defect = {"material": "photo", "problem": "照片看不清楚", "how_to_fix": "在亮处重新拍一张", "code": "unclear"}
    answer = json(desk, "clerk", case, "supplement-requests", defects=[defect], signed_by="欧阳晓娜")
    assert answer.status_code == 200, answer.content
    assert applicants(case) == [(date(2026, 9, 2), date(2026, 9, 17), "running")]


TOLD = datetime(2026, 11, 2, 10, 0, tzinfo=CHINA)
WHY = "拟不予办证，因为经核实不住在本区。"


@pytest.fixture
def untold(desk: Desk) -> Case:
    """A case of somebody without an account; the approver has just issued the notice that a hearing may be asked for."""
    case = received(desk.books, "electronic")
    operations.accept_case(case_id=case.pk, actor=desk.books.officer("clerk"), at=TOLD)
    close_account(desk.books)
    desk.go(TOLD)
    desk.act("approver", staff(case, "hearing/"), deed="inform", reason=WHY)
    case.refresh_from_db()
    return case


def test_the_right_to_a_hearing_runs_from_the_day_its_notice_was_received(desk: Desk, untold: Case) -> None:
    hearing = Hearing.objects.get(case=untold)
    assert (hearing.state, hearing.informed_on, hearing.request_until) == ("right_informed", None, None)
    assert "收到本告知书之日起 5 个工作日内" in str(untold.documents.get(kind="hearing_right").content["paragraphs"])
    assert untold.clocks.filter(kind="statutory", state="running").exists()  # the office's time goes on meanwhile
    duties.expire_hearing_rights(at=TOLD + timedelta(days=60))
    assert Hearing.objects.get(case=untold).state == "right_informed"
    assert "待送达" in desk.page("clerk", staff(untold))
    with pytest.raises(HearingRightRuns, match="告知书送达后"):
        operations.begin_special_procedure(
            case_id=untold.pk,
            procedure="experts",
            reason="需请专家评审古籍借阅资格。",
            planned_end=date(2026, 11, 20),
            actor=desk.books.officer("approver"),
            at=TOLD,
        )
    desk.go(datetime(2026, 11, 6, 10, 0, tzinfo=CHINA))
    by_hand = {"method": "leaving", "receiver": "村干部王某见证", "reference": "", "received_on": "2026-11-04"}
    desk.act("clerk", staff(untold, "deliver/"), **by_hand)
    hearing.refresh_from_db()
    assert (hearing.informed_on, hearing.request_until) == (date(2026, 11, 4), date(2026, 11, 11))
    assert untold.documents.get(kind="service").content["organ"] == untold.deciding_organization.name
    assert untold.actions.get(kind="deliver").facts["due_on"] == "2026-11-11"
    assert "待送达" not in desk.page("clerk", staff(untold))
    duties.expire_hearing_rights(at=datetime(2026, 11, 11, 23, 0, tzinfo=CHINA))
    assert Hearing.objects.get(case=untold).state == "right_informed"
    duties.expire_hearing_rights(at=datetime(2026, 11, 12, 1, 0, tzinfo=CHINA))
    assert Hearing.objects.get(case=untold).state == "expired"
    assert Case.objects.get(pk=untold.pk).state == "accepted"


def test_the_right_served_through_the_api_and_waived_at_once(desk: Desk, untold: Case) -> None:
    sent = json(desk, "clerk", untold, "deliveries", method="direct", receiver="欧阳晓娜", received_on="2026-11-02")
    assert sent.status_code == 200, sent.content
    assert Hearing.objects.get(case=untold).request_until == date(2026, 11, 9)
    again = json(desk, "clerk", untold, "deliveries", method="direct", receiver="欧阳晓娜")
    assert (again.status_code, again.json()["code"]) == (409, "cases.delivered_already")


def test_the_right_to_a_hearing_is_not_over_when_the_receipt_of_its_notice_is_noted(desk: Desk, untold: Case) -> None:
    at = TOLD + timedelta(days=30)
    desk.go(at)
    left = {"method": "leaving", "receiver": "村干部王某见证", "reference": "", "received_on": "2026-11-02"}
    assert "2026-11-09 就满了" in desk.refused("clerk", staff(untold, "deliver/"), 422, **left)
    duties.expire_hearing_rights(at=at + timedelta(minutes=10))
    assert Hearing.objects.get(case=untold).state == "right_informed"
    refused = json(desk, "clerk", untold, "deliveries", **left)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/received_on")


def test_a_case_that_was_given_up_awaits_no_notice(desk: Desk, untold: Case) -> None:
    operations.withdraw_case(case_id=untold.pk, actor=desk.books.citizen(), at=TOLD)
    page = desk.page("clerk", staff(untold))
    assert "待送达" not in page
    assert staff(untold, "deliver/") not in page
    Login.objects.filter(person=desk.books.reader).update(is_active=True)
    assert "等待送达" not in desk.page("reader", own(untold))
    assert Hearing.objects.get(case=untold).state == "expired"
    assert not untold.clocks.filter(state="running").exists()


def test_a_notice_of_the_right_that_nobody_brings_is_urgent_and_lights_a_lamp(desk: Desk, untold: Case) -> None:
    assert untold.steps.get(code="delivery").urgent_on == date(2026, 11, 9)
    watch_clocks(at=datetime(2026, 11, 10, 1, 0, tzinfo=CHINA))
    lit = SupervisionEvent.objects.get(case=untold, facts__step="delivery")
    assert (lit.rule, lit.lamp) == ("T05", "yellow")
    desk.act("clerk", staff(untold, "deliver/"), method="direct", receiver="欧阳晓娜", reference="")
    assert not untold.clocks.filter(step="delivery", state="running").exists()


def test_a_notice_of_the_hearing_is_urgent_though_the_case_stands_still(desk: Desk, untold: Case) -> None:
    operations.request_hearing(case_id=untold.pk, actor=desk.books.citizen(), at=TOLD)
    when = {"held_at": "2026-11-12T09:00", "place": "图书馆二楼", "is_public": "yes"}
    presider = desk.books.posts["second_approver"]
    desk.act("approver", staff(untold, "hearing/"), deed="schedule", presider=presider, **when)
    assert untold.steps.get(code="delivery", ended_at=None).urgent_on == date(2026, 11, 9)
    assert untold.clocks.get(step="delivery", state="running").title(untold.item_version.item) == "送达时限"


def test_who_has_answered_needs_no_notice_of_the_right_any_more(desk: Desk, untold: Case) -> None:
    operations.waive_hearing(case_id=untold.pk, actor=desk.books.citizen(), at=TOLD)
    assert not untold.steps.filter(code="delivery", ended_at__isnull=True).exists()
    assert Hearing.objects.get(case=untold).state == "waived"


def test_a_hearing_whose_notice_only_hangs_in_public_is_put_off_and_held(desk: Desk, untold: Case) -> None:
    operations.request_hearing(case_id=untold.pk, actor=desk.books.citizen(), at=TOLD)
    words = {"deed": "schedule", "place": "图书馆二楼", "is_public": "yes"}
    words["presider"] = desk.books.posts["second_approver"]
    hearing, public = staff(untold, "hearing/"), {"method": "public", "receiver": ""}
    public["reference"] = "镇公告栏和本平台；两次邮寄退回，住处无人。"
    far = {"held_at": "2026-12-10T09:00"}
    assert "往前安排" in desk.refused("approver", hearing, 422, **words, **far)
    desk.act("approver", hearing, **words, held_at="2026-11-12T09:00")
    desk.act("clerk", staff(untold, "deliver/"), **public)
    assert Delivery.objects.latest("pk").due_on == date(2026, 12, 2)
    assert "往前安排" in desk.refused("approver", hearing, 422, **words, held_at="2026-12-17T09:00")
    desk.act("approver", hearing, **words, **far)
    letter = untold.documents.filter(kind="hearing_notice").latest("pk").content
    assert "顺延到公告期满以后" in str(letter["rows"])
    assert "晚于法定" not in str(letter["rows"])
    pause = untold.pauses.get()
    assert (pause.planned_end, pause.most_until) == (date(2026, 12, 10), date(2026, 12, 10))
    assert "2026年12月10日" in desk.page("approver", hearing)
    desk.act("clerk", staff(untold, "deliver/"), **public)
    ended = datetime(2026, 12, 3, 3, 0, tzinfo=CHINA)
    assert operations.complete_public_deliveries(at=ended) == 1  # the notice of the first day is no longer looked at
    assert operations.complete_public_deliveries(at=ended + timedelta(minutes=1)) == 0
    held = datetime(2026, 12, 10, 11, 0, tzinfo=CHINA)
    assert duties.run_overlong_again(at=held) == 0
    desk.go(held)
    desk.act("second_approver", hearing, deed="hold", record="读者没有到场；村干部陈述：自九月起住在本区。")
    assert Hearing.objects.get(case=untold).state == "held"
    assert duties.run_overlong_again(at=held + timedelta(days=1)) == 1


def test_a_public_notice_that_a_later_one_has_replaced_is_left_as_it_hangs(desk: Desk, untold: Case) -> None:
    operations.request_hearing(case_id=untold.pk, actor=desk.books.citizen(), at=TOLD)
    words = {"deed": "schedule", "place": "图书馆二楼", "is_public": "yes"}
    words["presider"] = desk.books.posts["second_approver"]
    desk.act("approver", staff(untold, "hearing/"), **words, held_at="2026-11-12T09:00")
    why = {"reference": "镇公告栏和本平台；两次邮寄退回，住处无人。"}
    desk.act("clerk", staff(untold, "deliver/"), method="public", receiver="", **why)
    desk.act("approver", staff(untold, "hearing/"), **words, held_at="2026-11-20T09:00")  # to be brought by hand now
    assert operations.complete_public_deliveries(at=TOLD + timedelta(days=60)) == 0
    assert not Delivery.objects.filter(delivered_at__isnull=False).exists()


def test_no_hearing_is_held_whose_notice_did_not_arrive_seven_days_before(desk: Desk, untold: Case) -> None:
    books = desk.books
    operations.request_hearing(case_id=untold.pk, actor=books.citizen(), at=TOLD)
    assert not untold.steps.filter(code="delivery", ended_at__isnull=True).exists()
    hold = {"deed": "hold", "record": "读者陈述：自九月起住在本区，提交租约。"}

    def schedule(day: str) -> None:
        when = {"held_at": f"{day}T09:00", "place": "图书馆二楼", "is_public": "yes"}
        presider = books.posts["second_approver"]
        desk.act("approver", staff(untold, "hearing/"), deed="schedule", presider=presider, **when)

    schedule("2026-11-12")
    desk.go(datetime(2026, 11, 12, 11, 0, tzinfo=CHINA))
    assert "没有在举行的七日前送达" in desk.refused("second_approver", staff(untold, "hearing/"), 409, **hold)
    by_hand = {"method": "direct", "receiver": "欧阳晓娜", "reference": ""}
    desk.act("clerk", staff(untold, "deliver/"), **by_hand, received_on="2026-11-06")
    desk.refused("second_approver", staff(untold, "hearing/"), 409, **hold)  # six days before
    schedule("2026-11-24")
    desk.act("clerk", staff(untold, "deliver/"), **by_hand, received_on="2026-11-12")
    desk.go(datetime(2026, 11, 24, 11, 0, tzinfo=CHINA))
    desk.act("second_approver", staff(untold, "hearing/"), **hold)
    assert Hearing.objects.get(case=untold).state == "held"
