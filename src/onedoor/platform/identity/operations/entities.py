"""Organizations' accounts: the legal representative of the register takes one over, and says who else acts (R-ID-2)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Delegation, Division, LegalEntity, LegalRepresentative, Person
from onedoor.platform.identity.operations.people import ensure_person
from onedoor.platform.identity.queries import EntityHidden
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import PROVED, Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, OneDoorError
from onedoor.standards.credit_codes import parse_credit_code
from onedoor.standards.id_numbers import parse_citizen_id

TAKING_OVER = 4  # of an account somebody has had before; also for ending all authorizations at once
COUNTY_DIGITS = 6  # of a division's code (GB/T 2260)
CHANGED = "法定代表人已变更"


class NotRepresentative(OneDoorError):
    code, http_status, message = (
        "entity.not_representative",
        403,
        "登记的法定代表人与您的姓名、身份证号不一致，不能接管这个单位的账号。法定代表人已变更的，请先办理变更登记，或带登记证书和身份证到便民服务中心窗口办理。",
    )


class EntityUnknown(OneDoorError):
    code, http_status, message = (
        "entity.unknown",
        404,
        "平台还没有这个单位的登记信息。请核对统一社会信用代码；没有错的，请带登记证书和身份证到便民服务中心窗口登记。",
    )


class EntityElsewhere(NotAllowed):
    code, http_status, message = (
        "entity.elsewhere",
        403,
        "这个单位登记在其他县（市、区），本窗口不能改它的登记信息和授权。请当事人到登记地的便民服务中心窗口办理。",
    )


@transaction.atomic
def record_entity(
    *,
    uscc: str,
    name: str,
    representative: tuple[str, str],
    since: date,
    division: str,
    source: str,
    document: str,
    actor: Actor,
    at: datetime,
) -> LegalEntity:
    """
    Record what the register, or the certificate shown at a window, says of an organization and its legal representative.

    `representative` is (name, identity number). Another one than before: whoever was authorized under the old one is
    suspended at once, until the new one confirms or drops each (A23).

    :raises InvalidInput: a code or number that cannot be one, a name or the certificate is missing.
    :raises EntityElsewhere: an officer, and the organization belongs to another county than their window.
    """
    actor.require_one_of("identity.window", "identity.verify")
    _require_near(uscc.strip().upper(), division, actor)
    code, who, number = _checked(uscc, name, representative, division, document, actor)
    entity = _known(code, name.strip(), division, source, actor, at)
    current = LegalRepresentative.objects.select_for_update().filter(entity=entity, ended_at__isnull=True).first()
    if current is not None and (current.name, str(current.id_number)) == (who, number):
        return entity
    if current is not None:
        current.ended_at = at
        current.save(update_fields=["ended_at"])
    row = LegalRepresentative.objects.create(
        entity=entity,
        name=who,
        id_number=number,
        since=since,
        source=source,
        document=document[:120],
        recorded_at=at,
        recorded_by=actor.name,
    )
    suspended = _suspend_all(entity, at) if current is not None else 0
    audit.record(
        "identity.record_representative",
        actor=actor,
        at=at,
        target=entity.target,
        division=division,
        changed=current is not None,
        suspended=suspended,
    )
    if current is not None:
        outbox.publish("identity.representative_changed", key=entity.target, representative_id=row.pk, was=current.pk)
    return entity


def _checked(
    uscc: str, name: str, representative: tuple[str, str], division: str, document: str, actor: Actor
) -> tuple[str, str, str]:
    """:raises InvalidInput: what is typed cannot be an organization and its representative."""
    problems, code, number = {}, "", ""
    try:
        code = parse_credit_code(uscc).number
    except ValueError as error:
        problems["uscc"] = str(error)
    try:
        number = parse_citizen_id(representative[1]).number
    except ValueError as error:
        problems["representative_id_number"] = str(error)
    if not name.strip():
        problems["name"] = "请填写单位名称，与登记证书一致。"
    if not representative[0].strip():
        problems["representative_name"] = "请填写法定代表人姓名。"
    if not Division.objects.filter(code=division, in_force_to=None).exists():
        problems["division"] = "没有找到这个区划代码，或它已经撤销，请核对。"
    if actor.kind == "officer" and not document.strip():
        problems["document"] = "请写明核对了什么证书和编号。"
    if problems:
        raise InvalidInput(problems)
    return code, representative[0].strip(), number


def _require_near(code: str, division: str, actor: Actor) -> None:
    """Refuse an officer what belongs, or would come to belong, to another county; a township's window serves its county."""
    if actor.kind != "officer":
        return
    places = {
        *Division.objects.filter(code=division).values_list("code", flat=True),  # a slip of the hand is told as one
        *LegalEntity.objects.filter(uscc=code).values_list("party__division_id", flat=True),
    }
    counties = {start[:COUNTY_DIGITS] for start, _ in actor.reach}
    if not all(actor.reaches(place) or place[:COUNTY_DIGITS] in counties for place in places):
        raise EntityElsewhere


def _known(code: str, name: str, division: str, source: str, actor: Actor, at: datetime) -> LegalEntity:
    """Return the organization with this credit code, which becomes known with its name and place as registered."""
    entity = LegalEntity.objects.select_for_update(of=("self",)).select_related("party").filter(uscc=code).first()
    if entity is None:
        party = Person.objects.create(
            name=name[:100],
            sex="0",
            division_id=division,
            id_number=code,
            **Person.by_number.values(code),
            **Person.by_phone.values(""),
            recorded_at=at,
            recorded_by=actor.name,
        )
        entity = LegalEntity.objects.create(
            party=party, uscc=code, source=source, recorded_at=at, recorded_by=actor.name
        )
        audit.record("identity.record_entity", actor=actor, at=at, target=entity.target, division=division)
    elif (entity.party.name, entity.party.division_id) != (name, division):
        entity.party.name, entity.party.division_id = name[:100], division
        entity.party.save(update_fields=["name", "division"])
        audit.record("identity.record_entity", actor=actor, at=at, target=entity.target, division=division)
    return entity


def _suspend_all(entity: LegalEntity, at: datetime) -> int:
    held = Delegation.objects.filter(principal=entity.party, state=Delegation.State.ACTIVE)
    return held.update(state=Delegation.State.SUSPENDED, suspended_at=at, suspended_why=CHANGED)


@transaction.atomic
def bind_entity(*, uscc: str, actor: Actor, at: datetime) -> LegalEntity:
    """
    Take over an organization's account as the legal representative the register names; no earlier user can prevent it.

    :raises EntityUnknown: nothing is known of it yet.
    :raises NotRepresentative: the register names somebody else.
    :raises AssuranceTooLow: level 3 for the first time, 4 once somebody has had the account before.
    """
    person = Person.objects.get(pk=actor.require_person())
    actor.require_level(PROVED)
    try:
        code = parse_credit_code(uscc).number
    except ValueError as error:
        raise InvalidInput({"uscc": str(error)}) from None
    row = _current(LegalEntity.objects.filter(uscc=code).values_list("pk", flat=True).first())
    if (row.name, str(row.id_number)) != (person.name, str(person.id_number)):
        raise NotRepresentative
    had = LegalRepresentative.objects.filter(entity_id=row.entity_id, bound_at__isnull=False)
    if had.exclude(person_id=person.pk).exists():
        actor.require_level(TAKING_OVER)
    if row.person_id is None:
        _bind(row, person, "本人登录接管", actor, at)
    return row.entity


def _current(entity_id: int | None) -> LegalRepresentative:
    rows = LegalRepresentative.objects.select_for_update(of=("self",)).select_related("entity__party")
    row = rows.filter(entity_id=entity_id, ended_at__isnull=True).first()
    if row is None:
        raise EntityUnknown
    return row


def _bind(row: LegalRepresentative, person: Person, how: str, actor: Actor, at: datetime) -> None:
    level = actor.assurance if actor.kind == "citizen" else TAKING_OVER
    row.person, row.bound_at, row.bound_how, row.bound_level = person, at, how, level
    row.save(update_fields=["person", "bound_at", "bound_how", "bound_level"])
    audit.record("identity.bind_entity", actor=actor, at=at, target=row.entity.target, level=level)
    outbox.publish("identity.entity_bound", key=row.entity.target, representative_id=row.pk)


@transaction.atomic
def bind_at_window(
    *,
    uscc: str,
    name: str,
    representative: tuple[str, str],
    since: date,
    division: str,
    document: str,
    reset: bool,
    actor: Actor,
    at: datetime,
) -> LegalEntity:
    """
    Give an organization's account to the legal representative who stands at the window with certificate and identity card.

    With `reset` every authorization given so far is ended; without it they stay, suspended where the representative changed.

    :raises InvalidInput: as `record_entity` says.
    :raises NotAllowed: an officer gives no account to themselves.
    """
    actor.require_one_of("identity.window")
    entity = record_entity(
        uscc=uscc,
        name=name,
        representative=representative,
        since=since,
        division=division,
        source="窗口核对登记证书",
        document=document,
        actor=actor,
        at=at,
    )
    row = _current(entity.pk)
    person = ensure_person(name=row.name, id_number=str(row.id_number), division=division, actor=actor, at=at)
    if person.pk == actor.own_person_id:
        raise NotAllowed
    if person.name != row.name:
        raise InvalidInput({"representative_name": "姓名与这个身份证号在平台上的记录不一致，请核对证件。"})
    if row.person_id is None:
        _bind(row, person, "窗口当面核验", actor, at)
    if reset:
        _end_all(entity, actor, at)
    return entity


@transaction.atomic
def reset_operators(*, entity_id: int, actor: Actor, at: datetime) -> int:
    """
    End every authorization an organization has given, as its legal representative; return how many.

    :raises EntityHidden: somebody else asks.
    :raises AssuranceTooLow: below level 4; at a window it is done in person.
    """
    row = own_entity(entity_id, actor)
    actor.require_level(TAKING_OVER)
    return _end_all(row.entity, actor, at)


def own_entity(entity_id: int, actor: Actor) -> LegalRepresentative:
    """:raises EntityHidden: the actor is not the legal representative who has taken over this account."""
    person_id = actor.require_person()
    rows = LegalRepresentative.objects.select_for_update(of=("self",)).select_related("entity__party")
    row = rows.filter(entity_id=entity_id, person_id=person_id, ended_at__isnull=True).first()
    if row is None:
        raise EntityHidden
    return row


def _end_all(entity: LegalEntity, actor: Actor, at: datetime) -> int:
    given = Delegation.objects.select_for_update().filter(principal=entity.party)
    rows: Sequence[Delegation] = list(given.exclude(state=Delegation.State.REVOKED))
    for row in rows:
        row.state, row.revoked_at = Delegation.State.REVOKED, at
        row.save(update_fields=["state", "revoked_at"])
        outbox.publish("identity.operator_changed", key=entity.target, delegation_id=row.pk, what="ended")
    audit.record("identity.reset_operators", actor=actor, at=at, target=entity.target, ended=len(rows))
    return len(rows)
