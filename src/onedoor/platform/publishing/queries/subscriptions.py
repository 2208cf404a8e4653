"""What a person has asked to be told."""

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.publishing.models import Subscription


def my_subscriptions(*, actor: Actor) -> list[Subscription]:
    """Return the actor's own, the newest first."""
    if actor.person_id is None:
        return []
    own = Subscription.objects.filter(person_id=actor.person_id, ended_at__isnull=True)
    return list(own.order_by("-agreed_at"))
