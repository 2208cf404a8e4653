"""Put the garden in place: its items offered by the county, its bundle, its fee, what was paid. Safe to run twice."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from onedoor.demonstration.cast import COUNTY, FATHER
from onedoor.demonstration.garden.handling import GRANT, ITEMS, KEY, TITLE
from onedoor.platform.bundles import operations as bundles
from onedoor.platform.catalog import operations as catalog
from onedoor.platform.catalog.loading import load_items
from onedoor.platform.identity.models import Organization, Person
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.payments import figures
from onedoor.platform.registers.operations import PaymentLine, record_payments

FOLDER = Path(__file__).parent
LONG_AGO = date(2026, 7, 1)
MACHINE = Actor.system("演示数据")


def load(*, own: Mapping[str, Any], at: datetime) -> None:
    """Publish what is not there yet. The item with a fee comes after the list it is charged by."""
    organ = Organization.objects.get(division_id=COUNTY, short_name="临民救")
    money = yaml.safe_load((FOLDER / "money.yaml").read_text(encoding="utf-8"))
    catalog.set_parameter(
        key=figures.LIST,
        division=COUNTY,
        value=money["fees"],
        document=money["document"],
        valid_from=LONG_AGO,
        actor=MACHINE,
        at=at,
    )
    load_items(sorted(FOLDER.glob("items/*.yaml")), valid_from=LONG_AGO, actor=MACHINE, at=at)
    for item in ITEMS:
        catalog.open_offering(
            item_code=item,
            division=COUNTY,
            organization_id=organ.pk,
            open_from=LONG_AGO,
            own=own,
            actor=MACHINE,
            at=at,
        )
    bundles.load_bundles(files=[FOLDER / "bundle.yaml"], valid_from=LONG_AGO, actor=MACHINE, at=at)
    father = Person.objects.get(name=FATHER.name, born_on=FATHER.born)
    about: dict[str, Any] = {"person_id": father.pk, "key": KEY, "title": TITLE}
    lines = [PaymentLine(**row, **(about if row["kind"] == "paid" else {})) for row in money["paid"]]
    record_payments(source=GRANT, number="2026-11", lines=lines, organization_id=organ.pk, actor=MACHINE, at=at)
