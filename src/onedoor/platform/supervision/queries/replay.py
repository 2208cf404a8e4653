"""What the auditor sees: the replay of a case, and the record in words."""

from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.audit import marks
from onedoor.platform.audit import operations as audit
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.audit.queries import hash_of
from onedoor.platform.audit.titles import title_of
from onedoor.platform.cases.life import history_holds
from onedoor.platform.cases.models import Action, Case
from onedoor.platform.identity.roles import ROLE_NAMES
from onedoor.platform.kernel.actors import CHANNEL_NAMES, Actor
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.kernel.scopes import within_reach
from onedoor.platform.supervision.queries.reach import in_reach


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


def replay(*, case_number: str, actor: Actor, at: datetime) -> tuple[Case, list[ReplayLine], bool]:
    """
    Return every action, write, refusal and look around a case, in order, for the auditor, and whether the case is what
    its actions say and they are as they were written.

    :raises NotAllowed: the post may not view the audit record of this place.
    """
    case = Case.objects.filter(in_reach(actor, "audit.view"), number=case_number).first()
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
    return case, sorted(lines, key=lambda line: line.at), history_holds(case)


@dataclass(frozen=True)
class AuditLine:
    """One entry of the audit record in words."""

    id: int
    line: ReplayLine
    target: str
    hash: str


def audit_lines(
    *, actor: Actor, at: datetime, before: int = 0, login_id: int = 0, mark: str = "", most: int = 50
) -> list[AuditLine]:
    """
    Return the newest entries about things in the auditor's reach, or those of one log-in; looking is itself recorded.

    `mark` is the code on a marked copy: the one look it was given for.

    :raises NotAllowed: only for auditors.
    :raises NoSuchMark: no look in reach has given a copy with this code.
    """
    in_reach(actor, "audit.view")
    found = AuditEntry.objects.filter(within_reach(actor, by_line=False))
    if before:
        found = found.filter(pk__lt=before)
    if login_id:
        found = found.filter(login_id=login_id)
    audit.record_look("audit.list", actor=actor, at=at)
    entries = [marks.look_behind(mark, among=found)] if mark else found.order_by("-id")[:most]
    return [AuditLine(entry.pk, _line(entry), entry.target, hash_of(entry)) for entry in entries]


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
