"""A bundle from one form to its results: dispatched, released in order, one refused, given up."""

import uuid
from datetime import datetime, timedelta

import pytest
from tests.platform.bundles.society import Society
from tests.platform.library import CHINA

from onedoor.platform.bundles import operations
from onedoor.platform.bundles.models import BundleCase, BundleEvent, BundleMember
from onedoor.platform.bundles.operations import duties
from onedoor.platform.bundles.queries import BundleCaseNotFound, bundles_for_officer, my_bundle
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.clocks import due_day, work_calendar
from onedoor.platform.cases.completeness import MaterialsMissing
from onedoor.platform.cases.forms.validation import CleanedSection
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.files.models import FileGrant
from onedoor.platform.kernel.errors import AssuranceTooLow, InvalidInput, StaleVersion
from onedoor.platform.messages.models import Message

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(hours=1)


def standing(case: BundleCase) -> dict[str, str]:
    return {row.code: row.state for row in BundleCase.objects.get(pk=case.pk).members.all()}


def test_one_submission_makes_the_cases_of_all_members_with_their_own_fields(society: Society) -> None:
    case = society.submitted(AT)
    assert standing(case) == {"card": "dispatched", "room": "dispatched", "locker": "waiting", "canteen": "at_window"}
    card, room = society.member(case, "card"), society.member(case, "room")
    assert card.case is not None
    assert room.case is not None
    assert card.case.declared.content == {
        "name": "欧阳晓娜",
        "id_number": society.books.reader.id_number,
        "student": False,
    }
    assert room.case.declared.content == {"reader_name": "欧阳晓娜", "hours": 6}
    assert room.provenance == {"reader_name": "name", "hours": "weekly"}
    assert {card.case.line, room.case.line} == {"library", "reading"}
    assert card.case.receiving_organization != room.case.receiving_organization
    assert [paper.code for paper in card.case.materials.all()] == ["picture"]
    assert [paper.code for paper in room.case.materials.all()] == ["photo"]


def test_the_receipt_has_one_number_and_those_of_the_cases(society: Society) -> None:
    case = society.submitted(AT)
    assert case.number == "B20260901000001"
    numbers = [row["number"] for row in case.receipt["members"]]
    assert numbers[:2] == [society.member(case, code).case.number for code in ("card", "room")]  # type: ignore[union-attr]
    assert numbers[2:] == ["", ""]
    kinds = list(BundleEvent.objects.filter(bundle=case).order_by("seq").values_list("kind", "to_state"))
    assert [kind for kind, _ in kinds if kind != "release"] == ["submit", "pre_check", "dispatch"]


def test_submitting_twice_is_submitting_once(society: Society) -> None:
    case = society.filled(AT)
    first, second = society.submit(case, AT), society.submit(case, AT)
    assert first.number == second.number
    assert Case.objects.count() == 2


def test_what_is_missing_is_told_by_its_question_and_makes_nothing(society: Society) -> None:
    case = society.begin(AT)
    with pytest.raises(InvalidInput) as refusal:
        society.submit(case, AT)
    assert {"name", "is_student", "weekly"} <= set(refusal.value.by_field)
    society.fill(case, "you", AT, name="欧阳晓娜", id_number=society.books.reader.id_number, is_student="no")
    society.fill(case, "reading", AT, weekly="6")
    with pytest.raises(MaterialsMissing, match="一寸照片"):
        society.submit(BundleCase.objects.get(pk=case.pk), AT)
    assert not Case.objects.exists()


def test_an_older_page_submits_nothing(society: Society) -> None:
    case = society.filled(AT)
    case.revision -= 1
    with pytest.raises(StaleVersion):
        society.submit(case, AT)


def test_who_is_not_proved_does_not_submit(society: Society) -> None:
    case = society.filled(AT)
    with pytest.raises(AssuranceTooLow):
        operations.submit_bundle(
            bundle_id=case.pk,
            revision=case.revision,
            delivery="electronic",
            actor=society.books.citizen(assurance=1),
            at=AT,
        )


def test_a_waiting_member_is_released_when_the_other_is_done_and_the_parent_stays_running(society: Society) -> None:
    """A36: the fund waits for the household; here the locker for the card. Its own question is asked only now."""
    case = society.submitted(AT)
    society.decide_member(case, "card", LATER)
    locker = society.member(case, "locker")
    assert locker.state == "to_complete"
    draft = Draft.objects.get(pk=locker.draft_id)
    assert draft.answers == {"holder": "欧阳晓娜"}
    case.refresh_from_db()
    assert case.state == "partially_done"
    assert case.ended_at is None
    told = [message.text for message in Message.objects.filter(channel="inbox", event="bundles.release")]
    assert len(told) == 1
    assert "轮到“储物柜”了" in told[0]


def test_what_the_person_completes_is_recognised(society: Society) -> None:
    case = society.submitted(AT)
    society.decide_member(case, "card", LATER)
    draft = Draft.objects.get(pk=society.member(case, "locker").draft_id)
    draft = cases.save_section(
        draft_id=draft.pk,
        revision=draft.revision,
        section="locker",
        cleaned=CleanedSection({"holder": "欧阳晓娜", "size": "small"}, {}, {}),
        actor=society.books.citizen(),
        at=LATER,
    )
    cases.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=society.books.citizen(), at=LATER)
    society.hear(LATER)
    assert society.member(case, "locker").state == "dispatched"


def test_a_refused_member_keeps_no_other_from_its_result(society: Society) -> None:
    """R-BUN-2; what waited for the refused one is told that it cannot be had."""
    case = society.submitted(AT)
    society.decide_member(case, "card", LATER, granted=False)
    assert standing(case)["card"] == "denied"
    assert standing(case)["locker"] == "not_possible"
    assert "入馆证" in society.member(case, "locker").reason
    society.decide_member(case, "room", LATER)
    case.refresh_from_db()
    assert case.state == "done"
    view = my_bundle(bundle_id=case.pk, actor=society.books.citizen(), at=LATER)
    assert [member.row.code for member in view.results] == ["card", "room"]


def test_a_member_that_cannot_be_had_is_told_and_the_others_go_on(society: Society) -> None:
    first = society.submitted(AT, room=False, bag=False)
    second = society.submitted(LATER)
    assert standing(second)["card"] == "not_possible"
    assert "正在办理" in society.member(second, "card").reason
    assert standing(second)["room"] == "dispatched"
    assert standing(first)["card"] == "dispatched"


def test_not_one_member_possible_is_a_refusal(society: Society) -> None:
    society.submitted(AT, room=False, bag=False)
    with pytest.raises(operations.NothingPossible, match="入馆证"):
        society.submitted(LATER, room=False, bag=False)


def test_giving_up_withdraws_what_can_be_withdrawn(society: Society) -> None:
    case = society.submitted(AT)
    society.decide_member(case, "room", LATER)
    operations.cancel_bundle(bundle_id=case.pk, actor=society.books.citizen(), at=LATER)
    assert standing(case) == {"card": "cancelled", "room": "done", "locker": "cancelled", "canteen": "cancelled"}
    case.refresh_from_db()
    assert case.state == "done"
    society.hear(LATER)
    assert standing(case)["card"] == "cancelled"
    with pytest.raises(operations.NothingToCancel):
        operations.cancel_bundle(bundle_id=case.pk, actor=society.books.citizen(), at=LATER)


def test_undoing_a_member_gives_its_draft_back(society: Society) -> None:
    case = society.submitted(AT)
    card = society.member(case, "card").case
    assert card is not None
    cases.undo_submission(case_id=card.pk, actor=society.books.citizen(), at=AT)
    society.hear(AT)
    assert standing(case)["card"] == "to_complete"
    assert standing(case)["locker"] == "waiting"


def test_the_promise_is_the_critical_path_by_the_calendar(society: Society) -> None:
    """Card 10 working days, then the locker 10, then 1 of hand-over: from 1 September 2026, with Mid-Autumn off."""
    case = society.submitted(AT)
    assert case.due_at is not None
    assert case.due_at.astimezone(CHINA).date().isoformat() == expected(21)
    assert "入馆证 10 个工作日 → 储物柜 10 个工作日" in "".join(case.calculation)


def expected(days: int) -> str:
    return due_day(unit="workday", days=days, started_on=AT.date(), calendar=work_calendar()).day.isoformat()


def test_what_is_reported_done_at_the_window_is_a_note_of_the_person(society: Society) -> None:
    case = society.submitted(AT)
    operations.report_member(bundle_id=case.pk, member="canteen", actor=society.books.citizen(), at=LATER)
    assert standing(case)["canteen"] == "done"
    with pytest.raises(operations.NotAtWindow):
        operations.report_member(bundle_id=case.pk, member="card", actor=society.books.citizen(), at=LATER)


def test_nobody_else_sees_or_moves_it(society: Society) -> None:
    case = society.submitted(AT)
    friend = society.books.citizen(society.books.friend)
    with pytest.raises(BundleCaseNotFound):
        my_bundle(bundle_id=case.pk, actor=friend, at=AT)
    with pytest.raises(BundleCaseNotFound):
        operations.cancel_bundle(bundle_id=case.pk, actor=friend, at=AT)


def test_what_is_never_submitted_goes_with_its_papers(society: Society) -> None:
    case = society.filled(AT)
    assert duties.discard_expired(at=case.expires_at) == 1
    assert not BundleCase.objects.exists()
    assert not FileGrant.objects.filter(target=case.target).exists()


def test_a_draft_nobody_completed_ends_its_member(society: Society) -> None:
    case = society.submitted(AT)
    society.decide_member(case, "card", LATER)
    draft = society.member(case, "locker").draft_id
    assert draft is not None
    cases.discard_draft(draft_id=draft, actor=society.books.citizen(), at=LATER)
    assert duties.close_uncompleted(at=LATER) == 1
    assert standing(case)["locker"] == "not_handled"


def test_those_whose_draft_is_there_do_not_stand_before_those_whose_is_gone(
    society: Society, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = society.submitted(AT)
    society.decide_member(case, "card", LATER)
    gone = {"code": "more", "title": "更多", "organ": "图书局", "place": 9, "state": "to_complete"}
    BundleMember.objects.create(bundle=case, draft_id=uuid.uuid4(), **gone)
    monkeypatch.setattr(duties, "AT_ONCE", 1)
    assert duties.close_uncompleted(at=LATER) == 1
    assert standing(case) | {"more": "not_handled", "locker": "to_complete"} == standing(case)


def test_what_takes_a_surer_proof_when_its_turn_comes_waits_for_the_person(society: Society) -> None:
    case = society.submitted(AT)
    BundleCase.objects.filter(pk=case.pk).update(assurance=1)  # the item has come to ask for more meanwhile
    society.decide_member(case, "card", LATER)
    locker = society.member(case, "locker")
    assert (locker.state, Draft.objects.filter(pk=locker.draft_id).exists()) == ("to_complete", True)


def test_an_officer_finds_a_bundle_of_the_own_place_behind_any_number_of_others(society: Society) -> None:
    case = society.submitted(AT)
    same = {"version": case.version, "applicant": case.applicant, "created_at": AT, "saved_at": AT, "expires_at": AT}
    for number in range(6):  # elsewhere, and later
        at = LATER + timedelta(hours=number)
        BundleCase.objects.create(
            number=f"B{number}", division="330113000000", state="running", submitted_at=at, **same
        )
    found = bundles_for_officer(actor=society.books.officer("clerk"), most=1)
    assert [one.pk for one in found] == [case.pk]
    assert bundles_for_officer(actor=society.books.officer("elsewhere"), most=1) == []
