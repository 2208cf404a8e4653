"""The library's grant for books, and what was paid of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from tests.platform.library import CHINA, COUNTY, MACHINE, Library

from onedoor.platform.registers import entitlements
from onedoor.platform.registers.entitlements import Entitlement, EntitlementSource, Payer
from onedoor.platform.registers.models import PaymentBatch
from onedoor.platform.registers.operations import PaymentLine, record_payments

SOURCE, GRANT = "library.grants", "G1"
PAID_AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


@contextmanager
def granted(patch: pytest.MonkeyPatch, reader: int, **also: Any) -> Iterator[Entitlement]:
    """Let the library be a source: the reader has a monthly grant for books."""
    one = Entitlement(key=GRANT, title="购书补贴", since=date(2026, 7, 1), **also)
    source = EntitlementSource(
        SOURCE,
        Payer("library", tier=4),
        lambda *, person_id, on: [one] if person_id == reader else [],
        lambda *, days, on: [(one, [reader])] if one.review_on in days else [],
    )
    with patch.context() as inner:
        inner.setattr(entitlements, "_sources", {SOURCE: source})
        yield one


def line(books: Library, number: str, month: int, **also: Any) -> PaymentLine:
    """Return the payment of one month's grant to the reader."""
    given: dict[str, Any] = {"kind": "paid", "happened_on": date(2026, month, 10), "fen": 10_500, "account": "6417"}
    given |= {"person_id": books.reader.pk, "key": GRANT, "title": "购书补贴", "month": date(2026, month, 1)}
    return PaymentLine(number=number, **given | also)


def report(books: Library, number: str, *lines: PaymentLine, at: datetime = PAID_AT, **also: Any) -> PaymentBatch:
    """Have the county's office report a batch."""
    given: dict[str, Any] = {"source": SOURCE, "organization_id": books.organs[COUNTY].pk, "actor": MACHINE}
    return record_payments(number=number, lines=lines, at=at, **given | also)
