"""Make people known, and say how surely they are known."""

from datetime import date, datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.identity.queries import NATION, offices_named
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.standards.id_numbers import parse_citizen_id

SHORTEST_NOTE = 10  # characters
AT_WINDOW = 4  # seen in person with the original document


@transaction.atomic
def ensure_person(*, name: str, id_number: str, division: str, actor: Actor, at: datetime, phone: str = "") -> Person:
    """
    Return the person with this identity number, creating the row from what was declared (real-name level 0).

    A known person's name is never changed by somebody else's form.
    """
    number = parse_citizen_id(id_number)
    existing = Person.objects.filter(**Person.by_number.at(number.number)).first()
    if existing is not None:
        return existing
    person = Person.objects.create(
        name=name,
        sex=number.sex_code,
        born_on=number.birth_date,
        division_id=division or None,
        id_number=number.number,
        phone=phone,
        **Person.by_number.values(number.number),
        **Person.by_phone.values(phone),
        recorded_at=at,
        recorded_by=actor.name or "申请人申报",
    )
    audit.record("identity.ensure_person", actor=actor, at=at, target=f"person:{person.pk}", division=division)
    return person


def lock_person(person_id: int) -> Person:
    """Lock a person's row until the transaction ends, so that what may happen once to a person happens once."""
    return Person.objects.select_for_update().get(pk=person_id)


@transaction.atomic
def verify_person(
    *,
    person_id: int,
    assurance: int,
    method: str,
    actor: Actor,
    at: datetime,
    document_valid_to: date | None = None,
) -> Person:
    """Raise a person's real-name level after a check by the identity service; the machine calls this."""
    person = Person.objects.select_for_update().get(pk=person_id)
    actor.require("identity.verify", division=person.division_id or NATION)
    person.assurance, person.verified_by, person.verified_at = assurance, method, at
    person.document_valid_to = document_valid_to
    person.save(update_fields=["assurance", "verified_by", "verified_at", "document_valid_to"])
    audit.record("identity.verify_person", actor=actor, at=at, target=f"person:{person.pk}", assurance=assurance)
    return person


@transaction.atomic
def verify_at_window(
    *,
    name: str,
    id_number: str,
    division: str,
    phone: str,
    document_valid_to: date | None,
    witness_note: str,
    actor: Actor,
    at: datetime,
) -> Person:
    """
    Raise somebody to the highest level after seeing them with their original document, the way that needs no face check.

    Whoever is not known yet becomes known; a place that has ceased to exist is replaced by the one given.

    :raises InvalidInput: name and number do not belong together, the document has run out, the note says too little.
    """
    actor.require_one_of("identity.window")
    problems = {}
    if document_valid_to is not None and document_valid_to < day_of(at):
        problems["document_valid_to"] = "证件已过有效期，请本人换领证件后再核验。"
    if len(witness_note.strip()) < SHORTEST_NOTE:
        problems["witness_note"] = f"请写明核对了什么证件、谁在场，不少于 {SHORTEST_NOTE} 个字。"
    try:
        number = parse_citizen_id(id_number).number
        known = Person.objects.select_for_update().filter(**Person.by_number.at(number)).first()
        if known is not None and known.name != name.strip():
            problems["id_number"] = "姓名与这个身份证号在平台上的记录不一致，请核对证件；确有更名的，请先办理信息更正。"
        if known is not None and known.deceased_on is not None:
            offices = offices_named(division=known.division_id or actor.division or NATION, on=day_of(at))
            problems["id_number"] = f"此人已登记死亡，请核对证件；登记有误的，请凭证明到{offices}更正。"
    except ValueError as error:
        problems["id_number"] = str(error)
    if not name.strip():
        problems["name"] = "请填写姓名。"
    if problems:
        raise InvalidInput(problems)
    person = ensure_person(name=name.strip(), id_number=id_number, division=division, phone=phone, actor=actor, at=at)
    if division:
        person.division_id = division
    person.assurance, person.verified_by, person.verified_at = AT_WINDOW, "窗口当面核验", at
    person.document_valid_to = document_valid_to
    _reopen(person, actor, at)
    person.save(update_fields=["division", "assurance", "verified_by", "verified_at", "document_valid_to"])
    target, note = f"person:{person.pk}", witness_note.strip()[:200]
    audit.record("identity.verify_person", actor=actor, at=at, target=target, reason=note, assurance=AT_WINDOW)
    return person


def _reopen(person: Person, actor: Actor, at: datetime) -> None:
    """Open the account that was closed for a death which was none: nothing else closes the account of a citizen."""
    for login in Login.objects.select_for_update().filter(person=person, is_active=False):
        login.is_active = True
        login.save(update_fields=["is_active"])
        audit.record("identity.reopen_login", actor=actor, at=at, target=f"login:{login.pk}")
