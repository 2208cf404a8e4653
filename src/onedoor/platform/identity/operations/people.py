"""Make people known and say how surely they are known."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Person
from onedoor.platform.identity.queries import id_number_index, phone_index
from onedoor.platform.kernel.actors import Actor
from onedoor.standards.id_numbers import parse_citizen_id


@transaction.atomic
def ensure_person(*, name: str, id_number: str, division: str, actor: Actor, at: datetime, phone: str = "") -> Person:
    """
    Return the person with this identity number, creating the row from what was declared (real-name level 0).

    A known person's name is never changed by somebody else's form.
    """
    number = parse_citizen_id(id_number)
    index = id_number_index(number.number)
    existing = Person.objects.filter(id_index=index).first()
    if existing is not None:
        return existing
    person = Person.objects.create(
        name=name,
        sex=number.sex_code,
        born_on=number.birth_date,
        division_id=division or None,
        id_number=number.number,
        id_index=index,
        phone=phone,
        phone_index=phone_index(phone),
        recorded_at=at,
        recorded_by=actor.name or "申请人申报",
    )
    audit.record("identity.ensure_person", actor=actor, at=at, target=f"person:{person.pk}", division=division)
    return person


def lock_person(person_id: int) -> Person:
    """Lock a person's row until the transaction ends, so that what may happen once to a person happens once."""
    return Person.objects.select_for_update().get(pk=person_id)


@transaction.atomic
def verify_person(*, person_id: int, assurance: int, method: str, actor: Actor, at: datetime) -> Person:
    """Raise a person's real-name level after a check at a window or by the identity service."""
    person = Person.objects.select_for_update().get(pk=person_id)
    actor.require("identity.verify", division=person.division_id or "000000000000")
    person.assurance, person.verified_by, person.verified_at = assurance, method, at
    person.save(update_fields=["assurance", "verified_by", "verified_at"])
    audit.record("identity.verify_person", actor=actor, at=at, target=f"person:{person.pk}", assurance=assurance)
    return person
