"""How a service offers something and tells what it pays: the example the architecture points to."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from tests.platform.bundles.elders import ELDERS
from tests.platform.bundles.society import open_society
from tests.platform.library import CHINA, COUNTY, MACHINE, Library

from onedoor.platform.bundles import entitlements as offered
from onedoor.platform.bundles import proactive
from onedoor.platform.bundles.queries import my_offers
from onedoor.platform.identity.models import Person
from onedoor.platform.registers import entitlements as received
from onedoor.platform.registers.entitlements import Entitlement, EntitlementSource, Payer
from onedoor.platform.registers.operations import PaymentLine, record_payments

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
GRANTS = "library.grants"


def test_a_service_offers_and_pays_by_two_registrations_and_one_call(
    books: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offered, "_entitlements", {})
    monkeypatch.setattr(received, "_sources", {})
    reader, me = books.reader.pk, books.citizen()

    # What a service's AppConfig.ready does.
    offered.register(ELDERS)
    grant = Entitlement(key="G1", title="购书补贴", since=date(2026, 7, 1), monthly=Decimal("105.00"))
    received.register(
        EntitlementSource(
            GRANTS,
            Payer("library"),
            of_person=lambda *, person_id, on: [grant] if person_id == reader else [],
            due_for_review=lambda *, days, on: [],
        )
    )

    # What it says when it has paid; the worker does the rest by itself.
    paid = PaymentLine(
        number="2026-08-1",
        kind="paid",
        happened_on=date(2026, 8, 10),
        person_id=reader,
        key=grant.key,
        title=grant.title,
        month=date(2026, 8, 1),
        fen=10_500,
    )
    organ = books.organs[COUNTY].pk
    record_payments(source=GRANTS, number="B1", lines=[paid], organization_id=organ, actor=MACHINE, at=AT)
    open_society(books)
    Person.objects.filter(pk=reader).update(born_on=date(1960, 5, 6))
    proactive.run_due(at=AT)

    assert [one.title for one in my_offers(actor=me, at=AT)] == [ELDERS.title]
    (mine,) = received.own_entitlements(actor=me, on=AT.date())
    assert (mine.amount_words, [one.amount for one in mine.payments]) == ("每月 105.00 元", [Decimal("105.00")])
