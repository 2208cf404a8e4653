"""Deciding at once, correcting on the spot, a further notice by a supervisor, voiding what was entered twice."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from tests.platform import library
from tests.platform.cases.test_supplements import supply
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, StepPerformer, VoidRequest
from onedoor.platform.cases.operations.decisions import NotImmediate
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.operations.voiding import NotADouble, VoidNeedsTwo
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.cases.states import Kind
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, OneDoorError
from onedoor.platform.messages import shipped
from onedoor.platform.supervision import queries as supervision

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


@pytest.fixture
def immediate(books: Library) -> Library:
    """The card as 即办件: accepted and decided at the township's window by one officer."""
    whole = library.item().model_dump(mode="json", by_alias=True)
    decide = {"code": "decide", "title": "决定", "permission": "cases.decide", "tier": 5, "after": ["accept"]}
    national = {**whole["national"], "case_type": "1"}
    limits = {**whole["limits"], "promised": {"days": 1, "unit": "workday"}}
    changes = {"steps": [{**decide, "state": "deciding"}], "national": national, "limits": limits}
    library.publish(library.item(**changes, single_officer_allowed=True), valid_from=date(2026, 8, 1))
    return books


def test_an_immediate_item_is_accepted_and_decided_in_one_session(immediate: Library) -> None:
    case = immediate.received(AT)
    both = immediate.officer("clerk")
    both = replace(both, permissions=both.permissions | {"cases.decide"})
    operations.decide_at_once(case_id=case.pk, ruling=Ruling(True), actor=both, at=AT)
    case.refresh_from_db()
    assert (case.state, case.result) == ("completed", "granted")
    told = list(Action.objects.filter(case=case).order_by("seq").values_list("kind", "at"))
    assert [kind for kind, _ in told] == ["submit", "hand_in", "accept", "grant", "deliver", "finish"]
    assert {moment for _, moment in told} == {AT}
    organ = case.deciding_organization  # the township exercises it, in the name and under the seal of the county
    assert case.documents.get(kind="grant").content["organ"] == organ.name
    assert organ.tier == 4
    assert case.documents.get(kind="acceptance").content["organ"] == case.receiving_organization.name


def test_only_an_immediate_item_is_decided_at_once(books: Library) -> None:
    case = books.received(AT)
    with pytest.raises(NotImmediate):
        operations.decide_at_once(case_id=case.pk, ruling=Ruling(True), actor=books.officer("clerk"), at=AT)
    assert Case.objects.get(pk=case.pk).state == "received"


def test_the_page_offers_it_and_keeps_what_was_typed(immediate: Library, desk: Desk) -> None:
    case = immediate.received(AT)
    desk.go(AT)
    assert "当场办结" in desk.page("clerk", staff(case))
    page = desk.page("clerk", staff(case, "decide-at-once/"))
    assert "受理和决定一次完成" in page
    assert "《公共图书馆法》第三十六条" in page  # the articles to pick from
    said = desk.refused("clerk", staff(case, "decide-at-once/"), 403, decision="grant", reason="都齐了。")
    assert "都齐了。" in said  # a clerk without an approver's post
    case.refresh_from_db()
    assert case.state == "received"  # nothing of it has happened


def test_a_step_keeps_under_which_post_of_which_organ_it_was_done(books: Library) -> None:
    case = books.accepted(AT)
    row = StepPerformer.objects.get(step__case=case)
    clerk = books.officer("clerk")
    assert (row.login_id, row.post_id, row.role, row.organization_id) == (
        clerk.login_id,
        clerk.post_id,
        "intake_clerk",
        case.receiving_organization_id,
    )


def test_a_slip_is_corrected_on_the_spot_and_what_was_said_before_is_kept(desk: Desk) -> None:
    case = desk.books.received(AT, deposit="20")
    desk.go(AT)
    before = case.declared.digest
    fields = {"student": "no", "deposit": "50"}
    assert "申请人在场" in desk.page("clerk", staff(case, "correct/"))
    desk.refused("clerk", staff(case, "correct/"), 422, **fields)  # not confirmed that the reader is there
    desk.act("clerk", staff(case, "correct/"), present="yes", **fields)
    declared = Case.objects.get(pk=case.pk).declared
    assert str(declared.content["deposit"]) in ("50", "50.00")
    assert declared.digest == sm3(canonical_json(declared.content)).hex()
    action = Action.objects.get(case=case, kind="correct")
    assert (action.facts["fields"], action.facts["before"], action.facts["after"]) == (
        ["deposit"],
        before,
        declared.digest,
    )
    assert "20.00 元 改为 50.00 元" in action.note.text
    desk.act("reader", own(case, "correct/"), student="no", deposit="30")  # or by the reader, from home
    desk.refused("reader", own(case, "correct/"), 422, student="no", deposit="很多")


def test_who_somebody_is_is_no_slip_and_after_acceptance_it_is_too_late(books: Library) -> None:
    case = books.received(AT)
    for wrong in ({"id_number": "110105199005062223"}, {"name": "别人"}, {}):
        with pytest.raises(InvalidInput):
            operations.correct_answers(case_id=case.pk, corrections=wrong, actor=books.citizen(), at=AT)
    operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=AT)
    with pytest.raises(OneDoorError) as refused:
        operations.correct_answers(case_id=case.pk, corrections={"deposit": 5}, actor=books.citizen(), at=AT)
    assert refused.value.code == "cases.move_not_possible"


def test_a06_a_supervisor_orders_a_second_notice_on_a_page(desk: Desk) -> None:
    books = desk.books
    case = books.received(AT)
    defect = Defect("photo", problem="看不清楚", how_to_fix="在亮处重新拍一张", basis="《公共图书馆法》")
    operations.request_supplement(case_id=case.pk, defects=[defect], actor=books.officer("clerk"), at=AT)
    supply(books, case, "photo", at=AT)
    desk.go(AT)
    assert "批准再次告知补正" in desk.page("supervisor", staff(case))
    assert "批准再次告知补正" not in desk.page("clerk", staff(case))
    fields = {"ask-proof": "1", "code-proof": "missing", "problem-proof": "没有交租约", "how-proof": "拍下租约的每一页"}
    said = desk.refused("clerk", staff(case, "supplement/"), 409, **fields)
    assert "没有交租约" in said
    desk.refused("clerk", staff(case, "supplement/override/"), 403, **fields, override="上次漏看了，这次必须补。")
    said = desk.refused("supervisor", staff(case, "supplement/override/"), 422, **fields, override="漏了")
    assert "没有交租约" in said
    desk.act("supervisor", staff(case, "supplement/override/"), **fields, override="上次漏看了，不补无法核实住处。")
    case.refresh_from_db()
    assert (case.state, case.supplement_round) == ("supplement_wait", 2)
    letter = case.documents.filter(kind="supplement").latest("id")
    assert letter.content["rows"] == [["居住证明", "缺少：没有交租约"]]


def double(books: Library) -> tuple[Case, Case]:
    """The same application twice, as a fault of the network leaves it."""
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    return books.received(AT), books.accepted(AT)


def test_a_technical_double_is_voided_by_two_and_stays_in_the_figures(desk: Desk) -> None:
    first, second = double(desk.books)
    desk.go(AT)
    fields = {"number": first.number, "original": second.number, "reason": "网络中断后系统重复提交了一次。"}
    desk.refused("sysadmin", "/staff/voids/", 422, **{**fields, "reason": "重"})
    assert desk.get("clerk", "/staff/voids/").status_code == 403
    desk.act("sysadmin", "/staff/voids/", **fields)
    assert Case.objects.get(pk=first.pk).state == "received"  # nothing has happened yet
    asked = VoidRequest.objects.get()
    desk.refused("sysadmin", "/staff/voids/", 403, confirm=str(asked.pk))
    assert "网络中断" in desk.page("supervisor", "/staff/voids/")
    desk.act("supervisor", "/staff/voids/", confirm=str(asked.pk))
    first.refresh_from_db()
    assert first.state == "voided"
    assert not first.steps.filter(ended_at__isnull=True).exists()
    assert Case.objects.get(pk=second.pk).state == "accepted"
    assert supervision.board(actor=desk.books.officer("supervisor"), on=AT.date()).voided == 1
    assert "作废" in desk.page("supervisor", "/supervision/")


def test_only_doubles_are_voided_and_never_by_one_person(books: Library) -> None:
    first, _ = double(books)
    words = {"reason": "网络中断后系统重复提交了一次。", "at": AT}
    with pytest.raises(NotADouble):
        operations.request_void(
            number=first.number, original_number=first.number, actor=books.officer("sysadmin"), **words
        )
    second = Case.objects.exclude(pk=first.pk).get()
    with pytest.raises(NotAllowed):
        operations.request_void(
            number=first.number, original_number=second.number, actor=books.officer("supervisor"), **words
        )
    asked = operations.request_void(
        number=first.number, original_number=second.number, actor=books.officer("sysadmin"), **words
    )
    supervisor = books.officer("supervisor")
    same = replace(supervisor, login_id=asked.login_id)
    with pytest.raises(VoidNeedsTwo):
        operations.confirm_void(request_id=asked.pk, actor=same, at=AT)


# Inside the organ, or told by the action beside them.
NOT_TOLD = {
    Kind.COMPLETE_STEP,
    Kind.FINISH,
    Kind.PROPOSE,
    Kind.OPPOSE,
    Kind.HOLD_HEARING,
    Kind.NOTE_DEATH,
    Kind.NOTE_MISTAKE,
}


def test_every_other_move_is_told_to_the_applicant_and_names_nobody() -> None:
    told = {kind: found for kind in Kind if (found := shipped.find(f"cases.{kind}"))}
    assert set(told) - {Kind.COMPLETE_STEP} == set(Kind) - NOT_TOLD
    places = {name for kind, one in told.items() if kind != Kind.COMPLETE_STEP for name in one.variables}
    assert places <= {
        "moved",
        "item",
        "minutes",
        "receiving",
        "deciding",
        "due",
        "promised",
        "statutory",
        "last_day",
        "delivery",
        "hold_until",
        "later",
        "receive",
        "paper",
        "content",
    }


def test_a_form_sent_twice_acts_once(desk: Desk) -> None:
    case = desk.books.accepted(AT)
    desk.go(AT)
    client, key = desk.client("reviewer"), "k" * 32
    for _ in range(5):
        answer = client.post(
            staff(case, "hearing/"),
            {"deed": "inform", "reason": "拟不予办证，因为不住在本区。", "idempotency_key": key, "seen": case.last_seq},
        )
        assert answer.status_code == 302
    assert case.actions.filter(kind="inform_hearing").count() == 1
    assert case.documents.filter(kind="hearing_right").count() == 1
