"""我的单位: organizations' accounts, who acts for them and until when; at the window, whose an account is."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from onedoor.api.cases import CaseOut, row
from onedoor.api.doors import caller, officer, person, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Told, whole
from onedoor.platform.cases import queries as cases
from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock

room = Room("entities")
WINDOW = officer("identity.window")


class EntityOut(Told):
    """我代表的一个单位。An organization one acts for."""

    id: int
    uscc: str
    name: str
    role: str
    representative: str
    source: str
    suspended_why: str
    valid_to: date | None


class EntityBindIn(Told):
    """要接管的单位。The organization whose account is taken over."""

    uscc: Line


class OperatorOut(Told):
    """单位授权的一个人。Somebody an organization has authorized."""

    id: int
    name: str
    role: str
    items: list[str]
    scopes: list[str]
    state: str
    suspended_why: str
    valid_from: date
    valid_to: date
    max_uses: int | None
    uses: int


class OperatorIn(Told):
    """授权给谁、办什么、到哪天。Whom an organization authorizes, for what, until when."""

    name: Line
    id_number: Line
    role: Line
    items: list[Line] = []
    scopes: list[Line]
    valid_to: Day
    max_uses: Id | None = None


class RenewalIn(Told):
    """续到哪天。Until which day an authorization is renewed."""

    valid_to: Day


class RepresentativeOut(Told):
    """历任法定代表人之一。One of the legal representatives, past or present."""

    name: str
    since: date
    ended_at: datetime | None
    bound_at: datetime | None


class EntityWindowIn(Told):
    """窗口登记的单位和法定代表人。An organization and its legal representative as seen at the window."""

    uscc: Line
    name: Line
    division: Line
    document: Line
    representative_name: Line
    representative_id_number: Line
    since: Day
    reset: bool = False


def _entity(one: Any) -> dict[str, Any]:
    mandate, representative = one.mandate, one.representative
    return {
        "id": one.id,
        "uscc": one.entity.uscc,
        "name": one.name,
        "role": one.role,
        "representative": representative.name if representative else "",
        "source": representative.source if representative else "",
        "suspended_why": mandate.suspended_why if mandate else "",
        "valid_to": mandate.valid_to if mandate else None,
    }


def _operator(row: Any) -> dict[str, Any]:
    names = ("items", "scopes", "state", "suspended_why", "valid_from", "valid_to", "max_uses", "uses")
    return {"id": row.pk, "name": row.agent.name, "role": row.kind} | {name: getattr(row, name) for name in names}


@room.read("/me/organizations", person, "我的单位", Page[EntityOut])
def my_entities(request: HttpRequest) -> dict[str, Any]:
    """List the organizations one represents or has been authorized by."""
    return whole(identity.my_entities(actor=caller(request), on=clock.today()), _entity)


@room.write("/me/organizations", person, "接管单位账号", EntityOut)
def bind(request: HttpRequest, sent: EntityBindIn) -> dict[str, Any]:
    """Take over an organization's account as the legal representative the register names."""
    made = operations.bind_entity(uscc=sent.uscc, **who(request))
    return _entity(identity.get_entity(entity_id=made.pk, actor=caller(request), on=clock.today()))


@room.read("/me/organizations/{entity_id}", person, "一个单位", EntityOut)
def get_entity(request: HttpRequest, entity_id: Id) -> dict[str, Any]:
    """Read one organization one acts for."""
    return _entity(identity.get_entity(entity_id=entity_id, actor=caller(request), on=clock.today()))


@room.read("/me/organizations/{entity_id}/representatives", person, "历任法定代表人", Page[RepresentativeOut])
def representatives(request: HttpRequest, entity_id: Id) -> dict[str, Any]:
    """List who has represented an organization, the present one first."""
    rows = identity.representatives_of(entity_id=entity_id, actor=caller(request), on=clock.today())
    names = ("name", "since", "ended_at", "bound_at")
    return whole(rows, lambda row: {name: getattr(row, name) for name in names})


@room.read("/me/organizations/{entity_id}/cases", person, "单位的办件", Page[CaseOut])
def entity_cases(request: HttpRequest, entity_id: Id) -> dict[str, Any]:
    """List the cases of an organization that one may follow for it."""
    return whole(cases.entity_cases(entity_id=entity_id, actor=caller(request), on=clock.today()), row)


@room.read("/me/organizations/{entity_id}/operators", person, "单位授权的人", Page[OperatorOut])
def operators(request: HttpRequest, entity_id: Id) -> dict[str, Any]:
    """List the people an organization has authorized; an operator sees only their own authorizations."""
    return whole(identity.operators_of(entity_id=entity_id, actor=caller(request), on=clock.today()), _operator)


@room.write("/me/organizations/{entity_id}/operators", person, "授权一个人", OperatorOut)
def appoint(request: HttpRequest, entity_id: Id, sent: OperatorIn) -> dict[str, Any]:
    """Let a named person with their own account act for an organization."""
    given = sent.dict(exclude={"max_uses"})
    made = operations.appoint_operator(entity_id=entity_id, max_uses=sent.max_uses or None, **given, **who(request))
    return _operator(made)


@room.write("/me/organizations/{entity_id}/reset", person, "终止全部授权", Done)
def reset(request: HttpRequest, entity_id: Id) -> dict[str, Any]:
    """End every authorization of an organization, as its legal representative; takes level 4."""
    operations.reset_operators(entity_id=entity_id, **who(request))
    return {"done": True}


@room.write("/me/operators/{operator_id}/renewal", person, "授权续期", OperatorOut)
def renew(request: HttpRequest, operator_id: Id, sent: RenewalIn) -> dict[str, Any]:
    """Let an authorization hold until another day."""
    return _operator(operations.renew_operator(delegation_id=operator_id, valid_to=sent.valid_to, **who(request)))


@room.write("/me/operators/{operator_id}/suspension", person, "暂停授权", OperatorOut)
def suspend(request: HttpRequest, operator_id: Id) -> dict[str, Any]:
    """Let an authorization rest."""
    return _operator(operations.suspend_operator(delegation_id=operator_id, **who(request)))


@room.write("/me/operators/{operator_id}/confirmation", person, "确认授权", OperatorOut)
def confirm(request: HttpRequest, operator_id: Id) -> dict[str, Any]:
    """Let a suspended authorization hold again."""
    return _operator(operations.confirm_operator(delegation_id=operator_id, **who(request)))


@room.remove("/me/operators/{operator_id}", person, "终止授权", OperatorOut)
def drop(request: HttpRequest, operator_id: Id) -> dict[str, Any]:
    """End an authorization for good."""
    return _operator(operations.drop_operator(delegation_id=operator_id, **who(request)))


@room.write("/window/entities", WINDOW, "登记单位账号", Done)
def bind_at_window(request: HttpRequest, sent: EntityWindowIn) -> dict[str, Any]:
    """Give an organization's account to the legal representative who shows certificate and identity card."""
    given = sent.dict(exclude={"representative_name", "representative_id_number"})
    operations.bind_at_window(
        representative=(sent.representative_name, sent.representative_id_number), **given, **who(request)
    )
    return {"done": True}
