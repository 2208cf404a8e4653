"""Open accounts."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.identity.queries import phone_index
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput


@transaction.atomic
def open_citizen_login(*, person_id: int, phone: str, password: str, actor: Actor, at: datetime) -> Login:
    """Give a person an account bound to a phone number; an existing account is returned unchanged."""
    actor.require("identity.manage", division="000000000000")
    person = Person.objects.get(pk=person_id)
    existing = Login.objects.filter(person=person).first()
    if existing is not None:
        return existing
    taken = Login.objects.filter(phone_index=phone_index(phone), kind=Login.Kind.CITIZEN).exclude(phone_index="")
    if taken.exists():
        raise InvalidInput({"phone": "这个手机号已是别人的登录号码，请换一个，或先为那个账号更换号码。"})
    login = Login(
        username=f"c{person.pk}",
        kind=Login.Kind.CITIZEN,
        name=person.name,
        person=person,
        phone=phone,
        phone_index=phone_index(phone),
        created_at=at,
    )
    login.set_password(password or None)
    login.save()
    audit.record("identity.open_citizen_login", actor=actor, at=at, target=f"login:{login.pk}")
    return login


@transaction.atomic
def open_officer_login(
    *, username: str, name: str, password: str, one_time_secret: str, actor: Actor, at: datetime
) -> Login:
    """Give an officer an account: staff number, password and one-time code; an existing one is returned unchanged."""
    actor.require("identity.manage", division="000000000000")
    existing = Login.objects.filter(username=username).first()
    if existing is not None:
        return existing
    login = Login(username=username, kind=Login.Kind.OFFICER, name=name, one_time_secret=one_time_secret, created_at=at)
    login.set_password(password)
    login.save()
    audit.record("identity.open_officer_login", actor=actor, at=at, target=f"login:{login.pk}")
    return login
