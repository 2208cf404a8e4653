"""Asking once for what is missing (A06), pauses that end, notices only where a notice belongs."""

import contextlib
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.journeys.conftest import photo
from tests.platform import library
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, CaseDocument, Clock, PublicNotice
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.desk import Defect, MaterialNotInItem, OverrideByAsker, SecondNotice
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.supervision.models import SupervisionEvent

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
PAPERS = ("photo", "proof", "school_card", "rent")
LAW = "《公共图书馆法》"
EXPERTS = {"procedure": "experts", "reason": "需请专家评审古籍借阅资格。", "planned_end": date(2026, 9, 15)}


def day(text: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{text}T{clock}").replace(tzinfo=CHINA)


def defect(material: str) -> Defect:
    return Defect(material, problem="看不清楚", how_to_fix="在亮处重新拍一张", basis=LAW)


def ask(
    books: Library, case: Case, *materials: str, at: datetime, who: Actor | None = None, override: str = ""
) -> CaseDocument:
    defects = [defect(material) for material in materials]
    actor = who or books.officer("clerk")
    return operations.request_supplement(case_id=case.pk, defects=defects, actor=actor, at=at, override=override)


def supply(books: Library, case: Case, *materials: str, at: datetime) -> Case:
    for place, material in enumerate(materials):
        operations.attach_material(
            draft_id=None,
            case_id=case.pk,
            material=material,
            content=photo(f"{material} {place} {at}").getvalue(),
            name=f"{material}.jpg",
            actor=books.citizen(),
            at=at,
        )
    return operations.supply_supplement(case_id=case.pk, actor=books.citizen(), at=at)


@pytest.fixture
def second_round(books: Library) -> Case:
    """The case of A06: an item of four papers, three defects named and mended; the fourth paper was faulty all along."""
    paper = {"required": False, "how": "拍清楚。", "acceptance_standard": "清楚", "legal_basis": LAW}
    papers = [{"code": code, "title": f"证明{place}", **paper} for place, code in enumerate(PAPERS)]
    library.publish(library.item(materials=papers), valid_from=date(2026, 8, 1))
    case = books.received(day("2026-09-01"))
    ask(books, case, *PAPERS[:3], at=day("2026-09-02"))
    supply(books, case, *PAPERS[:3], at=day("2026-09-03"))
    return case


def test_a06_a_fourth_old_defect_in_the_second_round_is_blocked(books: Library, second_round: Case) -> None:
    with pytest.raises(SecondNotice, match="证明3") as refused:
        ask(books, second_round, "photo", "rent", at=day("2026-09-04"))
    assert refused.value.http_status == 409
    second_round.refresh_from_db()
    assert (second_round.state, second_round.supplement_round) == ("received", 1)


def test_a06_a_supervisor_may_order_it_all_the_same(books: Library, second_round: Case) -> None:
    supervisor = books.officer("supervisor")
    with pytest.raises(InvalidInput) as refused:
        ask(books, second_round, "photo", "rent", at=day("2026-09-04"), who=supervisor)
    assert list(refused.value.problems) == ["override"]
    why = "租约上次没有发现，不补就查不清住处。"
    ask(books, second_round, "photo", "rent", at=day("2026-09-04"), who=supervisor, override=why)
    assert Case.objects.get(pk=second_round.pk).supplement_round == 2
    asked = Action.objects.filter(case=second_round, kind="ask_supplement").latest("seq")
    assert asked.facts["overridden"] is True
    assert why in asked.note.text
    outbox.deliver_pending(at=day("2026-09-04"))
    assert SupervisionEvent.objects.filter(case=second_round, rule="P01", lamp="yellow").exists()


def test_a06_who_asked_before_cannot_order_it_themselves(books: Library, second_round: Case) -> None:
    supervisor = books.officer("supervisor")
    login = supervisor.login_id
    both = replace(books.officer("clerk"), login_id=login)
    ask(books, second_round, "photo", at=day("2026-09-04"), who=both)
    supply(books, second_round, "photo", at=day("2026-09-07"))
    with pytest.raises(OverrideByAsker):
        ask(books, second_round, "rent", at=day("2026-09-08"), who=supervisor, override="租约上次没有发现，必须补。")


def test_a06_what_came_with_the_last_round_may_be_asked_again_and_lights_p01(
    books: Library, second_round: Case
) -> None:
    ask(books, second_round, "photo", at=day("2026-09-04"))
    outbox.deliver_pending(at=day("2026-09-04"))
    event = SupervisionEvent.objects.get(case=second_round, rule="P01")
    assert (event.lamp, event.division) == ("yellow", second_round.division)
    supply(books, second_round, "photo", at=day("2026-09-07"))
    with pytest.raises(SecondNotice):
        ask(books, second_round, "proof", at=day("2026-09-08"))  # mended in the round before the last
    ask(books, second_round, "photo", at=day("2026-09-08"))
    outbox.deliver_pending(at=day("2026-09-08"))
    lamps = SupervisionEvent.objects.filter(case=second_round, rule="P01").order_by("pk").values_list("lamp", flat=True)
    assert list(lamps) == ["yellow", "red"]


def test_a_notice_names_every_defect_with_the_way_to_mend_it_and_the_last_day(books: Library) -> None:
    case = books.received(day("2026-09-01"))
    letter = ask(books, case, "photo", "proof", at=day("2026-09-02"))
    clock = case.clocks.get(kind=Clock.Kind.APPLICANT)
    assert clock.due_on == date(2026, 9, 17)  # fifteen natural days
    assert [row[0] for row in letter.content["rows"]] == ["照片", "居住证明"]
    assert all("在亮处重新拍一张" in point and LAW in point for point in letter.content["points"])
    assert "2026-09-17" in str(letter.content["remedies"])


@pytest.mark.parametrize(
    "faulty",
    [
        [],
        [Defect("photo", problem="差", how_to_fix="在亮处重新拍一张", basis=LAW)],
        [Defect("photo", problem="看不清楚", how_to_fix="改", basis=LAW)],
        [Defect("photo", problem="看不清楚", how_to_fix="在亮处重新拍一张", basis="")],
    ],
    ids=["nothing", "no problem", "no way to mend", "no basis"],
)
def test_a_notice_that_does_not_help_is_refused(books: Library, faulty: list[Defect]) -> None:
    case = books.received(AT)
    with pytest.raises(InvalidInput):
        operations.request_supplement(case_id=case.pk, defects=faulty, actor=books.officer("clerk"), at=AT)


def test_a_paper_the_item_does_not_list_cannot_be_asked_for(books: Library) -> None:
    case = books.received(AT)
    with pytest.raises(MaterialNotInItem):
        ask(books, case, "parents_marriage_certificate", at=AT)


def test_a_supply_opens_a_fresh_receiving_limit_whose_silence_counts_from_the_supply(books: Library) -> None:
    """R-CASE-2b: five working days from the day the supplement arrived."""
    case = books.received(day("2026-09-01"))
    ask(books, case, "photo", at=day("2026-09-02"))
    assert not case.clocks.filter(kind="receive", state="running").exists()
    duties.deem_accepted(at=day("2026-09-20"))
    assert Case.objects.get(pk=case.pk).state == "supplement_wait"  # the applicant's time is nobody's silence
    case = supply(books, case, "photo", at=day("2026-09-08"))
    running = case.clocks.get(kind="receive", state="running")
    assert (running.started_on, running.due_on) == (date(2026, 9, 8), date(2026, 9, 15))
    duties.deem_accepted(at=day("2026-09-16", "03:00"))
    case = Case.objects.get(pk=case.pk)
    assert case.accepted_at is not None
    assert case.accepted_at.astimezone(CHINA).date() == date(2026, 9, 8)


def test_supplying_on_the_last_day_is_in_time_and_the_day_after_is_not(books: Library) -> None:
    case = books.received(day("2026-09-01"))
    ask(books, case, "photo", at=day("2026-09-02"))
    duties.return_unsupplied_cases(at=day("2026-09-17", "23:59"))
    case = supply(books, case, "photo", at=day("2026-09-17", "23:59"))
    duties.return_unsupplied_cases(at=day("2026-09-18", "00:01"))
    assert Case.objects.get(pk=case.pk).state == "received"


def test_an_item_may_let_papers_be_asked_for_after_acceptance_and_the_clock_pauses(books: Library) -> None:
    library.publish(library.item(post_accept_supplement=True), valid_from=date(2026, 8, 1))
    case = books.accepted(day("2026-09-01"))
    ask(books, case, "photo", at=day("2026-09-02"))
    assert not case.clocks.filter(kind__in=("promised", "statutory"), state="running").exists()
    assert case.pauses.count() == 1


def begin_special(books: Library, case: Case, at: datetime) -> CaseDocument:
    return operations.begin_special_procedure(case_id=case.pk, actor=books.officer("approver"), at=at, **EXPERTS)  # type: ignore[arg-type]


def clocks_fit_the_state(case: Case) -> bool:
    """A decision clock is paused in a special procedure and only there."""
    paused = case.clocks.filter(state=Clock.State.PAUSED).exists()
    pausing = case.pauses.filter(to_at__isnull=True).exists()
    return paused == pausing == (case.state == "special")


def test_a_step_done_meanwhile_does_not_lose_the_special_procedure(books: Library) -> None:
    case = books.accepted(AT)
    begin_special(books, case, AT)
    with contextlib.suppress(OneDoorError):  # refusing the step would be right as well
        books.step(case, "visit", AT + timedelta(days=1), "surveyor", "second_surveyor")
    assert clocks_fit_the_state(Case.objects.get(pk=case.pk))


@pytest.mark.parametrize("ending", ["withdraw", "terminate"])
def test_a_case_that_ends_in_a_special_procedure_leaves_no_open_pause(books: Library, ending: str) -> None:
    case = books.accepted(AT)
    begin_special(books, case, AT)
    if ending == "withdraw":
        operations.withdraw_case(case_id=case.pk, actor=books.citizen(), at=AT)
    else:
        words = {"reason": "申请人已于九月一日去世。", "basis": LAW}
        operations.terminate_case(case_id=case.pk, actor=books.officer("approver"), at=AT, **words)
    assert clocks_fit_the_state(Case.objects.get(pk=case.pk))


def test_a_limit_cannot_be_extended_the_day_after_it_has_run_out(books: Library) -> None:
    case = books.accepted(day("2026-11-02"))
    words = {"reason": "需要进一步核实读者的住址。", "basis": LAW}
    approver = books.officer("approver")
    with pytest.raises(OneDoorError) as refused:
        operations.extend_limit(case_id=case.pk, actor=approver, at=day("2026-12-01"), **words)
    assert refused.value.code == "clock.extension_invalid"
    operations.extend_limit(case_id=case.pk, actor=approver, at=day("2026-11-30", "23:59"), **words)


def test_a_notice_is_posted_for_the_step_that_is_a_notice_only(books: Library) -> None:
    case = books.accepted(AT)
    books.step(case, "visit", AT, "surveyor", "second_surveyor")
    with pytest.raises(OneDoorError):
        operations.post_notice(case_id=case.pk, step="opinion", actor=books.officer("reviewer"), at=AT)


def test_of_two_objections_the_open_one_still_holds_the_notice(books: Library) -> None:
    case = books.noticed(AT)
    notice = PublicNotice.objects.get(case=case)
    words = {"text": "这位读者已经搬走，不住在本区了。", "contact": ""}
    first, second = (
        operations.raise_objection(notice_id=notice.pk, actor=Actor.anonymous(), at=AT, **words) for _ in range(2)
    )
    close = {"finding": "经上门核实，读者仍住原处。", "actor": books.officer("reviewer"), "at": AT + timedelta(days=1)}
    operations.close_objection(objection_id=first.pk, **close)
    duties.close_ended_notices(at=AT + timedelta(days=20))
    assert Case.objects.get(pk=case.pk).state == "publicizing"
    with pytest.raises(OneDoorError, match="异议"):
        operations.close_notice(notice_id=notice.pk, actor=books.officer("reviewer"), at=AT + timedelta(days=20))
    operations.close_objection(objection_id=second.pk, **close)
    duties.close_ended_notices(at=AT + timedelta(days=21))
    assert Case.objects.get(pk=case.pk).state == "deciding"


def test_an_objection_comes_too_late_when_the_notice_is_down(books: Library) -> None:
    notice = PublicNotice.objects.get(case=books.noticed(AT))
    late = datetime.combine(notice.last_day, datetime.min.time(), CHINA) + timedelta(days=1)
    words = {"text": "这位读者已经搬走，不住在本区了。", "contact": "", "actor": Actor.anonymous()}
    with pytest.raises(OneDoorError):
        operations.raise_objection(notice_id=notice.pk, at=late, **words)
    assert operations.raise_objection(notice_id=notice.pk, at=late - timedelta(minutes=1), **words)


def test_a09_holds_for_an_item_that_forgot_to_say_so(books: Library) -> None:
    steps = library.item().model_dump(mode="json", by_alias=True)["steps"]
    for step in steps:
        step["excludes"] = []
    try:
        library.publish(library.item(steps=steps), valid_from=date(2026, 8, 1))
    except ValueError:
        return  # refusing the item would be right as well
    case = books.noticed(AT)
    duties.close_ended_notices(at=AT + timedelta(days=20))
    clerk = books.officer("clerk")
    both = replace(books.officer("approver"), login_id=clerk.login_id)  # the clerk has become an approver meanwhile
    with pytest.raises(OneDoorError) as refused:
        operations.decide_case(case_id=case.pk, ruling=Ruling(True), actor=both, at=AT + timedelta(days=20))
    assert refused.value.code == "role.separation"


def test_an_item_that_is_decided_at_once_can_be_decided(books: Library) -> None:
    only = {
        "code": "decide",
        "title": "决定",
        "permission": "cases.decide",
        "after": ["accept"],
        "excludes": ["accept"],
    }
    library.publish(library.item(steps=[only | {"state": "deciding"}]), valid_from=date(2026, 8, 1))
    case = books.accepted(AT)
    operations.decide_case(case_id=case.pk, ruling=Ruling(True), actor=books.officer("approver"), at=AT)
    assert Case.objects.get(pk=case.pk).result == "granted"


def test_the_reasons_of_the_desk_stay_out_of_the_actions(books: Library) -> None:
    case = books.received(AT)
    ask(books, case, "photo", at=AT)
    action = Action.objects.get(case=case, kind="ask_supplement")
    assert "看不清楚" not in str(action.facts)
    assert "看不清楚" in action.note.text
