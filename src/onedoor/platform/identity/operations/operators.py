"""An organization's people: appointed by name, for some items and acts, until a day; renewed, suspended, dropped."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Delegation, LegalEntity, Person
from onedoor.platform.identity.operations.mandates import SCOPES
from onedoor.platform.identity.queries import NATION, EntityHidden, has_account, represents
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import MATCHED, PROVED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.kernel.parameters import figure
from onedoor.standards.id_numbers import parse_citizen_id

OPERATOR_DAYS, MOST_OPERATORS = "identity.operator_days", "identity.most_operators"
MANAGER, OPERATOR = Delegation.Kind.ORG_MANAGER, Delegation.Kind.ORG_OPERATOR
ROLES = ((str(OPERATOR), "经办人"), (str(MANAGER), "管理员"))
BY_MANAGER = "管理员暂停"
STANDING = (Delegation.State.ACTIVE, Delegation.State.SUSPENDED)


class OperatorNotFound(NotFound):
    code, message = "entity.operator_not_found", "没有找到这位经办人，请从“我的单位”的名单里选择。"


class RepresentativeDecides(OneDoorError):
    code, http_status, message = (
        "entity.representative_decides",
        403,
        "这份授权由法定代表人暂停、因变更法定代表人暂停，或者超出您自己的权限，只有法定代表人能恢复和续期。",
    )


class TooManyOperators(OneDoorError):
    code, http_status, message = (
        "entity.too_many_operators",
        409,
        "一个单位最多同时有 {most} 位管理员和经办人，现已达到。请先停用不再办事的人。",
    )


@transaction.atomic
def appoint_operator(
    *,
    entity_id: int,
    name: str,
    id_number: str,
    role: str,
    items: Sequence[str],
    scopes: Sequence[str],
    valid_to: date,
    actor: Actor,
    at: datetime,
    max_uses: int | None = None,
) -> Delegation:
    """
    Let a named person with their own log-in act for an organization. Its representative appoints managers and operators,
    a manager appoints operators within what the manager may do.

    :raises EntityHidden: the actor may not appoint for this organization.
    :raises InvalidInput: nobody is known by name and number with an account, or a term is missing or goes too far.
    :raises TooManyOperators: as many people act for it as the figure allows.
    :raises AssuranceTooLow: the actor is not known surely enough.
    """
    entity, mandate = _for_appointing(entity_id, actor, at)
    actor.require_level(PROVED)
    person = _named(name, id_number)
    problems = {}
    if person is None or not has_account(person.pk):
        problems["id_number"] = (
            "姓名与身份证号不一致，或对方还没有实名账号，请核对；没有账号的请本人先注册或到窗口开通。"
        )
    elif person.pk == actor.person_id or represents(person_id=person.pk, entity_id=entity.pk):
        problems["id_number"] = "法定代表人和您本人不用再授权，请填写其他人。"
    problems |= _faults(role, items, scopes, valid_to, max_uses, mandate, at)
    if problems or person is None:
        raise InvalidInput(problems)
    _require_room(entity.pk, at)
    row = Delegation.objects.create(
        principal=entity.party,
        agent=person,
        kind=role,
        items=sorted(items),
        scopes=sorted(scopes),
        max_uses=max_uses,
        valid_from=day_of(at),
        valid_to=valid_to,
        state=Delegation.State.ACTIVE,
        confirmed_at=at,
        confirmed_how="单位授权",
        granted_by_id=actor.person_id,
        recorded_at=at,
        recorded_by="单位",
    )
    target = f"delegation:{row.pk}"
    audit.record(
        "identity.appoint_operator", actor=actor, at=at, target=target, entity=row.principal_id, kind=str(row.kind)
    )
    _tell(row, "appointed")
    return row


def _require_room(entity_id: int, at: datetime) -> None:
    """:raises TooManyOperators: as many people act for it as may; the caller has locked the organization."""
    held = Delegation.objects.filter(principal_id=entity_id, state__in=STANDING, valid_to__gte=day_of(at))
    most = figure(MOST_OPERATORS, chain=[NATION], on=day_of(at))
    if held.count() >= most:
        raise TooManyOperators(most=most)


def _for_appointing(entity_id: int, actor: Actor, at: datetime) -> tuple[LegalEntity, Delegation | None]:
    """Return the organization with its row locked, and the manager's own authorization; None for its representative."""
    person_id = actor.require_person()
    entity = LegalEntity.objects.select_for_update(of=("self",)).select_related("party").filter(pk=entity_id).first()
    if entity is None:
        raise EntityHidden
    if represents(person_id=person_id, entity_id=entity.pk):
        return entity, None
    on = day_of(at)
    mine = Delegation.objects.filter(principal=entity.party, agent_id=person_id, kind=MANAGER)
    living = mine.filter(state=Delegation.State.ACTIVE, valid_from__lte=on, valid_to__gte=on).first()
    if living is None:
        raise EntityHidden
    return entity, living


def _named(name: str, id_number: str) -> Person | None:
    try:
        index = Person.by_number.at(parse_citizen_id(id_number).number)
    except ValueError:
        return None
    return Person.objects.filter(**index, name=name.strip(), deceased_on__isnull=True).first()


def _faults(
    role: str,
    items: Sequence[str],
    scopes: Sequence[str],
    valid_to: date,
    max_uses: int | None,
    manager: Delegation | None,
    at: datetime,
) -> dict[str, str]:
    """Return what is wrong with the terms of an authorization; a manager gives no more than they have."""
    problems = {}
    if role not in (MANAGER, OPERATOR) or (manager is not None and role != OPERATOR):
        problems["role"] = "管理员由法定代表人指定；您可以添加经办人。" if manager else "请选择经办人或管理员。"
    if not set(scopes) or not set(scopes) <= set(SCOPES):
        problems["scopes"] = "请选择至少一项权限。"
    elif manager is not None and not set(scopes) <= set(manager.scopes):
        problems["scopes"] = "不能超出您自己的权限。"
    if manager is not None and manager.items and not set(items or [""]) <= set(manager.items):
        problems["matters"] = "不能超出您自己能办的事项。"
    if fault := _fault_of_last_day(valid_to, manager, at):
        problems["valid_to"] = fault
    if max_uses is not None and not 1 <= max_uses <= 1000:
        problems["max_uses"] = "次数请填 1 到 1000，不限次数的不用填。"
    return problems


def _fault_of_last_day(valid_to: date, manager: Delegation | None, at: datetime) -> str:
    days = int(figure(OPERATOR_DAYS, chain=[NATION], on=day_of(at)))
    last = day_of(at) + timedelta(days=days)
    if manager is not None:
        last = min(last, manager.valid_to)
    return "" if day_of(at) <= valid_to <= last else f"请选择今天到 {last} 之间的截止日，到期可以续。"


def _locked(delegation_id: int, actor: Actor, at: datetime) -> tuple[Delegation, Delegation | None]:
    """
    Return an authorization of an organization with its row locked, and the manager's own who acts, None for the representative.

    :raises OperatorNotFound: there is none, or the actor has no say in it.
    """
    row = (
        Delegation.objects.select_for_update(of=("self",))
        .filter(pk=delegation_id, kind__in=(MANAGER, OPERATOR))
        .first()
    )
    if row is None:
        raise OperatorNotFound
    try:
        _, manager = _for_appointing(row.principal_id, actor, at)
    except EntityHidden:
        raise OperatorNotFound from None
    if manager is not None and row.kind == MANAGER:
        raise OperatorNotFound
    return row, manager


def _require_within(row: Delegation, manager: Delegation | None) -> None:
    """:raises RepresentativeDecides: it is the manager's own, or says more than the manager may do."""
    if manager is None:
        return
    items = set(row.items or [""]) <= set(manager.items) if manager.items else True
    if row.agent_id == manager.agent_id or not items or not set(row.scopes) <= set(manager.scopes):
        raise RepresentativeDecides


@transaction.atomic
def renew_operator(*, delegation_id: int, valid_to: date, actor: Actor, at: datetime) -> Delegation:
    """
    Let an authorization hold until another day; one that has run out holds again, a dropped one never.

    :raises InvalidInput: the day lies too far ahead, or before today.
    :raises RepresentativeDecides: a manager would give more than they have, or renew themselves.
    :raises TooManyOperators: it has run out, and others have taken the place since.
    """
    row, manager = _locked(delegation_id, actor, at)
    actor.require_level(PROVED)
    _require_within(row, manager)
    if row.state == Delegation.State.REVOKED:
        raise OperatorNotFound
    if fault := _fault_of_last_day(valid_to, manager, at):
        raise InvalidInput({"valid_to": fault})
    if row.valid_to < day_of(at):  # one that has run out counted no more; now it does again
        _require_room(row.principal_id, at)
    row.valid_to = valid_to
    row.save(update_fields=["valid_to"])
    target = f"delegation:{row.pk}"
    audit.record(
        "identity.renew_operator", actor=actor, at=at, target=target, entity=row.principal_id, kind=str(row.kind)
    )
    _tell(row, "renewed")
    return row


@transaction.atomic
def suspend_operator(*, delegation_id: int, actor: Actor, at: datetime) -> Delegation:
    """Let an authorization rest; taking back asks for less than giving, so one proof is enough."""
    row, manager = _locked(delegation_id, actor, at)
    actor.require_level(MATCHED)
    if row.state == Delegation.State.ACTIVE:
        row.state, row.suspended_at = Delegation.State.SUSPENDED, at
        row.suspended_why = "单位暂停" if manager is None else BY_MANAGER
        row.save(update_fields=["state", "suspended_at", "suspended_why"])
        target = f"delegation:{row.pk}"
        audit.record(
            "identity.suspend_operator", actor=actor, at=at, target=target, entity=row.principal_id, kind=str(row.kind)
        )
        _tell(row, "suspended")
    return row


@transaction.atomic
def confirm_operator(*, delegation_id: int, actor: Actor, at: datetime) -> Delegation:
    """
    Let a suspended authorization hold again: after a change of representative the new one says so of each.

    :raises RepresentativeDecides: a manager did not suspend it, or would give more than they have.
    """
    row, manager = _locked(delegation_id, actor, at)
    actor.require_level(PROVED)
    if row.state == Delegation.State.SUSPENDED:
        _require_within(row, manager)
        if manager is not None and row.suspended_why != BY_MANAGER:
            raise RepresentativeDecides
        row.state, row.suspended_at, row.suspended_why = Delegation.State.ACTIVE, None, ""
        row.granted_by_id = actor.person_id if manager is None else row.granted_by_id
        row.save(update_fields=["state", "suspended_at", "suspended_why", "granted_by"])
        target = f"delegation:{row.pk}"
        audit.record(
            "identity.confirm_operator", actor=actor, at=at, target=target, entity=row.principal_id, kind=str(row.kind)
        )
        _tell(row, "confirmed")
    return row


@transaction.atomic
def drop_operator(*, delegation_id: int, actor: Actor, at: datetime) -> Delegation:
    """End an authorization for good; what was done under it stays in the history."""
    row, _ = _locked(delegation_id, actor, at)
    actor.require_level(MATCHED)
    if row.state != Delegation.State.REVOKED:
        row.state, row.revoked_at = Delegation.State.REVOKED, at
        row.save(update_fields=["state", "revoked_at"])
        target = f"delegation:{row.pk}"
        audit.record(
            "identity.drop_operator", actor=actor, at=at, target=target, entity=row.principal_id, kind=str(row.kind)
        )
        _tell(row, "ended")
    return row


def _tell(row: Delegation, what: str) -> None:
    outbox.publish("identity.operator_changed", key=f"entity:{row.principal_id}", delegation_id=row.pk, what=what)
