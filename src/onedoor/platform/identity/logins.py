"""Log in: one-time codes to the phone, passwords, officers' one-time passwords, resets."""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyotp
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Login, OneTimeCode
from onedoor.platform.identity.operations.sessions import end_sessions
from onedoor.platform.identity.passwords import must_rotate, remember
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.calendars import NATION
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import hmac_sm3, keyed_hash
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.kernel.parameters import figure

SentFor = OneTimeCode.SentFor
HOUR = timedelta(hours=1)
GOOD_FOR = timedelta(minutes=5)
BETWEEN = timedelta(seconds=60)
PER_DAY = 10
# Of a code sent to a phone, and of an identity number that is to prove a new password.
TRIES = 5
LOCK_TRIES, LOCK_MINUTES = "identity.lock_tries", "identity.lock_minutes"
# What a code is for is part of its digest: one asked for with a phone alone never opens an account.
LOGGING_IN, HOLDING = "", "phone:"
STEP = 30  # seconds of a one-time password (RFC 6238)


class TooManyCodes(OneDoorError):
    code, http_status, message = (
        "identity.too_many_codes",
        429,
        "验证码发送过于频繁，请一分钟后再试；当天多次收不到，请到窗口办理。",
    )


class CodesUsedUp(OneDoorError):
    code, http_status, message = (
        "identity.codes_used_up",
        429,
        "最近一小时发出的验证码太多，暂时不能再发。请一小时后再试，或用密码登录，也可以到窗口办理。",
    )


class AccountClosed(OneDoorError):
    code, http_status, message = (
        "identity.account_closed",
        403,
        "账号已停用，请本人带身份证到便民服务中心窗口核实。",
    )


class CodeWrong(OneDoorError):
    code, http_status, message = "identity.code_wrong", 403, "验证码不对或已过期，请核对短信，或重新获取。"


class OneTimePasswordWrong(OneDoorError):
    code, http_status, message = (
        "identity.one_time_password_wrong",
        403,
        "动态口令不对或已使用过，请等待下一个口令后重试。",
    )


class RecoveryWrong(OneDoorError):
    code, http_status, message = (
        "identity.recovery_wrong",
        403,
        "身份证号与账号不符，请核对后重输；记不清的，请带身份证到窗口办理。",
    )


class TooManyRecoveries(OneDoorError):
    code, http_status, message = (
        "identity.too_many_recoveries",
        429,
        "今天输错次数太多，请明天再试，或带身份证到窗口办理。",
    )


class OneTimePasswordLocked(OneDoorError):
    code, http_status, message = (
        "identity.one_time_password_locked",
        429,
        "动态口令{told}。急需办理的，请联系安全管理员。",
    )


@dataclass(frozen=True)
class LockOut:
    """How many wrong passwords lock an account, and for how long; one rule for the country."""

    tries: int
    lasts: timedelta

    @property
    def told(self) -> str:
        return f"连续输错 {self.tries} 次，账号锁定 {self.lasts // timedelta(minutes=1)} 分钟"


def lock_out(*, on: date) -> LockOut:
    """Return the figures of the parameter table for a day."""
    tries, minutes = (int(figure(key, chain=[NATION], on=on)) for key in (LOCK_TRIES, LOCK_MINUTES))
    return LockOut(tries, timedelta(minutes=minutes))


@transaction.atomic
def issue_code(*, phone: str, at: datetime) -> str | None:
    """
    Make a one-time code for a phone and return it to be sent, or None when no account has this number.

    The page says the same in both cases, so that nobody learns who has an account.

    :raises TooManyCodes: one a minute, ten a day.
    :raises CodesUsedUp: the site has sent as many in an hour as it may, whoever asks.
    """
    known = Login.objects.filter(**Login.by_phone.at(phone), kind=Login.Kind.CITIZEN, is_active=True).exists()
    code = _issue(phone, LOGGING_IN, SentFor.LOGIN if known else SentFor.NOBODY, at)
    return code if known else None


@transaction.atomic
def issue_phone_code(*, phone: str, at: datetime) -> str:
    """
    Make a one-time code by which whoever holds a phone proves it, account or not; it opens no account.

    :raises TooManyCodes: one a minute, ten a day, those for logging in counted with them.
    :raises CodesUsedUp: the site has sent as many in an hour as it may.
    """
    return _issue(phone, HOLDING, SentFor.PHONE, at)


def codes_sent(*, at: datetime, only: Sequence[SentFor] = (SentFor.LOGIN, SentFor.PHONE)) -> int:
    """Return how many codes have gone out by SMS in the hour before a moment."""
    return OneTimeCode.objects.filter(sent_at__gt=at - HOUR, sent_for__in=only).count()


def _require_room(sent_for: SentFor, at: datetime) -> None:
    """
    Keep somebody who types one phone after the other from sending SMS without end.

    Codes for phones nobody knows have a bound of their own below that of the site, so that they cannot use up what
    people with accounts need for logging in. Who has no account is refused as everybody else.

    :raises CodesUsedUp: the site has sent as many in an hour as it may.
    """
    full = codes_sent(at=at) >= settings.ONEDOOR_CODES_PER_HOUR
    if sent_for == SentFor.PHONE and not full:
        full = codes_sent(at=at, only=(SentFor.PHONE,)) >= settings.ONEDOOR_EARLY_CODES_PER_HOUR
    if full:
        raise CodesUsedUp


def _issue(phone: str, purpose: str, sent_for: SentFor, at: datetime) -> str:
    index = _index(phone)
    recent = OneTimeCode.objects.filter(phone_index=index, sent_at__gt=at - timedelta(days=1))
    if recent.filter(sent_at__gt=at - BETWEEN).exists() or recent.count() >= PER_DAY:
        raise TooManyCodes
    _require_room(sent_for, at)
    code = f"{secrets.randbelow(1_000_000):06d}"
    digest = _digest(index, purpose + code)
    OneTimeCode.objects.create(
        phone_index=index, digest=digest, sent_at=at, expires_at=at + GOOD_FOR, sent_for=sent_for
    )
    return code


def use_code(*, phone: str, code: str, at: datetime) -> Login:
    """
    Return the citizen's account if the code is the one last sent; it is used up.

    :raises CodeWrong: wrong, used, too old, or tried too often.
    """
    good = _use(phone, LOGGING_IN + _plain(code), at)
    found = Login.objects.filter(**Login.by_phone.at(phone), kind=Login.Kind.CITIZEN, is_active=True)
    login = found.first() if good else None
    if login is None:
        raise CodeWrong
    return login


def use_phone_code(*, phone: str, code: str, at: datetime) -> None:
    """
    Prove that somebody holds a phone by the code last sent there by `issue_phone_code`; it is used up.

    :raises CodeWrong: wrong, used, too old, tried too often, or sent for logging in.
    """
    if not _use(phone, HOLDING + _plain(code), at):
        raise CodeWrong


def _use(phone: str, typed: str, at: datetime) -> bool:
    """Tell whether this is the code last sent to the phone, and use it up; a wrong try is counted."""
    index = _index(phone)
    # Counting a wrong try must survive the refusal, so it is committed before anything is raised.
    with transaction.atomic():
        last = OneTimeCode.objects.select_for_update().filter(phone_index=index).order_by("-sent_at", "-id").first()
        good = last is not None and last.used_at is None and last.expires_at > at and last.tries < TRIES
        if last is not None and good:
            last.tries += 1
            good = secrets.compare_digest(last.digest, _digest(index, typed))
            last.used_at = at if good else None
            last.save(update_fields=["tries", "used_at"])
    return good


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()


def _index(phone: str) -> str:
    """Return under what the codes sent to a phone are kept; they live for minutes, no change of keys reaches them."""
    return keyed_hash(phone, purpose="person.phone")


def _digest(index: str, code: str) -> str:
    return hmac_sm3(index.encode(), code.encode()).hex()


def use_one_time_password(*, login_id: int, code: str, at: datetime) -> None:
    """
    Check an officer's one-time password; each is good once, clocks may differ by one step.

    :raises OneTimePasswordWrong: wrong, or used before.
    :raises OneTimePasswordLocked: too many wrong ones; the right one waits as long, too.
    """
    # Counting a wrong try must survive the refusal, so it is committed before anything is raised.
    with transaction.atomic():
        login = Login.objects.select_for_update().get(pk=login_id)
        locked = login.one_time_locked_until is not None and at < login.one_time_locked_until
        step = None if locked else _matching_step(login, code, at)
        if step is not None:
            login.one_time_last, login.one_time_wrong, login.one_time_locked_until = step, 0, None
        elif not locked:
            login.one_time_wrong += 1
            limit = lock_out(on=day_of(at))
            if login.one_time_wrong >= limit.tries:
                login.one_time_wrong, login.one_time_locked_until = 0, at + limit.lasts
        login.save(update_fields=["one_time_last", "one_time_wrong", "one_time_locked_until"])
    if locked:
        raise OneTimePasswordLocked(told=lock_out(on=day_of(at)).told)
    if step is None:
        raise OneTimePasswordWrong


def _matching_step(login: Login, code: str, at: datetime) -> int | None:
    """Return the step whose password this is, if it has not been used."""
    if not login.one_time_secret:
        return None
    generator, now = pyotp.TOTP(str(login.one_time_secret)), int(at.timestamp()) // STEP
    for step in (now, now - 1, now + 1):
        if step > login.one_time_last and _same(generator.at(step * STEP), code):
            return step
    return None


def _same(known: str, typed: str) -> bool:
    """Compare in constant time; what was typed may hold full-width digits or anything else."""
    plain = unicodedata.normalize("NFKC", typed).strip().upper()
    return secrets.compare_digest(known.upper().encode(), plain.encode())


def has_password(login_id: int) -> bool:
    """Tell whether the account has a password at all; one opened by code may have none yet."""
    return Login.objects.get(pk=login_id).has_usable_password()


def set_password(
    *, login_id: int, password: str, knows_old: bool, actor: Actor, at: datetime, id_number: str = ""
) -> None:
    """
    Set one's own password. Whoever came in by a code alone and has a password already names their identity number.

    :raises InvalidInput: too short, too common, or too much like the account's own words.
    :raises RecoveryWrong: the identity number is not the account's.
    :raises TooManyRecoveries: five wrong ones on this day.
    """
    if actor.login_id != login_id:
        raise NotFound
    if not knows_old:
        _check_owner(login_id, id_number, at)
    with transaction.atomic():
        login = Login.objects.select_for_update().get(pk=login_id)
        try:
            validate_password(password, login)
        except ValidationError as error:
            raise InvalidInput({"password": "；".join(error.messages)}) from None
        remember(login, at)
        login.set_password(password)
        login.must_change_password, login.password_set_at = False, at
        login.save(update_fields=["password", "must_change_password", "password_set_at"])
        end_sessions(login_id=login.pk, how="修改密码", at=at)
        audit.record("identity.set_password", actor=actor, at=at, target=f"login:{login.pk}", knows_old=knows_old)


def _check_owner(login_id: int, id_number: str, at: datetime) -> None:
    # Counting a wrong try must survive the refusal, so it is committed before anything is raised.
    with transaction.atomic():
        login = Login.objects.select_for_update(of=("self",)).select_related("person").get(pk=login_id)
        if not login.has_usable_password():
            return
        if login.recovery_day != day_of(at):
            login.recovery_day, login.recovery_tries = day_of(at), 0
        if login.recovery_tries >= TRIES:
            raise TooManyRecoveries
        owner = str(login.person.id_number) if login.person else ""
        right = bool(owner) and _same(owner, id_number)
        login.recovery_tries = 0 if right else login.recovery_tries + 1
        login.save(update_fields=["recovery_day", "recovery_tries"])
    if not right:
        raise RecoveryWrong


def require_fresh_password(*, login_id: int, at: datetime) -> None:
    """Ask an officer whose password has grown too old for a new one before anything else; looked at when logging in."""
    login = Login.objects.get(pk=login_id)
    if must_rotate(login, on=day_of(at)) and not login.must_change_password:
        login.must_change_password = True
        login.save(update_fields=["must_change_password"])
