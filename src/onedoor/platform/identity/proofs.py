"""How a session proves who it is: two proofs count for half an hour, then one is given anew; pages and API ask here."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import logins
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

PROVED_KEY = "proved_at"  # when the last proof was given, seconds since 1970
FULL_LEVEL_FOR = timedelta(minutes=30)  # for which two proofs are good enough to sign
FACTORS_KEY = "factors"  # how this session has proved who it is: code, password, one_time_password


class PasswordWrong(OneDoorError):
    code, http_status, message = (
        "identity.password_wrong",
        403,
        "密码不对，请重新输入；没有设置过密码，请到窗口核验身份后设置。",
    )


class AccountLocked(OneDoorError):
    code, http_status, message = (
        "identity.locked_out",
        429,
        "为保护账号，密码{told}。可以改用短信验证码，或带身份证到窗口重置。",
    )


def factors_of(session: Mapping[str, Any], *, wall: datetime) -> int:
    """Return how many proofs a session counts for: a second one is good for half an hour, then it is given anew."""
    given = len(session.get(FACTORS_KEY, []))
    return given if wall.timestamp() <= _good_until(session) else min(given, 1)


def good_until(session: Mapping[str, Any], *, wall: datetime) -> datetime | None:
    """Return until when two proofs count, None where only one does."""
    if factors_of(session, wall=wall) < 2:
        return None
    return datetime.fromtimestamp(_good_until(session), tz=wall.tzinfo)


def _good_until(session: Mapping[str, Any]) -> float:
    return float(session.get(PROVED_KEY, 0)) + FULL_LEVEL_FOR.total_seconds()


def prove_again(
    request: HttpRequest, *, actor: Actor, at: datetime, wall: datetime, password: str = "", code: str = ""
) -> Login:
    """
    Give this session one more proof of who it is, the one-time code sent to the phone of its account, or its password;
    return the account.

    It stands in no transaction of its own: a wrong try has to stay counted.

    :raises InvalidInput: neither is given.
    :raises CodeWrong: wrong, used, too old, or tried too often.
    :raises PasswordWrong: not the password of this account.
    :raises AccountLocked: too many wrong ones; the right one waits too, a code does not.
    """
    if not code and not password:
        raise InvalidInput({"password": "请填写登录密码，或短信验证码。"})
    if code:
        proved: Any = logins.use_code(phone=str(getattr(request.user, "phone", "")), code=code, at=at)
        factor = "code"
    else:
        proved = authenticate(request, username=request.user.get_username(), password=password)
        factor = "password"
    if getattr(request, "axes_locked_out", False):
        raise AccountLocked(told=logins.lock_out(on=day_of(at)).told)
    if proved is None or proved.pk != request.user.pk:
        raise PasswordWrong if factor == "password" else logins.CodeWrong
    account: Login = proved
    request.session[FACTORS_KEY] = sorted({*request.session.get(FACTORS_KEY, []), factor})
    request.session[PROVED_KEY] = wall.timestamp()
    audit.record("identity.step_up", actor=actor, at=at, factor=factor)
    return account
