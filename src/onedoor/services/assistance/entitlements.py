"""What a recognised household receives, for 我的 and the reminders of its review."""

from collections.abc import Collection, Iterator
from datetime import date

from onedoor.platform.registers.entitlements import Entitlement, EntitlementSource, Payer
from onedoor.services.assistance.models import Recognition


def of_person(*, person_id: int, on: date) -> list[Entitlement]:
    """Return what the person's own household receives now."""
    covered = Recognition.objects.filter(people__person_id=person_id, people__ended_on=None, in_force_to=None)
    return [_entitlement(row) for row in covered.order_by("start_month")]


def due_for_review(*, days: Collection[date], on: date) -> Iterator[tuple[Entitlement, Collection[int]]]:
    """Yield the recognitions in force that are looked at again on these days; the head of the household is reminded."""
    found = Recognition.objects.filter(review_due_on__in=days, in_force_to=None, end_month=None).order_by("pk")
    for row in found.iterator(chunk_size=1000):
        yield _entitlement(row), [row.head_id]


def _entitlement(row: Recognition) -> Entitlement:
    return Entitlement(
        key=row.number,
        title=row.get_category_display(),
        since=row.start_month,
        until=row.end_month,
        monthly=row.monthly_amount,
        for_whom="全户",
        review_on=row.review_due_on,
        case_number=row.case_number,
    )


# 社会救助暂行办法 art. 12: the county's civil-affairs organ pays a subsistence allowance month by month.
SOURCE = EntitlementSource("assistance.recognitions", Payer("assistance", tier=4), of_person, due_for_review)
