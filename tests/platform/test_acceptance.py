"""The platform's acceptance tests, A01 and following, with an invented item, at the pages and through the worker."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.identity.test_mandates import delegated, friends_draft
from tests.platform.library import CHINA, READER, Library, proof

from onedoor.platform.cases.models import Case, Clock, Draft
from onedoor.platform.cases.operations import duties
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login, Post
from onedoor.platform.messages.models import Message
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.operations import watch_clocks

Work = Callable[[], None]
TYPED = {"name": READER.name, "id_number": READER.id_number, "student": "no", "books-rows": "0"}
PAPER = {"ask-photo": "1", "code-photo": "unclear", "problem-photo": "看不清楚", "how-photo": "在亮处重新拍一张"}
TOLD = {
    "reason": "请写明事实和理由",
    "reason_code": "请选择理由类别。",
    "how_to_fix": "请告诉申请人接下来可以怎样办。",
    "basis": "请选择或者填写法律依据",
}
REFUSED_IN_WORDS = {name: library.REFUSED[name] for name in ("reason", "how_to_fix")}


def moment(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHINA)


def due(case: Case) -> dict[str, str]:
    return {clock.kind: clock.due_on.isoformat() for clock in case.clocks.filter(state=Clock.State.RUNNING)}


def test_a01_silence_accepts_from_the_day_of_receipt_and_lights_t06(desk: Desk, work: Work) -> None:
    case = handed_in(desk, moment("2026-09-28"))

    desk.go(moment("2026-10-11", "03:00"))
    work()

    case = Case.objects.get(pk=case.pk)
    assert case.accepted_at is not None
    assert case.accepted_at.astimezone(CHINA).date() == date(2026, 9, 28)
    assert due(case)["statutory"] == "2026-10-30"
    assert "2026年10月30日" in desk.page("reader", own(case))
    event = SupervisionEvent.objects.get(case=case, rule="T06")
    assert event.lamp == "red"
    line = next(row for row in desk.page("supervisor", "/supervision/").split("<tr>") if "T06" in row)
    assert "红牌" in line
    assert case.number in line


def test_a02_acceptance_starts_the_promised_and_the_statutory_clock(desk: Desk) -> None:
    case = accepted(desk, moment("2026-09-29"))
    assert due(case) == {"promised": "2026-10-19", "statutory": "2026-11-02"}
    for name, url in (("reader", own(case)), ("clerk", staff(case))):
        page = desk.page(name, url)
        assert "2026年10月19日" in page, url
        assert "2026年11月2日" in page, url


def test_a03_a_special_procedure_stops_both_clocks(desk: Desk) -> None:
    case = accepted(desk, moment("2026-09-29"))
    desk.go(moment("2026-10-13"))
    began = {"procedure": "experts", "reason": "需请专家评审古籍借阅资格。", "planned_end": "2026-10-20"}
    desk.act("approver", staff(case, "special/"), **began)
    assert due(case) == {}
    assert Case.objects.get(pk=case.pk).state == "special"
    desk.go(moment("2026-10-20"))
    ended = {"result": "专家评审认为可以办理。", "evidence": SimpleUploadedFile("评审意见.jpg", proof())}
    desk.act("approver", staff(case, "special/"), **ended)
    assert Case.objects.get(pk=case.pk).state == "reviewing"
    assert due(case) == {"promised": "2026-10-27", "statutory": "2026-11-10"}
    assert "2026年10月27日" in desk.page("reader", own(case))


def test_a04_limits_are_extended_once_and_before_they_have_run_out(desk: Desk) -> None:
    case = accepted(desk, moment("2026-11-02"))
    words = {"reason": "需要进一步核实读者的住址。", "basis": "《公共图书馆法》第三十六条"}
    desk.go(moment("2026-11-27"))
    desk.act("approver", staff(case, "extend/"), **words)
    assert due(case)["statutory"] == "2026-12-14"
    assert "2026年12月14日" in desk.page("reader", own(case))
    desk.go(moment("2026-11-30"))
    assert words["reason"] in desk.refused("approver", staff(case, "extend/"), 409, **words)
    assert due(case)["statutory"] == "2026-12-14"


def test_a07_who_does_not_supply_in_time_gets_the_case_back_with_a_notice(desk: Desk, work: Work) -> None:
    case = handed_in(desk, moment("2026-09-01"))
    desk.go(moment("2026-09-02"))
    desk.act("clerk", staff(case, "supplement/"), **PAPER)
    deadline = Clock.objects.get(case=case, kind=Clock.Kind.APPLICANT).due_on

    desk.go(moment(deadline.isoformat(), "23:00"))
    work()
    assert Case.objects.get(pk=case.pk).state == "supplement_wait"  # the whole last day counts
    desk.go(moment((deadline + timedelta(days=1)).isoformat(), "03:00"))
    work()

    case = Case.objects.get(pk=case.pk)
    assert case.state == "returned"
    assert case.actions.get(kind="return").facts["result_code"] == "5"
    notice = case.documents.get(kind="return")
    assert notice.number in desk.page("reader", own(case))
    assert Message.objects.filter(case_number=case.number, event="cases.return").exists()
    assert case.item_version.title in desk.page("reader", "/me/messages/")


def test_a08_a_refusal_to_accept_names_its_reason_and_article(desk: Desk) -> None:
    case = handed_in(desk, moment("2026-09-01"))
    whole = {**library.REFUSED, "competent_organ": ""}
    for missing in library.REFUSED:
        page = desk.refused("clerk", staff(case, "refuse/"), 422, **{**whole, missing: ""})
        assert TOLD[missing] in page
        assert all(words in page for field, words in REFUSED_IN_WORDS.items() if field != missing), missing
    assert Case.objects.get(pk=case.pk).state == "received"
    desk.act("clerk", staff(case, "refuse/"), **whole)
    assert Case.objects.get(pk=case.pk).state == "not_accepted"


def test_a09_who_received_a_case_cannot_decide_it(desk: Desk) -> None:
    case = ready_to_decide(desk)
    promote(desk, "clerk")  # the clerk has become an approver meanwhile; the same person stays the same person
    page = desk.refused("clerk", staff(case, "decide/"), 403, decision="grant")
    assert "您已办理过本件的“收件审查”环节" in page
    assert Case.objects.get(pk=case.pk).state == "deciding"


def test_a09_unless_the_item_lets_one_officer_do_it_all(desk: Desk) -> None:
    library.publish(library.item(single_officer_allowed=True), valid_from=date(2026, 8, 1))
    case = ready_to_decide(desk)
    promote(desk, "clerk")
    desk.act("clerk", staff(case, "decide/"), decision="grant")
    assert Case.objects.get(pk=case.pk).result == "granted"


def test_a10_a_running_case_stays_on_its_version(books: Library) -> None:
    case = books.accepted(moment("2026-09-01"))
    longer = {"statutory": {"days": 60, "unit": "workday"}, "promised": {"days": 30, "unit": "workday"}}
    changed = library.item(limits=longer | {"receive": {"days": 5, "unit": "workday"}}, materials=[])
    library.publish(changed, valid_from=date(2026, 9, 2))

    case = Case.objects.get(pk=case.pk)
    assert case.item_version.item.limits.promised.days == 10
    assert case.item_version.item.material("photo") is not None
    assert books.draft(moment("2026-09-03"), photo=False).item_version.item.limits.promised.days == 30


def handed_in(desk: Desk, at: datetime) -> Case:
    """The reader fills in, uploads, submits and hands in, on the pages."""
    desk.go(at)
    begun = desk.post("reader", f"/items/{library.ITEM}/start/", applicant=desk.books.reader.pk)
    draft = Draft.objects.get(pk=begun.headers["Location"].split("/")[2])
    desk.act("reader", f"/drafts/{draft.pk}/s/reader/", revision=draft.revision, **TYPED)
    desk.act("reader", f"/drafts/{draft.pk}/materials/", file_photo=SimpleUploadedFile("照片.jpg", proof()))
    draft.refresh_from_db()
    desk.act("reader", f"/drafts/{draft.pk}/review/", revision=draft.revision, delivery="electronic")
    case = Case.objects.get(applicant=desk.books.reader)
    desk.act("reader", own(case, "hand-in/"))
    return case


def accepted(desk: Desk, at: datetime) -> Case:
    case = handed_in(desk, at)
    desk.act("clerk", staff(case, "accept/"))
    return Case.objects.get(pk=case.pk)


def ready_to_decide(desk: Desk) -> Case:
    """Return a case the clerk has accepted on the page, up to its decision."""
    at = moment("2026-09-15")
    case = accepted(desk, at)
    desk.books.step(case, "visit", at, "surveyor", "second_surveyor")
    desk.act("reviewer", staff(case, "opinion/opinion/"), note="情况属实，同意办理这张借书证。", outcome="agree")
    desk.act("reviewer", staff(case, "notice/notice/"))
    duties.close_ended_notices(at=moment("2026-09-30"))
    case = Case.objects.get(pk=case.pk)
    assert case.state == "deciding"
    desk.go(moment("2026-10-12"))
    return case


def promote(desk: Desk, name: str) -> None:
    """Give an officer the post of an approver instead of their own."""
    login = Login.objects.get(username=name)
    Post.objects.filter(login=login).update(valid_to=date(2026, 10, 1))
    identity.appoint_officer(
        login_id=login.pk,
        organization_id=desk.books.organs[library.COUNTY].pk,
        role="approver",
        division=library.COUNTY,
        lines=[],
        valid_from=date(2026, 10, 1),
        actor=library.MACHINE,
        at=moment("2026-09-30"),
    )


def test_a24_the_last_day_counts_to_its_last_minute_and_the_next_day_does_not(desk: Desk) -> None:
    books = desk.books
    identity.open_citizen_login(
        person_id=books.friend.pk, phone="13800000001", password="x" * 12, actor=library.MACHINE, at=library.LONG_AGO
    )
    delegated(books, valid_to=date(2026, 11, 30))
    draft = friends_draft(books, moment("2026-11-20", "10:00"))
    desk.go(moment("2026-11-30", "23:50"))
    desk.act("friend", f"/drafts/{draft.pk}/review/", revision=draft.revision, delivery="electronic")
    case = Case.objects.get(applicant=books.reader)
    assert case.agent == books.friend
    desk.go(moment("2026-11-30", "23:59"))
    desk.act("friend", own(case, "hand-in/"))
    desk.go(moment("2026-12-01", "10:00"))
    desk.act("clerk", staff(case, "supplement/"), **PAPER)
    desk.go(moment("2026-12-02", "10:00"))
    page = desk.refused("friend", own(case, "supplement/"), 403, hand_in="1")
    assert "委托已于 2026-11-30 到期，请委托人续期后再办理。" in page
    assert Case.objects.get(pk=case.pk).state == "supplement_wait"


def test_lamps_of_a_clock_on_its_days(books: Library) -> None:
    """T01 the working day before, T03 when the promise has passed, T04 when the law's limit has."""
    case = books.accepted(moment("2026-09-29"))

    def rules(day: str) -> set[tuple[str, str]]:
        watch_clocks(at=moment(day, "08:00"))
        return set(SupervisionEvent.objects.filter(case=case).values_list("rule", "lamp"))

    assert rules("2026-10-14") == set()
    assert {rule for rule, _ in rules("2026-10-16")} == {"T01"}
    assert {rule for rule, _ in rules("2026-10-20")} >= {"T01", "T03"}
    assert {rule for rule, _ in rules("2026-11-03")} >= {"T01", "T03", "T04"}
    before = SupervisionEvent.objects.count()
    watch_clocks(at=moment("2026-11-03", "09:00"))
    assert SupervisionEvent.objects.count() == before
