"""The place of an actor as a condition: every list of an officer is filtered by it inside the query."""

from django.db.models import Q

from onedoor.platform.kernel.actors import Actor


def within_reach(actor: Actor, *, prefix: str = "", field: str = "division", by_line: bool = True) -> Q:
    """
    Return the condition "in the actor's divisions and business lines"; without reach nothing matches.

    The rows have `field` (12 digits) and, with `by_line`, `line`; `prefix` leads to them over relations ("case__").
    """
    place = Q(pk__in=[])
    for start, end in actor.reach:
        place |= Q(**{f"{prefix}{field}__gte": start, f"{prefix}{field}__lt": end})
    if by_line and actor.lines:  # no lines means every line
        place &= Q(**{f"{prefix}line__in": sorted(actor.lines)})
    return place
