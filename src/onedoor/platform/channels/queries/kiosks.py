"""Every read of the machines of the halls: by their screen, by their reader, by who manages them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from onedoor.platform.channels import kiosk_life
from onedoor.platform.channels.figures import KioskFigures, kiosk_figures
from onedoor.platform.channels.kiosk_life import MANAGE, KioskNotFound
from onedoor.platform.channels.models import CardReading, Kiosk, KioskAct, Scan
from onedoor.platform.channels.operations.cards import ReadingRefused
from onedoor.platform.channels.readings import Proof, moment_words, presents
from onedoor.platform.identity.models import ServicePoint
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.scopes import within_reach
from onedoor.standards.masks import mask_citizen_id, mask_name

KINDS = [(str(value), str(label)) for value, label in Kiosk.Kind.choices]
PARTS = [(str(value), str(label)) for value, label in Kiosk.Part.choices]
HALL = "service_point__organization__"
FRESH_ENOUGH = timedelta(seconds=30)  # how often a reader's sign of life is written down


@dataclass(frozen=True)
class Machine:
    """A machine as its own screen knows it."""

    number: str
    name: str
    state: str
    reason: str
    check_word: str
    has_reader: bool
    prints: bool  # what was printed last came out
    point_id: int
    point: str
    address: str
    phone: str
    division: str

    @property
    def in_use(self) -> bool:
        return self.state == kiosk_life.State.ACTIVE

    def figures(self, *, on: date) -> KioskFigures:
        return kiosk_figures(division=self.division, on=on)


@dataclass(frozen=True)
class CardSeen:
    """What the reader has read, as the screen shows it to whoever stands there."""

    name: str
    id_number: str


@dataclass(frozen=True)
class Managed:
    """A machine with its history, as whoever manages it sees it."""

    kiosk: Kiosk
    acts: list[tuple[str, KioskAct]]
    can: list[str]  # acts that can be done now


def machine_of(*, secret: str) -> Machine | None:
    """Return the machine whose screen holds this secret, None where there is none."""
    kiosk = kiosk_life.kiosk_of(secret)
    if kiosk is None:
        return None
    point = kiosk.service_point
    return Machine(
        number=kiosk.number,
        name=kiosk.name,
        state=kiosk.state,
        reason=kiosk.reason,
        check_word=kiosk.check_word,
        has_reader=bool(kiosk.reader_key),
        prints=kiosk.printer_failed_at is None,
        point_id=point.pk,
        point=point.name,
        address=point.address,
        phone=point.phone,
        division=kiosk.division,
    )


def card_seen(*, actor: Actor, at: datetime) -> CardSeen | None:
    """Return whose card the reader of this machine has read, masked; None while it reads or where nobody asked."""
    rows = CardReading.objects.filter(kiosk__number=actor.machine, expires_at__gt=at, received_at__isnull=False)
    reading = rows.first() if actor.machine else None
    if reading is None or reading.content is None:
        return None
    return CardSeen(mask_name(reading.content["name"]), mask_citizen_id(reading.content["id_number"]))


def card_wanted(*, actor: Actor, at: datetime) -> bool:
    """Tell whether this machine waits for a card to be read."""
    rows = CardReading.objects.filter(kiosk__number=actor.machine, expires_at__gt=at, received_at__isnull=True)
    return bool(actor.machine) and rows.exists()


class Wanted(NamedTuple):
    """By which challenge a machine's reader is to read a card, and its scanner a page; "" where nobody asks."""

    challenge: str
    page: str


def wanted_of(*, number: str, moment: str, proof: Proof, scanner: bool, at: datetime, wall: datetime) -> Wanted:
    """
    Return what the devices of a machine are to do now; the reader shows that it is this machine's. `scanner` says
    that a scanner stands beside it.

    :raises ReadingRefused: it is not the reader bound to a machine that is in use, or its moment is not now.
    """
    kiosk = Kiosk.objects.filter(number=number, state=kiosk_life.State.ACTIVE).first()
    words = moment_words(number, moment, at=wall)
    if kiosk is None or words is None or not presents(words, proof, public_key=kiosk.reader_key):
        raise ReadingRefused
    Kiosk.objects.filter(pk=kiosk.pk).exclude(reader_seen_at__gt=at - FRESH_ENOUGH).update(reader_seen_at=at)
    if scanner:
        Kiosk.objects.filter(pk=kiosk.pk).exclude(scanner_seen_at__gt=at - FRESH_ENOUGH).update(scanner_seen_at=at)
    card = CardReading.objects.filter(kiosk=kiosk, received_at=None, expires_at__gt=at)
    page = Scan.objects.filter(kiosk=kiosk, waiting_until__gt=at) if scanner else Scan.objects.none()
    return Wanted(*(rows.values_list("challenge", flat=True).first() or "" for rows in (card, page)))


def list_kiosks(*, actor: Actor) -> list[Kiosk]:
    """Return the machines of the halls within reach, those that are gone last."""
    actor.require_one_of(MANAGE)
    here = within_reach(actor, prefix=HALL, field="division_id", by_line=False)
    found = Kiosk.objects.filter(here).select_related("service_point__organization").order_by("number")
    return sorted(found, key=lambda one: one.state == kiosk_life.State.RETIRED)


def halls_to_equip(*, actor: Actor) -> list[ServicePoint]:
    """Return the halls and stations within reach at which a machine may stand."""
    actor.require_one_of(MANAGE)
    here = within_reach(actor, prefix="organization__", field="division_id", by_line=False)
    return list(ServicePoint.objects.filter(here).select_related("organization").order_by("pk"))


def get_kiosk(*, kiosk_id: int, actor: Actor) -> Managed:
    """:raises KioskNotFound: there is none, or it is not within reach."""
    actor.require_one_of(MANAGE)
    here = within_reach(actor, prefix=HALL, field="division_id", by_line=False)
    rows = Kiosk.objects.filter(here, pk=kiosk_id).select_related("service_point__organization")
    kiosk = rows.first()
    if kiosk is None:
        raise KioskNotFound
    acts = [(kiosk_life.MOVES[one.act].title, one) for one in kiosk.acts.order_by("-pk")]
    return Managed(kiosk, acts, [act for act, move in kiosk_life.MOVES.items() if kiosk.state in move.before])
