"""How surely somebody is known here, and what they have done to be known better."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from onedoor.platform.identity.models import BankCheck, Person
from onedoor.platform.identity.queries.people import assurance_of
from onedoor.platform.kernel.actors import Actor
from onedoor.standards.periods import age_on

CHILD = 14


@dataclass(frozen=True)
class RealName:
    """A person's own standing: the level, how it was proved, the last bank check; whether a bank can be asked at all."""

    level: int
    verified_by: str
    verified_at: datetime | None
    check: BankCheck | None
    bank: bool
    is_child: bool


@dataclass(frozen=True)
class FourElements:
    """What a bank is asked."""

    name: str
    id_number: str
    card: str
    phone: str


def own_real_name(*, actor: Actor, on: date) -> RealName:
    """Return how surely the actor is known, whatever this session has proved, and their last bank check."""
    person = Person.objects.get(pk=actor.require_person())
    return RealName(
        level=assurance_of(person, on=on),
        verified_by=person.verified_by,
        verified_at=person.verified_at,
        check=BankCheck.objects.filter(person=person).order_by("-pk").first(),
        bank=bool(settings.ONEDOOR_BANK_CHECK_URL),
        is_child=person.born_on is not None and age_on(person.born_on, on) < CHILD,
    )


def elements_of_check(check_id: int) -> FourElements | None:
    """Return what a waiting check asks, for the task that asks; None once it is answered."""
    check = BankCheck.objects.select_related("person").filter(pk=check_id, state=BankCheck.State.WAITING).first()
    if check is None:
        return None
    return FourElements(check.person.name, str(check.person.id_number), str(check.card), str(check.phone))


def waiting_bank_checks() -> list[int]:
    """Return the checks no bank has answered yet."""
    waiting = BankCheck.objects.filter(state=BankCheck.State.WAITING).order_by("asked_at")
    return list(waiting.values_list("pk", flat=True)[:200])
