"""
Systems that call the API: registered by the system administrator, let in by the security administrator.

Two people, as for a powerful post: who says what a system may do is not who hands out its secret.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import clients
from onedoor.platform.identity.models import ApiClient, Login, Organization, Post
from onedoor.platform.identity.queries import ClientNotFound, OrganizationNotFound, find_division, reach_of
from onedoor.platform.identity.roles import scopes_for
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

LONGEST = timedelta(days=366)


class ClientState(OneDoorError):
    code, http_status, message = (
        "identity.client_state",
        409,
        "客户端现在的状态不能这样办：{state}。请刷新页面，看看是谁刚刚办过。",
    )


@dataclass(frozen=True)
class Admitted:
    """A client with the secret to hand over, shown once."""

    client: ApiClient
    secret: str


@transaction.atomic
def register_client(
    *,
    name: str,
    purpose: str,
    organization_id: int,
    role: str,
    division: str,
    lines: Sequence[str],
    scopes: Sequence[str],
    last_day: date,
    actor: Actor,
    at: datetime,
) -> ApiClient:
    """
    Enter a system of an organization with what it may do, where and until when; nothing works before it is approved.

    :raises OrganizationNotFound: there is none, or it lies outside of the actor's reach.
    :raises InvalidInput: no name or purpose, an unknown place or role, scopes the role does not have, too late a day.
    """
    actor.require("identity.manage", division=division)
    organ = Organization.objects.filter(pk=organization_id, in_force_to__isnull=True).first()
    if organ is None or not actor.reaches(organ.division_id):
        raise OrganizationNotFound
    problems = _problems(name, purpose, role, division, scopes)
    problems |= _late(last_day, at)
    if problems:
        raise InvalidInput(problems)
    recorded = {"recorded_at": at, "recorded_by": actor.name}
    login = Login(
        username=f"client-{secrets.token_hex(6)}", kind=Login.Kind.CLIENT, name=name.strip()[:100], created_at=at
    )
    login.set_unusable_password()
    login.save()
    client = ApiClient(login=login, scopes=sorted(set(scopes)), purpose=purpose.strip()[:200], **recorded)
    client.save()
    Post.objects.create(
        login=login,
        organization=organ,
        role=role,
        division_id=division,
        lines=sorted(lines),
        reach=reach_of(division, on=day_of(at)),
        valid_from=day_of(at),
        valid_to=last_day + timedelta(days=1),
        **recorded,
    )
    told = {"role": role, "scopes": " ".join(client.scopes)}
    audit.record("identity.register_client", actor=actor, at=at, target=client.target, division=division, **told)
    return client


def _problems(name: str, purpose: str, role: str, division: str, scopes: Sequence[str]) -> dict[str, str]:
    problems = {}
    if not name.strip():
        problems["name"] = "请填写系统名称。"
    if not purpose.strip():
        problems["purpose"] = "请写明用途：哪个系统，用来做什么。"
    place = find_division(division)
    if place is None or place.in_force_to is not None:
        problems["division"] = "没有找到这个区划代码，或它已经撤销，请核对。"
    if not scopes_for(role):
        problems["role"] = "请选择接口客户端可以有的角色。"
    elif not scopes or not set(scopes) <= set(scopes_for(role)):
        problems["scopes"] = "请至少选一项授权范围，并且只选这个角色有的。"
    return problems


def _late(last_day: date, at: datetime) -> dict[str, str]:
    today = day_of(at)
    if today <= last_day <= today + LONGEST:
        return {}
    return {"last_day": "最后一天从今天起、最多一年；到期再续。"}


def _lock(login_id: int, actor: Actor, permission: str) -> tuple[ApiClient, Post]:
    client = ApiClient.objects.select_for_update().filter(pk=login_id).first()
    post = Post.objects.select_for_update().filter(login_id=login_id).order_by("-pk").first()
    if client is None or post is None or not actor.reaches(post.division_id):
        raise ClientNotFound
    actor.require(permission, division=post.division_id)
    return client, post


@transaction.atomic
def approve_client(*, login_id: int, actor: Actor, at: datetime) -> Admitted:
    """
    Let a registered client in and give out its secret, once; by the security administrator.

    :raises ClientNotFound: there is none within reach.
    :raises ClientState: it has been approved already, or its last day is over.
    """
    client, post = _lock(login_id, actor, "identity.manage_security")
    if post.approved_at is not None:
        raise ClientState(state="已经批准")
    if post.valid_to is not None and post.valid_to <= day_of(at):
        raise ClientState(state="已经到期，请重新登记")
    post.approved_at, post.approved_by_id = at, actor.login_id
    post.save(update_fields=["approved_at", "approved_by"])
    target, division = client.target, post.division_id
    audit.record("identity.approve_client", actor=actor, at=at, target=target, division=division)
    return Admitted(client, _new_secret(client, at))


def _new_secret(client: ApiClient, at: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    client.secret_digest, client.secret_at = clients.digest_of_secret(secret), at
    client.save(update_fields=["secret_digest", "secret_at"])
    clients.end_tokens(client, at)
    return secret


@transaction.atomic
def renew_client(*, login_id: int, last_day: date, actor: Actor, at: datetime) -> Admitted:
    """
    Give a client a new secret and a new last day; the old secret and every token end at once.

    :raises ClientState: it has not been approved, or is suspended.
    :raises InvalidInput: the day is over, or more than a year ahead.
    """
    client, post = _lock(login_id, actor, "identity.manage_security")
    if post.approved_at is None or client.suspended_at is not None:
        raise ClientState(state="还没有批准" if post.approved_at is None else "已经停用")
    problems = _late(last_day, at)
    if problems:
        raise InvalidInput(problems)
    post.valid_to = last_day + timedelta(days=1)
    post.save(update_fields=["valid_to"])
    target, division = client.target, post.division_id
    audit.record("identity.renew_client", actor=actor, at=at, target=target, division=division)
    return Admitted(client, _new_secret(client, at))


@transaction.atomic
def suspend_client(*, login_id: int, reason: str, actor: Actor, at: datetime) -> ApiClient:
    """
    Shut a client out at once, with every token; either administrator may, so that nobody has to wait.

    :raises ClientState: it is suspended already.
    :raises InvalidInput: no reason is given.
    """
    permission = "identity.manage_security" if "identity.manage_security" in actor.permissions else "identity.manage"
    client, post = _lock(login_id, actor, permission)
    if client.suspended_at is not None:
        raise ClientState(state="已经停用")
    if not reason.strip():
        raise InvalidInput({"reason": "请写明停用的原因。"})
    client.suspended_at, client.suspended_reason = at, reason.strip()[:200]
    client.save(update_fields=["suspended_at", "suspended_reason"])
    clients.end_tokens(client, at)
    target, division = client.target, post.division_id
    why = client.suspended_reason
    audit.record("identity.suspend_client", actor=actor, at=at, target=target, division=division, reason=why)
    return client


@transaction.atomic
def resume_client(*, login_id: int, actor: Actor, at: datetime) -> ApiClient:
    """
    Let a suspended client in again, with the secret it has; by the security administrator.

    :raises ClientState: it is not suspended.
    """
    client, post = _lock(login_id, actor, "identity.manage_security")
    if client.suspended_at is None:
        raise ClientState(state="没有停用")
    client.suspended_at, client.suspended_reason = None, ""
    client.save(update_fields=["suspended_at", "suspended_reason"])
    target, division = client.target, post.division_id
    audit.record("identity.resume_client", actor=actor, at=at, target=target, division=division)
    return client
