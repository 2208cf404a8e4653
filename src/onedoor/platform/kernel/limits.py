"""How often one caller may knock: counters in the database, shared by all processes, in a fixed number of rows."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from onedoor.platform.kernel.crypto import sm3
from onedoor.platform.kernel.models import RateSlot

# Callers share the slots by hash, so that an attack from ever new addresses fills no table. Two callers rarely meet.
SLOTS = 4096


def count(scope: str, caller: str, *, seconds: int, at: datetime) -> int:
    """Count one knock of a caller at a door and return how many it were in this window of so many seconds."""
    slot = int.from_bytes(sm3(f"{scope}\0{caller}".encode())[:4], "big") % SLOTS
    window = int(at.timestamp()) // seconds
    with transaction.atomic():
        row, _ = RateSlot.objects.get_or_create(scope=scope, slot=slot, defaults={"window": window})
        same = RateSlot.objects.filter(pk=row.pk, window=window).update(knocks=F("knocks") + 1)
        if not same:
            RateSlot.objects.filter(pk=row.pk).update(window=window, knocks=1)
        return RateSlot.objects.values_list("knocks", flat=True).get(pk=row.pk)
