"""A card at a machine: the page asks the reader, the reader answers with its signature, whoever it is comes in."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.channels import kiosk_life
from onedoor.platform.channels.figures import kiosk_figures
from onedoor.platform.channels.models import CardReading, Kiosk
from onedoor.platform.channels.readings import Card, Proof, is_read
from onedoor.platform.identity import cards as identity
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError


class NoReader(OneDoorError):
    code, http_status, message = (
        "channels.no_reader",
        409,
        "本机的读卡器现在连不上。请换一台自助终端，或者到窗口办理。",
    )


class ReadingRefused(OneDoorError):
    code, http_status, message = (
        "channels.reading_refused",
        403,
        "这次读取没有被要求过、已经过期，或者不是本机读卡器签名的，没有采用。",
    )


class NothingRead(OneDoorError):
    code, http_status, message = (
        "channels.nothing_read",
        409,
        "没有读到身份证，或者读到的已经过期。请把身份证放在读卡区，再按一次“我放好了”。",
    )


@transaction.atomic
def ask_card(*, actor: Actor, at: datetime) -> CardReading:
    """
    Let the reader of this machine read a card; what an earlier question brought is forgotten.

    :raises NotAtMachine: nobody stands at a machine.
    :raises NoReader: no reader is bound to it.
    """
    kiosk = kiosk_life.at_machine(actor)
    if not kiosk.reader_key:
        raise NoReader
    seconds = kiosk_figures(division=kiosk.division, on=day_of(at)).card_seconds
    fresh = {
        "challenge": f"{kiosk.number}.{secrets.token_urlsafe(24)}",
        "expires_at": at + timedelta(seconds=seconds),
        "content": None,
        "received_at": None,
    }
    reading, _ = CardReading.objects.update_or_create(kiosk=kiosk, defaults=fresh)
    return reading


@transaction.atomic
def deliver_reading(*, number: str, challenge: str, card: Card, proof: Proof, actor: Actor, at: datetime) -> Kiosk:
    """
    Take what the reader of a machine has read; each question is answered once.

    :raises ReadingRefused: it was not asked, too late, answered before, or not signed by this machine's reader.
    """
    rows = CardReading.objects.select_for_update(of=("self",)).select_related("kiosk__service_point__organization")
    waiting = rows.filter(kiosk__state=kiosk_life.State.ACTIVE, kiosk__number=number, challenge=challenge)
    reading = waiting.filter(received_at=None, expires_at__gt=at).first()
    if reading is None or not is_read(card, challenge, proof, public_key=reading.kiosk.reader_key):
        raise ReadingRefused
    reading.content = {"name": card.name, "id_number": card.id_number, "valid_to": card.valid_to}
    reading.received_at = at
    reading.save(update_fields=["content", "received_at"])
    kiosk = reading.kiosk
    audit.record("channels.read_card", actor=actor, at=at, target=kiosk.target, division=kiosk.division)
    return kiosk


@transaction.atomic
def use_card(*, actor: Actor, at: datetime) -> Login:
    """
    Return the account of whoever's card lies on the reader of this machine; the reading is used up.

    The machine stands alone: that the card lies there does not prove that its owner does. So it counts as one proof,
    level 2; what takes level 3 asks for the code to the registered phone besides.

    :raises NothingRead: no card was read, or too long ago.
    :raises CardExpired, CardUnknown: who it is has to go to a window.
    """
    kiosk = kiosk_life.at_machine(actor)
    reading = CardReading.objects.select_for_update().filter(kiosk=kiosk, expires_at__gt=at).first()
    if reading is None or reading.content is None:
        raise NothingRead
    card = Card(**reading.content)
    login = identity.login_of_card(name=card.name, id_number=card.id_number, valid_to=card.valid_to, on=day_of(at))
    reading.delete()
    audit.record("channels.use_card", actor=actor, at=at, target=kiosk.target, division=kiosk.division, login=login.pk)
    return login


@transaction.atomic
def drop_card(*, actor: Actor, at: datetime) -> None:
    """Forget what the reader of this machine has read; nothing to forget is no fault."""
    if actor.machine:
        CardReading.objects.filter(kiosk__number=actor.machine).delete()
