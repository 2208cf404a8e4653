"""What a paying organ reports: a batch of payments."""

from tests.platform.replays.machines import API
from tests.platform.replays.stage import Sent, Stage, posts

from onedoor.platform.registers import entitlements
from onedoor.platform.registers.entitlements import EntitlementSource, Payer


@posts(f"{API}/benefit-payments")
def record_payments(stage: Stage) -> Sent:
    nobody = EntitlementSource("library.grants", Payer("library"), lambda *, person_id, on: [], lambda *, days, on: [])
    stage.patch.setitem(entitlements._sources, "library.grants", nobody)
    row = {
        "number": "F1",
        "kind": "paid",
        "happened_on": "2026-07-10",
        "fen": 105_000,
        "key": "G1",
        "title": "购书补贴",
    }
    row |= {"id_number": str(stage.books.reader.id_number), "month": "2026-07-01"}
    return Sent("finance", f"{API}/benefit-payments", {"source": "library.grants", "number": "B1", "payments": [row]})
