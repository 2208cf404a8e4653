"""A decision takes effect when it arrives: by the inbox with consent, at the window, by post, in public (platform 4.5)."""

from datetime import date, datetime, timedelta

import pytest
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, Delivery
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.delivery import NoInbox
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Guardianship, Login, Person
from onedoor.platform.kernel import outbox
from onedoor.platform.messages.models import Message

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=8)


def received(books: Library, delivery: str) -> Case:
    draft = books.draft(AT)
    case = operations.submit_draft(
        draft_id=draft.pk, revision=draft.revision, delivery=delivery, actor=books.citizen(), at=AT
    )
    return operations.hand_in_case(case_id=case.pk, actor=books.citizen(), at=AT)


def decided(books: Library, delivery: str, *, granted: bool = True) -> Case:
    return decide(books, received(books, delivery), granted=granted)


def decide(books: Library, case: Case, *, granted: bool = True) -> Case:
    operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=AT)
    books.step(case, "visit", AT, "surveyor", "second_surveyor")
    books.step(case, "opinion", AT, "reviewer")
    operations.post_notice(case_id=case.pk, step="notice", actor=books.officer("reviewer"), at=AT)
    duties.close_ended_notices(at=LATER)
    words = {} if granted else library.DENIED
    operations.decide_case(case_id=case.pk, ruling=Ruling(granted, **words), actor=books.officer("approver"), at=LATER)
    return Case.objects.get(pk=case.pk)


def kinds(case: Case) -> list[str]:
    return list(Action.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


@pytest.mark.parametrize("granted", [True, False])
def test_with_consent_the_inbox_is_the_delivery_and_the_case_is_closed(books: Library, granted: bool) -> None:
    case = decided(books, "electronic", granted=granted)
    assert case.state == "completed"
    assert case.actions.get(kind="submit").facts["delivery"] == "electronic"  # the recorded consent
    delivery = Delivery.objects.get(document__case=case)
    assert (delivery.method, delivery.delivered_at) == ("electronic", LATER)
    message = Message.objects.get(case_number=case.number, channel="inbox", event__in=["cases.grant", "cases.deny"])
    assert message.created_at == LATER
    outbox.deliver_pending(at=LATER)  # the listener finds it told already
    assert Message.objects.filter(case_number=case.number, channel="inbox", event=message.event).count() == 1
    proof = case.documents.get(kind="service")
    assert ("送达方式", "电子送达") in [tuple(row) for row in proof.content["rows"]]


def test_who_wants_paper_waits_for_it_and_the_window_hands_it_over(desk: Desk) -> None:
    case = decided(desk.books, "direct")
    assert (case.state, kinds(case)[-2:]) == ("delivering", ["grant", "await_delivery"])
    desk.go(LATER)
    assert "决定书等待送达" in desk.page("reader", own(case))
    assert "送达" in desk.page("clerk", "/staff/")
    assert desk.get("reviewer", staff(case, "deliver/")).status_code == 409  # not theirs to do
    said = desk.refused("clerk", staff(case, "deliver/"), 422, method="direct", receiver="", reference="")
    assert "请填写签收人" in said
    desk.act("clerk", staff(case, "deliver/"), method="direct", receiver="欧阳晓娜", reference="")
    case.refresh_from_db()
    assert (case.state, kinds(case)[-2:]) == ("completed", ["deliver", "finish"])
    assert "欧阳晓娜" in str(case.documents.get(kind="service").content["rows"])
    assert "欧阳晓娜" not in str(case.actions.get(kind="deliver").facts)


def test_posted_is_not_delivered_before_somebody_has_signed(desk: Desk) -> None:
    case = decided(desk.books, "post", granted=False)
    desk.go(LATER)
    desk.act("cert_officer", staff(case, "deliver/"), method="post", receiver="", reference="EX123456789CN")
    case.refresh_from_db()
    assert case.state == "delivering"
    assert "EX123456789CN" in desk.page("cert_officer", staff(case, "deliver/"))
    desk.go(LATER + timedelta(days=3))
    desk.act("cert_officer", staff(case, "deliver/"), confirm="1", receiver="本人")
    case.refresh_from_db()
    assert (case.state, case.result) == ("completed", "denied")


def test_in_public_it_takes_thirty_days_and_a_reason(desk: Desk) -> None:
    case = decided(desk.books, "post")
    desk.go(LATER)
    assert "为什么其他方式都无法送达" in desk.refused(
        "clerk", staff(case, "deliver/"), 422, method="public", receiver="", reference="公告栏"
    )
    why = "镇公告栏和本平台；两次邮寄退回，住处无人。"
    desk.act("clerk", staff(case, "deliver/"), method="public", receiver="", reference=why)
    delivery = Delivery.objects.get(document__case=case)
    assert delivery.due_on == date(2026, 10, 9)  # the thirtieth day
    desk.refused("clerk", staff(case, "deliver/"), 409, confirm="1", receiver="x")
    operations.complete_public_deliveries(at=datetime(2026, 10, 9, 23, 0, tzinfo=CHINA))
    assert Case.objects.get(pk=case.pk).state == "delivering"
    operations.complete_public_deliveries(at=datetime(2026, 10, 10, 1, 0, tzinfo=CHINA))
    assert Case.objects.get(pk=case.pk).state == "completed"


def test_without_consent_no_officer_delivers_electronically_but_the_person_may_consent(desk: Desk) -> None:
    case = decided(desk.books, "post")
    desk.go(LATER)
    assert "没有同意电子送达" in desk.refused("clerk", staff(case, "deliver/"), 409, method="electronic")
    desk.act("reader", own(case, "delivery/"), delivery="electronic")
    case.refresh_from_db()
    assert case.state == "completed"
    desk.refused("reader", own(case, "delivery/"), 409, delivery="post")  # too late to change


def test_the_way_of_delivery_is_chosen_with_the_application(desk: Desk) -> None:
    desk.go(AT)
    draft = desk.books.draft(AT)
    url = f"/drafts/{draft.pk}/review/"
    assert "同意用平台消息送达" in desk.page("reader", url)
    desk.refused("reader", url, 422, revision=str(draft.revision), delivery="pigeon")
    desk.act("reader", url, revision=str(draft.revision), delivery="post")
    case = Case.objects.get()
    assert (case.delivery, case.actions.get(kind="submit").facts["delivery"]) == ("post", "post")


def close_account(books: Library) -> None:
    Login.objects.filter(person=books.reader).update(is_active=False)


def test_for_somebody_without_an_account_the_last_page_says_why_and_offers_what_leads_to_them(desk: Desk) -> None:
    draft = desk.books.draft(AT)
    close_account(desk.books)
    desk.go(AT)
    clerk = desk.books.officer("clerk")
    who = {"name": library.READER.name, "id_number": library.READER.id_number}
    identity.begin_assisting(**who, evidence_digest="0" * 64, actor=clerk, at=AT)
    page, asked = f"/drafts/{draft.pk}/review/", f"/api/v1/drafts/{draft.pk}/review"
    shown = desk.page("clerk", page)
    assert "没有可以登录的账号" in shown
    assert 'value="electronic"' not in shown
    assert 'value="direct" checked' in shown
    assert desk.get("clerk", asked).json()["delivery_ways"] == ["direct", "post"]
    Login.objects.filter(person=desk.books.reader).update(is_active=True)
    shown = desk.page("clerk", page)
    assert 'value="electronic" checked' in shown
    assert "没有可以登录的账号" not in shown
    assert desk.get("clerk", asked).json()["delivery_ways"] == ["electronic", "direct", "post"]
    assert 'value="post" checked' in desk.refused("clerk", page, 422, revision="999", delivery="post")


def decided_for_nobody_who_reads(desk: Desk, agent: Person | None = None) -> Case:
    """Return a case decided for the reader, who agreed to be served by the inbox and has no account any more."""
    case = received(desk.books, "electronic")
    Case.objects.filter(pk=case.pk).update(agent=agent)
    close_account(desk.books)
    return decide(desk.books, case)


def test_without_an_account_nothing_arrives_by_the_inbox_and_an_officer_delivers_it(desk: Desk) -> None:
    case = decided_for_nobody_who_reads(desk)
    assert (case.state, case.delivery, kinds(case)[-2:]) == ("delivering", "electronic", ["grant", "await_delivery"])
    assert not Delivery.objects.exists()
    outbox.deliver_pending(at=LATER)
    told = Message.objects.get(case_number=case.number, channel="inbox", event="cases.grant")
    assert "决定书将由工作人员送达" in told.text
    desk.go(LATER)
    assert "送达" in desk.page("clerk", "/staff/")
    assert "没有可以登录的账号" in desk.page("clerk", staff(case, "deliver/"))
    assert "没有可以登录的账号" in desk.refused("clerk", staff(case, "deliver/"), 409, method="electronic")
    desk.act("clerk", staff(case, "deliver/"), method="direct", receiver="欧阳晓娜", reference="")
    case.refresh_from_db()
    assert case.state == "completed"


def test_an_account_opened_later_receives_what_waits_once_its_owner_says_so(desk: Desk) -> None:
    case = decided_for_nobody_who_reads(desk)
    desk.go(LATER)
    with pytest.raises(NoInbox):
        operations.choose_delivery(case_id=case.pk, method="electronic", actor=desk.books.citizen(), at=LATER)
    Login.objects.filter(person=desk.books.reader).update(is_active=True)
    assert "决定书等待送达" in desk.page("reader", own(case))
    desk.act("reader", own(case, "delivery/"), delivery="electronic")
    case.refresh_from_db()
    assert (case.state, Delivery.objects.get().method) == ("completed", "electronic")


@pytest.mark.parametrize(("guards", "state"), [(True, "completed"), (False, "delivering")])
def test_a_guardian_who_applied_reads_for_the_ward_an_agent_does_not(desk: Desk, guards: bool, state: str) -> None:
    friend = desk.books.friend
    identity.open_citizen_login(
        person_id=friend.pk, phone="13800000001", password="x" * 12, actor=library.MACHINE, at=AT
    )
    if guards:
        Guardianship.objects.create(
            guardian=friend,
            ward=desk.books.reader,
            basis="court",
            document="判决书",
            valid_from=AT.date(),
            recorded_at=AT,
            recorded_by="测试",
        )
    case = decided_for_nobody_who_reads(desk, agent=friend)
    assert case.state == state
