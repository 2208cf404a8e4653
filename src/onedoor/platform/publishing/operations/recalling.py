"""Recall a text: nothing more goes out from this moment, what stands outside is taken down, who was told is told again."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations as messages
from onedoor.platform.publishing import access
from onedoor.platform.publishing.access import RELEASE, Act, State, said
from onedoor.platform.publishing.models import Placement, Publication

MACHINE = Actor.system("信息发布")
Standing = Placement.State


@transaction.atomic
def recall_publication(*, number: str, reason: str, correct: bool, actor: Actor, at: datetime) -> Publication:
    """
    Recall a released text, for a reason the page shows from now on; `correct` tells those who have got it by message.

    The row of the text is held: a worker that is about to send waits for it, and finds the text recalled.
    """
    publication = access.require_publication(number, RELEASE, actor, State.RELEASED)
    publication.recall_reason = said(reason, "note", "撤回原因")
    publication.state, publication.recalled_at = State.RECALLED, at
    publication.save()
    for placement in Placement.objects.select_for_update().filter(publication=publication):
        _withdraw(placement, at)
    messages.take_back(source=publication.source, actor=MACHINE, at=at)
    if correct and publication.placements.filter(channel=Placement.Channel.INBOX).exists():
        Placement.objects.create(publication=publication, channel=Placement.Channel.CORRECTION, due_at=at)
    access.step(publication, Act.RECALL, publication.recall_reason, actor, at)
    audit.record("publishing.recall", actor=actor, at=at, correct=correct, **access.about(publication))
    return publication


def _withdraw(placement: Placement, at: datetime) -> None:
    """Let go what was never begun; what may stand outside is taken down by the worker, once nobody works on it."""
    if placement.account_id is None:
        placement.state = Standing.REMOVED if placement.state == Standing.SENT or placement.cursor else Standing.DROPPED
        placement.removed_at, placement.due_at, placement.claimed_until = at, None, None
    elif placement.remote:
        placement.state, placement.attempts = Standing.REMOVING, 0
        placement.due_at = max(at, placement.claimed_until or at)
    else:
        placement.state, placement.due_at, placement.removed_at = Standing.DROPPED, None, at
    placement.save()
