"""The place of an actor as a condition: every list of an officer is filtered by it inside the query."""

from django.db.models import Q

from onedoor.platform.kernel.actors import Actor


def within_reach(actor: Actor, *, prefix: str = "", by_line: bool = True) -> Q:
    """
    Return the condition "in the actor's divisions and business lines"; without reach nothing matches.

    The rows have `division` (12 digits) and, with `by_line`, `line`; `prefix` leads to them over relations ("case__").
    """
    place = Q(pk__in=[])
    for start, end in actor.reach:
        place |= Q(**{f"{prefix}division__gte": start, f"{prefix}division__lt": end})
    if by_line and actor.lines:  # no lines means every line
        place &= Q(**{f"{prefix}line__in": sorted(actor.lines)})
    return place
