"""Cases that follow a case: change, reissue, revoke, cancel, take up again, send up; both tell of each other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform import library
from tests.platform.cases.test_certifying import PASS, certify, decided
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, MACHINE, Library

from onedoor.platform.cases import handlers, operations
from onedoor.platform.cases.models import Action, Case, Draft, Revocation
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.decisions import LinkFallen
from onedoor.platform.cases.operations.linked import NotLinkable
from onedoor.platform.cases.operations.revocation import HearFirst, NotRevocable, ProposerDecides
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.certificates import operations as certificates
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.identity.models import Division, Login, Organization
from onedoor.platform.identity.queries import divisions
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.messages.models import Message

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
DONE = AT + timedelta(days=30)
WHY = {"reason": "持证时提交的租约是伪造的。", "basis": "《中华人民共和国行政许可法》第六十九条"}


def end_certificate(
    case: Case, *, ending: str, reason: str, basis: str, document_number: str, actor: Any, at: datetime
) -> None:
    for certificate in Certificate.objects.filter(kind=PASS.code, case_number=case.number, status="01"):
        certificates.end_certificate(
            certificate_id=certificate.pk,
            ending=ending,
            reason=reason,
            basis=basis,
            document_number=document_number,
            actor=MACHINE,
            at=at,
        )


@pytest.fixture
def granted(books: Library, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A case that has granted a pass, which can be changed, reissued, cancelled and revoked."""
    handler = replace(
        library.HANDLER,
        openers={"certify": certify},
        on_revoked=end_certificate,
        linked_items=dict.fromkeys(("correct", "change", "reissue", "cancel"), library.ITEM),
    )
    monkeypatch.setitem(handlers._handlers, library.ITEM, handler)
    whole = library.item().model_dump(mode="json", by_alias=True)
    last = {"code": "certify", "title": "制证", "by": "machine", "after": ["decide"], "state": "certifying"}
    result = {"name": "阅览证", "kind": "certificate"}
    library.publish(library.item(steps=[*whole["steps"], last], result=result), valid_from=date(2026, 8, 1))
    return decided(books)


def propose(books: Library, case: Case, ending: str = "revoke") -> Case:
    return operations.propose_revocation(
        case_id=case.pk, ending=ending, **WHY, actor=books.officer("reviewer"), at=DONE
    )


def test_a_change_is_a_linked_case_prefilled_from_the_old_one_and_supersedes_its_certificate(
    desk: Desk, granted: Case
) -> None:
    books = desk.books
    old = Certificate.objects.get()
    desk.go(DONE)
    assert "变更" in desk.page("reader", own(granted))
    answer = desk.post("reader", own(granted, "linked/"), relation="change")
    draft = Draft.objects.get(submitted_as=None)
    assert answer.url == f"/drafts/{draft.pk}/"
    assert (draft.continues, draft.relation) == (granted, "change")
    assert draft.answers["name"] == granted.declared.content["name"]
    books.attach(draft.pk, "photo", DONE)
    draft = Draft.objects.select_related("item_version").get(pk=draft.pk)
    draft = books.fill(draft, {**typed(draft), "name": "欧阳晓楠"}, DONE)
    case = operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=DONE)
    operations.hand_in_case(case_id=case.pk, actor=books.citizen(), at=DONE)
    case.refresh_from_db()
    assert (case.relation, case.continues) == ("change", granted)
    for one, other in ((granted, case), (case, granted)):
        page = desk.page("reader", own(one))
        assert f"/cases/{other.number}/" in page
        assert "打开关联的办件" in page
        assert f"/staff/cases/{other.number}/" in desk.page("clerk", staff(one))
    before = granted.completed_at
    granted.refresh_from_db()
    assert (granted.state, granted.completed_at) == ("completed", before)  # a note does not end it a second time
    finish(books, case)
    old.refresh_from_db()
    new = Certificate.objects.get(case_number=case.number)
    assert (new.succeeds, new.version, old.status) == (old, 2, "05")


def typed(draft: Draft) -> dict[str, str]:
    return {"name": draft.answers["name"], "id_number": draft.answers["id_number"], "student": "no", "books-rows": "0"}


def finish(books: Library, case: Case) -> None:
    operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=DONE)
    books.step(case, "visit", DONE, "surveyor", "second_surveyor")
    books.step(case, "opinion", DONE, "reviewer")
    operations.post_notice(case_id=case.pk, step="notice", actor=books.officer("reviewer"), at=DONE)
    later = DONE + timedelta(days=20)
    operations.close_ended_notices(at=later)
    operations.decide_case(case_id=case.pk, ruling=Ruling(True), actor=books.officer("approver"), at=later)


def test_only_what_the_service_offers_and_only_after_a_grant(books: Library, granted: Case) -> None:
    for case, relation in ((granted, "revoke"), (granted, "x"), (books.received(DONE), "change")):
        with pytest.raises(NotLinkable):
            operations.start_linked(case_id=case.pk, relation=relation, actor=books.citizen(), at=DONE)


def test_a_refused_case_is_taken_up_again_as_a_linked_case(desk: Desk) -> None:
    books = desk.books
    case = books.received(AT)
    operations.refuse_acceptance(
        case_id=case.pk, **library.REFUSED, competent_organ="", actor=books.officer("clerk"), at=AT
    )
    desk.go(AT)
    assert "再次申请" in desk.page("reader", own(case))
    answer = desk.post("reader", own(case, "again/"))
    assert answer.status_code == 302
    draft = Draft.objects.get(submitted_as=None)
    books.attach(draft.pk, "photo", AT)
    draft.refresh_from_db()
    new = operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    operations.hand_in_case(case_id=new.pk, actor=books.citizen(), at=AT)
    assert (new.relation, new.continues) == ("again", case)
    assert case.actions.latest("seq").facts == {"linked": new.number, "relation": "again"}


def test_a_revocation_is_told_heard_and_decided_by_another(desk: Desk, granted: Case) -> None:
    books = desk.books
    desk.go(DONE)
    desk.refused("reviewer", staff(granted, "revocation/"), 422, ending="", reason="假", basis="")
    desk.act("reviewer", staff(granted, "revocation/"), ending="revoke", **WHY)
    case = Case.objects.get(relation="revoke")
    proceeding = Revocation.objects.get(case=case)
    assert proceeding.heard_until == date(2026, 10, 13)  # 8, 9, 10 (a working Saturday), 12, 13 October
    outbox.deliver_pending(at=DONE)
    assert Message.objects.filter(case_number=case.number, event="cases.propose_revocation").exists()
    assert desk.get("reviewer", staff(granted, "revocation/")).status_code == 409  # one at a time
    said = desk.refused(
        "approver", staff(case, "revocation/decide/"), 409, decision="uphold", reason="租约经鉴定是伪造的。"
    )
    assert "陈述申辩" in said
    assert "陈述申辩" in desk.page("reader", own(case))
    desk.act("reader", own(case, "defence/"), statement="租约是中介给的，我不知道是假的。")
    page = desk.page("approver", staff(case, "revocation/decide/"))
    assert "租约是中介给的" in page
    desk.act("approver", staff(case, "revocation/decide/"), decision="uphold", reason="租约经鉴定是伪造的，应当撤销。")
    case.refresh_from_db()
    assert (case.state, case.result) == ("completed", "revoked")
    assert "原决定已不再有效" in desk.page("reader", own(granted))
    assert "撤销决定书" in desk.page("reader", own(case)).split('class="verdict verdict--bad')[1].split("</div>")[0]
    assert Certificate.objects.get().status == certificates.ending.Status.REVOKED
    decision = case.documents.get(kind="revocation")
    assert "六十日内" in str(decision.content["remedies"])
    kinds = list(Action.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["propose_revocation", "deliver", "state_defence", "revoke", "deliver", "finish"]
    assert granted.actions.latest("seq").facts["linked"] == case.number
    with pytest.raises(NotRevocable):
        propose(books, granted)


def fill(books: Library, draft: Draft) -> Draft:
    reader = library.READER
    typed = {"name": reader.name, "id_number": reader.id_number, "student": "no", "books-rows": "0"}
    draft = books.fill(draft, typed, DONE)
    books.attach(draft.pk, "photo", DONE)
    return Draft.objects.get(pk=draft.pk)


def hand_in(books: Library, draft: Draft) -> Case:
    actor = books.citizen()
    case = operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=actor, at=DONE)
    return operations.hand_in_case(case_id=case.pk, actor=actor, at=DONE)


def test_a_change_of_what_was_revoked_meanwhile_is_not_granted(books: Library, granted: Case) -> None:
    draft = operations.start_linked(case_id=granted.pk, relation="change", actor=books.citizen(), at=DONE)
    change = hand_in(books, fill(books, draft))
    later = DONE + timedelta(days=14)
    operations.decide_revocation(
        case_id=propose(books, granted).pk,
        upheld=True,
        reason="经核实租约系伪造，依法撤销。",
        actor=books.officer("approver"),
        at=later,
    )
    operations.accept_case(case_id=change.pk, actor=books.officer("clerk"), at=later)
    books.step(change, "visit", later, "surveyor", "second_surveyor")
    books.step(change, "opinion", later, "reviewer")
    operations.post_notice(case_id=change.pk, step="notice", actor=books.officer("reviewer"), at=later)
    end = later + timedelta(days=20)
    duties.close_ended_notices(at=end)
    with pytest.raises(LinkFallen) as refused:
        operations.decide_case(case_id=change.pk, ruling=Ruling(True), actor=books.officer("approver"), at=end)
    assert granted.number in str(refused.value)
    assert not Certificate.objects.filter(status="01").exists()
    denial = Ruling(False, **library.DENIED)
    operations.decide_case(case_id=change.pk, ruling=denial, actor=books.officer("approver"), at=end)


def test_a_withdrawn_change_taken_up_again_is_still_one(books: Library, granted: Case) -> None:
    draft = operations.start_linked(case_id=granted.pk, relation="change", actor=books.citizen(), at=DONE)
    change = hand_in(books, fill(books, draft))
    operations.withdraw_case(case_id=change.pk, actor=books.citizen(), at=DONE)
    again = operations.start_again(case_id=change.pk, actor=books.citizen(), at=DONE)
    assert (again.relation, again.continues) == ("change", granted)


def test_drafts_for_different_ends_are_different_drafts(books: Library, granted: Case) -> None:
    actor = books.citizen()
    change = operations.start_linked(case_id=granted.pk, relation="change", actor=actor, at=DONE)
    cancel = operations.start_linked(case_id=granted.pk, relation="cancel", actor=actor, at=DONE)
    plain = operations.start_draft(item_code=library.ITEM, applicant_id=books.reader.pk, actor=actor, at=DONE)
    assert len({change.pk, cancel.pk, plain.pk}) == 3
    assert (plain.relation, plain.continues) == ("", None)
    assert operations.start_linked(case_id=granted.pk, relation="change", actor=actor, at=DONE).pk == change.pk


def test_silence_is_waited_for_and_the_proposer_does_not_decide(books: Library, granted: Case) -> None:
    case = propose(books, granted, "cancel")
    until = Revocation.objects.get(case=case).heard_until
    words = {"upheld": True, "reason": "读者已经迁出本区，不再符合条件。"}
    with pytest.raises(HearFirst):
        on_last_day = datetime(until.year, until.month, until.day, 23, 0, tzinfo=CHINA)
        operations.decide_revocation(case_id=case.pk, **words, actor=books.officer("approver"), at=on_last_day)
    after = on_last_day + timedelta(days=1)
    proposer = replace(books.officer("approver"), login_id=Revocation.objects.get(case=case).login_id)
    with pytest.raises(ProposerDecides):
        operations.decide_revocation(case_id=case.pk, **words, actor=proposer, at=after)
    paper = operations.decide_revocation(case_id=case.pk, **words, actor=books.officer("approver"), at=after)
    assert paper.kind == "cancellation"


def test_whoever_has_no_account_is_brought_the_notice_and_then_the_decision(desk: Desk, granted: Case) -> None:
    Login.objects.filter(person=desk.books.reader).update(is_active=False)
    desk.go(DONE)
    desk.act("reviewer", staff(granted, "revocation/"), ending="withdraw", **WHY)
    case = Case.objects.get(relation="revoke")
    assert Revocation.objects.get(case=case).heard_until is None
    words = {"decision": "uphold", "reason": "租约经鉴定是伪造的，应当吊销。"}
    desk.go(DONE + timedelta(days=60))
    assert "告知书送达后" in desk.refused("approver", staff(case, "revocation/decide/"), 409, **words)
    assert "待送达" in desk.page("clerk", staff(case))
    by_hand = {"method": "direct", "receiver": "欧阳晓娜", "reference": ""}
    # The person would have no day left to be heard, and the revocation could be decided at once.
    assert "2026-11-02 就满了" in desk.refused(
        "clerk", staff(case, "deliver/"), 422, **by_hand, received_on="2026-10-26"
    )
    desk.act("clerk", staff(case, "deliver/"), **by_hand, received_on="2026-11-27")
    assert Revocation.objects.get(case=case).heard_until == date(2026, 12, 4)
    desk.go(datetime(2026, 12, 7, 10, 0, tzinfo=CHINA))
    desk.act("approver", staff(case, "revocation/decide/"), **words)
    case.refresh_from_db()
    assert (case.state, case.result) == ("delivering", "revoked")  # nor does the decision arrive by itself
    desk.act("clerk", staff(case, "deliver/"), **by_hand)
    case.refresh_from_db()
    assert case.state == "completed"
    delivered = [action.facts["kind"] for action in case.actions.filter(kind="deliver").order_by("seq")]
    assert delivered == ["intent", "penalty"]


def test_a_dropped_revocation_leaves_everything_and_may_be_proposed_anew(books: Library, granted: Case) -> None:
    case = propose(books, granted)
    operations.state_defence(case_id=case.pk, statement="租约是真的，已经公证过。", actor=books.citizen(), at=DONE)
    operations.decide_revocation(
        case_id=case.pk, upheld=False, reason="租约经公证属实，不予撤销。", actor=books.officer("approver"), at=DONE
    )
    assert Case.objects.get(pk=case.pk).state == "terminated"
    assert Certificate.objects.get().status == "01"
    assert propose(books, granted).relation == "revoke"


def test_nobody_withdraws_or_ends_by_other_ways_what_the_organ_began(books: Library, granted: Case) -> None:
    case = propose(books, granted)
    for act in (
        lambda: operations.withdraw_case(case_id=case.pk, actor=books.citizen(), at=DONE),
        lambda: operations.terminate_case(case_id=case.pk, **WHY, actor=books.officer("approver"), at=DONE),
        lambda: operations.extend_limit(case_id=case.pk, **WHY, actor=books.officer("approver"), at=DONE),
        lambda: operations.transfer_case(case_id=case.pk, **WHY, actor=books.officer("reviewer"), at=DONE),
    ):
        with pytest.raises(OneDoorError) as refused:
            act()
        assert refused.value.code == "cases.move_not_possible"


def test_a_revocation_keeps_nobody_from_applying_anew(books: Library, granted: Case) -> None:
    propose(books, granted)
    assert books.received(DONE).state == "received"


@pytest.fixture
def city(books: Library) -> Iterator[Organization]:
    """The library of the city above the county."""
    place = Division.objects.create(code="110100000000", name="北京", full_name="北京市", level=3, source="测试")
    Division.objects.filter(code=library.COUNTY).update(parent=place)
    divisions._parents.cache_clear()
    county = books.organs[library.COUNTY]
    organ = Organization.objects.create(
        uscc="11110100MB0002050X",
        name="市图书局",
        short_name="市图",
        kind="organ",
        tier=3,
        division=place,
        recorded_at=AT,
        recorded_by="测试",
    )
    county.parent = organ
    county.save()
    yield organ
    divisions._parents.cache_clear()


def test_a_case_is_sent_up_and_goes_on_there_with_everything_in_it(desk: Desk, city: Organization) -> None:
    books = desk.books
    case = books.accepted(AT)
    desk.go(AT)
    assert "市图书局" in desk.page("reviewer", staff(case, "transfer/"))
    desk.refused("reviewer", staff(case, "transfer/"), 422, reason="", basis="")
    reason = {"reason": "借阅古籍须由市馆决定。", "basis": "《公共图书馆法》第三十六条"}
    desk.act("reviewer", staff(case, "transfer/"), **reason)
    case.refresh_from_db()
    child = Case.objects.get(relation="transfer")
    assert (case.state, child.state) == ("transferred", "received")
    assert (child.continues, child.deciding_organization, child.receiving_organization) == (case, city, city)
    assert child.declared.content == case.declared.content
    assert list(child.materials.values_list("code", "file")) == list(case.materials.values_list("code", "file"))
    assert child.steps.get().division == city.division_id
    assert not case.clocks.exclude(state="stopped").exists()
    assert case.actions.latest("seq").facts["linked"] == child.number
    assert child.number in str(case.documents.get(kind="transfer").content["rows"])
    assert f"/cases/{child.number}/" in desk.page("reader", own(case))


def test_what_was_sent_up_is_worked_on_up_there(books: Library, city: Organization) -> None:
    case = books.accepted(AT)
    reason = {"reason": "借阅古籍须由市馆决定。", "basis": "《公共图书馆法》第三十六条"}
    child = operations.transfer_case(case_id=case.pk, **reason, actor=books.officer("reviewer"), at=AT)
    operations.accept_case(case_id=child.pk, actor=MACHINE, at=AT)
    assert set(child.steps.values_list("division", flat=True)) == {city.division_id}
    assert child.documents.get(kind="acceptance").content["organ"] == "市图书局"


def test_nobody_below_speaks_for_the_superior(desk: Desk, city: Organization) -> None:
    books = desk.books
    case = books.accepted(AT)
    operations.declare_relative(case_id=case.pk, relation="姐妹", actor=books.officer("surveyor"), at=AT)
    reason = {"reason": "借阅古籍须由市馆决定。", "basis": "《公共图书馆法》第三十六条"}
    child = operations.transfer_case(case_id=case.pk, **reason, actor=books.officer("reviewer"), at=AT)
    desk.go(AT)
    desk.refused("clerk", staff(child, "accept/"), 403)
    desk.refused("clerk", staff(child, "refuse/"), 403, **library.REFUSED)
    assert Case.objects.get(pk=child.pk).state == "received"
    assert child.relatives.get().relation == "姐妹"  # who has to stand back stands back up there too


def test_without_a_superior_nothing_is_sent_up(books: Library) -> None:
    case = books.accepted(AT)
    with pytest.raises(OneDoorError) as refused:
        operations.transfer_case(case_id=case.pk, **WHY, actor=books.officer("reviewer"), at=AT)
    assert refused.value.code == "cases.no_superior"
