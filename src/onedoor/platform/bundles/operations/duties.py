"""What the machine does by itself: tell of promises in hours that were broken, close drafts nobody completed, throw old ones away."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from onedoor.platform.audit import operations as audit
from onedoor.platform.bundles import life
from onedoor.platform.bundles.models import BundleCase, BundleMember
from onedoor.platform.bundles.operations.filling import throw_away
from onedoor.platform.bundles.operations.members import MACHINE
from onedoor.platform.bundles.releasing import lock_bundle, members_of, release_ready
from onedoor.platform.bundles.states import Kind, MemberState, State
from onedoor.platform.cases.models import Draft

AT_ONCE = 500


def watch_promises(*, at: datetime) -> int:
    """Tell supervision of every member whose promise in hours is broken, once each (A37); return how many."""
    late = BundleMember.objects.filter(due_at__lt=at, breached_at__isnull=True, ended_at__isnull=True)
    found = late.exclude(state=MemberState.AT_WINDOW).order_by("due_at").values_list("pk", "bundle_id")[:AT_ONCE]
    return sum(_breach(member_id, bundle_id, at) for member_id, bundle_id in found)


@transaction.atomic
def _breach(member_id: int, bundle_id: UUID, at: datetime) -> bool:
    bundle = lock_bundle(bundle_id)
    member = next(row for row in members_of(bundle) if row.pk == member_id)
    if member.is_ended or member.breached_at is not None or member.due_at is None:
        return False
    member.breached_at = at
    member.save(update_fields=["breached_at"])
    facts = {"due_at": member.due_at.isoformat()}
    life.append(bundle, Kind.BREACH, actor=MACHINE, at=at, to=member.state, member=member.code, facts=facts)
    audit.record("bundles.breach", actor=MACHINE, at=at, target=bundle.target, member=member.code)
    return True


def close_uncompleted(*, at: datetime) -> int:
    """End members whose draft ran out or was thrown away before the person completed it; return how many."""
    draft = Draft.objects.filter(pk=OuterRef("draft_id"))
    gone = BundleMember.objects.filter(~Exists(draft), state=MemberState.TO_COMPLETE, draft_id__isnull=False)
    rows = list(gone.order_by("pk").values_list("pk", "bundle_id")[:AT_ONCE])
    return sum(_close(member_id, bundle_id, at) for member_id, bundle_id in rows)


@transaction.atomic
def _close(member_id: int, bundle_id: UUID, at: datetime) -> bool:
    bundle = lock_bundle(bundle_id)
    member = next(row for row in members_of(bundle) if row.pk == member_id)
    if member.state != MemberState.TO_COMPLETE:
        return False
    why = "要您补充的没有补充，草稿已经删除。还要办的，可以单独申请。"
    life.move(member, MemberState.NOT_HANDLED, reason=why, actor=MACHINE, at=at)
    release_ready(bundle, actor=MACHINE, at=at)
    life.read_again(bundle, actor=MACHINE, at=at)
    audit.record("bundles.follow", actor=MACHINE, at=at, target=bundle.target, member=member.code, state=member.state)
    return True


def discard_expired(*, at: datetime) -> int:
    """Throw away what was never submitted and whose days are over; return how many."""
    ended = BundleCase.objects.filter(state=State.FILLING, expires_at__lte=at).order_by("expires_at")
    return sum(_discard(pk, at) for pk in list(ended.values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _discard(bundle_id: UUID, at: datetime) -> bool:
    bundle = BundleCase.objects.select_for_update().filter(pk=bundle_id, state=State.FILLING).first()
    if bundle is None or bundle.expires_at > at:
        return False
    audit.record("bundles.discard", actor=MACHINE, at=at, target=bundle.target, division=bundle.division)
    throw_away(bundle, at=at)
    return True
