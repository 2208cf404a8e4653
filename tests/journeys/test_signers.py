"""A household's card that others sign as well: each on their own account, or before an officer at the window."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, Draft, Signatory
from onedoor.platform.cases.signing import ASKS_A_DAY
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel.parameters import write_parameter
from onedoor.platform.messages.models import Message
from tests.journeys.conftest import photo
from tests.platform import library
from tests.platform.conftest import books, desk
from tests.platform.desks import Desk, own, staff
from tests.platform.library import FRIEND, HOUSEHOLD, LONG_AGO, MACHINE, READER, Library
from tests.platform.papers.stage import paper, residence_permit, revoke
from tests.platform.replays.stage import AT

__all__ = ["books", "desk"]
Work = Callable[[], None]
PROOF = paper("proof", "居住证明", waiver={"kind": "certificate", "source": "library.residence"})
CHILD = library.Citizen("child", "欧阳小满", date(2016, 5, 6), 41)


def household(desk: Desk, *, friend: bool = True, materials: Any = None, **changes: Any) -> Draft:
    """Return the reader's draft of the household card; the friend, who is to sign it, has an account or has none."""
    papers = {"materials": materials} if materials else {}
    library.publish(library.item(signers=HOUSEHOLD | changes, **papers), valid_from=date(2026, 8, 1))
    if friend:
        identity.open_citizen_login(
            person_id=desk.books.friend.pk, phone="13800000001", password="x" * 12, actor=MACHINE, at=LONG_AGO
        )
    desk.go(AT)
    return desk.books.draft(AT)


def name(desk: Desk, draft: Draft, role: str = "spouse", who: Any = FRIEND) -> None:
    fields = {"role": role, "name": who.name, "id_number": who.id_number, "phone": "13800000001"}
    desk.act("reader", signers(draft), **fields)


def signers(draft: Draft) -> str:
    return f"/drafts/{draft.pk}/signers/"


def to_sign(row: Signatory) -> str:
    return f"/me/countersignatures/{row.pk}/"


def shown_digest(page: str) -> str:
    found = re.search(r'name="digest" value="(\w+)"', page)
    assert found is not None
    return found[1]


def sign(desk: Desk, who: str, row: Signatory) -> None:
    desk.act(who, to_sign(row), act="sign", digest=shown_digest(desk.page(who, to_sign(row))))


def revision(draft: Draft) -> int:
    return Draft.objects.get(pk=draft.pk).revision


def submit(desk: Desk, draft: Draft) -> Any:
    return desk.post("reader", f"/drafts/{draft.pk}/review/", revision=revision(draft))


def test_two_people_sign_one_application_each_on_their_own_account(desk: Desk, work: Work) -> None:
    draft = household(desk)
    assert "共同签字" in desk.page("reader", f"/drafts/{draft.pk}/")
    refused = submit(desk, draft)
    assert refused.status_code == 422
    assert "还有人没有签字：配偶" in refused.content.decode()

    name(desk, draft)
    row = Signatory.objects.get()
    assert desk.get("friend", to_sign(row)).status_code == 404  # not asked yet
    desk.act("reader", signers(draft), ask="1")
    work()
    asked = Message.objects.get(event="cases.countersigning_asked", channel="inbox")
    assert asked.recipient_id == desk.books.friend.pk
    assert READER.name not in asked.text
    assert READER.id_number not in asked.text
    told = Message.objects.filter(event="cases.countersigning_asked")
    assert not any(READER.name in str(one.text) for one in told)

    # The friend reads just this application: its answers and its papers, and nothing else of the reader's.
    assert to_sign(row) in desk.page("friend", "/me/")
    page = desk.page("friend", to_sign(row))
    assert READER.name in page
    assert "是不是学生" in page
    assert AuditEntry.objects.filter(event="cases.read_to_sign", outcome="looked").count() == 1
    file = draft.materials.get(code="photo").file
    assert file is not None
    assert desk.get("friend", f"/files/{file.pk}/").status_code == 200
    assert desk.get("friend", f"/drafts/{draft.pk}/").status_code == 404
    desk.act("friend", to_sign(row), act="sign", digest=shown_digest(page))
    work()
    assert "都签完了" in Message.objects.get(event="cases.countersigned", channel="inbox").text

    # A change asks again whoever has signed; what was read before cannot be signed any more.
    desk.go(AT + timedelta(hours=1))
    desk.books.fill(Draft.objects.get(pk=draft.pk), typed(student="no", deposit="20"), AT + timedelta(hours=1))
    row.refresh_from_db()
    assert (row.state, row.digest, row.signed_at) == ("asked", "", None)
    assert submit(desk, draft).status_code == 422
    work()
    assert Message.objects.filter(event="cases.countersigning_changed", channel="inbox").count() == 1
    assert "重新看" in desk.page("friend", "/me/countersignatures/")
    stale = desk.refused("friend", to_sign(row), 409, act="sign", digest=shown_digest(page))
    assert "这次没有签" in stale
    sign(desk, "friend", row)

    assert submit(desk, draft).status_code == 302
    case = Case.objects.get()
    assert FRIEND.name in desk.page("reader", own(case))
    operations.hand_in_case(case_id=case.pk, actor=desk.books.citizen(), at=AT + timedelta(hours=2))
    page = desk.page("clerk", staff(case))
    assert "共同签字" in page
    assert "本人账号" in page
    assert "3 级" in page
    (fact,) = case.actions.get(kind="submit").facts["signatures"]
    row.refresh_from_db()
    assert (fact["digest"], fact["way"], fact["level"]) == (row.digest, "account", 3)
    # What was signed may be read again; the case itself is the reader's.
    assert READER.name in desk.page("friend", to_sign(row))
    assert desk.get("friend", own(case)).status_code == 404


def typed(**answers: str) -> dict[str, str]:
    return {"name": READER.name, "id_number": READER.id_number, "books-rows": "0"} | answers


def test_who_declines_says_why_and_is_asked_anew_or_replaced(desk: Desk, work: Work) -> None:
    draft = household(desk)
    name(desk, draft)
    desk.act("reader", signers(draft), ask="1")
    row = Signatory.objects.get()
    assert "申请人会看到" in desk.refused("friend", to_sign(row), 422, act="decline", reason="不")
    desk.act("friend", to_sign(row), act="decline", reason="押金写得不对，请改。")
    work()
    assert "押金写得不对" in desk.page("reader", signers(draft))
    assert Message.objects.filter(event="cases.countersigning_declined", channel="inbox").exists()
    assert desk.get("friend", to_sign(row)).status_code == 404
    desk.act("reader", signers(draft), ask="1")
    sign(desk, "friend", row)
    assert submit(desk, draft).status_code == 302


def test_who_is_not_asked_any_more_reads_nothing_and_signs_nothing(desk: Desk, work: Work) -> None:
    roles = [HOUSEHOLD["roles"][0] | {"when": {"field": "student", "equals": True}}]
    draft = household(desk, roles=roles)
    desk.books.fill(draft, typed(student="yes", school="一小"), AT)
    name(desk, draft)
    desk.act("reader", signers(draft), ask="1")
    row = Signatory.objects.get()
    digest = shown_digest(desk.page("friend", to_sign(row)))
    file = draft.materials.get(code="photo").file
    assert file is not None
    assert desk.get("friend", f"/files/{file.pk}/").status_code == 200
    # With other answers nobody else signs: what was asked is let go, before the application is handed in and after.
    desk.books.fill(Draft.objects.get(pk=draft.pk), typed(student="no", deposit="20"), AT)
    assert desk.get("friend", to_sign(row)).status_code == 404
    assert desk.get("friend", f"/files/{file.pk}/").status_code == 404
    assert desk.post("friend", to_sign(row), act="sign", digest=digest).status_code == 404
    assert to_sign(row) not in desk.page("friend", "/me/countersignatures/")
    assert submit(desk, draft).status_code == 302
    assert desk.get("friend", to_sign(row)).status_code == 404


def test_days_pass_the_draft_stays_and_the_person_is_asked_anew(desk: Desk, work: Work) -> None:
    draft = household(desk)
    name(desk, draft)
    desk.act("reader", signers(draft), ask="1")
    row = Signatory.objects.get()
    assert row.due_on == date(2026, 9, 16)
    desk.go(AT + timedelta(days=15))
    work()
    row.refresh_from_db()
    assert row.state == "asked"  # the last day is one of them
    desk.go(AT + timedelta(days=16))
    assert desk.post("friend", to_sign(row), act="sign", digest="0" * 64).status_code == 404
    work()
    row.refresh_from_db()
    assert row.state == "lapsed"
    work()
    assert Message.objects.filter(event="cases.countersigning_lapsed", channel="inbox").count() == 1
    desk.act("reader", signers(draft), ask="1")
    sign(desk, "friend", row)


def test_without_an_account_one_signs_at_the_window_before_an_officer(desk: Desk, work: Work) -> None:
    draft = household(desk, friend=False)
    name(desk, draft)
    desk.act("reader", signers(draft), ask="1")
    row = Signatory.objects.get()
    help_at_window(desk, FRIEND)
    refused = desk.post("clerk", to_sign(row), act="sign", digest=shown_digest(desk.page("clerk", to_sign(row))))
    assert refused.status_code == 403  # the document has not been looked at
    desk.act("clerk", "/staff/window/assist/check/", document="resident_card", method="eye")
    assert to_sign(row) in desk.page("clerk", "/me/countersignatures/")
    sign(desk, "clerk", row)
    row.refresh_from_db()
    assert (row.state, row.way, row.level) == ("signed", "window", 3)
    written = AuditEntry.objects.get(event="cases.countersign")
    assert written.details["way"] == "window"
    assert written.details["identity_check"]
    assert submit(desk, draft).status_code == 302


def help_at_window(desk: Desk, who: Any) -> None:
    fields = {"name": who.name, "id_number": who.id_number, "evidence": photo("paper")}
    answer = desk.post("clerk", "/staff/window/assist/", **fields)
    assert answer.status_code == 302, answer.content.decode()[:3000]


def test_a_guardian_signs_for_a_ward_and_a_child_does_not_sign_alone(desk: Desk, work: Work) -> None:
    draft = household(desk)
    desk.books.fill(draft, typed(student="yes", school="一小"), AT)
    name(desk, draft)
    name(desk, draft, "child", CHILD)
    child = Person.objects.get(name=CHILD.name)
    identity.open_citizen_login(person_id=child.pk, phone="13800000002", password="x" * 12, actor=MACHINE, at=LONG_AGO)
    identity.verify_person(person_id=child.pk, assurance=3, method="测试", actor=MACHINE, at=LONG_AGO)
    guard(desk.books, child)
    desk.act("reader", signers(draft), ask="1")
    work()
    row = Signatory.objects.get(role="child")
    told = Message.objects.filter(event="cases.countersigning_asked", channel="inbox", link=to_sign(row))
    assert {one.recipient_id for one in told} == {child.pk, desk.books.friend.pk}
    digest = shown_digest(desk.page("friend", to_sign(row)))
    for one in Signatory.objects.all():
        sign(desk, "friend", one)
    row.refresh_from_db()
    assert (row.way, row.signed_by_id, row.digest) == ("guardian", desk.books.friend.pk, digest)
    assert submit(desk, draft).status_code == 302


def guard(books: Library, child: Person) -> None:
    clerk = books.officer("clerk")
    identity.record_guardianship(
        ward=(CHILD.name, CHILD.id_number),
        guardian=(FRIEND.name, FRIEND.id_number),
        basis="parent",
        document="出生医学证明 A110000001",
        evidence_digest="0" * 64,
        valid_from=date(2026, 1, 1),
        actor=clerk,
        at=LONG_AGO,
    )


def test_one_after_the_other_nobody_is_asked_before_it_is_their_turn(desk: Desk, work: Work) -> None:
    draft = household(desk, order="one_by_one")
    desk.books.fill(draft, typed(student="yes", school="一小"), AT)
    name(desk, draft)
    name(desk, draft, "child", library.Citizen("grown", "欧阳大满", date(2001, 5, 6), 41))
    grown = Person.objects.get(name="欧阳大满")
    identity.open_citizen_login(person_id=grown.pk, phone="13800000002", password="x" * 12, actor=MACHINE, at=LONG_AGO)
    desk.act("reader", signers(draft), ask="1")
    work()
    asked = Message.objects.filter(event="cases.countersigning_asked", channel="inbox")
    assert [one.recipient_id for one in asked] == [desk.books.friend.pk]
    later = Signatory.objects.get(role="child")
    assert later.due_on is None
    sign(desk, "friend", Signatory.objects.get(role="spouse"))
    work()
    later.refresh_from_db()
    assert later.due_on is not None
    assert asked.filter(recipient=grown).exists()


def test_wrong_people_are_not_taken_and_what_was_typed_is_kept(desk: Desk) -> None:
    draft = household(desk)
    own_number = {"role": "spouse", "name": READER.name, "id_number": READER.id_number, "phone": "13800000001"}
    assert "申请人本人不用再签" in desk.refused("reader", signers(draft), 422, **own_number)
    other = own_number | {"name": "李四", "id_number": FRIEND.id_number, "phone": "1380000"}
    page = desk.refused("reader", signers(draft), 422, **other)
    assert "姓名与身份证号不一致" in page
    assert "11 位手机号码" in page
    assert "李四" in page
    name(desk, draft)
    again = own_number | {"name": FRIEND.name, "id_number": FRIEND.id_number}
    assert "最多 1 人签字" in desk.refused("reader", signers(draft), 422, **again)
    stranger = desk.post("supervisor", to_sign(Signatory.objects.get()), act="sign", digest="x")
    assert (stranger.status_code, stranger["Location"].split("?")[0]) == (302, "/login/")


def test_people_are_asked_only_so_often_a_day(desk: Desk) -> None:
    write_parameter(
        key=ASKS_A_DAY,
        division="000000000000",
        value=2,
        document="测试",
        valid_from=date(2026, 1, 1),
        recorded_by="测试",
        at=LONG_AGO,
    )
    draft = household(desk, friend=False)
    for _ in range(2):
        name(desk, draft)
        desk.act("reader", signers(draft), ask="1")
        desk.act("reader", signers(draft), drop=str(Signatory.objects.get().pk))
    name(desk, draft)
    assert "今天已经请过 2 次签字" in desk.refused("reader", signers(draft), 422, ask="1")
    assert Signatory.objects.get().state == "named"
    desk.go(AT + timedelta(hours=25))
    desk.act("reader", signers(draft), ask="1")


def test_a_certificate_taken_over_is_read_and_signed_too(desk: Desk, work: Work) -> None:
    draft = household(desk, materials=[paper("photo", "照片"), PROOF])
    permit = residence_permit(desk.books)
    name(desk, draft)
    desk.act("reader", signers(draft), ask="1")
    row = Signatory.objects.get()
    page = desk.page("friend", to_sign(row))
    assert f"居住证 {permit.number}" in page
    assert "提交时沿用" in page
    sign(desk, "friend", row)
    revoke(permit, at=AT)
    renewed = residence_permit(desk.books)
    assert "签过字的人要重新签" in desk.page("reader", signers(draft))
    assert "还有人没有签字" in submit(desk, draft).content.decode()
    desk.act("reader", signers(draft), ask="1")
    assert f"居住证 {renewed.number}" in desk.page("friend", to_sign(row))
    sign(desk, "friend", row)
    assert submit(desk, draft).status_code == 302
