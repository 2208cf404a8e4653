"""What the machine does by itself, safe to run twice: hand in, return, deem accepted, end notices."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import clocks, documents, life, steps
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.cases.models import Action, Case, CaseDocument, Clock, Hearing, Pause, PublicNotice, Tolerance
from onedoor.platform.cases.operations import hearings, silence, special, tolerance
from onedoor.platform.cases.operations.delivery import drop_service
from onedoor.platform.cases.operations.desk import begin_review, end_supplement
from onedoor.platform.cases.operations.notices import close_notice
from onedoor.platform.cases.operations.submission import hand_in_case
from onedoor.platform.cases.states import UNDER_REVIEW, Kind, State
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = structlog.get_logger(__name__)

AT_ONCE = 500  # cases a round; the next round takes the rest
NOTICE_MOVES = timedelta(days=21)
NEAR = timedelta(days=15)  # two working days lie within it, whatever holidays come between
UNANSWERED = frozenset({State.RECEIVED, State.SUPPLEMENT_WAIT})  # where the receiving limit may still run
REMINDER = Actor.system("提醒补交")


def hand_in_due_cases(*, at: datetime) -> int:
    """Hand in every submission whose time to undo has passed; return how many."""
    waiting = Case.objects.filter(state=State.SUBMITTED, undo_until__lte=at).order_by("undo_until")
    actor = Actor.system("收件")
    return _each(
        "hand_in", waiting.values_list("pk", flat=True), lambda pk: hand_in_case(case_id=pk, actor=actor, at=at)
    )


def return_unsupplied_cases(*, at: datetime) -> int:
    """Return every case whose applicant let the time for the missing papers pass (A07); return how many."""
    # No right of a person ends on a provisional day without a human (readings 1).
    overdue = _overdue(Clock.Kind.APPLICANT, {State.SUPPLEMENT_WAIT}, at).filter(provisional=False)
    overdue = overdue.filter(case__applicant__deceased_on=None)  # the dead supply nothing: an officer decides
    return _each("return", overdue, lambda case_id: _return_case(case_id, at))


def deem_accepted(*, at: datetime) -> int:
    """
    Accept every case that got no word within the receiving limit, as from the day of receipt (R-CASE-2, A01); a notice
    that was written but neither sent nor handed over is no word.

    Licensing Law art. 32. Returns how many.
    """
    overdue = _overdue(Clock.Kind.RECEIVE, UNANSWERED, at).filter(_surely_over(at))
    return _each("deem_accepted", overdue, lambda case_id: _accept_by_silence(case_id, at))


def remind_of_tolerated(*, at: datetime) -> int:
    """Remind, two working days before the day, of papers promised for later; return how many cases."""
    soon = Tolerance.objects.filter(state=Tolerance.State.OPEN, reminded_at__isnull=True)
    soon = soon.filter(due_on__lte=day_of(at) + NEAR, case__state__in=UNDER_REVIEW | {State.SUPPLEMENT_WAIT})
    rows = soon.order_by("due_on", "case_id").values_list("case_id", "due_on", "case__division").distinct()
    due = [
        case_id
        for case_id, due_on, division in rows[:AT_ONCE]
        if due_on is not None and tolerance.reminder_day(due_on, division=division) <= day_of(at)
    ]
    return _each("remind_tolerated", due, lambda case_id: tolerance.remind(case_id=case_id, actor=REMINDER, at=at))


def return_untolerated(*, at: datetime) -> int:
    """Return every case whose paper promised for later has not come by its day; return how many."""
    late = Tolerance.objects.filter(state=Tolerance.State.OPEN, due_on__lt=day_of(at))
    late = late.filter(case__state__in=UNDER_REVIEW | {State.SUPPLEMENT_WAIT}).order_by("due_on", "case_id")
    late = late.filter(case__applicant__deceased_on=None)  # as with what was asked for and has not come
    rows = late.values_list("case_id", "due_on", "case__division").distinct()
    # No right of a person ends on a provisional day without a human (readings 1).
    sure = [
        case_id
        for case_id, due_on, place in rows[:AT_ONCE]
        if due_on is not None and not work_calendar(place).is_provisional(due_on)
    ]
    actor = Actor.system("容缺期满")
    return _each("return_tolerated", sure, lambda pk: tolerance.return_overdue(case_id=pk, actor=actor, at=at))


def mind_silences(*, at: datetime) -> int:
    """Do what silence means in every case whose limit by law has passed without a decision; return how many."""
    told = Exists(Action.objects.filter(case=OuterRef("case"), kind=Kind.MISS_LIMIT))
    over = Clock.objects.filter(clocks.overdue(at=at), ~told, kind=Clock.Kind.STATUTORY, state=Clock.State.RUNNING)
    over = over.filter(_surely_over(at), case__state__in=UNDER_REVIEW)
    over = over.filter(case__applicant__deceased_on=None)  # nothing is granted to the dead by silence
    waiting = over.order_by("due_on").values_list("case_id", flat=True)
    actor = Actor.system("法定期限届满")
    return _each("mind_silence", waiting, lambda pk: silence.mind_silence(case_id=pk, actor=actor, at=at))


def run_overlong_again(*, at: datetime) -> int:
    """Let the clocks of every case run again whose special procedure has had all its days; return how many."""
    overlong = Pause.objects.filter(to_at__isnull=True, over_at__isnull=True, most_until__lt=day_of(at))
    waiting = overlong.filter(case__state=State.SPECIAL).order_by("most_until").values_list("case_id", flat=True)
    actor = Actor.system("特别程序到最长期限")
    return _each("run_again", waiting, lambda pk: special.run_again(case_id=pk, actor=actor, at=at))


def close_ended_notices(*, at: datetime) -> int:
    """End every public notice whose days have run out and that has no open objection; return how many."""
    ended = PublicNotice.objects.filter(closed_at__isnull=True, next_step_on__lte=day_of(at))
    ended = ended.exclude(objections__closed_at__isnull=True, objections__isnull=False)
    # A notice that runs through a provisional day ends somebody's right to object: a person closes it (readings 1).
    waiting = ended.filter(provisional=False).order_by("next_step_on").values_list("pk", flat=True)
    actor = Actor.system("公示期满")
    return _each("close_notice", waiting, lambda pk: close_notice(notice_id=pk, actor=actor, at=at))


def expire_hearing_rights(*, at: datetime) -> int:
    """Note for every hearing nobody asked for in time that the right has lapsed; return how many."""
    # No right of a person ends on a provisional day without a human (readings 1).
    due = Hearing.objects.filter(
        state=Hearing.State.RIGHT_INFORMED, request_until__lt=day_of(at), provisional=False
    ).order_by("request_until")
    actor = Actor.system("听证期限")
    return _each(
        "expire_hearing",
        due.values_list("case_id", flat=True),
        lambda pk: hearings.expire_hearing_right(case_id=pk, actor=actor, at=at),
    )


def _each(duty: str, waiting: "QuerySet[Any, int] | list[int]", work: Callable[[int], object]) -> int:
    """
    Do the work on every row waiting, each in its own transaction; return how many went well.

    One odd case is logged and passed over until the next round: it never holds up the others. Only a lost database
    ends the round.
    """
    done = 0
    for number in list(waiting[:AT_ONCE]):
        try:
            work(number)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("duty_failed", duty=duty, number=number)
        else:
            done += 1
    return done


def _overdue(kind: Clock.Kind, states: Collection[State], at: datetime) -> "QuerySet[Any, int]":
    running = Clock.objects.filter(clocks.overdue(at=at), kind=kind, state=Clock.State.RUNNING, case__state__in=states)
    return running.order_by("due_on").values_list("case_id", flat=True)


def _surely_over(at: datetime) -> Q:
    """
    Return the condition "over, whatever a holiday notice still says", for what a person gains by the organ's silence.

    A year without a notice has no holidays yet; the thirteen days that one gives (State Council Decree No. 795, in force
    since 2025) put no limit off by more than `NOTICE_MOVES`.
    """
    return Q(provisional=False) | Q(due_on__lt=day_of(at) - NOTICE_MOVES)


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
    steps.end_all(case, outcome="returned", performers=[], at=at)
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
    clock = case.clocks.filter(kind=Clock.Kind.RECEIVE, state=Clock.State.RUNNING).first()
    if case.state not in UNANSWERED or clock is None:
        return  # the notice was sent meanwhile, or an officer was first
    since = case.received_at if clock.started_on == day_of(case.received_at or at) else None
    actor = Actor.system("逾期未告知")
    steps.end(steps.require_open(case, "accept"), outcome="deemed", performers=[], at=at)
    drop_service(case, at=at)
    begin_review(case, Kind.DEEM_ACCEPTED, actor=actor, at=at, since=since or _start_of(clock.started_on, at))
    audit.record("cases.deem_accepted", actor=actor, at=at, target=case.target, division=case.division)


def _start_of(day: date, at: datetime) -> datetime:
    """Return the moment the given day began: a re-submission counts from the day it arrived (R-CASE-2b)."""
    return datetime.combine(day, datetime.min.time(), tzinfo=at.tzinfo)
