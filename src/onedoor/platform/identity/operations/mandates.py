"""Let somebody act for another, and end it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Delegation, Person
from onedoor.platform.identity.queries import id_number_index
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.standards.id_numbers import parse_citizen_id

SCOPES = ("view", "submit", "sign", "collect")


LONGEST = timedelta(days=3 * 366)


class DelegationNotFound(NotFound):
    code, message = "mandate.not_found", "没有找到这份委托，请到“委托”页面查看。"


@transaction.atomic
def ask_delegation(
    *,
    principal_name: str,
    principal_id_number: str,
    items: Sequence[str],
    scopes: Sequence[str],
    valid_to: date,
    actor: Actor,
    at: datetime,
) -> Delegation:
    """
    Ask another person to let oneself act for them; it holds once they confirm it under their own log-in.

    :raises InvalidInput: who, what or until when is missing, or name and number do not belong together.
    """
    if actor.person_id is None:
        raise DelegationNotFound
    problems = {}
    if not set(scopes) or not set(scopes) <= set(SCOPES):
        problems["scopes"] = "请选择至少一项代办权限。"
    if not day_of(at) <= valid_to <= day_of(at) + LONGEST:
        problems["valid_to"] = "请选择今天以后、三年以内的截止日。"
    principal = _named_person(principal_name, principal_id_number)
    if principal is None or principal.pk == actor.person_id:
        problems["id_number"] = "姓名与身份证号不一致，或对方还没有实名账号，请核对；也可请对方到窗口办理委托。"
    if problems or principal is None:
        raise InvalidInput(problems)
    delegation = Delegation.objects.create(
        principal=principal,
        agent_id=actor.person_id,
        items=sorted(items),
        scopes=sorted(scopes),
        valid_from=day_of(at),
        valid_to=valid_to,
        recorded_at=at,
        recorded_by=actor.name or "代理人",
    )
    _tell(delegation, "asked")
    audit.record("identity.ask_delegation", actor=actor, at=at, target=f"delegation:{delegation.pk}")
    return delegation


def _named_person(name: str, id_number: str) -> Person | None:
    try:
        index = id_number_index(parse_citizen_id(id_number).number)
    except ValueError:
        return None
    return Person.objects.filter(id_index=index, name=name.strip()).first()


@transaction.atomic
def confirm_delegation(*, delegation_id: int, actor: Actor, at: datetime, how: str = "本人登录确认") -> Delegation:
    """:raises DelegationNotFound: only the principal confirms, under their own log-in."""
    delegation = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
    if delegation is None or actor.person_id is None or delegation.principal_id != actor.person_id:
        raise DelegationNotFound
    if delegation.state == Delegation.State.PENDING:
        delegation.state, delegation.confirmed_at, delegation.confirmed_how = Delegation.State.ACTIVE, at, how
        delegation.save(update_fields=["state", "confirmed_at", "confirmed_how"])
        _tell(delegation, "confirmed")
        audit.record("identity.confirm_delegation", actor=actor, at=at, target=f"delegation:{delegation.pk}")
    return delegation


@transaction.atomic
def revoke_delegation(*, delegation_id: int, actor: Actor, at: datetime) -> Delegation:
    """:raises DelegationNotFound: only the principal or the agent ends it."""
    delegation = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
    if delegation is None or actor.person_id not in (delegation.principal_id, delegation.agent_id):
        raise DelegationNotFound
    if delegation.state != Delegation.State.REVOKED:
        delegation.state, delegation.revoked_at = Delegation.State.REVOKED, at
        delegation.save(update_fields=["state", "revoked_at"])
        _tell(delegation, "revoked")
        audit.record("identity.revoke_delegation", actor=actor, at=at, target=f"delegation:{delegation.pk}")
    return delegation


def _tell(delegation: Delegation, what: str) -> None:
    outbox.publish(
        f"identity.delegation_{what}",
        key=f"delegation:{delegation.pk}",
        delegation_id=delegation.pk,
        principal_id=delegation.principal_id,
        agent_id=delegation.agent_id,
    )
