"""How long a draft is kept, who is warned before it goes, and that it goes: safe to run twice."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import discarding, signing
from onedoor.platform.cases.models import Draft
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.parameters import figure

log = structlog.get_logger(__name__)

PARAMETER = "drafts.days"
WARNINGS = (7, 1)  # days before the end
AT_ONCE = 500  # drafts a round; the next round takes the rest


def kept_until(*, division: str, at: datetime) -> datetime:
    """Return until when a draft saved now is kept at this place: the parameter `drafts.days`, in natural days."""
    chain = identity.chain(division) if division else ["000000000000"]
    return at + timedelta(days=figure(PARAMETER, chain=chain, on=day_of(at)))


def touch(draft: Draft, at: datetime) -> None:
    """
    Save that somebody has worked on a locked draft: its revision goes on, so do the days it is kept, and who has signed
    something else is asked again.
    """
    draft.revision, draft.saved_at, draft.warned = draft.revision + 1, at, 0
    draft.expires_at = kept_until(division=draft.division, at=at)
    kept = ("answers", "typed", "reasons", "paper_choices", "revision", "saved_at", "expires_at", "warned")
    draft.save(update_fields=kept)
    signing.void_changed(draft, at=at)


def warn_expiring_drafts(*, at: datetime) -> int:
    """Tell the people of every draft that ends within seven days, and again within one; return how many drafts."""
    warned = 0
    for days in sorted(WARNINGS):
        ending = Draft.objects.filter(
            submitted_as__isnull=True, expires_at__gt=at, expires_at__lte=at + timedelta(days=days)
        )
        due = (ending.filter(warned=0) | ending.filter(warned__gt=days)).order_by("expires_at")
        warned += _each("warn_draft", due.values_list("pk", flat=True)[:AT_ONCE], partial(_warn, days=days, at=at))
    return warned


def discard_expired_drafts(*, at: datetime) -> int:
    """Delete every draft whose time has passed, with everything in it; return how many."""
    ended = Draft.objects.filter(submitted_as__isnull=True, expires_at__lte=at).order_by("expires_at")
    return _each("discard_draft", ended.values_list("pk", flat=True)[:AT_ONCE], partial(_discard, at=at))


def _each(duty: str, waiting: Iterable[UUID], work: Callable[[UUID], object]) -> int:
    """Do the work on each draft in a transaction of its own; one odd draft is logged and never holds up the others."""
    done = 0
    for pk in list(waiting):
        try:
            work(pk)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("duty_failed", duty=duty, draft=str(pk))
        else:
            done += 1
    return done


@transaction.atomic
def _warn(pk: UUID, *, days: int, at: datetime) -> None:
    draft = Draft.objects.select_for_update().filter(pk=pk, submitted_as__isnull=True).first()
    if draft is None or draft.expires_at > at + timedelta(days=days):
        return
    draft.warned = days
    draft.save(update_fields=["warned"])
    outbox.publish("cases.draft_expiring", key=f"draft:{pk}", draft_id=str(pk), days=days)
    audit.record("cases.warn_draft", actor=Actor.system("草稿到期"), at=at, target=f"draft:{pk}", days=days)


@transaction.atomic
def _discard(pk: UUID, *, at: datetime) -> None:
    draft = Draft.objects.select_for_update().filter(pk=pk, submitted_as__isnull=True, expires_at__lte=at).first()
    if draft is None:  # saved again, or handed in, since the list was made
        return
    audit.record("cases.discard_draft", actor=Actor.system("草稿到期"), at=at, target=f"draft:{pk}")
    discarding.throw_away(draft, at=at)
