"""Reset and unlock accounts: citizens at the window, officers by the security administrator, powerful ones by two."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
from django.db import transaction
from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import AccountReset, Login, Person
from onedoor.platform.identity.operations.sessions import end_sessions
from onedoor.platform.identity.passwords import remember
from onedoor.platform.identity.queries import RESET_GOOD_FOR, OfficerNotFound
from onedoor.platform.identity.reach import posts_ahead, require_officer
from onedoor.platform.identity.roles import POWERFUL
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.standards.contacts import parse_mobile
from onedoor.standards.id_numbers import parse_citizen_id

SHORTEST_NOTE = 10
NOT_YOURS = "没有这个工号，它不全在您的管辖范围内，或这是您自己的工号。请核对；自己的账号由另一位安全管理员办理，跨辖区的由上级办理。"


class ResetNotFound(NotFound):
    code, message = "identity.reset_not_found", "没有这项重置申请，或它已办理、已超过一天，请刷新页面或重新申请。"


class SecondPersonNeeded(OneDoorError):
    code, http_status, message = (
        "identity.second_person_needed",
        403,
        "要害岗位的账号须由两个人重置：申请的人和本人都不能批准，请本单位另一位或上级的安全管理员办理。",
    )


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
    """What a person takes along, shown once; the last two only for officers. Nothing while a second person is waited for."""

    password: str = ""
    one_time_secret: str = ""
    username: str = ""
    needs_second: bool = False


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

    Whoever takes over an account with a powerful post takes over the post, so that needs two people, as giving it
    does: the reset waits for `approve_reset`, and nothing is told yet.

    :raises InvalidInput: there is no such officer within reach, it is one's own account, or the note says too little.
    """
    actor.require_one_of("identity.reset")
    problems: dict[str, str] = {}
    _check_note(witness_note, problems)
    login = _officer_within(Q(username=username.strip()), problems, actor, at)
    if problems or login is None:
        raise InvalidInput(problems)
    if actor.kind == "system" or not any(post.role in POWERFUL for post in posts_ahead(login.pk, day_of(at))):
        return _renew(login, witness_note, actor, at)
    asked = {"note": witness_note.strip()[:200], "asked_by_id": actor.require_login()}
    recorded = {"recorded_at": at, "recorded_by": actor.name}
    row, _ = AccountReset.objects.update_or_create(login=login, approved_at=None, defaults=asked | recorded)
    audit.record("identity.ask_reset", actor=actor, at=at, target=row.target, reason=row.note)
    return Reset(needs_second=True)


@transaction.atomic
def approve_reset(*, reset_id: int, actor: Actor, at: datetime) -> Reset:
    """
    Do the reset of a powerful account that another security administrator has asked for within the last day.

    :raises ResetNotFound: there is none within reach, it is done, or too old.
    :raises SecondPersonNeeded: the actor has asked for it, or the account is the actor's own.
    """
    actor.require_one_of("identity.reset")
    row = AccountReset.objects.select_for_update().filter(pk=reset_id, approved_at__isnull=True).first()
    if row is None or row.recorded_at <= at - RESET_GOOD_FOR:
        raise ResetNotFound
    login = Login.objects.select_for_update().get(pk=row.login_id)
    try:
        require_officer(login, "identity.reset", actor=actor, on=day_of(at))
    except OfficerNotFound:
        raise ResetNotFound from None
    if actor.login_id in (row.asked_by_id, row.login_id):
        raise SecondPersonNeeded
    row.approved_at, row.approved_by_id = at, actor.login_id
    row.save(update_fields=["approved_at", "approved_by"])
    return _renew(login, row.note, actor, at)


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


def _renew(login: Login, note: str, actor: Actor, at: datetime) -> Reset:
    secret = pyotp.random_base32()
    login.one_time_secret, login.one_time_last = secret, 0
    return _reset(login, Reset(secrets.token_urlsafe(9), secret, login.username), note, actor, at)


def _reset(login: Login, reset: Reset, note: str, actor: Actor, at: datetime) -> Reset:
    remember(login, at)
    login.set_password(reset.password)
    login.must_change_password, login.password_set_at = True, at
    login.one_time_wrong, login.one_time_locked_until = 0, None
    login.save()
    end_sessions(login_id=login.pk, how="重置账号", at=at)
    audit.record("identity.reset_login", actor=actor, at=at, target=f"login:{login.pk}", reason=note.strip()[:200])
    return reset
