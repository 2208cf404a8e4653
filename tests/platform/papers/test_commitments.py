"""Row 20 and A34, 告知承诺: a promise in place of a proof, checked afterwards, with what follows where it was not true."""

from datetime import date, datetime
from typing import Any

import pytest
from tests.journeys.conftest import photo
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA
from tests.platform.papers.stage import Applicant, given, paper, publish

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, CaseDocument, Commitment, CreditRecord, Draft, Material
from onedoor.platform.cases.owing import CommitmentBroken
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.identity import operations as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.parameters import write_parameter
from onedoor.platform.messages.models import Message
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.operations import watch_commitments

MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=CHINA)
POLICY = {
    "version": 2,
    "told": "办证须证明没有未还的图书。",
    "text": "我承诺没有未还的图书，没有欠缴的赔款。",
    "liability": "承诺不实的，撤销借书证，并记入信用记录。",
    "check": "data",
    "within": {"days": 10},
}
CLEAN = paper("clean", "无欠书证明", commitment=POLICY)
FINDING = "查馆藏系统，有三本书逾期一年未还。"


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 9, tzinfo=CHINA)


def promise(desk: Desk, applicant: Applicant) -> Draft:
    draft = applicant.begin()
    applicant.choose(draft, promise="clean")
    return applicant.again(draft)


@pytest.fixture
def case(desk: Desk, applicant: Applicant) -> Case:
    """An application handed in on 16 November with a commitment in place of its paper."""
    publish(CLEAN)
    desk.go(MONDAY)
    return applicant.submit(promise(desk, applicant))


def page_of(case: Case) -> str:
    return staff(case, f"commitments/{Commitment.objects.get(case=case).pk}/")


def test_row_20_the_person_reads_duty_words_liability_and_check_and_the_case_goes_on(
    desk: Desk, applicant: Applicant
) -> None:
    publish(CLEAN)
    desk.go(MONDAY)
    draft = applicant.begin()
    page = desk.page("reader", applicant.papers(draft))
    for words in (
        POLICY["told"],
        POLICY["text"],
        POLICY["liability"],
        "数据核查，提交后 10 个工作日内",
        "承诺是自愿的",
    ):
        assert str(words) in page
    assert 'class="facts" data-aloud' in page  # R-COM-4: aloud.js reads it to whoever asks
    assert "parts/js/aloud" in page
    assert "无欠书证明" in applicant.refused(draft)
    applicant.choose(draft, promise="clean")
    assert "您已作出承诺（承诺书第 2 版" in desk.page("reader", applicant.papers(draft))
    case = applicant.submit(draft)

    row = Commitment.objects.get()
    assert (row.case, row.state, row.version, row.method) == (case, "verifying", 2, "self")
    assert (row.text, row.liability, row.signer) == (POLICY["text"], POLICY["liability"], desk.books.reader)
    assert row.digest == case.item_version.item.materials[0].commitment.digest  # type: ignore[union-attr]
    assert row.due_on == date(2026, 11, 30)  # ten working days after 16 November
    assert given(case, "clean").grade == "D"
    facts = Action.objects.get(case=case, kind="submit").facts
    assert facts["committed"] == [{"material": "clean", "digest": row.digest}]
    desk.act("clerk", staff(case, "accept/"))


def test_what_is_promised_is_not_asked_for(desk: Desk, case: Case) -> None:
    ask = {"ask-clean": "1", "code-clean": "missing", "problem-clean": "没有交证明", "how-clean": "请到馆里开一张"}
    assert "已用告知承诺代替“无欠书证明”" in desk.refused("clerk", staff(case, "supplement/"), 409, **ask)


def test_who_changes_their_mind_in_the_draft_gives_the_paper(desk: Desk, applicant: Applicant) -> None:
    publish(CLEAN)
    desk.go(MONDAY)
    draft = promise(desk, applicant)
    applicant.choose(draft, own="clean")
    assert not Commitment.objects.exists()
    applicant.upload(draft, "clean")
    case = applicant.submit(draft)
    assert given(case, "clean").source == "upload"


def test_a_promise_in_other_words_is_another_promise(desk: Desk, applicant: Applicant) -> None:
    publish(CLEAN)
    desk.go(MONDAY)
    draft = promise(desk, applicant)
    publish(
        {**CLEAN, "commitment": {**POLICY, "version": 3, "text": "我承诺没有未还的图书。"}}, valid_from=MONDAY.date()
    )
    desk.act("reader", f"/drafts/{draft.pk}/changes/")
    assert not Commitment.objects.exists()
    assert "无欠书证明" in applicant.refused(draft)


def test_a_submission_taken_back_keeps_the_promise_in_the_draft(desk: Desk, applicant: Applicant) -> None:
    publish(CLEAN)
    desk.go(MONDAY)
    draft = promise(desk, applicant)
    case = applicant.submit(draft, hand_in=False)
    desk.act("reader", own(case, "undo/"))
    row = Commitment.objects.get()
    assert (row.case, row.state, row.due_on) == (None, "signed", None)
    again = applicant.submit(draft_of(case, draft))
    assert Commitment.objects.get().case == again


def draft_of(case: Case, draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)


def test_a_promise_taken_back_before_the_decision_makes_the_paper_due(desk: Desk, case: Case) -> None:
    url = own(case, f"commitments/{Commitment.objects.get().pk}/")
    assert "撤回承诺" in desk.page("reader", url)
    desk.act("reader", url, retract="1")
    desk.refused("reader", url, 409, retract="1")
    assert "代替它的承诺已撤回" in desk.page("reader", own(case))
    desk.act("reader", own(case, "papers/"), give="clean", file_clean=photo("证明"))
    assert given(case, "clean").source == "upload"
    assert Action.objects.filter(case=case, kind="retract_promise").count() == 1
    assert watch_commitments(at=day(12, 1)) == 0  # nothing is left to check


def test_a34_a_check_that_was_not_done_raises_an_event_and_flags_the_case(desk: Desk, case: Case) -> None:
    desk.go(day(11, 30))
    assert watch_commitments(at=day(11, 30)) == 0  # the last day counts whole
    assert "承诺核查超期" not in desk.page("reviewer", staff(case))
    desk.go(day(12, 1))
    assert watch_commitments(at=day(12, 1)) == 1
    assert watch_commitments(at=day(12, 2)) == 0
    event = SupervisionEvent.objects.get(rule="K01")
    assert (event.case, event.lamp, event.facts["due_on"]) == (case, "yellow", "2026-11-30")
    assert "K01" in desk.page("supervisor", "/supervision/")
    assert "承诺核查超期" in desk.page("reviewer", staff(case))
    listed = desk.page("reviewer", "/staff/commitments/")
    assert "无欠书证明" in listed
    assert "已超" in listed
    assert "欧阳晓娜" not in listed


def test_a_promise_kept_is_done(desk: Desk, case: Case) -> None:
    assert "无欠书证明" in desk.page("reviewer", "/staff/commitments/")
    url = page_of(case)
    few = desk.refused("reviewer", url, 422, outcome="kept", finding="好")
    assert "不少于 10 个字" in few
    desk.refused("reviewer", url, 422, finding="查馆藏系统，没有未还的书。")
    desk.refused("clerk", url, 403, outcome="kept", finding="查馆藏系统，没有未还的书。")
    desk.act("reviewer", url, outcome="kept", finding="查馆藏系统，没有未还的书。")
    row = Commitment.objects.get()
    assert (row.state, row.checked_by) == ("kept", "官员reviewer")
    desk.refused("reviewer", url, 409, outcome="broken", finding=FINDING)
    assert "无欠书证明" not in desk.page("reviewer", "/staff/commitments/")
    assert "核查属实" in desk.page("reader", own(case))
    assert not CreditRecord.objects.exists()


def broken(desk: Desk, case: Case) -> str:
    url = page_of(case)
    desk.act("reviewer", url, outcome="broken", finding=FINDING)
    return url


def test_an_untrue_promise_is_told_heard_and_only_then_put_on_record(desk: Desk, case: Case) -> None:
    url = broken(desk, case)
    document = CaseDocument.objects.get(case=case, kind="breach")
    assert ["查到的情况", [FINDING]] in document.content["parts"]
    assert document.content["rows"] == [["陈述申辩截止日", "2026-11-23"]]
    outbox.deliver_pending(at=MONDAY)
    assert Message.objects.filter(event="cases.check_promise", recipient=desk.books.reader).exists()
    assert "承诺经核查不实" in desk.page("reader", own(case))

    why = {"deed": "settle", "answer": "uphold", "reason": "馆藏记录清楚，当事人没有异议。"}
    assert "2026-11-23" in desk.refused("approver", url, 409, **why)  # heard first
    own_page = own(case, f"commitments/{Commitment.objects.get().pk}/")
    desk.refused("reader", own_page, 422, statement="没有")
    desk.act("reader", own_page, statement="书是家人拿走的，我这周就去归还。")
    desk.refused("reader", own_page, 409, statement="书是家人拿走的，我这周就去归还。")
    desk.refused("reviewer", url, 403, **why)
    desk.act("approver", url, **why)
    record = CreditRecord.objects.get()
    assert (record.state, record.person, record.settled_by) == ("in_force", desk.books.reader, "官员approver")
    assert "已记录" in desk.page("reader", "/me/papers/")
    kinds = list(Action.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))
    assert kinds[-3:] == ["check_promise", "answer_breach", "settle_breach"]


def test_silence_until_the_day_counts_as_heard(desk: Desk, case: Case) -> None:
    url = broken(desk, case)
    desk.go(day(11, 24))
    desk.act("approver", url, deed="settle", answer="drop", reason="查明是系统误记，不予记录。")
    assert (CreditRecord.objects.get().state, Commitment.objects.get().state) == ("lifted", "kept")


def test_an_untrue_promise_is_not_granted_on(desk: Desk, case: Case) -> None:
    desk.act("clerk", staff(case, "accept/"))
    broken(desk, case)
    books = desk.books
    books.step(case, "visit", MONDAY, "surveyor", "second_surveyor")
    books.step(case, "opinion", MONDAY, "reviewer")
    operations.post_notice(case_id=case.pk, step="notice", actor=books.officer("reviewer"), at=MONDAY)
    operations.close_ended_notices(at=day(11, 25))
    ruling: dict[str, Any] = {"actor": books.officer("approver"), "at": day(11, 25)}
    with pytest.raises(CommitmentBroken):
        operations.decide_case(case_id=case.pk, ruling=Ruling(True), **ruling)
    operations.decide_case(case_id=case.pk, ruling=Ruling(False, **library.DENIED), **ruling)


def recorded(desk: Desk, case: Case) -> str:
    url = broken(desk, case)
    desk.go(day(11, 24))
    desk.act("approver", url, deed="settle", answer="uphold", reason="馆藏记录清楚，当事人没有异议。")
    return url


def test_with_a_breach_on_record_nothing_is_offered_until_it_is_repaired(
    desk: Desk, applicant: Applicant, case: Case
) -> None:
    url = recorded(desk, case)
    draft = applicant.begin()
    assert "可以用告知承诺代替" not in desk.page("reader", applicant.papers(draft))
    assert "承诺不实的记录还没有修复" in desk.refused("reader", applicant.papers(draft), 422, promise="clean")
    desk.refused("reviewer", url, 403, deed="repair", reason="三本书已经归还，赔款已经缴清。")
    repaired = "三本书已经归还，赔款已经缴清。"
    desk.act("approver", url, deed="repair", reason=repaired)
    assert CreditRecord.objects.get().state == "repaired"
    last = Action.objects.filter(case=case).latest("seq")
    assert (last.kind, last.facts["commitment"], last.note.text) == (
        "repair_credit",
        Commitment.objects.get().pk,
        repaired,
    )
    assert "修复信用记录" in desk.page("reader", own(case))
    assert "修复信用记录" in desk.page("auditor", f"/supervision/cases/{case.number}/")
    outbox.deliver_pending(at=day(11, 25))
    assert Message.objects.filter(event="cases.repair_credit", recipient=desk.books.reader).exists()
    assert "可以用告知承诺代替" in desk.page("reader", applicant.papers(draft))


@pytest.mark.parametrize(("months", "offered"), [(1, True), (2, False)])
def test_how_long_a_breach_counts_is_a_figure_of_the_place(
    months: int, offered: bool, desk: Desk, applicant: Applicant, case: Case
) -> None:
    write_parameter(
        key="commitment.breach_months",
        division=library.COUNTY,
        value=months,
        document="测试",
        valid_from=date(2026, 1, 1),
        recorded_by="测试",
        at=MONDAY,
    )
    recorded(desk, case)
    desk.go(day(12, 24))
    draft = applicant.begin()
    assert ("可以用告知承诺代替" in desk.page("reader", applicant.papers(draft))) is offered


def test_what_cannot_be_checked_is_asked_for_and_no_breach(desk: Desk, case: Case) -> None:
    desk.act("reviewer", page_of(case), outcome="unverifiable", finding="馆藏系统的旧记录已经损坏，无法查明。")
    assert not CreditRecord.objects.exists()
    assert "代替它的承诺无法核实" in desk.page("reader", own(case))


def test_an_agent_needs_authority_to_sign(desk: Desk) -> None:
    """R-COM-1: the signer is the person concerned; an agent only with special authorisation."""
    publish(CLEAN)
    desk.go(MONDAY)
    books = desk.books
    common = {"item_code": library.ITEM, "applicant_id": books.reader.pk, "at": MONDAY}
    agent = books.citizen(books.friend)
    for scopes, may in ((["submit", "view"], False), (["submit", "view", "sign"], True)):
        asked = identity.ask_delegation(
            principal_name=books.reader.name,
            principal_id_number=library.READER.id_number,
            items=[library.ITEM],
            scopes=scopes,
            valid_to=date(2026, 12, 31),
            actor=agent,
            at=MONDAY,
        )
        identity.confirm_delegation(delegation_id=asked.pk, actor=books.citizen(), at=MONDAY)
        draft = operations.start_draft(actor=agent, **common)
        sign: dict[str, Any] = {"draft_id": draft.pk, "material": "clean", "actor": agent, "at": MONDAY}
        if may:
            assert operations.sign_commitment(**sign).method == "agent"
        else:
            with pytest.raises(Exception, match="委托"):
                operations.sign_commitment(**sign)
            assert not Material.objects.filter(draft=draft).exists()
