"""
The wires to platforms an organ publishes on: WeChat official accounts and Weibo, several accounts each.

A step does one thing outside and returns what is to be remembered (`Done`), or why it was not done. What a platform has
may be looked for by the address of our page, so that a lost answer is never a second post.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


class NotNow(Exception):
    """The platform is away, busy, or its answer was lost; it is asked again later."""


class Refused(Exception):
    """The platform will never take this; the words say why."""


@dataclass(frozen=True)
class Credentials:
    """What an account proves itself with: WeChat's AppID and AppSecret, Weibo's uid and access token."""

    app_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Post:
    """
    What is published: an article, a short text, and the address of our page, by which it is found again.

    `pictures` are those of the article (JPEG), each with the address it has there.
    """

    article: dict[str, Any]
    text: str
    address: str
    pictures: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True)
class Done:
    """What a step has changed of what is remembered; `is_last`: nothing is left to do."""

    remote: dict[str, Any]
    is_last: bool = False


class Wire(Protocol):
    """Publishes, takes down and counts on one platform; each call does at most one thing that cannot be undone."""

    def publish(self, account: Credentials, post: Post, remote: dict[str, Any], at: datetime) -> Done:
        """:raises NotNow, Refused: it was not done."""

    def remove(self, account: Credentials, post: Post, remote: dict[str, Any], at: datetime) -> Done:
        """:raises NotNow, Refused: it was not done."""

    def figures(self, account: Credentials, remote: dict[str, Any], at: datetime) -> dict[str, int]:
        """:raises NotNow: it could not be asked."""


def wires() -> dict[str, Wire]:
    """Return the platforms the settings know an address of."""
    from django.conf import settings

    from onedoor.platform.messages.media import wechat, weibo  # they import from here

    found: dict[str, Wire] = {}
    if settings.ONEDOOR_WECHAT_URL:
        found["wechat"] = wechat.OfficialAccounts()
    if settings.ONEDOOR_WEIBO_URL:
        found["weibo"] = weibo.Weibo()
    return found
