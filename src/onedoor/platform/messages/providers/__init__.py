"""
The providers behind each channel, in the order in which they are asked, as the settings name them.

What a provider's answer means for the message is one of four: it has it; it surely has not, somebody else may be asked;
its answer was lost, so that it alone is asked again; it will never take it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.conf import settings


class Outcome(Enum):
    TAKEN = "taken"
    AWAY = "away"
    UNSURE = "unsure"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class Outgoing:
    """A message about to leave the house; the same `identifier` twice is one message."""

    identifier: str
    to: str
    text: str
    link: str = ""


Send = Callable[[Sequence[Outgoing], datetime], Iterator[Answer]]


@dataclass(frozen=True)
class Provider:
    """`send` answers for one message after the other, in order; whoever has heard enough stops listening."""

    code: str
    channel: str
    title: str
    send: Send


def providers() -> list[Provider]:
    """Return every provider the settings name, in order."""
    # Each reads its settings when it is asked, and imports from here.
    from onedoor.platform.messages.providers import mail, push, sms, wechat

    found = [
        Provider(gateway.code, "sms", gateway.title, gateway.send)
        for gateway in sms.gateways()
        if gateway.url  # a site may have one, two, or none
    ]
    found += [Provider(relay.code, "email", relay.title, relay.send) for relay in mail.relays() if relay.url]
    if settings.ONEDOOR_WECHAT_APP_ID:
        found.append(Provider("wechat", "wechat", "微信公众号", wechat.send))
    if settings.ONEDOOR_PUSH_SERVICES:
        found.append(Provider("push", "push", "手机推送", push.send))
    return found


def by_channel(channel: str) -> list[Provider]:
    return [one for one in providers() if one.channel == channel]


def find(code: str) -> Provider | None:
    return next((one for one in providers() if one.code == code), None)
