"""What a supervising post may see: its reach, or one place within it."""

from datetime import date

from django.db.models import Q

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.kernel.scopes import within_reach


def in_reach(actor: Actor, permission: str, prefix: str = "") -> Q:
    """:raises NotAllowed: the post has not this permission at all."""
    if actor.kind != "system" and permission not in actor.permissions:
        raise NotAllowed
    return within_reach(actor, prefix=prefix)


def in_place(within: str, *, on: date, prefix: str = "", field: str = "division") -> Q:
    """Return the condition "in this place or below it", whatever it was called before; without a place, anywhere."""
    if not within:
        return Q()
    place = Q(pk__in=[])
    for start, end in identity.reach_of(within, on=on):
        place |= Q(**{f"{prefix}{field}__gte": start, f"{prefix}{field}__lt": end})
    return place
