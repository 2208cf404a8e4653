"""Write the audit record. These functions check no permission: whoever acts is recorded."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from onedoor.platform.audit import marks
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.kernel.actors import Actor


def record(
    event: str,
    *,
    actor: Actor,
    at: datetime,
    target: str = "",
    division: str = "",
    reason: str = "",
    before: str = "",
    after: str = "",
    **details: Any,
) -> None:
    """
    Record a write that is part of the present transaction. `event` is `room.verb`, `target` is `kind:id`.

    `before` and `after` are hashes of what was changed, where there is one: the tips of a case's chain of actions.
    """
    _write(AuditEntry.Outcome.DONE, event, actor, at, target, division, reason, details, before=before, after=after)


def record_each(event: str, *, actor: Actor, at: datetime, entries: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
    """Record many writes of one kind in one statement: target, division and details of each."""
    AuditEntry.objects.bulk_create(
        _entry(AuditEntry.Outcome.DONE, event, actor, at, target, division, "", details)
        for target, division, details in entries
    )


def record_look(
    event: str,
    *,
    actor: Actor,
    at: datetime,
    target: str = "",
    division: str = "",
    reason: str = "",
    fields: Iterable[str] = (),
    without_case: bool = False,
    marked: bool = False,
) -> str:
    """
    Record that somebody looked; a list is one look. `fields` names what was shown unmasked.

    `without_case`: a person's record was opened although no case at hand asks for it; such looks are counted (D01).
    `marked`: a copy is given that carries a code of this very row; the code is returned, "" for any other look.
    """
    details: dict[str, Any] = {"fields": sorted(fields)}
    if without_case:
        details["without_case"] = True
    if marked:
        details["mark"] = marks.new_secret()
    entry = _write(AuditEntry.Outcome.LOOKED, event, actor, at, target, division, reason, details)
    return marks.code_of(entry)


def record_refusal(code: str, *, actor: Actor, at: datetime, target: str = "", path: str = "") -> None:
    """Record a refusal where it surfaces, outside the rolled-back transaction; some count against the right to look."""
    _write(AuditEntry.Outcome.REFUSED, code, actor, at, target, "", "", {"path": path})
    # imported here: that module records what it does by this one
    from onedoor.platform.audit import suspensions

    suspensions.count_refusal(code, actor=actor, at=at)


def _write(outcome: str, event: str, actor: Actor, at: datetime, *rest: Any, **hashes: Any) -> AuditEntry:
    entry = _entry(outcome, event, actor, at, *rest, **hashes)
    entry.save(force_insert=True)
    return entry


def _entry(
    outcome: str,
    event: str,
    actor: Actor,
    at: datetime,
    target: str,
    division: str,
    reason: str,
    details: dict[str, Any],
    *,
    before: str = "",
    after: str = "",
) -> AuditEntry:
    if actor.identity_check is not None:  # done for somebody at the window, whose document was looked at
        details = details | {"identity_check": actor.identity_check}
    return AuditEntry(
        at=at,
        event=event,
        outcome=outcome,
        actor_kind=actor.kind,
        actor_name=actor.name,
        login_id=actor.login_id,
        person_id=actor.person_id,
        post_id=actor.post_id,
        organization_id=actor.organization_id,
        role=actor.role,
        channel=actor.channel,
        address=actor.address,
        device=actor.device,
        target=target,
        division=division,
        reason=reason,
        details=details,
        before=before,
        after=after,
        salt=secrets.token_hex(16),
    )
