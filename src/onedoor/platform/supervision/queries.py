"""What the supervisor and the auditor see: clocks with lamps, events, and the replay of a case."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import Action, Case, Clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.supervision.models import SupervisionEvent


@dataclass(frozen=True)
class Figures:
    """The first row of the board."""

    open_cases: int
    due_soon: int
    yellow: int
    red: int
    completed: int


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
    place = Q(pk__in=[])
    for start, end in actor.reach:
        place |= Q(**{f"{prefix}division__gte": start, f"{prefix}division__lt": end})
    if actor.lines:
        place &= Q(**{f"{prefix}line__in": sorted(actor.lines)})
    return place


def figures(*, actor: Actor, on: date) -> Figures:
    """Return the figures of the board for the actor's reach. Three queries whatever the size."""
    reach = _in_reach(actor, "supervision.view")
    ended = ["not_accepted", "completed", "withdrawn", "returned"]
    cases = (
        Case.objects.filter(reach)
        .exclude(state="submitted")
        .aggregate(open=Count("id", filter=~Q(state__in=ended)), completed=Count("id", filter=Q(state="completed")))
    )
    events = (
        SupervisionEvent.objects.filter(reach)
        .exclude(state="dismissed")
        .aggregate(yellow=Count("id", filter=Q(lamp="yellow")), red=Count("id", filter=Q(lamp="red")))
    )
    soon = Clock.objects.filter(
        _in_reach(actor, "supervision.view", "case__"), state="running", kind="promised", due_on__lte=on
    ).count()
    return Figures(cases["open"], soon, events["yellow"], events["red"], cases["completed"])


def running_clocks(*, actor: Actor, after: int = 0, most: int = 50) -> list[Clock]:
    """Return the running decision and receiving clocks in reach, the nearest due day first."""
    clocks = Clock.objects.filter(
        _in_reach(actor, "supervision.view", "case__"),
        state__in=["running", "paused"],
        kind__in=["receive", "promised"],
        pk__gt=after,
    )
    return list(clocks.select_related("case__item_version", "case__receiving_organization").order_by("due_on")[:most])


def events(*, actor: Actor, most: int = 100) -> list[SupervisionEvent]:
    """Return the supervision events in reach, newest first."""
    found = SupervisionEvent.objects.filter(_in_reach(actor, "supervision.view"))
    return list(found.select_related("case__item_version").order_by("-raised_at", "-id")[:most])


def replay(*, case_number: str, actor: Actor, at: datetime) -> tuple[Case, list[ReplayLine]]:
    """
    Return every action, write, refusal and look around a case, in order, for the auditor.

    :raises NotAllowed: the post may not view the audit record of this place.
    """
    case = Case.objects.filter(_in_reach(actor, "audit.view"), number=case_number).first()
    if case is None:
        raise NotAllowed
    audit.record_look("supervision.replay", actor=actor, at=at, target=case.target, division=case.division)
    lines = [
        ReplayLine(
            at=action.at,
            who=action.actor_name or _citizen(action.actor_kind),
            role=action.role,
            what=action.get_kind_display() + (f"（{action.step}）" if action.step else ""),
            outcome="步骤",
            reason="",
            channel=action.channel,
        )
        for action in Action.objects.filter(case=case)
    ]
    targets = [case.target]
    draft = getattr(case, "draft", None)
    if draft is not None:
        targets.append(f"draft:{draft.pk}")
    lines.extend(
        ReplayLine(
            at=entry.at,
            who=entry.actor_name or _citizen(entry.actor_kind),
            role=entry.role,
            what=entry.event,
            outcome=entry.get_outcome_display(),
            reason=entry.reason,
            channel=entry.channel,
        )
        for entry in AuditEntry.objects.filter(target__in=targets)
    )
    return case, sorted(lines, key=lambda line: line.at)


def _citizen(kind: str) -> str:
    return "申请人一方" if kind == "citizen" else kind
