"""The platform's acceptance tests, A01 and following, with an invented item."""

from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError
from tests.platform import library
from tests.platform.library import CHINA, Library, proof

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, Clock
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.operations.desk import Defect, SecondNotice
from onedoor.platform.cases.operations.steps import ExtensionInvalid
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.cases.steps import RoleSeparation
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.messages.models import Message
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.operations import watch_clocks


def moment(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHINA)


def due(case: Case) -> dict[str, str]:
    return {clock.kind: clock.due_on.isoformat() for clock in case.clocks.filter(state=Clock.State.RUNNING)}


def defect(material: str) -> Defect:
    return Defect(material, problem="看不清楚", how_to_fix="在亮处重新拍一张", basis="《公共图书馆法》")


def test_a01_silence_accepts_from_the_day_of_receipt_and_lights_t06(books: Library) -> None:
    case = books.received(moment("2026-09-28"))

    duties.deem_accepted(at=moment("2026-10-11", "03:00"))
    outbox.deliver_pending(at=moment("2026-10-11", "03:01"))

    case = Case.objects.get(pk=case.pk)
    assert case.accepted_at is not None
    assert case.accepted_at.astimezone(CHINA).date() == date(2026, 9, 28)
    assert due(case)["statutory"] == "2026-10-30"
    event = SupervisionEvent.objects.get(case=case, rule="T06")
    assert event.lamp == "red"


def test_a02_acceptance_starts_the_promised_and_the_statutory_clock(books: Library) -> None:
    case = books.accepted(moment("2026-09-29"))
    assert due(case) == {"promised": "2026-10-19", "statutory": "2026-11-02"}


def test_a03_a_special_procedure_stops_both_clocks(books: Library) -> None:
    case = books.accepted(moment("2026-09-29"))
    approver = books.officer("approver")
    operations.begin_special_procedure(
        case_id=case.pk,
        procedure="experts",
        reason="需请专家评审古籍借阅资格。",
        planned_end=date(2026, 10, 20),
        actor=approver,
        at=moment("2026-10-13"),
    )
    assert due(case) == {}
    assert Case.objects.get(pk=case.pk).state == "special"
    operations.end_special_procedure(
        case_id=case.pk, result="专家评审认为可以办理。", proof=proof(), actor=approver, at=moment("2026-10-20")
    )
    assert Case.objects.get(pk=case.pk).state == "reviewing"
    assert due(case) == {"promised": "2026-10-27", "statutory": "2026-11-10"}


def test_a04_limits_are_extended_once_and_before_they_have_run_out(books: Library) -> None:
    case = books.accepted(moment("2026-11-02"))
    words = {"reason": "需要进一步核实读者的住址。", "basis": "《公共图书馆法》第三十六条"}
    approver = books.officer("approver")

    operations.extend_limit(case_id=case.pk, actor=approver, at=moment("2026-11-27"), **words)

    assert due(case)["statutory"] == "2026-12-14"
    with pytest.raises(ExtensionInvalid):
        operations.extend_limit(case_id=case.pk, actor=approver, at=moment("2026-11-30"), **words)


def test_a06_a_second_notice_may_not_bring_up_what_was_there_before(books: Library) -> None:
    case = books.received(moment("2026-09-01"))
    clerk = books.officer("clerk")
    operations.request_supplement(
        case_id=case.pk,
        defects=[defect("photo"), defect("proof"), defect("school_card")],
        actor=clerk,
        at=moment("2026-09-02"),
    )
    for material in ("photo", "proof", "school_card"):
        operations.attach_material(
            draft_id=None,
            case_id=case.pk,
            material=material,
            content=picture(material),
            name=f"{material}.jpg",
            actor=books.citizen(),
            at=moment("2026-09-03"),
        )
    operations.supply_supplement(case_id=case.pk, actor=books.citizen(), at=moment("2026-09-03"))
    case.refresh_from_db()
    case.materials.filter(code="school_card").update(round=0)  # as if it had been there from the start

    with pytest.raises(SecondNotice, match="监察"):
        operations.request_supplement(
            case_id=case.pk, defects=[defect("school_card")], actor=clerk, at=moment("2026-09-04")
        )

    operations.request_supplement(case_id=case.pk, defects=[defect("photo")], actor=clerk, at=moment("2026-09-04"))
    outbox.deliver_pending(at=moment("2026-09-04"))
    assert SupervisionEvent.objects.get(case=case, rule="P01").lamp == "yellow"


def test_a07_who_does_not_supply_in_time_gets_the_case_back_with_a_notice(books: Library) -> None:
    case = books.received(moment("2026-09-01"))
    operations.request_supplement(
        case_id=case.pk, defects=[defect("photo")], actor=books.officer("clerk"), at=moment("2026-09-02")
    )
    deadline = Clock.objects.get(case=case, kind=Clock.Kind.APPLICANT).due_on

    duties.return_unsupplied_cases(at=moment(deadline.isoformat(), "23:00"))
    assert Case.objects.get(pk=case.pk).state == "supplement_wait"  # the whole last day counts
    duties.return_unsupplied_cases(at=moment((deadline + timedelta(days=1)).isoformat(), "03:00"))
    outbox.deliver_pending(at=moment("2026-11-01"))

    case = Case.objects.get(pk=case.pk)
    assert case.state == "returned"
    assert case.actions.get(kind="return").facts["result_code"] == "5"
    assert case.documents.filter(kind="return").exists()
    assert Message.objects.filter(case_number=case.number, event="cases.return").exists()


def test_a08_a_refusal_to_accept_names_its_reason_and_article(books: Library) -> None:
    case = books.received(moment("2026-09-01"))
    for missing in library.REFUSED:
        with pytest.raises(InvalidInput) as refused:
            operations.refuse_acceptance(
                case_id=case.pk,
                **{**library.REFUSED, missing: ""},
                competent_organ="",
                actor=books.officer("clerk"),
                at=moment("2026-09-02"),
            )
        assert list(refused.value.problems) == [missing]
    assert Case.objects.get(pk=case.pk).state == "received"


def test_a09_who_received_a_case_cannot_decide_it(books: Library) -> None:
    case = ready_to_decide(books)
    # The clerk has become an approver meanwhile; the same person stays the same person.
    post = promote(books, "clerk")
    with pytest.raises(RoleSeparation) as refused:
        operations.decide_case(case_id=case.pk, ruling=Ruling(True), actor=post, at=moment("2026-10-12"))
    assert (refused.value.code, refused.value.http_status) == ("role.separation", 403)


def test_a09_unless_the_item_lets_one_officer_do_it_all(books: Library) -> None:
    library.publish(library.item(single_officer_allowed=True), valid_from=date(2026, 8, 1))
    case = ready_to_decide(books)
    operations.decide_case(case_id=case.pk, ruling=Ruling(True), actor=promote(books, "clerk"), at=moment("2026-10-12"))
    assert Case.objects.get(pk=case.pk).state == "completed"


def test_a10_a_running_case_stays_on_its_version(books: Library) -> None:
    case = books.accepted(moment("2026-09-01"))
    longer = {"statutory": {"days": 60, "unit": "workday"}, "promised": {"days": 30, "unit": "workday"}}
    changed = library.item(limits=longer | {"receive": {"days": 5, "unit": "workday"}}, materials=[])
    library.publish(changed, valid_from=date(2026, 9, 2))

    case = Case.objects.get(pk=case.pk)
    assert case.item_version.item.limits.promised.days == 10
    assert case.item_version.item.material("photo") is not None
    assert books.draft(moment("2026-09-03"), photo=False).item_version.item.limits.promised.days == 30


def test_a11_a_promise_longer_than_the_law_cannot_be_published(books: Library) -> None:
    limits = {
        "statutory": {"days": 30, "unit": "workday"},
        "promised": {"days": 35, "unit": "workday"},
        "receive": {"days": 5, "unit": "workday"},
    }
    with pytest.raises(ValidationError, match="promise_exceeds_statutory"):
        library.item(limits=limits)


def ready_to_decide(books: Library) -> Case:
    case = books.noticed(moment("2026-09-15"))
    duties.close_ended_notices(at=moment("2026-09-30"))
    case = Case.objects.get(pk=case.pk)
    assert case.state == "deciding"
    return case


def promote(books: Library, name: str) -> "library.Actor":
    from onedoor.platform.identity import operations as identity
    from onedoor.platform.identity import queries
    from onedoor.platform.identity.models import Login

    post = identity.appoint_officer(
        login_id=Login.objects.get(username=name).pk,
        organization_id=books.organs[library.COUNTY].pk,
        role="approver",
        division=library.COUNTY,
        lines=[],
        valid_from=date(2026, 9, 1),
        actor=library.MACHINE,
        at=moment("2026-09-01"),
    )
    return queries.actor_for_post(post_id=post.pk, channel="web", on=date(2026, 10, 12))


def picture(text: str) -> bytes:
    from tests.journeys.conftest import photo

    return photo(text * 3).getvalue()


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
