"""Log in: one-time codes to the phone, passwords, officers' one-time passwords, resets."""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Login, OneTimeCode, Person
from onedoor.platform.identity.operations.sessions import end_sessions
from onedoor.platform.identity.passwords import must_rotate, remember
from onedoor.platform.identity.queries import OfficerNotFound
from onedoor.platform.identity.reach import require_officer
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import hmac_sm3, keyed_hash
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.standards.contacts import parse_mobile
from onedoor.standards.id_numbers import parse_citizen_id

GOOD_FOR = timedelta(minutes=5)
BETWEEN = timedelta(seconds=60)
PER_DAY = 10
TRIES = 5
SHORTEST_NOTE = 10
LOCKED_FOR = timedelta(minutes=30)
NOT_YOURS = "没有这个工号，它不全在您的管辖范围内，或这是您自己的工号。请核对；自己的账号由另一位安全管理员办理，跨辖区的由上级办理。"
STEP = 30  # seconds of a one-time password (RFC 6238)


class TooManyCodes(OneDoorError):
    code, http_status, message = (
        "identity.too_many_codes",
        429,
        "验证码发送过于频繁，请一分钟后再试；当天多次收不到，请到窗口办理。",
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
        "动态口令连续输错 5 次，账号锁定半小时。急需办理的，请联系安全管理员。",
    )


@transaction.atomic
def issue_code(*, phone: str, at: datetime) -> str | None:
    """
    Make a one-time code for a phone and return it to be sent, or None when no account has this number.

    The page says the same in both cases, so that nobody learns who has an account.

    :raises TooManyCodes: one a minute, ten a day.
    """
    index = _index(phone)
    recent = OneTimeCode.objects.filter(phone_index=index, sent_at__gt=at - timedelta(days=1))
    if recent.filter(sent_at__gt=at - BETWEEN).exists() or recent.count() >= PER_DAY:
        raise TooManyCodes
    code = f"{secrets.randbelow(1_000_000):06d}"
    OneTimeCode.objects.create(phone_index=index, digest=_digest(index, code), sent_at=at, expires_at=at + GOOD_FOR)
    known = Login.objects.filter(**Login.by_phone.at(phone), kind=Login.Kind.CITIZEN, is_active=True).exists()
    return code if known else None


def use_code(*, phone: str, code: str, at: datetime) -> Login:
    """
    Return the citizen's account if the code is the one last sent; it is used up.

    :raises CodeWrong: wrong, used, too old, or tried too often.
    """
    index = _index(phone)
    # Counting a wrong try must survive the refusal, so it is committed before anything is raised.
    with transaction.atomic():
        last = OneTimeCode.objects.select_for_update().filter(phone_index=index).order_by("-sent_at", "-id").first()
        good = last is not None and last.used_at is None and last.expires_at > at and last.tries < TRIES
        if last is not None and good:
            last.tries += 1
            good = _same(last.digest, _digest(index, unicodedata.normalize("NFKC", code).strip()))
            last.used_at = at if good else None
            last.save(update_fields=["tries", "used_at"])
    found = Login.objects.filter(**Login.by_phone.at(phone), kind=Login.Kind.CITIZEN, is_active=True)
    login = found.first() if good else None
    if login is None:
        raise CodeWrong
    return login


def _index(phone: str) -> str:
    """Return under what the codes sent to a phone are kept; they live for minutes, no change of keys reaches them."""
    return keyed_hash(phone, purpose="person.phone")


def _digest(index: str, code: str) -> str:
    return hmac_sm3(index.encode(), code.encode()).hex()


def use_one_time_password(*, login_id: int, code: str, at: datetime) -> None:
    """
    Check an officer's one-time password; each is good once, clocks may differ by one step.

    :raises OneTimePasswordWrong: wrong, or used before.
    :raises OneTimePasswordLocked: five wrong ones; the right one waits half an hour too.
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
            if login.one_time_wrong >= TRIES:
                login.one_time_wrong, login.one_time_locked_until = 0, at + LOCKED_FOR
        login.save(update_fields=["one_time_last", "one_time_wrong", "one_time_locked_until"])
    if locked:
        raise OneTimePasswordLocked
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


@transaction.atomic
def unlock_officer(*, login_id: int, reason: str, actor: Actor, at: datetime) -> Login:
    """
    Let an officer in again before the half hour is over; by the security administrator, never oneself.

    Wrong passwords are counted by the lock-out library; the page forgets those with `axes.utils.reset`.

    :raises InvalidInput: it is one's own account, there is none, or the reason says too little.
    """
    problems: dict[str, str] = {}
    _check_note(reason, problems)
    actor.require_one_of("identity.reset")
    login = _officer_within(Q(pk=login_id), problems, actor, at)
    if problems or login is None:
        raise InvalidInput(problems)
    login.one_time_wrong, login.one_time_locked_until = 0, None
    login.save(update_fields=["one_time_wrong", "one_time_locked_until"])
    audit.record("identity.unlock_login", actor=actor, at=at, target=f"login:{login.pk}", reason=reason.strip()[:200])
    return login


@dataclass(frozen=True)
class Reset:
    """What a person at the window takes along, shown once; `one_time_secret` only for officers."""

    password: str
    one_time_secret: str = ""


@transaction.atomic
def reset_citizen(*, name: str, id_number: str, new_phone: str, witness_note: str, actor: Actor, at: datetime) -> Reset:
    """
    Give a citizen a new password at the window, and a new phone number if the old one is lost; the password is changed at once.

    The officer has seen the person and the document and says so in `witness_note`.

    :raises InvalidInput: nobody of this name and number has an account, the phone is another's, or the note says too little.
    """
    actor.require_one_of("identity.reset_citizen")
    problems: dict[str, str] = {}
    _check_note(witness_note, problems)
    login = _citizen_login(name, id_number)
    if login is None:
        problems["id_number"] = "姓名与身份证号不一致，或这个人还没有账号，请核对证件。"
    phone = _new_phone(new_phone, login, problems)
    if problems or login is None:
        raise InvalidInput(problems)
    if phone:
        login.phone = phone
        for column, value in Login.by_phone.values(phone).items():
            setattr(login, column, value)
    return _reset(login, Reset(secrets.token_urlsafe(9)), witness_note, actor, at)


@transaction.atomic
def reset_officer(*, username: str, witness_note: str, actor: Actor, at: datetime) -> Reset:
    """
    Give an officer a new password and a new secret for the one-time password; by the security administrator only.

    :raises InvalidInput: there is no such officer, or the note says too little.
    """
    actor.require_one_of("identity.reset")
    problems: dict[str, str] = {}
    _check_note(witness_note, problems)
    login = _officer_within(Q(username=username.strip()), problems, actor, at)
    if problems or login is None:
        raise InvalidInput(problems)
    secret = pyotp.random_base32()
    login.one_time_secret, login.one_time_last = secret, 0
    return _reset(login, Reset(secrets.token_urlsafe(9), secret), witness_note, actor, at)


def _officer_within(which: Q, problems: dict[str, str], actor: Actor, at: datetime) -> Login | None:
    """Lock the officer's account; one that is not wholly within reach looks as if there were none."""
    login = Login.objects.select_for_update().filter(which, kind=Login.Kind.OFFICER).first()
    try:
        if login is not None:
            require_officer(login, "identity.reset", actor=actor, on=day_of(at))
    except OfficerNotFound:
        login = None
    if login is None or login.pk == actor.login_id:
        problems["username"] = NOT_YOURS
        return None
    return login


def _check_note(note: str, problems: dict[str, str]) -> None:
    if len(note.strip()) < SHORTEST_NOTE:
        problems["witness_note"] = f"请写明核对了什么证件、谁在场，不少于 {SHORTEST_NOTE} 个字。"


def _citizen_login(name: str, id_number: str) -> Login | None:
    try:
        index = Person.by_number.at(parse_citizen_id(id_number).number, through="person__")
    except ValueError:
        return None
    found = Login.objects.select_for_update(of=("self",)).filter(**index, person__name=name.strip())
    return found.first()


def _new_phone(text: str, login: Login | None, problems: dict[str, str]) -> str:
    if not text.strip():
        return ""
    try:
        phone = parse_mobile(text)
    except ValueError as error:
        problems["new_phone"] = str(error)
        return ""
    taken = Login.objects.filter(**Login.by_phone.at(phone), kind=Login.Kind.CITIZEN)
    if login is not None and taken.exclude(pk=login.pk).exists():
        problems["new_phone"] = "这个手机号已是别人的登录号码，请换一个，或先为那个账号办理更换。"
    return phone


def _reset(login: Login, reset: Reset, note: str, actor: Actor, at: datetime) -> Reset:
    remember(login, at)
    login.set_password(reset.password)
    login.must_change_password, login.password_set_at = True, at
    login.one_time_wrong, login.one_time_locked_until = 0, None
    login.save()
    end_sessions(login_id=login.pk, how="重置账号", at=at)
    audit.record("identity.reset_login", actor=actor, at=at, target=f"login:{login.pk}", reason=note.strip()[:200])
    return reset
