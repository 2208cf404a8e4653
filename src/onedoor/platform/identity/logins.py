"""Log in: one-time codes to the phone, passwords, officers' one-time passwords, resets."""

import secrets
from datetime import datetime, timedelta

import pyotp
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Login, OneTimeCode
from onedoor.platform.identity.queries import phone_index
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import hmac_sm3
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError

GOOD_FOR = timedelta(minutes=5)
BETWEEN = timedelta(seconds=60)
PER_DAY = 10
TRIES = 5
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


@transaction.atomic
def issue_code(*, phone: str, at: datetime) -> str | None:
    """
    Make a one-time code for a phone and return it to be sent, or None when no account has this number.

    The page says the same in both cases, so that nobody learns who has an account.

    :raises TooManyCodes: one a minute, ten a day.
    """
    index = phone_index(phone)
    recent = OneTimeCode.objects.filter(phone_index=index, sent_at__gt=at - timedelta(days=1))
    if recent.filter(sent_at__gt=at - BETWEEN).exists() or recent.count() >= PER_DAY:
        raise TooManyCodes
    code = f"{secrets.randbelow(1_000_000):06d}"
    OneTimeCode.objects.create(phone_index=index, digest=_digest(index, code), sent_at=at, expires_at=at + GOOD_FOR)
    known = Login.objects.filter(phone_index=index, kind=Login.Kind.CITIZEN, is_active=True).exists()
    return code if known else None


def use_code(*, phone: str, code: str, at: datetime) -> Login:
    """
    Return the citizen's account if the code is the one last sent; it is used up.

    :raises CodeWrong: wrong, used, too old, or tried too often.
    """
    index = phone_index(phone)
    # Counting a wrong try must survive the refusal, so it is committed before anything is raised.
    with transaction.atomic():
        last = OneTimeCode.objects.select_for_update().filter(phone_index=index).order_by("-sent_at", "-id").first()
        good = last is not None and last.used_at is None and last.expires_at > at and last.tries < TRIES
        if last is not None and good:
            last.tries += 1
            good = secrets.compare_digest(last.digest, _digest(index, code.strip()))
            last.used_at = at if good else None
            last.save(update_fields=["tries", "used_at"])
    login = Login.objects.filter(phone_index=index, kind=Login.Kind.CITIZEN, is_active=True).first() if good else None
    if login is None:
        raise CodeWrong
    return login


def _digest(index: str, code: str) -> str:
    return hmac_sm3(index.encode(), code.encode()).hex()


@transaction.atomic
def use_one_time_password(*, login_id: int, code: str, at: datetime) -> None:
    """
    Check an officer's one-time password; each is good once, clocks may differ by one step.

    :raises OneTimePasswordWrong: wrong, or used before.
    """
    login = Login.objects.select_for_update().get(pk=login_id)
    generator = pyotp.TOTP(str(login.one_time_secret)) if login.one_time_secret else None
    now = int(at.timestamp()) // STEP
    for step in (now, now - 1, now + 1):
        if generator and step > login.one_time_last and secrets.compare_digest(generator.at(step * STEP), code.strip()):
            login.one_time_last = step
            login.save(update_fields=["one_time_last"])
            return
    raise OneTimePasswordWrong


@transaction.atomic
def set_password(*, login_id: int, password: str, actor: Actor, at: datetime) -> None:
    """
    Set one's own password.

    :raises InvalidInput: too short, too common, or too much like the account's own words.
    """
    if actor.login_id != login_id:
        raise NotFound
    login = Login.objects.select_for_update().get(pk=login_id)
    try:
        validate_password(password, login)
    except ValidationError as error:
        raise InvalidInput({"password": "；".join(error.messages)}) from None
    login.set_password(password)
    login.must_change_password = False
    login.save(update_fields=["password", "must_change_password"])
    audit.record("identity.set_password", actor=actor, at=at, target=f"login:{login.pk}")


@transaction.atomic
def reset_login(*, login_id: int, witness_note: str, actor: Actor, at: datetime) -> str:
    """
    Reset an account at the window after seeing the person and their document; returns a password to be changed at once.

    :raises InvalidInput: the note says too little about what was checked.
    """
    login = Login.objects.select_for_update(of=("self",)).select_related("person").get(pk=login_id)
    division = login.person.division_id if login.person and login.person.division_id else "000000000000"
    actor.require("identity.reset", division=division)
    if len(witness_note.strip()) < 10:
        raise InvalidInput({"witness_note": "请写明核对了什么证件、谁在场，不少于 10 个字。"})
    password = secrets.token_urlsafe(9)
    login.set_password(password)
    login.must_change_password = True
    login.save(update_fields=["password", "must_change_password"])
    audit.record(
        "identity.reset_login", actor=actor, at=at, target=f"login:{login.pk}", reason=witness_note.strip()[:200]
    )
    return password
