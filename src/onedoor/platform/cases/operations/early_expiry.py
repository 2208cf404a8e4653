"""An early draft is kept for a few days: an SMS warns the day before, then it goes. Safe to run twice."""

from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import tasks
from onedoor.platform.cases.models import EarlyDraft
from onedoor.platform.cases.operations.early import let_go
from onedoor.platform.kernel.actors import Actor

WARNED = timedelta(days=1)  # before the end
AT_ONCE = 500  # a round; the next round takes the rest
MACHINE = Actor.system("草稿到期")


def warn_ending_early_drafts(*, at: datetime) -> int:
    """Send an SMS for every early draft that ends within a day, once; return how many."""
    ending = EarlyDraft.objects.filter(warned=False, expires_at__gt=at, expires_at__lte=at + WARNED)
    return sum(_warn(pk, at) for pk in list(ending.order_by("expires_at").values_list("pk", flat=True)[:AT_ONCE]))


def discard_ended_early_drafts(*, at: datetime) -> int:
    """Delete every early draft whose time has passed; return how many."""
    ended = EarlyDraft.objects.filter(expires_at__lte=at).order_by("expires_at")
    return sum(_discard(pk, at) for pk in list(ended.values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _warn(pk: int, at: datetime) -> bool:
    draft = EarlyDraft.objects.select_for_update(of=("self",)).filter(pk=pk, warned=False).first()
    if draft is None or draft.expires_at > at + WARNED:  # taken, or saved again, since the list was made
        return False
    draft.warned = True
    draft.save(update_fields=["warned"])
    tasks.remind_of_early_draft.enqueue(early_draft_id=pk)
    audit.record("cases.warn_early_draft", actor=MACHINE, at=at, target=draft.target, division=draft.division)
    return True


@transaction.atomic
def _discard(pk: int, at: datetime) -> bool:
    draft = EarlyDraft.objects.select_for_update(of=("self",)).filter(pk=pk, expires_at__lte=at).first()
    if draft is None:
        return False
    audit.record("cases.discard_early_draft", actor=MACHINE, at=at, target=draft.target, division=draft.division)
    let_go(draft, at=at)
    return True
