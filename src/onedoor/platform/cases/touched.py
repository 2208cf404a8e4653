"""Which items read a figure of law, and how many of their cases are still to be decided by it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db.models import Count, Q

from onedoor.platform.cases import handlers
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.states import TERMINAL
from onedoor.platform.catalog.impact import Places
from onedoor.platform.kernel.actors import CodeRange


def items_reading(key: str) -> list[str]:
    """Return the codes of the items whose service has said that they read this figure."""
    known = handlers.all_handlers().values()
    return sorted(one.item for one in known if any(key.startswith(start) for start in one.figures))


def undecided_cases(key: str, *, inside: Sequence[CodeRange], outside: Places) -> Mapping[str, int]:
    """
    Count by item the cases within some places that are handed in, not ended and not decided. One query.

    Places with a figure of their own are left out here and not in the query: a country has thousands of them.
    """
    counts = Counter(dict.fromkeys(items_reading(key), 0))
    if not counts:
        return counts
    place = Q(pk__in=[])
    for start, end in inside:
        place |= Q(division__gte=start, division__lt=end)
    open_ones = Case.objects.filter(place, item_code__in=list(counts), decided_at__isnull=True)
    by_place = open_ones.exclude(state__in=TERMINAL).order_by().values_list("item_code", "division")
    for code, division, number in by_place.annotate(number=Count("pk")):
        if division not in outside:
            counts[code] += number
    return counts
