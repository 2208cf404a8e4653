"""People, officers, delegations, consents: every write of the identity room."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import (
    Consent,
    Delegation,
    Login,
    Organization,
    Person,
    Post,
)
from onedoor.platform.identity.queries import id_number_index, phone_index, reach_of
from onedoor.platform.identity.roles import may_hold_together
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.standards.id_numbers import parse_citizen_id
from onedoor.standards.periods import add_months

SCOPES = ("view", "submit", "sign", "collect")
LONGEST = timedelta(days=3 * 366)


class RolesNotTogether(OneDoorError):
    code, http_status, message = (
        "identity.roles_not_together",
        409,
        "系统、安全、审计管理员须由不同的人担任，且不能兼任业务岗位。",
    )


class DelegationNotFound(NotFound):
    code, message = "mandate.not_found", "没有找到这份委托，请到“委托”页面查看。"


@transaction.atomic
def ensure_person(*, name: str, id_number: str, division: str, actor: Actor, at: datetime, phone: str = "") -> Person:
    """
    Return the person with this identity number, creating the row from what was declared (real-name level 0).

    A known person's name is never changed by somebody else's form.
    """
    number = parse_citizen_id(id_number)
    index = id_number_index(number.number)
    existing = Person.objects.filter(id_index=index).first()
    if existing is not None:
        return existing
    person = Person.objects.create(
        name=name,
        sex=number.sex_code,
        born_on=number.birth_date,
        division_id=division or None,
        id_number=number.number,
        id_index=index,
        phone=phone,
        phone_index=phone_index(phone),
        recorded_at=at,
        recorded_by=actor.name or "申请人申报",
    )
    audit.record("identity.ensure_person", actor=actor, at=at, target=f"person:{person.pk}", division=division)
    return person


def lock_person(person_id: int) -> Person:
    """Lock a person's row until the transaction ends, so that what may happen once to a person happens once."""
    return Person.objects.select_for_update().get(pk=person_id)


@transaction.atomic
def verify_person(*, person_id: int, assurance: int, method: str, actor: Actor, at: datetime) -> Person:
    """Raise a person's real-name level after a check at a window or by the identity service."""
    person = Person.objects.select_for_update().get(pk=person_id)
    actor.require("identity.verify", division=person.division_id or "000000000000")
    person.assurance, person.verified_by, person.verified_at = assurance, method, at
    person.save(update_fields=["assurance", "verified_by", "verified_at"])
    audit.record("identity.verify_person", actor=actor, at=at, target=f"person:{person.pk}", assurance=assurance)
    return person


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


@transaction.atomic
def appoint_officer(
    *,
    login_id: int,
    organization_id: int,
    role: str,
    division: str,
    lines: Sequence[str],
    valid_from: date,
    actor: Actor,
    at: datetime,
) -> Post:
    """
    Give an officer a post. Giving the same post again changes nothing.

    :raises RolesNotTogether: the three administrators are different people and do no business.
    """
    actor.require("identity.manage", division=division)
    held = Post.objects.filter(login_id=login_id, valid_to__isnull=True)
    same = held.filter(organization_id=organization_id, role=role, division_id=division).first()
    if same is not None:
        return same
    if not may_hold_together(role, frozenset(held.values_list("role", flat=True))):
        raise RolesNotTogether
    post = Post.objects.create(
        login_id=login_id,
        organization_id=organization_id,
        role=role,
        division_id=division,
        lines=sorted(lines),
        reach=reach_of(division),
        valid_from=valid_from,
        recorded_at=at,
        recorded_by=actor.name,
    )
    audit.record("identity.appoint_officer", actor=actor, at=at, target=f"post:{post.pk}", division=division, role=role)
    return post


@transaction.atomic
def register_organization(
    *,
    uscc: str,
    name: str,
    short_name: str,
    kind: str,
    tier: int,
    division: str,
    parent_id: int | None,
    phone: str,
    actor: Actor,
    at: datetime,
) -> Organization:
    """Enter an organization; one with the same credit code is returned unchanged."""
    actor.require("identity.manage", division=division)
    organization, created = Organization.objects.get_or_create(
        uscc=uscc,
        defaults={
            "name": name,
            "short_name": short_name,
            "kind": kind,
            "tier": tier,
            "division_id": division,
            "parent_id": parent_id,
            "phone": phone,
            "recorded_at": at,
            "recorded_by": actor.name,
        },
    )
    if created:
        target = f"organization:{organization.pk}"
        audit.record("identity.register_organization", actor=actor, at=at, target=target, division=division)
    return organization


@transaction.atomic
def ask_delegation(
    *,
    principal_name: str,
    principal_id_number: str,
    items: Sequence[str],
    scopes: Sequence[str],
    valid_to: date,
    actor: Actor,
    at: datetime,
) -> Delegation:
    """
    Ask another person to let oneself act for them; it holds once they confirm it under their own log-in.

    :raises InvalidInput: who, what or until when is missing, or name and number do not belong together.
    """
    if actor.person_id is None:
        raise DelegationNotFound
    problems = {}
    if not set(scopes) or not set(scopes) <= set(SCOPES):
        problems["scopes"] = "请选择至少一项代办权限。"
    if not day_of(at) <= valid_to <= day_of(at) + LONGEST:
        problems["valid_to"] = "请选择今天以后、三年以内的截止日。"
    principal = _named_person(principal_name, principal_id_number)
    if principal is None or principal.pk == actor.person_id:
        problems["id_number"] = "姓名与身份证号不一致，或对方还没有实名账号，请核对；也可请对方到窗口办理委托。"
    if problems or principal is None:
        raise InvalidInput(problems)
    delegation = Delegation.objects.create(
        principal=principal,
        agent_id=actor.person_id,
        items=sorted(items),
        scopes=sorted(scopes),
        valid_from=day_of(at),
        valid_to=valid_to,
        recorded_at=at,
        recorded_by=actor.name or "代理人",
    )
    _tell(delegation, "asked")
    audit.record("identity.ask_delegation", actor=actor, at=at, target=f"delegation:{delegation.pk}")
    return delegation


def _named_person(name: str, id_number: str) -> Person | None:
    try:
        index = id_number_index(parse_citizen_id(id_number).number)
    except ValueError:
        return None
    return Person.objects.filter(id_index=index, name=name.strip()).first()


@transaction.atomic
def confirm_delegation(*, delegation_id: int, actor: Actor, at: datetime, how: str = "本人登录确认") -> Delegation:
    """:raises DelegationNotFound: only the principal confirms, under their own log-in."""
    delegation = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
    if delegation is None or actor.person_id is None or delegation.principal_id != actor.person_id:
        raise DelegationNotFound
    if delegation.state == Delegation.State.PENDING:
        delegation.state, delegation.confirmed_at, delegation.confirmed_how = Delegation.State.ACTIVE, at, how
        delegation.save(update_fields=["state", "confirmed_at", "confirmed_how"])
        _tell(delegation, "confirmed")
        audit.record("identity.confirm_delegation", actor=actor, at=at, target=f"delegation:{delegation.pk}")
    return delegation


@transaction.atomic
def revoke_delegation(*, delegation_id: int, actor: Actor, at: datetime) -> Delegation:
    """:raises DelegationNotFound: only the principal or the agent ends it."""
    delegation = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
    if delegation is None or actor.person_id not in (delegation.principal_id, delegation.agent_id):
        raise DelegationNotFound
    if delegation.state != Delegation.State.REVOKED:
        delegation.state, delegation.revoked_at = Delegation.State.REVOKED, at
        delegation.save(update_fields=["state", "revoked_at"])
        _tell(delegation, "revoked")
        audit.record("identity.revoke_delegation", actor=actor, at=at, target=f"delegation:{delegation.pk}")
    return delegation


def _tell(delegation: Delegation, what: str) -> None:
    outbox.publish(
        f"identity.delegation_{what}",
        key=f"delegation:{delegation.pk}",
        delegation_id=delegation.pk,
        principal_id=delegation.principal_id,
        agent_id=delegation.agent_id,
    )


@transaction.atomic
def give_consent(
    *,
    person_id: int,
    purpose: str,
    sources: Sequence[str],
    months: int,
    text_digest: str,
    reference: str,
    method: str,
    actor: Actor,
    at: datetime,
) -> Consent:
    """Record a signed consent; signing the same again for the same application returns the first."""
    if actor.person_id is None:
        raise DelegationNotFound
    existing = Consent.objects.filter(
        person_id=person_id, purpose=purpose, reference=reference, revoked_at__isnull=True
    ).first()
    if existing is not None:
        return existing
    last_day = add_months(day_of(at), months)
    consent = Consent.objects.create(
        person_id=person_id,
        purpose=purpose,
        sources=sorted(sources),
        reference=reference,
        text_digest=text_digest,
        method=method,
        signed_by_id=actor.person_id,
        signed_at=at,
        valid_until=at + (last_day - day_of(at)),
        recorded_at=at,
        recorded_by=actor.name or "本人",
    )
    audit.record("identity.give_consent", actor=actor, at=at, target=f"consent:{consent.pk}", purpose=purpose)
    return consent


@transaction.atomic
def revoke_consent(*, consent_id: int, actor: Actor, at: datetime) -> Consent:
    """Withdraw a consent: from now on nothing is asked under it. Only the person themselves."""
    consent = Consent.objects.select_for_update().filter(pk=consent_id, person_id=actor.require_person()).first()
    if consent is None:
        raise DelegationNotFound
    if consent.revoked_at is None:
        consent.revoked_at = at
        consent.save(update_fields=["revoked_at"])
        audit.record("identity.revoke_consent", actor=actor, at=at, target=f"consent:{consent.pk}")
    return consent
