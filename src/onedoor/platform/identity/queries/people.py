"""People: found by the blind index of their number, never shown unmasked without need."""

from typing import Any

from onedoor.platform.identity.models import Person
from onedoor.platform.kernel.fields import blind_index
from onedoor.standards.masks import mask_mobile


def person_with_index(index: str) -> int | None:
    """Return the id of the person whose number has this blind index."""
    return Person.objects.filter(id_index=index).values_list("pk", flat=True).first()


def id_number_index(id_number: str) -> str:
    return blind_index(id_number, purpose="person.id_number")


def phone_index(phone: str) -> str:
    return blind_index(phone, purpose="person.phone")


def id_number_of(person_id: int) -> str:
    """Return a person's identity number for a comparison inside an operation; it is never shown unmasked."""
    return str(Person.objects.values_list("id_number", flat=True).get(pk=person_id))


def name_of(person_id: int) -> str:
    return Person.objects.values_list("name", flat=True).get(pk=person_id)


def residence_of(person_id: int) -> str:
    """Return the 12-digit code of the place a person is registered in, or "" when unknown."""
    return Person.objects.values_list("division_id", flat=True).get(pk=person_id) or ""


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
