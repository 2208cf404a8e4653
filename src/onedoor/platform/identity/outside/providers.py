"""Which outside log-ins a site has opened, and what all of them have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.conf import settings

from onedoor.platform.kernel.errors import NotFound, OneDoorError

Kind = Literal["oidc", "weixin", "dingtalk"]


class ProviderNotOpened(NotFound):
    code, message = "outside.not_opened", "这里没有开通这种登录方式，请用手机号登录，或选登录页上的其他方式。"


class OutsideAway(OneDoorError):
    code, http_status, message = (
        "outside.away",
        503,
        "{title}暂时没有答复，没有登录。请稍后再试，或用手机号登录。",
    )


class OutsideUntrusted(OneDoorError):
    code, http_status, message = (
        "outside.untrusted",
        403,
        "{title}的答复核对不上，为保护您没有登录。请重新登录；还是这样的，请用手机号登录并告诉我们。",
    )


class OutsideStale(OneDoorError):
    code, http_status, message = (
        "outside.stale",
        403,
        "这次登录已过期，或这个链接已经用过，没有登录。请回到登录页重新开始。",
    )


class OutsideRefused(OneDoorError):
    code, http_status, message = "outside.refused", 403, "您没有同意登录，这里什么也没有发生。可以换一种方式登录。"


@dataclass(frozen=True)
class Provider:
    """
    One opened log-in. `levels` maps what it calls a level (`acr`) to ours; what is not named there counts as none.

    `identity_claim` and `name_claim` name where it tells the identity number and name it has verified; without them an
    account is only known if its owner has linked it here.
    """

    code: str
    title: str
    kind: Kind
    client_id: str
    client_secret: str
    issuer: str  # of OpenID Connect; of the others the address in place of their own, for a proxy or a test
    for_officers: bool = False
    says: str = ""
    scope: str = "openid"
    levels: Mapping[str, int] = field(default_factory=dict)
    identity_claim: str = "id_number"
    name_claim: str = "name"


@dataclass(frozen=True)
class OutsideIdentity:
    """Who a provider says has logged in: its own name for them, and what it has verified of them, if anything."""

    subject: str
    level: int = 0
    name: str = ""
    id_number: str = ""


@dataclass(frozen=True)
class Attempt:
    """What a browser keeps of a log-in that has begun: it comes back once, to the same browser."""

    state: str
    nonce: str
    verifier: str


def opened(*, for_officers: bool) -> list[Provider]:
    """Return the log-ins a site has opened, for citizens or for officers, in the order of the setting."""
    return [one for one in _all() if one.for_officers == for_officers]


def provider(code: str) -> Provider:
    """:raises ProviderNotOpened: the site has not opened it."""
    found = next((one for one in _all() if one.code == code), None)
    if found is None:
        raise ProviderNotOpened
    return found


def _all() -> list[Provider]:
    rows: list[dict[str, Any]] = settings.ONEDOOR_OUTSIDE_LOGINS
    return [Provider(**row) for row in rows]
