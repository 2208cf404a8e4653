"""People: found by the blind index of their number, never shown unmasked without need."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.identity.queries.divisions import NATION, current_division, division_name
from onedoor.platform.kernel.actors import MATCHED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.kernel.parameters import figure
from onedoor.platform.kernel.prepared import prepared
from onedoor.standards.id_numbers import parse_citizen_id
from onedoor.standards.masks import mask_citizen_id, mask_mobile
from onedoor.standards.periods import age_on


def person_with_number(id_number: str) -> int | None:
    """Return the id of the person with this identity number."""
    return Person.objects.filter(**Person.by_number.at(id_number)).values_list("pk", flat=True).first()


def people_with_numbers(id_numbers: Collection[str]) -> dict[str, int]:
    """Return the ids of those of these identity numbers that are known, by number; one query."""
    column, numbers = Person.by_number.among(id_numbers)
    known = Person.objects.filter(**{f"{column}__in": numbers}).values_list(column, "pk")
    return {numbers[index]: pk for index, pk in known}


def person_ids(*, batch: int) -> Iterator[list[int]]:
    """Yield the ids of all natural persons, some at a time."""
    last, natural = 0, Person.objects.filter(entity__isnull=True)
    while some := list(natural.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]):
        last = some[-1]
        yield some


def id_number_index(id_number: str) -> str:
    """Return by what equal identity numbers are told within one operation; it changes with the key."""
    return Person.by_number.of(id_number)


def id_number_of(person_id: int) -> str:
    """Return a person's identity number for a comparison inside an operation; it is never shown unmasked."""
    return str(Person.objects.values_list("id_number", flat=True).get(pk=person_id))


def name_of(person_id: int) -> str:
    return Person.objects.values_list("name", flat=True).get(pk=person_id)


def has_account(person_id: int) -> bool:
    """
    Tell whether a person has an account that is in use, and so an inbox they can open: of an organization, whoever
    represents it and has taken over its account.
    """
    return _accounts.first(person_id=person_id, entity_id=person_id) is not None


@prepared
def _accounts(*, person_id: int, entity_id: int) -> QuerySet[Login, tuple[int]]:
    represents = Q(person__represents__entity_id=entity_id, person__represents__ended_at__isnull=True)
    holders = Login.objects.filter(kind=Login.Kind.CITIZEN, is_active=True)
    return holders.filter(Q(person_id=person_id) | represents).values_list("pk")[:1]


def residence_of(person_id: int, *, on: date) -> str:
    """
    Return the 12-digit code of the place a person is registered in, as it stands on a day, or "" when unknown.

    :raises DivisionSplit: the registered place has become several; the person has to say which.
    """
    code, until = _homes.one(person_id=person_id)
    return (code or "") if until is None or until > on else current_division(str(code), on=on)


@prepared
def _homes(*, person_id: int) -> QuerySet[Person, tuple[str | None, date | None]]:
    return Person.objects.filter(pk=person_id).values_list("division_id", "division__in_force_to")


def residence_now(person: Person, *, on: date) -> str:
    """
    Return what `residence_of` says, of a person who has been fetched with their division; no query while it stands.

    :raises DivisionSplit: the registered place has become several; the person has to say which.
    """
    home = person.division
    if home is None or home.in_force_to is None or home.in_force_to > on:
        return person.division_id or ""
    return current_division(home.code, on=on)


def registered_place(person_id: int) -> str:
    """Return the code of the place a person was registered in, be it in force or not, or "" when unknown."""
    return _places.one(person_id=person_id)[0] or ""


@prepared
def _places(*, person_id: int) -> QuerySet[Person, tuple[str | None]]:
    return Person.objects.filter(pk=person_id).values_list("division_id")


def person_answers(*, person_id: int) -> dict[str, Any]:
    """Return what the platform knows about a person as form answers, for prefilling their own application."""
    person = Person.objects.select_related("division").get(pk=person_id)
    return {
        "name": person.name,
        "id_number": str(person.id_number),
        "phone": str(person.phone),
        "address": str(person.address),
        "born_on": person.born_on.isoformat() if person.born_on else "",
        "division": person.division_id or "",
        "division_name": person.division.full_name if person.division else "",
    }


def masked_phone(person_id: int) -> str:
    phone = str(Person.objects.values_list("phone", flat=True).get(pk=person_id))
    return mask_mobile(phone) if phone else ""


def is_deceased(person_id: int) -> bool:
    return Person.objects.filter(pk=person_id, deceased_on__isnull=False).exists()


RECHECK = "identity.recheck_days"


class PersonNotFound(NotFound):
    code, message = "identity.person_not_found", "没有找到姓名与身份证号都一致的人员，请核对证件后重新输入。"


def assurance_of(person: Person, *, on: date, most: int = 4, rechecks: bool = True) -> int:
    """
    Return the real-name level a person has on a day, `most` at the most; without `rechecks` no site-wide figure is asked.

    It falls to 2 when the document has run out, or when the place asks for a new check after so many days
    (parameter `identity.recheck_days`) and they have passed; somebody who has died has none.
    """
    level = min(person.assurance, most)
    if person.deceased_on is not None:
        return 0
    if person.document_valid_to is not None and person.document_valid_to < on:
        return min(level, MATCHED)
    if rechecks and level > MATCHED and person.verified_at is not None:
        days = figure(RECHECK, chain=[NATION], on=on)
        if days is not None and day_of(person.verified_at) + timedelta(days=days) <= on:
            return MATCHED
    return level


def age_of(person_id: int, *, on: date) -> int | None:
    """Return a person's full years on a day, None when the date of birth is unknown."""
    born = Person.objects.values_list("born_on", flat=True).get(pk=person_id)
    return age_on(born, on) if born else None


@dataclass(frozen=True)
class PersonAtWindow:
    """What an officer needs of somebody standing at the window; the number is masked, the phone too."""

    id: int
    name: str
    id_number: str
    phone: str
    division: str
    level: int
    verified_by: str
    document_valid_to: date | None
    deceased_on: date | None
    age: int | None
    has_login: bool


def find_person(*, name: str, id_number: str, actor: Actor, at: datetime) -> PersonAtWindow:
    """
    Return the person whose name and number an officer has read off the document.

    Whoever stands at the window may live anywhere, so this is not limited to the officer's reach: the officer has to
    know the whole number and the name; the look is recorded.

    :raises PersonNotFound: nobody is known by both; the answer does not tell which is wrong.
    """
    actor.require_one_of("identity.window")
    try:
        number = parse_citizen_id(id_number).number
    except ValueError:
        raise PersonNotFound from None
    person = Person.objects.filter(**Person.by_number.at(number), name=name.strip()).first()
    if person is None:
        raise PersonNotFound
    audit.record_look("identity.find_person", actor=actor, at=at, target=f"person:{person.pk}")
    return _at_window(person, day_of(at))


def _at_window(person: Person, on: date) -> PersonAtWindow:
    return PersonAtWindow(
        id=person.pk,
        name=person.name,
        id_number=mask_citizen_id(str(person.id_number)),
        phone=mask_mobile(str(person.phone)) if person.phone else "",
        division=division_name(person.division_id, on=on) if person.division_id else "",
        level=assurance_of(person, on=on),
        verified_by=person.verified_by,
        document_valid_to=person.document_valid_to,
        deceased_on=person.deceased_on,
        age=age_on(person.born_on, on) if person.born_on else None,
        has_login=Login.objects.filter(person=person).exists(),
    )
