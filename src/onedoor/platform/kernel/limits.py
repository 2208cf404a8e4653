"""How often one caller may knock: counters in the database, shared by all processes, in a fixed number of rows; and of one thing a day."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import sm3
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.models import RateSlot

# Callers share the slots by hash, so that an attack from ever new addresses fills no table. Two callers rarely meet.
SLOTS = 4096
WINDOW = 60  # seconds


class TooManyRequests(OneDoorError):
    """
    Somebody has knocked too often in this minute.

    Only the `first` refusal of a minute is recorded: more rows would only let an attacker fill the record.
    """

    code, http_status, message = "web.too_many_requests", 429, "访问太频繁，请一分钟以后再试；急用请拨打 12349。"
    headers = {"Retry-After": str(WINDOW)}

    def __init__(self, *, first: bool) -> None:
        super().__init__()
        self.first = first


def count(scope: str, caller: str, *, seconds: int, at: datetime) -> int:
    """Count one knock of a caller at a door and return how many it were in this window of so many seconds."""
    return _add(scope, _slot(scope, caller), int(at.timestamp()) // seconds)


def count_today(scope: str, thing: int, *, at: datetime) -> int:
    """
    Count once more what happened to one thing there is, known by its number, and return how often on this day in China.

    It has a row of its own and shares it with no other; the caller has made sure that there is such a thing, so that
    nobody fills the table. A scope is counted either so or by callers.
    """
    return _add(scope, thing, day_of(at).toordinal())


def counted_today(scope: str, thing: int, *, at: datetime) -> int:
    """Return how often `count_today` has counted on this day, without counting once more."""
    row = RateSlot.objects.filter(scope=scope, slot=thing, window=day_of(at).toordinal()).first()
    return row.knocks if row else 0


def _add(scope: str, slot: int, window: int) -> int:
    with transaction.atomic():
        row, _ = RateSlot.objects.get_or_create(scope=scope, slot=slot, defaults={"window": window})
        same = RateSlot.objects.filter(pk=row.pk, window=window).update(knocks=F("knocks") + 1)
        if not same:
            RateSlot.objects.filter(pk=row.pk).update(window=window, knocks=1)
        return RateSlot.objects.values_list("knocks", flat=True).get(pk=row.pk)


def _slot(scope: str, caller: str) -> int:
    return int.from_bytes(sm3(f"{scope}\0{caller}".encode())[:4], "big") % SLOTS


def knock(door: str, caller: str, *, most: int, at: datetime) -> None:
    """:raises TooManyRequests: the caller has knocked at this door more than `most` times in this minute."""
    knocks = count(door, caller, seconds=WINDOW, at=at)
    if knocks > most:
        raise TooManyRequests(first=knocks == most + 1)
