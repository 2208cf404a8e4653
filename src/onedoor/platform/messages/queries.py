"""A person's inbox."""

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages.models import Message


def inbox(*, actor: Actor, most: int = 100) -> list[Message]:
    """Return the actor's messages, newest first."""
    if actor.person_id is None:
        return []
    own = Message.objects.filter(recipient_id=actor.person_id, channel=Message.Channel.INBOX)
    return list(own.order_by("-created_at")[:most])


def unread_count(*, actor: Actor) -> int:
    if actor.person_id is None:
        return 0
    return Message.objects.filter(
        recipient_id=actor.person_id, channel=Message.Channel.INBOX, read_at__isnull=True
    ).count()
