"""Let somebody act for another, and end it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Delegation, Person, PersonRelation
from onedoor.platform.identity.operations.people import lock_person
from onedoor.platform.identity.queries import (
    NATION,
    MandateUsedUp,
    is_village_agent,
    relatives_of,
    strangers_helped,
)
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import MATCHED, PROVED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.kernel.parameters import figure
from onedoor.standards.id_numbers import parse_citizen_id

RELATION_CODES = ("10", "20", "30", "40", "50", "60", "70", "80")  # GB/T 4761, by groups: near relatives first
SCOPES = ("view", "affairs", "submit", "sign", "collect")


MOST_STRANGERS = "identity.most_strangers"
LONGEST = timedelta(days=3 * 366)


class DelegationNotFound(NotFound):
    code, message = "mandate.not_found", "没有找到这份委托，请到“委托”页面查看。"


class TooManyDelegations(OneDoorError):
    code, http_status, message = (
        "mandate.too_many",
        409,
        "一个人最多替 {most} 位非亲属办事，现已达到。请由亲属或村（社区）帮办代办员办理；是亲属的，请带户口簿到窗口登记关系。",
    )


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
    max_uses: int | None = None,
) -> Delegation:
    """
    Ask another person to let oneself act for them; it holds once they confirm it under their own log-in.

    :raises InvalidInput: who, what or until when is missing, or name and number do not belong together.
    :raises AssuranceTooLow: the actor is not known surely enough to act for anybody.
    """
    if actor.person_id is None:
        raise DelegationNotFound
    actor.require_level(PROVED)
    problems = _faults_of_terms(scopes, valid_to, max_uses, at)
    principal = _named_person(principal_name, principal_id_number)
    if principal is None or principal.pk == actor.person_id or principal.deceased_on is not None:
        problems["id_number"] = "姓名与身份证号不一致，或对方还没有实名账号，请核对；也可请对方到窗口办理委托。"
    if problems or principal is None:
        raise InvalidInput(problems)
    _check_limit(actor.person_id, principal.pk, at)
    delegation = Delegation.objects.create(
        principal=principal,
        agent_id=actor.person_id,
        kind=_kind(actor.person_id, at),
        items=sorted(items),
        scopes=sorted(scopes),
        max_uses=max_uses,
        valid_from=day_of(at),
        valid_to=valid_to,
        recorded_at=at,
        recorded_by=actor.name or "代理人",
    )
    _tell(delegation, "asked")
    audit.record("identity.ask_delegation", actor=actor, at=at, target=f"delegation:{delegation.pk}")
    return delegation


def _faults_of_terms(scopes: Sequence[str], valid_to: date, max_uses: int | None, at: datetime) -> dict[str, str]:
    """Return what is wrong with the terms every delegation states (Civil Code art. 165)."""
    problems = {}
    if not set(scopes) or not set(scopes) <= set(SCOPES):
        problems["scopes"] = "请选择至少一项代办权限。"
    if not day_of(at) <= valid_to <= day_of(at) + LONGEST:
        problems["valid_to"] = "请选择今天以后、三年以内的截止日。"
    if max_uses is not None and not 1 <= max_uses <= 1000:
        problems["max_uses"] = "次数请填 1 到 1000，不限次数的不用填。"
    return problems


def _kind(agent_id: int, at: datetime) -> str:
    """A village agent is one by office; nobody declares themselves to be one."""
    if is_village_agent(agent_id, on=day_of(at)):
        return str(Delegation.Kind.VILLAGE_AGENT)
    return str(Delegation.Kind.VOLUNTARY)


def _check_limit(agent_id: int, principal_id: int, at: datetime) -> None:
    """:raises TooManyDelegations: the agent acts for as many people who are no relatives as one may (R-DEL-3)."""
    on = day_of(at)
    lock_person(agent_id)  # two delegations at once are counted one after the other
    if principal_id in relatives_of(agent_id) or is_village_agent(agent_id, on=on):
        return
    most = figure(MOST_STRANGERS, chain=[NATION], on=on)
    if strangers_helped(agent_id, on=on) >= most:
        raise TooManyDelegations(most=most)


@transaction.atomic
def record_delegation(
    *,
    principal: tuple[str, str],
    agent: tuple[str, str],
    relation: str,
    items: Sequence[str],
    scopes: Sequence[str],
    valid_to: date,
    max_uses: int | None,
    witness: str,
    evidence_digest: str,
    actor: Actor,
    at: datetime,
) -> Delegation:
    """
    Record a delegation given at the window: the officer has seen both people, a witness and the act itself.

    `principal` and `agent` are (name, identity number) as read off their documents; `relation` is what the agent is
    to the principal by the household book (GB/T 4761), "" for no relative; `evidence_digest` is the SM3 digest of the
    photo of the act, which the caller keeps under `delegation:<id>`.

    :raises InvalidInput: a person is not known by name and number, a term, the witness or the photo is missing.
    :raises TooManyDelegations: the agent acts for as many strangers as one may.
    """
    actor.require_one_of("identity.window")
    problems = _faults_of_terms(scopes, valid_to, max_uses, at)
    giver, taker = _named_person(*principal), _named_person(*agent)
    if giver is None or giver.deceased_on is not None:
        problems["principal_id_number"] = "没有找到姓名与身份证号都一致的委托人，请核对证件，或先为他（她）核验身份。"
    if taker is None or taker.deceased_on is not None or taker == giver:
        problems["agent_id_number"] = "没有找到姓名与身份证号都一致的代理人，请核对证件，或先为他（她）核验身份。"
    if relation and relation not in RELATION_CODES:
        problems["relation"] = "请选择关系。"
    if not witness.strip():
        problems["witness"] = "请填写见证人姓名。"
    if not evidence_digest:
        problems["evidence"] = "请上传委托人签字或按手印时的现场照片。"
    if problems or giver is None or taker is None:
        raise InvalidInput(problems)
    if relation:
        PersonRelation.objects.get_or_create(
            person=giver,
            relative=taker,
            relation=relation,
            defaults={"source": "窗口核对户口簿", "recorded_at": at, "recorded_by": actor.name},
        )
    _check_limit(taker.pk, giver.pk, at)
    delegation = Delegation.objects.create(
        principal=giver,
        agent=taker,
        kind=_kind(taker.pk, at),
        items=sorted(items),
        scopes=sorted(scopes),
        max_uses=max_uses,
        valid_from=day_of(at),
        valid_to=valid_to,
        state=Delegation.State.ACTIVE,
        confirmed_at=at,
        confirmed_how="窗口当面委托",
        witness=witness.strip()[:60],
        evidence_digest=evidence_digest,
        recorded_at=at,
        recorded_by=actor.name,
    )
    _tell(delegation, "recorded")
    target, place = f"delegation:{delegation.pk}", giver.division_id or ""
    audit.record("identity.record_delegation", actor=actor, at=at, target=target, division=place, kind=delegation.kind)
    return delegation


@transaction.atomic
def use_delegation(*, delegation_id: int, actor: Actor, at: datetime) -> None:
    """
    Count one application made under a delegation; called by the operation that submits it.

    :raises MandateUsedUp: as many were made as were agreed.
    """
    delegation = Delegation.objects.select_for_update().get(pk=delegation_id)
    if delegation.is_used_up:
        raise MandateUsedUp(uses=delegation.max_uses)
    delegation.uses += 1
    delegation.save(update_fields=["uses"])
    audit.record("identity.use_delegation", actor=actor, at=at, target=f"delegation:{delegation.pk}")


@transaction.atomic
def give_back_delegation(*, delegation_id: int, actor: Actor, at: datetime) -> None:
    """Count one application less: what was submitted under this delegation was undone; called by the operation that does."""
    delegation = Delegation.objects.select_for_update().get(pk=delegation_id)
    delegation.uses = max(0, delegation.uses - 1)
    delegation.save(update_fields=["uses"])
    audit.record("identity.give_back_delegation", actor=actor, at=at, target=f"delegation:{delegation.pk}")


def _named_person(name: str, id_number: str) -> Person | None:
    try:
        index = Person.by_number.at(parse_citizen_id(id_number).number)
    except ValueError:
        return None
    return Person.objects.filter(**index, name=name.strip()).first()


@transaction.atomic
def confirm_delegation(*, delegation_id: int, actor: Actor, at: datetime, how: str = "本人登录确认") -> Delegation:
    """
    Let a delegation hold; only the principal does that, under their own log-in.

    :raises DelegationNotFound: it is not the actor's to confirm.
    :raises TooManyDelegations: meanwhile the agent acts for as many strangers as one may.
    :raises AssuranceTooLow: the principal is not known surely enough.
    """
    delegation = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
    if delegation is None or actor.person_id is None or delegation.principal_id != actor.person_id:
        raise DelegationNotFound
    actor.require_level(PROVED)
    if delegation.state == Delegation.State.PENDING:
        _check_limit(delegation.agent_id, delegation.principal_id, at)
        delegation.state, delegation.confirmed_at, delegation.confirmed_how = Delegation.State.ACTIVE, at, how
        delegation.save(update_fields=["state", "confirmed_at", "confirmed_how"])
        _tell(delegation, "confirmed")
        audit.record("identity.confirm_delegation", actor=actor, at=at, target=f"delegation:{delegation.pk}")
    return delegation


@transaction.atomic
def revoke_delegation(*, delegation_id: int, actor: Actor, at: datetime) -> Delegation:
    """
    End a delegation. Taking a right back asks for less than giving it: one proof is enough.

    :raises DelegationNotFound: only the principal or the agent ends it.
    :raises AssuranceTooLow: name and number have not been matched.
    """
    delegation = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
    if delegation is None or actor.person_id not in (delegation.principal_id, delegation.agent_id):
        raise DelegationNotFound
    actor.require_level(MATCHED)
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
