"""Do a step of the review, and extend the limits once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import clocks, documents, gates, handlers, life, steps
from onedoor.platform.cases.grounds import SHORTEST_REASON
from onedoor.platform.cases.models import Case, CaseDocument, CaseStep, Clock
from onedoor.platform.cases.operations.delivery import close_or_wait
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

SHORTEST_OPINION = 10  # characters


class TooFewPeople(OneDoorError):
    code, http_status, message = "cases.too_few_people", 422, "环节“{title}”须由 {people} 名以上工作人员共同办理。"


class StepNeedsOther(OneDoorError):
    code, http_status, message = "cases.step_needs_other", 409, "环节“{title}”不能在这里办理。"


class StepBlocked(OneDoorError):
    code, http_status, message = "cases.step_blocked", 409, "{reason}"


class ExtensionInvalid(OneDoorError):
    code, http_status, message = "clock.extension_invalid", 409, "期限只能在届满前延长一次，本件已不能延长。"


@transaction.atomic
def complete_step(
    *,
    case_id: int,
    step: str,
    outcome: str,
    note: str,
    facts: dict[str, Any],
    actor: Actor,
    at: datetime,
    together_with: Sequence[Actor] = (),
) -> Case:
    """
    Complete an open step; the next steps open. `facts` holds ids, codes and hashes; words go into `note`.

    :raises StepNotOpen: it is not waiting.
    :raises NotAllowed: the post does not cover it.
    :raises RoleSeparation: an officer did a step that this one excludes (A09).
    :raises TooFewPeople: the step needs more officers.
    :raises StepBlocked: the item's guard, or a fee that is due before the result is collected, holds it back.
    """
    case = life.lock(case_id)
    row = steps.require_open(case, step)
    definition = case.item_version.item.step(step)  # steps that every case has come with operations of their own
    if definition is None or step == "decide" or (definition.by == "notice" and actor.kind != "system"):
        raise StepNeedsOther(title=row.title)
    performers = [actor, *together_with]
    for performer in performers:
        performer.require(definition.permission or "cases.machine", division=row.division, line=case.line)
    steps.check_separation(case, definition, *performers)
    if definition.by == "officer" and len({performer.login_id for performer in performers}) < definition.people:
        raise TooFewPeople(title=row.title, people=definition.people)
    guard = handlers.for_item(case.item_code).guards.get(step)
    reason = (guard(case) if guard is not None else "") or gates.held_back(case)
    if reason:
        raise StepBlocked(reason=reason)
    finish_step(case, row, outcome=outcome, note=note, facts=facts, performers=performers, at=at)
    audit.record("cases.complete_step", actor=actor, at=at, target=case.target, division=case.division, step=step)
    return case


@transaction.atomic
def give_opinion(*, case_id: int, step: str, outcome: str, note: str, actor: Actor, at: datetime) -> Case:
    """
    Complete a review step with an opinion: agree or disagree, and why.

    :raises InvalidInput: the opinion is too short to say why, or comes to no conclusion.
    :raises StepNotOpen, NotAllowed, RoleSeparation: as `complete_step` says.
    """
    problems = {}
    if len(note.strip()) < SHORTEST_OPINION:
        problems["note"] = f"请写明审核意见和理由，不少于 {SHORTEST_OPINION} 个字。"
    if outcome not in ("agree", "disagree"):
        problems["outcome"] = "请选择审核结论。"
    if problems:
        raise InvalidInput(problems)
    return complete_step(case_id=case_id, step=step, outcome=outcome, note=note.strip(), facts={}, actor=actor, at=at)


def finish_step(
    case: Case,
    row: CaseStep,
    *,
    outcome: str,
    note: str,
    facts: dict[str, Any],
    performers: Sequence[Actor],
    at: datetime,
) -> None:
    """End the step, record the action and open what follows; the caller has locked the case and checked everything."""
    steps.end(row, outcome=outcome, performers=performers, at=at)
    now = steps.standing(case)
    logins = [performer.login_id for performer in performers]
    content = {**facts, "outcome": outcome, "performers": logins}
    # A step done during a special procedure does not end it: the limits stand still until somebody says what it found.
    target = State.SPECIAL if case.state == State.SPECIAL else steps.state_after(case, row.code, now)
    life.append(
        case, Kind.COMPLETE_STEP, actor=performers[0], at=at, step=row.code, note=note, facts=content, to=target
    )
    open_next(case, at=at, now=now)


def open_next(case: Case, *, at: datetime, now: steps.Standing | None = None) -> None:
    """Open the steps that follow; a decided case with nothing left to do is closed or waits for its delivery."""
    now = now or steps.standing(case)
    opened = steps.open_ready(case, at=at, now=now) if case.result != "denied" else []
    if case.decided_at and not case.is_ended and not (now.waiting or opened):
        close_or_wait(case, at=at)


@transaction.atomic
def extend_limit(*, case_id: int, reason: str, basis: str, actor: Actor, at: datetime) -> CaseDocument:
    """
    Extend the limits once, by the days the item allows, before they have run out (R-CLK-3, worked B).

    :raises ExtensionInvalid: a second time, too late, or the item allows none.
    """
    case = life.lock(case_id)
    actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    life.check_move(case, Kind.EXTEND)
    if len(reason.strip()) < SHORTEST_REASON or not basis.strip():
        raise InvalidInput({"reason": f"请写明延长理由（不少于 {SHORTEST_REASON} 个字）和依据。"})
    statutory = case.clocks.get(kind=Clock.Kind.STATUTORY)
    allowed = case.item_version.item.limits.statutory.extension
    if not allowed or statutory.extended_by or statutory.has_run_out(day_of(at)):
        raise ExtensionInvalid
    clocks.extend(case, days=allowed)
    statutory.refresh_from_db()
    letter = documents.Letter(
        paragraphs=[f"因{reason}，办理期限延长 {allowed} 日，延长后的办结日为 {statutory.due_on.isoformat()}。"],
        points=[f"依据：{basis}"],
    )
    document = documents.issue(
        case, CaseDocument.Kind.EXTENSION, letter, organization=case.deciding_organization, at=at
    )
    life.append(
        case,
        Kind.EXTEND,
        actor=actor,
        at=at,
        note=reason,
        facts={
            "basis": basis,
            "days": allowed,
            "statutory_due": statutory.due_on.isoformat(),
            "document": document.number,
        },
    )
    audit.record("cases.extend_limit", actor=actor, at=at, target=case.target, division=case.division)
    return document
