"""Template messages of the WeChat official account: an access token, and one call a message, idempotent by its own id."""

import json
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.conf import settings

from onedoor.platform.messages.providers import Answer, Outcome, Outgoing, outside

TOKEN_GONE = (40001, 40014, 42001)  # the token is not, or no longer, good
NEVER = {40003: "微信账号不存在", 43004: "已取消关注公众号", 43101: "用户拒收"}
EARLY = timedelta(minutes=5)
_lock = threading.Lock()
_tokens: dict[str, tuple[str, datetime]] = {}  # app id → token, until when


class NoToken(RuntimeError):
    """WeChat gave no access token."""


def send(messages: Sequence[Outgoing], at: datetime) -> Iterator[Answer]:
    for message in messages:
        yield _send(message, at)


def _send(message: Outgoing, at: datetime) -> Answer:
    told = {
        "touser": message.to,
        "template_id": settings.ONEDOOR_WECHAT_TEMPLATE,
        "url": message.link,
        "client_msg_id": message.identifier,
        "data": {"content": {"value": message.text}},
    }
    for fresh in (False, True):
        try:
            answer = call("/cgi-bin/message/template/send", told, token(at, fresh=fresh))
        except httpx.HTTPError as error:
            return outside.of_error(error)
        except NoToken as error:
            return Answer(Outcome.AWAY, str(error))
        code = _code_of(answer)
        if code not in TOKEN_GONE:
            break
    if code == 0:
        return Answer(Outcome.TAKEN)
    if code in NEVER:
        return Answer(Outcome.REJECTED, NEVER[code])
    return Answer(Outcome.AWAY, f"errcode {code}")


def _code_of(answer: dict[str, Any]) -> int:
    try:
        return int(answer.get("errcode", -1))
    except (ValueError, TypeError):
        return -1


def token(at: datetime, *, fresh: bool = False) -> str:
    """Return an access token of the account the settings name, as `token_of`."""
    return token_of(settings.ONEDOOR_WECHAT_APP_ID, settings.ONEDOOR_WECHAT_SECRET, at, fresh=fresh)


def token_of(app: str, secret: str, at: datetime, *, fresh: bool = False) -> str:
    """
    Return an access token that is good for some minutes more.

    :raises NoToken: WeChat did not give one.
    """
    with _lock:
        known, until = _tokens.get(app, ("", at))
        if known and not fresh and until > at:
            return known
        asked = {"grant_type": "client_credential", "appid": app, "secret": secret}
        try:
            answer = call("/cgi-bin/stable_token", {**asked, "force_refresh": fresh}, "")
        except httpx.HTTPError as error:  # before anything was sent: no message can be there
            raise NoToken(type(error).__name__) from None
        if "access_token" not in answer:
            raise NoToken(f"errcode {answer.get('errcode')}")
        try:
            lasts = timedelta(seconds=int(answer["expires_in"]))
        except (KeyError, ValueError, TypeError):
            raise NoToken("expires_in") from None
        _tokens[app] = (str(answer["access_token"]), at + lasts - EARLY)
        return _tokens[app][0]


def create_menu(buttons: list[dict[str, Any]], at: datetime) -> None:
    """
    Put up the menu of the account.

    :raises NoToken: WeChat gave no token, or refused.
    """
    answer = call("/cgi-bin/menu/create", {"button": buttons}, token(at))
    if answer.get("errcode"):
        raise NoToken(f"errcode {answer['errcode']}")


def call(path: str, told: dict[str, Any] | None, access: str, *, files: Any = None) -> dict[str, Any]:
    """:raises httpx.HTTPError: no answer, or none that can be read."""
    params = {"access_token": access} if access else {}
    if files is not None:
        params["type"] = "image"
    content = (
        None if told is None else json.dumps(told, ensure_ascii=False).encode()
    )  # WeChat shows escapes as they are
    headers = {} if content is None else {"Content-Type": "application/json; charset=utf-8"}
    address = f"{settings.ONEDOOR_WECHAT_URL}{path}"
    answer = outside.client().post(address, content=content, files=files, params=params, headers=headers)
    if answer.status_code != 200:
        raise (
            httpx.ConnectError(f"status {answer.status_code}")
            if answer.status_code not in outside.LOST
            else (httpx.ReadError(f"status {answer.status_code}"))
        )
    try:
        return dict(answer.json())
    except (ValueError, TypeError) as error:  # somebody in between answered: it may have the message
        raise httpx.ReadError("no JSON object") from error
