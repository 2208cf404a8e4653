"""
Systems that call the API: OAuth 2.0 client credentials (RFC 6749 section 4.4), tokens and their end (RFC 7009).

A secret and a token are random and kept as digests only; whoever reads the database cannot call anything.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import AccessToken, ApiClient, Login, Post
from onedoor.platform.identity.queries.organizations import in_force
from onedoor.platform.identity.queries.posts import officer_actor
from onedoor.platform.identity.roles import permissions_within
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.errors import OneDoorError

GOOD_FOR = timedelta(minutes=30)
KEPT_FOR = timedelta(days=1)  # a token that has ended
MACHINE = Actor.system("接口令牌")


class InvalidClient(OneDoorError):
    code, http_status, message = (
        "identity.invalid_client",
        401,
        "客户端编号或密钥不对，或已停用、过期，请联系系统管理员。",
    )


class InvalidScope(OneDoorError):
    code, http_status, message = (
        "identity.invalid_scope",
        400,
        "申请的授权范围没有登记给这个客户端，请对照登记的范围。",
    )


class InvalidToken(OneDoorError):
    code, http_status, message = "identity.invalid_token", 401, "令牌不对、已撤销或已过期，请重新获取。"


@dataclass(frozen=True)
class Issued:
    """A token to be told once."""

    token: str
    scopes: list[str]
    seconds: int


def digest_of_secret(secret: str) -> str:
    return keyed_hash(secret, purpose="client.secret")


def _digest_of_token(token: str) -> str:
    return keyed_hash(token, purpose="client.token")


def authenticate(*, username: str, secret: str, on: date) -> ApiClient:
    """
    Return the client of a name and secret.

    :raises InvalidClient: wrong, or the client is not approved, suspended or past its last day; all look alike.
    """
    client = ApiClient.objects.select_related("login").filter(login__username=username).first()
    known = client.secret_digest if client is not None else ""
    right = secrets.compare_digest(known or "-", digest_of_secret(secret))
    if client is None or not right or _post(client, on) is None:
        raise InvalidClient
    return client


def _post(client: ApiClient, on: date) -> Post | None:
    """Return the approved post of a client on a day; none while it is suspended, or once its organization has ended."""
    if client.suspended_at is not None:
        return None
    held = Post.objects.filter(in_force(on, prefix="organization__"), valid_from__lte=on, valid_to__gt=on)
    mine = held.filter(login_id=client.pk, approved_at__isnull=False)
    return mine.select_related("organization").order_by("-pk").first()


@transaction.atomic
def issue_token(*, client: ApiClient, scopes: Iterable[str], address: str, at: datetime) -> Issued:
    """
    Give a client a token for scopes of its own; for all of them, where it names none.

    :raises InvalidScope: one of them is not registered for it.
    """
    wanted = sorted(set(scopes)) or sorted(client.scopes)
    if not set(wanted) <= set(client.scopes):
        raise InvalidScope
    token = secrets.token_urlsafe(32)
    AccessToken.objects.create(
        client=client, digest=_digest_of_token(token), scopes=wanted, issued_at=at, expires_at=at + GOOD_FOR
    )
    actor = Actor(kind="officer", name=client.login.name, login_id=client.pk, channel="api", address=address)
    audit.record("identity.issue_token", actor=actor, at=at, target=client.target, scopes=" ".join(wanted))
    return Issued(token, wanted, int(GOOD_FOR.total_seconds()))


def revoke_token(*, client: ApiClient, token: str, at: datetime) -> None:
    """End one of the client's own tokens; whether it was one is not told (RFC 7009 section 2.2)."""
    mine = AccessToken.objects.filter(client=client, digest=_digest_of_token(token), revoked_at__isnull=True)
    if mine.update(revoked_at=at):
        actor = Actor(kind="officer", name=client.login.name, login_id=client.pk, channel="api")
        audit.record("identity.revoke_token", actor=actor, at=at, target=client.target)


def actor_of_token(*, token: str, address: str, at: datetime) -> Actor:
    """
    Return who calls with a token: an officer of narrower reach, without a person.

    :raises InvalidToken: there is none, or it or its client has ended; all look alike.
    """
    live = AccessToken.objects.filter(digest=_digest_of_token(token), revoked_at__isnull=True, expires_at__gt=at)
    found = live.select_related("client__login").first()
    post = _post(found.client, day_of(at)) if found is not None else None
    if found is None or post is None:
        raise InvalidToken
    login: Login = found.client.login
    permissions = permissions_within(post.role, found.scopes)
    return replace(officer_actor(login, post, "api", address), permissions=permissions)


def end_tokens(client: ApiClient, at: datetime) -> None:
    """Let no token of a client open anything any more."""
    client.tokens.filter(revoked_at__isnull=True).update(revoked_at=at)


def forget_tokens(*, at: datetime) -> int:
    """Delete tokens that ended a day ago; the machine calls this every hour, twice does no harm."""
    return AccessToken.objects.filter(expires_at__lt=at - KEPT_FOR).delete()[0]
