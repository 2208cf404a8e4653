"""Find, or link, the account here that somebody logged in elsewhere may open: by the verified number, never by a phone."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.logins import AccountClosed
from onedoor.platform.identity.models import Login, OutsideAccount, Person
from onedoor.platform.identity.operations.people import ensure_person
from onedoor.platform.identity.operations.real_name import FROM_AGE
from onedoor.platform.identity.outside.providers import OutsideIdentity, Provider
from onedoor.platform.kernel.actors import MATCHED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import hmac_sm3
from onedoor.platform.kernel.errors import NotFound, OneDoorError
from onedoor.standards.id_numbers import parse_citizen_id
from onedoor.standards.periods import age_on

MACHINE = Actor.system("统一登录")


class NotLinked(OneDoorError):
    code, http_status, message = (
        "outside.not_linked",
        403,
        "{title}没有告诉我们核实过的身份证号，也还没有和这里的账号关联，没有登录。请先用手机号登录，在“登录的设备”里关联，下次就能直接用。",
    )


class LinkedElsewhere(OneDoorError):
    code, http_status, message = (
        "outside.linked_elsewhere",
        409,
        "这个{title}账号已关联这里的另一个账号，没有再关联。要换的，请先在那个账号里解除。",
    )


class OtherPerson(OneDoorError):
    code, http_status, message = (
        "outside.other_person",
        403,
        "{title}核实的是另一个人，与这里的账号不一致，没有登录，也没有关联。请用本人的{title}账号。",
    )


class OutsideAccountNotFound(NotFound):
    code, message = "outside.account_not_found", "没有找到这个关联，请从名单里选择。"


def _digest(provider: Provider, subject: str) -> str:
    """Return under what an account elsewhere is known: the provider's own name for it says nothing outside that provider."""
    return hmac_sm3(f"{provider.code}:{provider.issuer}".encode(), subject.encode()).hex()


@transaction.atomic
def login_for_outside(*, provider: Provider, who: OutsideIdentity, actor: Actor, at: datetime) -> Login:
    """
    Return the account that somebody logged in elsewhere opens: the linked one, or the one of the verified identity number,
    which is linked with it; a person nobody knows yet gets an account at the level the provider vouches for.

    :raises NotLinked: neither linked nor a verified number.
    :raises OtherPerson: the linked account is one person's, and what the provider has verified by now another.
    :raises AccountClosed: the account is closed, or the person's death is recorded.
    """
    digest = _digest(provider, who.subject)
    known = OutsideAccount.objects.select_for_update(of=("self",)).select_related("login")
    row = known.filter(provider=provider.code, subject_digest=digest, ended_at__isnull=True).first()
    if row is not None and (row.login.kind == Login.Kind.OFFICER) == provider.for_officers:
        _require_same_person(row.login, provider, who)
        row.used_at = at
        row.save(update_fields=["used_at"])
        _vouch(row.login.person, provider, who, at)
        return _open(row.login)
    if not who.id_number or who.level < MATCHED:
        raise NotLinked(title=provider.title)
    login = _officer(who) if provider.for_officers else _citizen(provider, who, actor, at)
    if login is None:
        raise NotLinked(title=provider.title)
    if row is None:
        _link(login, provider, digest, "核实的身份证号", actor, at)
    return _open(login)


def _require_same_person(login: Login, provider: Provider, who: OutsideIdentity) -> None:
    own = str(login.person.id_number) if login.person else str(login.holder_number)
    if who.id_number and who.id_number.upper() != own:
        raise OtherPerson(title=provider.title)


def _open(login: Login) -> Login:
    dead = login.person is not None and login.person.deceased_on is not None
    if dead or not login.is_active:
        raise AccountClosed
    return login


def _officer(who: OutsideIdentity) -> Login | None:
    try:
        number = parse_citizen_id(who.id_number).number
    except ValueError:
        return None
    return Login.objects.filter(**Login.by_holder.at(number), kind=Login.Kind.OFFICER).first()


def _citizen(provider: Provider, who: OutsideIdentity, actor: Actor, at: datetime) -> Login | None:
    """Return the account of the person with the verified number and name, opened where there is none."""
    try:
        number = parse_citizen_id(who.id_number).number
    except ValueError:
        return None
    person = ensure_person(name=who.name, id_number=number, division="", actor=MACHINE, at=at)
    if person.name != who.name:  # the number is known here under another name: a person looks at that, at a window
        return None
    _vouch(person, provider, who, at)
    login = Login.objects.filter(person=person).first()
    if login is None:
        login = Login(
            username=f"c{person.pk}",
            kind=Login.Kind.CITIZEN,
            name=person.name,
            person=person,
            created_at=at,
            **Login.by_phone.values(""),
        )
        login.set_unusable_password()
        login.save()
        audit.record("identity.open_citizen_login", actor=MACHINE, at=at, target=f"login:{login.pk}")
    return login


def _vouch(person: Person | None, provider: Provider, who: OutsideIdentity, at: datetime) -> None:
    """Raise the level of the very person whose number and name the provider has verified; a child's guardian does that."""
    if person is None or (person.name, str(person.id_number)) != (who.name, who.id_number.upper()):
        return
    level = who.level
    if person.born_on is not None and age_on(person.born_on, day_of(at)) < FROM_AGE:
        return
    if person.deceased_on is not None or level <= person.assurance:
        return
    person.assurance, person.verified_by, person.verified_at = level, provider.title[:40], at
    person.save(update_fields=["assurance", "verified_by", "verified_at"])
    audit.record("identity.verify_person", actor=MACHINE, at=at, target=f"person:{person.pk}", assurance=level)


def _link(login: Login, provider: Provider, digest: str, how: str, actor: Actor, at: datetime) -> OutsideAccount:
    row = OutsideAccount.objects.create(
        login=login,
        provider=provider.code,
        subject_digest=digest,
        linked_how=how,
        used_at=at,
        recorded_at=at,
        recorded_by="本人",
    )
    audit.record("identity.link_outside", actor=actor, at=at, target=f"login:{login.pk}", provider=provider.code)
    return row


@transaction.atomic
def link_outside(*, provider: Provider, who: OutsideIdentity, actor: Actor, at: datetime) -> OutsideAccount:
    """
    Link an account elsewhere with one's own, from one's own session; a verified number raises one's level.

    :raises OtherPerson: what the provider has verified is another person.
    :raises LinkedElsewhere: it opens another account here.
    :raises AssuranceTooLow: name and number have not been matched.
    """
    login = Login.objects.select_for_update(of=("self",)).select_related("person").get(pk=actor.require_login())
    if (login.kind == Login.Kind.OFFICER) != provider.for_officers:
        raise OutsideAccountNotFound
    actor.require_level(MATCHED)
    _require_same_person(login, provider, who)
    digest = _digest(provider, who.subject)
    row = OutsideAccount.objects.filter(provider=provider.code, subject_digest=digest, ended_at__isnull=True).first()
    if row is not None and row.login_id != login.pk:
        raise LinkedElsewhere(title=provider.title)
    _vouch(login.person, provider, who, at)
    return row or _link(login, provider, digest, "本人登录后关联", actor, at)


@transaction.atomic
def unlink_outside(*, account_id: int, actor: Actor, at: datetime) -> None:
    """:raises OutsideAccountNotFound: it is not one's own, or it was ended before."""
    rows = OutsideAccount.objects.select_for_update().filter(login_id=actor.require_login(), ended_at__isnull=True)
    row = rows.filter(pk=account_id).first()
    if row is None:
        raise OutsideAccountNotFound
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    audit.record("identity.unlink_outside", actor=actor, at=at, target=f"login:{row.login_id}", provider=row.provider)
