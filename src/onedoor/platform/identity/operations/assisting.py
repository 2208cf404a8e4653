"""Fill in an application for somebody present (帮办): recorded, limited in time, told to the person."""

from datetime import date, datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import AssistedFiling, IdentityCheck, Person
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.standards.id_numbers import parse_citizen_id

LONGEST = timedelta(hours=2)  # a visit to the window; afterwards the person has to be there again


class HelpOver(OneDoorError):
    code, http_status, message = "identity.help_over", 409, "您现在没有在帮谁办理，或帮办已经结束。请重新开始帮办。"


@transaction.atomic
def begin_assisting(
    *,
    name: str,
    id_number: str,
    evidence_digest: str,
    actor: Actor,
    at: datetime,
    document: str = "",
    method: str = "",
    document_valid_to: date | None = None,
) -> AssistedFiling:
    """
    Begin to act for a person at the window; the officer uses their own log-in and never the person's password.

    `evidence_digest` is the SM3 digest of the paper the person has signed, kept by the caller under `assisted:<id>`.
    With `document` and `method` the person's document has been looked at as well (`check_identity`).

    :raises InvalidInput: nobody is known by name and number, the person has died, the signed paper is missing, or the
        look at the document is told by half.
    """
    actor.require_one_of("identity.window")
    person, problems = _present(name, id_number)
    if not evidence_digest:
        problems["evidence"] = "请上传本人签字的帮办授权书照片或扫描件。"
    if document or method:
        problems |= _faults_of_check(person, document, method, document_valid_to, actor, at)
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
    told = {"filing_id": filing.pk, "person_id": person.pk, "document": document}
    outbox.publish("identity.assisted", key=f"person:{person.pk}", **told)
    target, place = f"person:{person.pk}", person.division_id or ""
    audit.record("identity.begin_assisting", actor=actor, at=at, target=target, division=place, filing=filing.pk)
    if document:
        _note_check(filing, document, method, document_valid_to, actor, at)
    return filing


def _present(name: str, id_number: str) -> tuple[Person | None, dict[str, str]]:
    """Return who is known by name and number and alive, or what is wrong with them."""
    try:
        index = Person.by_number.at(parse_citizen_id(id_number).number)
    except ValueError as error:
        return None, {"id_number": str(error)}
    person = Person.objects.filter(**index, name=name.strip(), deceased_on__isnull=True).first()
    unknown = "没有找到姓名与身份证号都一致的人员，请核对证件；第一次来的，请先办“核验身份”。"
    return person, {} if person else {"id_number": unknown}


@transaction.atomic
def check_identity(
    *, document: str, method: str, actor: Actor, at: datetime, document_valid_to: date | None = None
) -> IdentityCheck:
    """
    Record that the officer has compared the person being helped with their own document, read by a machine or by eye.

    It gives the person level 3 for what is done under this help (`assisted_person`), and ends with it.

    :raises HelpOver: the officer is helping nobody.
    :raises InvalidInput: kind or way is missing, the document has run out, the person is the officer, or it is done already.
    """
    actor.require_one_of("identity.window")
    mine = AssistedFiling.objects.select_for_update(of=("self",)).select_related("person")
    filing = mine.filter(login_id=actor.require_login(), ended_at__isnull=True, ends_at__gt=at).order_by("-pk").first()
    if filing is None:
        raise HelpOver
    problems = _faults_of_check(filing.person, document, method, document_valid_to, actor, at)
    if IdentityCheck.objects.filter(filing=filing).exists():
        problems["document"] = "这次帮办已经核验过证件，不用再核。"
    if problems:
        raise InvalidInput(problems)
    check = _note_check(filing, document, method, document_valid_to, actor, at)
    told = {"check_id": check.pk, "person_id": filing.person_id, "document": document}
    outbox.publish("identity.identity_checked", key=f"person:{filing.person_id}", **told)
    return check


def _faults_of_check(
    person: Person | None, document: str, method: str, valid_to: date | None, actor: Actor, at: datetime
) -> dict[str, str]:
    problems = {}
    if document not in IdentityCheck.Document.values:
        problems["document"] = "请选择看的是什么证件；没有带证件的，先不核验。"
    if method not in IdentityCheck.Method.values:
        problems["method"] = "请选择证件是怎么核的。"
    if valid_to is not None and valid_to < day_of(at):
        problems["document_valid_to"] = "证件已过有效期，不能用来核验，请本人换领证件。"
    if person is not None and person.pk == actor.own_person_id:
        problems["document"] = "不能核验自己的证件，请到另一个窗口办理。"
    return problems


def _note_check(
    filing: AssistedFiling, document: str, method: str, valid_to: date | None, actor: Actor, at: datetime
) -> IdentityCheck:
    check = IdentityCheck.objects.create(
        filing=filing, document=document, method=method, valid_to=valid_to, recorded_at=at, recorded_by=actor.name
    )
    audit.record(
        "identity.check_identity",
        actor=actor,
        at=at,
        target=f"person:{filing.person_id}",
        division=filing.person.division_id or "",
        filing=filing.pk,
        check=check.pk,
        document=document,
        method=method,
    )
    return check


@transaction.atomic
def end_assisting(*, actor: Actor, at: datetime) -> None:
    """End whatever the actor is helping with; twice does no harm."""
    mine = AssistedFiling.objects.select_for_update().filter(login_id=actor.require_login(), ended_at__isnull=True)
    for filing in mine:
        filing.ended_at = min(at, filing.ends_at)
        filing.save(update_fields=["ended_at"])
        target = f"person:{filing.person_id}"
        audit.record("identity.end_assisting", actor=actor, at=at, target=target, filing=filing.pk)
