"""How a session proves who it is: two proofs count for half an hour, then one is given anew; pages and API ask here."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth import logout as end_session
from django.http import HttpRequest

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import logins
from onedoor.platform.identity.models import Login
from onedoor.platform.identity.operations import sessions
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


class ProofsUsedUp(OneDoorError):
    code, http_status, message = (
        "identity.proofs_used_up",
        401,
        "连续输错 {tries} 次，为保护账号已退出登录。请重新登录，密码记不清的用短信验证码，也可以带身份证到窗口重置。",
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

    It stands in no transaction of its own: a wrong try has to stay counted. As many wrong ones in a row as lock an account
    end the session, wherever they come from: whoever holds a session that is not theirs has no more tries than that.

    :raises InvalidInput: neither is given.
    :raises CodeWrong: wrong, used, too old, or tried too often.
    :raises PasswordWrong: not the password of this account.
    :raises AccountLocked: too many wrong ones; the right one waits too, a code does not.
    :raises ProofsUsedUp: too many wrong ones in this session, which has ended.
    """
    if not code and not password:
        raise InvalidInput({"password": "请填写登录密码，或短信验证码。"})
    limit, key = logins.lock_out(on=day_of(at)), str(request.session.session_key)
    if not sessions.claim_proof(session_key=key, most=limit.tries):
        raise _shut(request, limit.tries, actor=actor, at=at, wall=wall)
    factor = "code" if code else "password"
    try:
        account = _proved(request, limit, at=at, password=password, code=code)
    except OneDoorError as refusal:
        if sessions.may_prove(session_key=key, most=limit.tries):
            raise
        raise _shut(request, limit.tries, actor=actor, at=at, wall=wall) from refusal
    sessions.note_proved(session_key=key)
    request.session[FACTORS_KEY] = sorted({*request.session.get(FACTORS_KEY, []), factor})
    request.session[PROVED_KEY] = wall.timestamp()
    audit.record("identity.step_up", actor=actor, at=at, factor=factor)
    return account


def _proved(request: HttpRequest, limit: logins.LockOut, *, at: datetime, password: str, code: str) -> Login:
    """Return the account of this session if the code or the password is its own."""
    if code:
        found: Any = logins.use_code(phone=str(getattr(request.user, "phone", "")), code=code, at=at)
    else:
        found = authenticate(request, username=request.user.get_username(), password=password)
    if getattr(request, "axes_locked_out", False):
        raise AccountLocked(told=limit.told)
    if found is None or found.pk != request.user.pk:
        raise logins.CodeWrong if code else PasswordWrong
    account: Login = found
    return account


def _shut(request: HttpRequest, tries: int, *, actor: Actor, at: datetime, wall: datetime) -> ProofsUsedUp:
    """End the session of a request after too many wrong proofs, and return the refusal that says so."""
    key = str(request.session.session_key)
    audit.record("identity.shut_session", actor=actor, at=at, target=f"login:{actor.login_id}", tries=tries)
    sessions.close_session(session_key=key, how="多次验证未通过", at=wall)
    end_session(request)
    request.shut = True  # type: ignore[attr-defined]  # the answer is this refusal, not that of the lock-out library
    return ProofsUsedUp(tries=tries)
