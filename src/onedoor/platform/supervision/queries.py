"""What the supervisor and the auditor see: clocks with lamps, events, and the replay of a case."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.audit.queries import hash_of
from onedoor.platform.audit.titles import title_of
from onedoor.platform.cases.models import Action, Case, Clock
from onedoor.platform.cases.states import TERMINAL
from onedoor.platform.identity.roles import ROLE_NAMES
from onedoor.platform.kernel.actors import CHANNEL_NAMES, Actor
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.kernel.scopes import within_reach
from onedoor.platform.supervision.models import SupervisionEvent


@dataclass(frozen=True)
class Figures:
    """The first row of the board."""

    open_cases: int
    due_soon: int
    yellow: int
    red: int
    completed: int
    voided: int


@dataclass(frozen=True)
class ReplayLine:
    """One thing that happened around a case: a step of it, a write, a refusal or a look."""

    at: datetime
    who: str
    role: str
    what: str
    outcome: str
    reason: str
    channel: str


def _in_reach(actor: Actor, permission: str, prefix: str = "") -> Q:
    """:raises NotAllowed: the post has not this permission at all."""
    if actor.kind != "system" and permission not in actor.permissions:
        raise NotAllowed
    return within_reach(actor, prefix=prefix)


def figures(*, actor: Actor, on: date) -> Figures:
    """Return the figures of the board for the actor's reach. Three queries whatever the size."""
    reach = _in_reach(actor, "supervision.view")
    cases = (
        Case.objects.filter(reach)
        .exclude(state="submitted")
        .aggregate(
            open=Count("id", filter=~Q(state__in=ENDED)),
            completed=Count("id", filter=Q(state="completed")),
            voided=Count("id", filter=Q(state="voided")),
        )
    )
    events = (
        SupervisionEvent.objects.filter(reach, case__isnull=False)
        .exclude(state="dismissed")
        .aggregate(yellow=Count("id", filter=Q(lamp="yellow")), red=Count("id", filter=Q(lamp="red")))
    )
    soon = Clock.objects.filter(
        _in_reach(actor, "supervision.view", "case__"), state="running", kind="promised", due_on__lte=on
    ).count()
    return Figures(cases["open"], soon, events["yellow"], events["red"], cases["completed"], cases["voided"])


def running_clocks(*, actor: Actor, after: int = 0, most: int = 50) -> list[Clock]:
    """Return the running decision and receiving clocks in reach, the nearest due day first."""
    clocks = Clock.objects.filter(
        _in_reach(actor, "supervision.view", "case__"),
        state__in=["running", "paused"],
        kind__in=["receive", "promised"],
        pk__gt=after,
    )
    return list(clocks.select_related("case__receiving_organization").order_by("due_on")[:most])


def events(*, actor: Actor, most: int = 100) -> list[SupervisionEvent]:
    """Return the supervision events in reach, newest first."""
    found = SupervisionEvent.objects.filter(_in_reach(actor, "supervision.view"))
    return list(found.select_related("case").order_by("-raised_at", "-id")[:most])


ENDED = sorted(TERMINAL)
SHOWN = {"open": "在办", "due": "到期或逾期", "yellow": "黄牌", "red": "红牌", "completed": "已办结", "voided": "作废"}


def cases_behind(*, shown: str, actor: Actor, on: date, before: int = 0, most: int = 50) -> list[Case]:
    """
    Return the cases a figure of the board counts, newest first; `before` is the id of the last case of the page before.

    :raises KeyError: there is no such figure.
    """
    reach = _in_reach(actor, "supervision.view")
    lamps = SupervisionEvent.objects.filter(reach).exclude(state="dismissed")
    overdue = Clock.objects.filter(state="running", kind="promised", due_on__lte=on)
    condition = {
        "open": ~Q(state__in=[*ENDED, "submitted"]),
        "due": Q(pk__in=overdue.values("case_id")),
        "yellow": Q(pk__in=lamps.filter(lamp="yellow").values("case_id")),
        "red": Q(pk__in=lamps.filter(lamp="red").values("case_id")),
        "completed": Q(state="completed"),
        "voided": Q(state="voided"),
    }[shown]
    found = Case.objects.filter(reach, condition)
    if before:
        found = found.filter(pk__lt=before)
    return list(found.select_related("applicant", "receiving_organization").order_by("-id")[:most])


def replay(*, case_number: str, actor: Actor, at: datetime) -> tuple[Case, list[ReplayLine]]:
    """
    Return every action, write, refusal and look around a case, in order, for the auditor.

    :raises NotAllowed: the post may not view the audit record of this place.
    """
    case = Case.objects.filter(_in_reach(actor, "audit.view"), number=case_number).first()
    if case is None:
        raise NotAllowed
    audit.record_look("supervision.replay", actor=actor, at=at, target=case.target, division=case.division)
    titles = {step.code: step.title for step in case.item_version.item.steps}
    lines = [
        ReplayLine(
            at=action.at,
            who=action.actor_name or _citizen(action.actor_kind),
            role=ROLE_NAMES.get(action.role, action.role),
            what=action.get_kind_display() + (f"（{titles[action.step]}）" if action.step in titles else ""),
            outcome="步骤",
            reason="",
            channel=CHANNEL_NAMES.get(action.channel, action.channel),
        )
        for action in Action.objects.filter(case=case)
    ]
    targets = [case.target]
    draft = getattr(case, "draft", None)
    if draft is not None:
        targets.append(draft.target)
    lines.extend(_line(entry) for entry in AuditEntry.objects.filter(target__in=targets))
    return case, sorted(lines, key=lambda line: line.at)


@dataclass(frozen=True)
class AuditLine:
    """One entry of the audit record in words."""

    id: int
    line: ReplayLine
    target: str
    hash: str


def audit_lines(*, actor: Actor, at: datetime, before: int = 0, login_id: int = 0, most: int = 50) -> list[AuditLine]:
    """
    Return the newest entries about things in the auditor's reach, or those of one log-in; looking is itself recorded.

    :raises NotAllowed: only for auditors.
    """
    _in_reach(actor, "audit.view")
    found = AuditEntry.objects.filter(within_reach(actor, by_line=False))
    if before:
        found = found.filter(pk__lt=before)
    if login_id:
        found = found.filter(login_id=login_id)
    audit.record_look("audit.list", actor=actor, at=at)
    return [AuditLine(entry.pk, _line(entry), entry.target, hash_of(entry)) for entry in found.order_by("-id")[:most]]


def _line(entry: AuditEntry) -> ReplayLine:
    return ReplayLine(
        at=entry.at,
        who=entry.actor_name or _citizen(entry.actor_kind),
        role=ROLE_NAMES.get(entry.role, entry.role),
        what=title_of(entry.event),
        outcome=entry.get_outcome_display(),
        reason=entry.reason,
        channel=CHANNEL_NAMES.get(entry.channel, entry.channel),
    )


def _citizen(kind: str) -> str:
    return "申请人一方" if kind == "citizen" else kind
