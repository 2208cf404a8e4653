"""What the machine does by itself, safe to run twice: hand in, return, deem accepted, end notices."""

from datetime import date, datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import clocks, documents, life, steps
from onedoor.platform.cases.models import Case, CaseDocument, Clock, PublicNotice
from onedoor.platform.cases.operations.desk import begin_review, end_supplement
from onedoor.platform.cases.operations.notices import close_notice
from onedoor.platform.cases.operations.submission import hand_in_case
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

AT_ONCE = 500  # cases a round; the next round takes the rest


def hand_in_due_cases(*, at: datetime) -> int:
    """Hand in every submission whose time to undo has passed; return how many."""
    waiting = Case.objects.filter(state=State.SUBMITTED, undo_until__lte=at).order_by("undo_until")
    numbers = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    for case_id in numbers:
        hand_in_case(case_id=case_id, actor=Actor.system("收件"), at=at)
    return len(numbers)


def return_unsupplied_cases(*, at: datetime) -> int:
    """Return every case whose applicant let the time for the missing papers pass (A07); return how many."""
    overdue = _overdue(Clock.Kind.APPLICANT, State.SUPPLEMENT_WAIT, day_of(at))
    for case_id in overdue:
        _return_case(case_id, at)
    return len(overdue)


def deem_accepted(*, at: datetime) -> int:
    """
    Accept every case that got no word within the receiving limit, as from the day of receipt (R-CASE-2, A01).

    Licensing Law art. 32. Returns how many.
    """
    overdue = _overdue(Clock.Kind.RECEIVE, State.RECEIVED, day_of(at))
    for case_id in overdue:
        _accept_by_silence(case_id, at)
    return len(overdue)


def close_ended_notices(*, at: datetime) -> int:
    """End every public notice whose days have run out and that has no open objection; return how many."""
    ended = PublicNotice.objects.filter(closed_at__isnull=True, next_step_on__lte=day_of(at))
    ended = ended.exclude(objections__closed_at__isnull=True, objections__isnull=False)
    # A notice that runs through a provisional day ends somebody's right to object: a person closes it (readings 1).
    numbers = list(ended.filter(provisional=False).order_by("next_step_on").values_list("pk", flat=True)[:AT_ONCE])
    for notice_id in numbers:
        close_notice(notice_id=notice_id, actor=Actor.system("公示期满"), at=at)
    return len(numbers)


def _overdue(kind: Clock.Kind, state: State, today: date) -> list[int]:
    running = Clock.objects.filter(kind=kind, state=Clock.State.RUNNING, due_on__lt=today, case__state=state)
    # No right of a person ends on a provisional day without a human (readings 1).
    return list(running.filter(provisional=False).order_by("due_on").values_list("case_id", flat=True)[:AT_ONCE])


@transaction.atomic
def _return_case(case_id: int, at: datetime) -> None:
    case = life.lock(case_id)
    if case.state != State.SUPPLEMENT_WAIT:
        return
    actor = Actor.system("补正期满")
    if case.accepted_at is not None:  # an accepted case is decided on what there is, not sent back
        end_supplement(case, actor=actor, at=at, note="补充材料期限届满未补，按现有材料继续审查。")
        audit.record("cases.supply_supplement", actor=actor, at=at, target=case.target, division=case.division)
        return
    for row in case.steps.filter(ended_at__isnull=True):
        steps.end(row, outcome="returned", performers=[], at=at)
    clocks.stop(case, on=day_of(at))
    letter = documents.Letter(
        paragraphs=[
            f"您申请办理的“{case.item_version.title}”在补正期限内未补齐材料，现予退件。",
            "退件不影响您再次申请，已填写的内容和已交的材料都为您保留。",
        ],
        remedies=documents.REMEDIES,
    )
    document = documents.issue(case, CaseDocument.Kind.RETURN, letter, organization=case.receiving_organization, at=at)
    life.append(case, Kind.RETURN, actor=actor, at=at, facts={"document": document.number, "result_code": "5"})
    audit.record("cases.return", actor=actor, at=at, target=case.target, division=case.division)


@transaction.atomic
def _accept_by_silence(case_id: int, at: datetime) -> None:
    case = life.lock(case_id)
    if case.state != State.RECEIVED:
        return
    clock = case.clocks.get(kind=Clock.Kind.RECEIVE, state=Clock.State.RUNNING)
    since = case.received_at if clock.started_on == day_of(case.received_at or at) else None
    actor = Actor.system("逾期未告知")
    steps.end(steps.require_open(case, "accept"), outcome="deemed", performers=[], at=at)
    begin_review(case, Kind.DEEM_ACCEPTED, actor=actor, at=at, since=since or _start_of(clock.started_on, at))
    audit.record("cases.deem_accepted", actor=actor, at=at, target=case.target, division=case.division)


def _start_of(day: date, at: datetime) -> datetime:
    """Return the moment the given day began: a re-submission counts from the day it arrived (R-CASE-2b)."""
    return datetime.combine(day, datetime.min.time(), tzinfo=at.tzinfo)
