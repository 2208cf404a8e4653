"""How a bundle case moves: every change is one event behind the last, and the state columns are those events read aloud."""

from datetime import datetime
from typing import Any

from onedoor.platform.bundles import rules
from onedoor.platform.bundles.models import BundleCase, BundleEvent, BundleMember
from onedoor.platform.bundles.states import Kind, MemberState, State
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor


def append(
    bundle: BundleCase,
    kind: Kind,
    *,
    actor: Actor,
    at: datetime,
    to: str,
    member: str = "",
    facts: dict[str, Any] | None = None,
) -> BundleEvent:
    """Append one event to a locked bundle case and tell the listeners; `facts` holds ids, codes and dates only."""
    event = BundleEvent.objects.create(
        bundle=bundle,
        seq=BundleEvent.objects.filter(bundle=bundle).count() + 1,
        kind=kind,
        member=member,
        to_state=to,
        at=at,
        actor_kind=actor.kind,
        actor_name=actor.name,
        facts=facts or {},
    )
    outbox.publish(
        f"bundles.{kind}", key=f"bundle:{bundle.pk}", bundle_id=str(bundle.pk), member=member, event_id=event.pk
    )
    return event


def set_state(bundle: BundleCase, state: State, *, at: datetime) -> None:
    bundle.state = state
    if bundle.is_ended and bundle.ended_at is None:
        bundle.ended_at = at
    bundle.save(update_fields=["state", "ended_at"])


def move(
    member: BundleMember,
    to: MemberState,
    *,
    kind: Kind = Kind.MOVE,
    reason: str = "",
    actor: Actor,
    at: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """Bring a member of a locked bundle to another state; to the same is no event."""
    if member.state == to:
        return
    member.state, member.reason = to, reason or member.reason
    if member.is_ended:
        member.ended_at = at
    member.save()
    append(member.bundle, kind, actor=actor, at=at, to=to, member=member.code, facts=facts)


def read_again(bundle: BundleCase, *, actor: Actor, at: datetime) -> None:
    """Read the state of a locked bundle from its members once more; its end is an event of its own."""
    before = State(bundle.state)
    members = [(member.standing, member.optional) for member in bundle.members.all()]
    now = rules.stand_of(members, before=before)
    if now == before:
        return
    set_state(bundle, now, at=at)
    if now in (State.DONE, State.CANCELLED):
        kind = Kind.CLOSE if now == State.DONE else Kind.CANCEL
        append(bundle, kind, actor=actor, at=at, to=now)
