"""
The platform that takes money for the treasury (非税收缴平台): signed requests, signed answers, signed notices.

Every request carries a number of ours, and the same number twice does nothing twice, so whatever got lost on the way is
simply asked again. Only the worker talks to the platform, never the request of a person.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from onedoor.platform.kernel.crypto import hmac_sm3
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.payments.rules import Movement
from onedoor.platform.payments.states import Sort

TIME, NONCE, SIGNATURE = "X-OneDoor-Timestamp", "X-OneDoor-Nonce", "X-OneDoor-Signature"
TIMEOUT = httpx.Timeout(8.0, connect=3.0)
SKEW = timedelta(minutes=5)
LONGEST_TRADE = 64  # what a row keeps of the platform's number; a statement and an answer are cut alike


class NoticeRefused(OneDoorError):
    code, http_status, message = "payments.notice_refused", 401, "通知没有通过核对。请核对签名、时间和格式。"


class GatewayAway(OneDoorError):
    code, http_status, message = "payments.gateway_away", 503, "缴款平台暂时没有回应，稍后自动再试。"


@dataclass(frozen=True)
class Standing:
    """How an order stands at the platform."""

    state: str  # open, paid, closed
    pay_url: str = ""
    trade: str = ""
    amount: Decimal | None = None
    paid_on: date | None = None


@dataclass(frozen=True)
class Notice:
    """What the platform tells of its own accord: an order has been paid."""

    identifier: str
    number: str
    trade: str
    amount: Decimal
    paid_on: date


@dataclass(frozen=True)
class Line:
    """One line of a day's statement, and the unit it belongs to."""

    unit: str
    movement: Movement


def is_set_up() -> bool:
    return bool(settings.ONEDOOR_TREASURY_URL and settings.ONEDOOR_TREASURY_SECRET)


@lru_cache(maxsize=1)
def client() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, limits=httpx.Limits(max_keepalive_connections=4), trust_env=False)


def sign(secret: str, *parts: bytes) -> str:
    """Return the signature both sides put beside what they send."""
    return hmac_sm3(secret.encode(), b"\n".join(parts)).hex()


def open_order(told: Mapping[str, Any], *, wall: datetime) -> Standing:
    """Have the platform take money for an order of ours, by its number; once."""
    return _standing(_ask("/orders", told, wall=wall))


def ask_order(number: str, *, wall: datetime) -> Standing:
    return _standing(_ask("/orders/state", {"number": number}, wall=wall))


def close_order(number: str, *, wall: datetime) -> Standing:
    """Let the platform take no more money for an order; it tells if it has taken some already."""
    return _standing(_ask("/orders/close", {"number": number}, wall=wall))


def refund(*, number: str, trade: str, amount: Decimal, wall: datetime) -> tuple[str, date]:
    """Have money given back and return the platform's number of it and the day it stands under."""
    answer = _ask("/refunds", {"number": number, "trade": trade, "amount": str(amount)}, wall=wall)
    try:
        trade = str(answer["trade"])[:LONGEST_TRADE]
        return trade, date.fromisoformat(answer["refunded_on"])
    except (KeyError, TypeError, ValueError):
        raise GatewayAway from None


def statement(day: date, *, wall: datetime) -> tuple[list[Line], bytes]:
    """Return what the platform says it has moved on a day, and the file itself."""
    answer = _ask("/statements", {"day": day.isoformat()}, wall=wall)
    try:
        lines = [_line(one) for one in answer["lines"]]
    except (KeyError, TypeError, ValueError, InvalidOperation):
        raise GatewayAway from None
    return lines, json.dumps(answer, ensure_ascii=False, sort_keys=True).encode()


def _line(told: Mapping[str, str]) -> Line:
    amount = Decimal(told["amount"]).quantize(Decimal("0.01"))
    return Line(told["unit"], Movement(Sort(told["sort"]), told["number"][:40], told["trade"][:LONGEST_TRADE], amount))


def read_notice(*, timestamp: str, nonce: str, signature: str, body: bytes, wall: datetime) -> Notice:
    """
    Return what the platform tells, once it is known to come from there and not to be old.

    :raises NoticeRefused: a wrong signature or time, or something that is no notice.
    """
    secret = settings.ONEDOOR_TREASURY_SECRET
    fresh = timestamp.isdigit() and abs(int(wall.timestamp()) - int(timestamp)) <= SKEW.total_seconds()
    if not secret or not fresh or not 0 < len(nonce) <= 64:
        raise NoticeRefused
    if not hmac.compare_digest(sign(secret, b"notice", timestamp.encode(), nonce.encode(), body), signature):
        raise NoticeRefused
    try:
        told = json.loads(body)
        amount = Decimal(told["amount"]).quantize(Decimal("0.01"))
        names = {name: str(told[name]) for name in ("number", "trade")}
        if not amount.is_finite() or not 0 < len(names["trade"]) <= LONGEST_TRADE:
            raise ValueError("no payment")
        return Notice(
            str(told["id"])[:64], names["number"], names["trade"], amount, date.fromisoformat(told["paid_on"])
        )
    except (ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise NoticeRefused from error


def _ask(path: str, told: Mapping[str, Any], *, wall: datetime) -> dict[str, Any]:
    """:raises GatewayAway: no answer, or none that is the platform's own answer to this very request."""
    body = json.dumps(told, ensure_ascii=False).encode()
    secret, timestamp, nonce = settings.ONEDOOR_TREASURY_SECRET, str(int(wall.timestamp())), secrets.token_hex(16)
    signed = (path.encode(), timestamp.encode(), nonce.encode(), body)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        TIME: timestamp,
        NONCE: nonce,
        SIGNATURE: sign(secret, *signed),
    }
    try:
        answer = client().post(settings.ONEDOOR_TREASURY_URL + path, content=body, headers=headers)
    except httpx.HTTPError:
        raise GatewayAway from None
    expected = sign(secret, b"answer", nonce.encode(), answer.content)
    if answer.status_code != 200 or not hmac.compare_digest(expected, answer.headers.get(SIGNATURE, "")):
        raise GatewayAway
    try:
        content = answer.json()
    except ValueError:
        raise GatewayAway from None
    if not isinstance(content, dict):
        raise GatewayAway
    return content


def _standing(answer: Mapping[str, Any]) -> Standing:
    try:
        state, address = str(answer["state"]), str(answer.get("pay_url", ""))
        if state != "paid":
            return Standing(state, address if urlsplit(address).scheme in ("http", "https") else "")
        amount = Decimal(answer["amount"]).quantize(Decimal("0.01"))
        return Standing(state, "", str(answer["trade"])[:LONGEST_TRADE], amount, date.fromisoformat(answer["paid_on"]))
    except (KeyError, TypeError, ValueError, InvalidOperation):
        raise GatewayAway from None
