"""Open and end the steps of a case as its item lays them out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from onedoor.platform.cases import bias, clocks, handlers
from onedoor.platform.cases.models import Case, CaseStep, Clock, Hearing, StepPerformer
from onedoor.platform.cases.states import State
from onedoor.platform.catalog.steps import Step
from onedoor.platform.catalog.strict import Limit
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.prepared import prepared
from onedoor.platform.kernel.prepared_writes import insert_all

ACCEPT = Step(code="accept", title="收件审查", permission="cases.accept", tier=5, state="reviewing")
CONFIRM = Step(code="confirm", title="复核决定", permission="cases.decide", state="deciding", excludes=("accept",))
SERVED_WITHIN = Limit(days=5)  # for a notice: to be on its way, and once posted to be heard of
DELIVERY = Step(
    code=Clock.DELIVERY, title="送达", permission="cases.deliver", tier=5, state="delivering", within=SERVED_WITHIN
)
REVOKE = Step(code="revoke", title="撤销决定", permission="cases.decide", state="reviewing")
# Steps every item has without naming them.
COMMON = {step.code: step for step in (ACCEPT, CONFIRM, DELIVERY, REVOKE)}


class StepNotOpen(OneDoorError):
    code, http_status, message = "cases.step_not_open", 409, "环节“{title}”目前不能办理，请刷新页面查看最新进展。"


class RoleSeparation(OneDoorError):
    code, http_status, message = (
        "role.separation",
        403,
        "您已办理过本件的“{title}”环节，依规定不能再办理当前环节，请转交其他工作人员。",
    )


def definition_of(case: Case, code: str) -> Step | None:
    """Return what a step is: the item's own, or one that every case has."""
    return case.item_version.item.step(code) or COMMON.get(code)


def open_accept(case: Case, *, at: datetime) -> CaseStep:
    """Open the first step: an officer of the receiving tier looks at what came in."""
    return _open(case, ACCEPT, at=at, tier=case.item_version.item.jurisdiction.receiving_tier)


@dataclass(frozen=True)
class Standing:
    """The codes of the steps of a case that have been done, and of those that wait."""

    ended: frozenset[str]
    waiting: frozenset[str]


def standing(case: Case) -> Standing:
    rows = _laid_out.all(case_id=case.pk)
    ended = frozenset(code for code, ended_at in rows if ended_at)
    return Standing(ended, frozenset(code for code, ended_at in rows if not ended_at))


@prepared
def _laid_out(*, case_id: int) -> QuerySet[CaseStep, tuple[str, datetime | None]]:
    return CaseStep.objects.filter(case_id=case_id).values_list("code", "ended_at")


def open_ready(case: Case, *, at: datetime, now: Standing | None = None) -> list[CaseStep]:
    """
    Open every step whose predecessors are done, start the machine's ones, and return what was opened.

    `now` is how the steps stand, where the caller has read it.
    """
    now = now or standing(case)
    steps = case.item_version.item.steps
    begun = now.ended | now.waiting
    ready = [step for step in steps if step.code not in begun and set(step.after) <= now.ended]
    opened = [_open(case, step, at=at, tier=step.tier) for step in ready]
    if opened:
        clocks.start_steps(case, ready, at=at)
        clocks.set_urgency(case)
    openers = handlers.for_item(case.item_code).openers
    for row in opened:
        if row.code in openers:
            openers[row.code](case, at=at)
    if any(row.code in openers for row in opened):
        # A machine's step may have been done already, and even closed the case, through an object of its own.
        case.refresh_from_db()
    return opened


def open_common(case: Case, step: Step, *, at: datetime, organ: Organization) -> CaseStep:
    """Open a step that no item names, at the organ given: confirmation of a decision, delivery, revocation."""
    return CaseStep.objects.create(
        case=case,
        code=step.code,
        title=step.title,
        permission=step.permission,
        division=organ.division_id,
        line=case.line,
        item_code=case.item_code,
        opened_at=at,
    )


def _open(case: Case, step: Step, *, at: datetime, tier: int) -> CaseStep:
    if case.relation == Case.Relation.TRANSFER:
        tier = min(tier, case.receiving_organization.tier)  # what came up to a superior stays there
    organization = identity.responsible_organization(division=case.division, tier=tier, line=case.line, on=day_of(at))
    return CaseStep.objects.create(
        case=case,
        code=step.code,
        title=step.title,
        permission=step.permission,
        division=organization.division_id,
        line=case.line,
        item_code=case.item_code,
        opened_at=at,
    )


def require_open(case: Case, code: str) -> CaseStep:
    """:raises StepNotOpen: the step is not waiting to be done."""
    row = _waiting.first(case_id=case.pk, code=code)
    if row is None:
        step = definition_of(case, code)
        raise StepNotOpen(title=step.title if step else code)
    row.case = case
    return row


@prepared
def _waiting(*, case_id: int, code: str) -> QuerySet[CaseStep]:
    return CaseStep.objects.filter(case_id=case_id, code=code, ended_at__isnull=True)


def check_separation(case: Case, step: Step, *performers: Actor) -> None:
    """
    :raises OwnCase, RelativeHandles: one of these officers has to stand back from the case (R-ORG-3).
    :raises RoleSeparation: one of these officers did a step that this one excludes (R-ORG-2).
    """
    bias.require_unbiased(case, *performers)
    known = [performer.login_id for performer in performers if performer.login_id is not None]
    if case.item_version.item.single_officer_allowed:
        return
    # Who received a case never decides it, even where an item forgot to say so.
    excluded = {*step.excludes, ACCEPT.code} if step.code == "decide" else set(step.excludes)
    clash = _done_by.first(case_id=case.pk, codes=sorted(excluded), logins=known)
    if clash is not None:
        raise RoleSeparation(title=clash[0])


@prepared
def _done_by(*, case_id: int, codes: list[str], logins: list[int]) -> QuerySet[StepPerformer, tuple[str]]:
    done = StepPerformer.objects.filter(step__case_id=case_id, step__code__in=codes, login_id__in=logins)
    return done.order_by("pk").values_list("step__title")


def end(row: CaseStep, *, outcome: str, performers: Iterable[Actor], at: datetime) -> None:
    """End an open step and remember which officers did it."""
    row.ended_at, row.outcome = at, outcome
    row.save(update_fields=["ended_at", "outcome"])
    definition = definition_of(row.case, row.code)
    if definition is not None:
        clocks.stop_step(row.case, definition, at=at)
    officers = {actor.login_id: actor for actor in performers if actor.login_id is not None}
    insert_all(
        StepPerformer(
            step=row,
            login_id=login,
            post_id=officer.post_id,
            role=officer.role,
            organization_id=officer.organization_id,
        )
        for login, officer in sorted(officers.items())
    )


def end_all(case: Case, *, outcome: str, performers: Iterable[Actor], at: datetime) -> None:
    """End whatever still waits in a case that ends here: its steps, its clocks, its notices on the board, what its
    applicant might still have asked for.
    """
    for row in case.steps.filter(ended_at__isnull=True):
        end(row, outcome=outcome, performers=performers, at=at)
    case.notices.filter(closed_at__isnull=True).update(closed_at=at)
    Hearing.objects.filter(case=case, state=Hearing.State.RIGHT_INFORMED).update(state=Hearing.State.EXPIRED)
    clocks.stop(case, at=at)


def state_after(case: Case, ended: str, now: Standing | None = None) -> State:
    """Return the state the case has once `ended` is done: that of the first step then waiting."""
    item = case.item_version.item
    done = (now or standing(case)).ended | {ended}
    for step in item.steps:
        if step.code not in done and set(step.after) <= done:
            return State(step.state)
    return State(case.state)


def state_of_open_steps(case: Case) -> State:
    """
    Return the state the open steps put the case into: that of the first open step in the item's order, then of those
    every case may have (the confirmation of a proposed decision).
    """
    waiting = set(case.steps.filter(ended_at__isnull=True).values_list("code", flat=True))
    for step in (*case.item_version.item.steps, *COMMON.values()):
        if step.code in waiting:
            return State(step.state)
    return State(case.state)
