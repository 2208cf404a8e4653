"""Fill in an application for somebody present (帮办): recorded, limited in time, told to the person."""

from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import AssistedFiling, Person
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.standards.id_numbers import parse_citizen_id

LONGEST = timedelta(hours=2)  # a visit to the window; afterwards the person has to be there again


@transaction.atomic
def begin_assisting(*, name: str, id_number: str, evidence_digest: str, actor: Actor, at: datetime) -> AssistedFiling:
    """
    Begin to act for a person at the window; the officer uses their own log-in and never the person's password.

    `evidence_digest` is the SM3 digest of the paper the person has signed, kept by the caller under `assisted:<id>`.

    :raises InvalidInput: nobody is known by name and number, the person has died, or the signed paper is missing.
    """
    actor.require_one_of("identity.window")
    problems, person = {}, None
    try:
        index = Person.by_number.at(parse_citizen_id(id_number).number)
        person = Person.objects.filter(**index, name=name.strip(), deceased_on__isnull=True).first()
        if person is None:
            problems["id_number"] = "没有找到姓名与身份证号都一致的人员，请核对证件；第一次来的，请先办“核验身份”。"
    except ValueError as error:
        problems["id_number"] = str(error)
    if not evidence_digest:
        problems["evidence"] = "请上传本人签字的帮办授权书照片或扫描件。"
    if problems or person is None:
        raise InvalidInput(problems)
    end_assisting(actor=actor, at=at)
    filing = AssistedFiling.objects.create(
        person=person,
        post_id=actor.require_post(),
        login_id=actor.require_login(),
        evidence_digest=evidence_digest,
        began_at=at,
        ends_at=at + LONGEST,
        recorded_at=at,
        recorded_by=actor.name,
    )
    outbox.publish("identity.assisted", key=f"person:{person.pk}", filing_id=filing.pk, person_id=person.pk)
    target, place = f"person:{person.pk}", person.division_id or ""
    audit.record("identity.begin_assisting", actor=actor, at=at, target=target, division=place, filing=filing.pk)
    return filing


@transaction.atomic
def end_assisting(*, actor: Actor, at: datetime) -> None:
    """End whatever the actor is helping with; twice does no harm."""
    mine = AssistedFiling.objects.select_for_update().filter(login_id=actor.require_login(), ended_at__isnull=True)
    for filing in mine:
        filing.ended_at = min(at, filing.ends_at)
        filing.save(update_fields=["ended_at"])
        target = f"person:{filing.person_id}"
        audit.record("identity.end_assisting", actor=actor, at=at, target=target, filing=filing.pk)
