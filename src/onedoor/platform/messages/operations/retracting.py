"""A sender takes back what has not left the house yet."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages.delivery import TAKEN_BACK
from onedoor.platform.messages.models import Message

State = Message.State


@transaction.atomic
def take_back(*, source: str, actor: Actor, at: datetime) -> int:
    """
    Take back what one source has queued and no provider has; return how many messages that are.

    One that was just being offered to a provider may still arrive (`unsure_since`); then its row says that it was sent.
    """
    actor.require("messages.send", division=identity.NATION)
    waiting = Message.objects.filter(source=source, retractable=True, state=State.QUEUED)
    number = waiting.update(state=State.FAILED, reason=TAKEN_BACK, due_at=None)
    audit.record("messages.take_back", actor=actor, at=at, target=source, number=number)
    return number
