"""Open accounts."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

import pyotp
from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.appointing import give_post
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.identity.operations.people import verify_at_window
from onedoor.platform.identity.queries import NATION, find_division
from onedoor.platform.identity.reach import require_organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.standards.contacts import parse_mobile
from onedoor.standards.id_numbers import parse_citizen_id


@transaction.atomic
def open_citizen_login(*, person_id: int, phone: str, password: str, actor: Actor, at: datetime) -> Login:
    """
    Give a person an account bound to a phone number; an existing account is returned unchanged.

    :raises InvalidInput: the phone is somebody else's log-in, or the person has died.
    """
    actor.require("identity.manage", division=NATION)
    return _open(Person.objects.get(pk=person_id), phone, password, actor, at)


def _open(person: Person, phone: str, password: str, actor: Actor, at: datetime) -> Login:
    existing = Login.objects.filter(person=person).first()
    if existing is not None:
        return existing
    taken = Login.objects.filter(**Login.by_phone.at(phone), kind=Login.Kind.CITIZEN)
    if phone and taken.exists():
        raise InvalidInput({"phone": "这个手机号已是别人的登录号码，请换一个，或先为那个账号更换号码。"})
    if person.deceased_on is not None:
        raise InvalidInput({"id_number": "此人已登记死亡，不能开通账号，请核对证件。"})
    login = Login(
        username=f"c{person.pk}",
        kind=Login.Kind.CITIZEN,
        name=person.name,
        person=person,
        phone=phone,
        created_at=at,
        **Login.by_phone.values(phone),
    )
    login.set_password(password or None)
    login.save()
    audit.record("identity.open_citizen_login", actor=actor, at=at, target=f"login:{login.pk}")
    return login


@transaction.atomic
def admit_at_window(
    *,
    name: str,
    id_number: str,
    division: str,
    phone: str,
    document_valid_to: date | None,
    witness_note: str,
    actor: Actor,
    at: datetime,
) -> Person:
    """
    Verify somebody at the window, and open their account where a phone is given and they have none.

    :raises InvalidInput: as `verify_at_window` and `open_citizen_login` say; no such phone, no such place in force.
    """
    actor.require_one_of("identity.window")
    place = find_division(division) if division else None
    if division and (place is None or place.in_force_to is not None):
        raise InvalidInput({"division": "没有找到这个区划代码，或它已经撤销，请核对。"})
    try:
        number = parse_mobile(phone) if phone else ""
    except ValueError as error:
        raise InvalidInput({"phone": str(error)}) from None
    person = verify_at_window(
        name=name,
        id_number=id_number,
        division=division,
        phone=number,
        document_valid_to=document_valid_to,
        witness_note=witness_note,
        actor=actor,
        at=at,
    )
    if number:
        _open(person, number, "", actor, at)
    return person


@transaction.atomic
def open_officer_login(
    *, username: str, name: str, password: str, one_time_secret: str, actor: Actor, at: datetime
) -> Login:
    """Give an officer an account: staff number, password and one-time code; an existing one is returned unchanged."""
    actor.require("identity.manage", division=NATION)
    existing = Login.objects.filter(username=username).first()
    if existing is not None:
        return existing
    login = Login(
        username=username,
        kind=Login.Kind.OFFICER,
        name=name,
        one_time_secret=one_time_secret,
        created_at=at,
        password_set_at=at,
    )
    login.set_password(password)
    login.save()
    audit.record("identity.open_officer_login", actor=actor, at=at, target=f"login:{login.pk}")
    return login


@dataclass(frozen=True)
class Engaged:
    """A new officer with what they take along, shown once."""

    login: Login
    password: str
    one_time_secret: str


@transaction.atomic
def engage_officer(
    *,
    username: str,
    name: str,
    id_number: str,
    organization_id: int,
    role: str,
    division: str,
    lines: list[str],
    valid_from: date,
    actor: Actor,
    at: datetime,
) -> Engaged:
    """
    Open an account for a new officer together with the first post; nobody has a default password.

    :raises InvalidInput: the staff number is taken, the name or number is wrong, or the human has an account already.
    """
    actor.require("identity.manage", division=division)
    require_organization(organization_id, actor=actor, on=day_of(at))
    problems, number = {}, ""
    if not username.strip() or Login.objects.filter(username=username.strip()).exists():
        problems["username"] = "请填写没有用过的工号。"
    if not name.strip():
        problems["name"] = "请填写姓名。"
    try:
        number = parse_citizen_id(id_number).number
    except ValueError as error:
        problems["id_number"] = str(error)
    held = Login.objects.filter(**Login.by_holder.at(number))
    if number and held.filter(is_active=True).exists():
        problems["id_number"] = "此人已有工作账号。一人只开一个账号，请到那个账号下任命岗位。"
    if problems:
        raise InvalidInput(problems)
    held.update(holder_number="", **Login.by_holder.values(""))  # somebody who left and comes back
    password, secret = secrets.token_urlsafe(12), pyotp.random_base32()
    login = Login(
        username=username.strip(),
        kind=Login.Kind.OFFICER,
        name=name.strip(),
        holder_number=number,
        one_time_secret=secret,
        must_change_password=True,
        created_at=at,
        password_set_at=at,
        **Login.by_holder.values(number),
    )
    login.set_password(password)
    login.save()
    audit.record("identity.open_officer_login", actor=actor, at=at, target=f"login:{login.pk}")
    give_post(
        login,
        organization_id=organization_id,
        role=role,
        division=division,
        lines=lines,
        valid_from=valid_from,
        actor=actor,
        at=at,
    )
    return Engaged(login, password, secret)
