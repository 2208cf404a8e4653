"""Mandates: under what somebody may act for another."""

from datetime import date

from django.db.models import Q, QuerySet

from onedoor.platform.identity.models import (
    AssistedFiling,
    Delegation,
    Guardianship,
    LegalRepresentative,
    Login,
    Person,
    PersonRelation,
    Post,
    WardOpinion,
)
from onedoor.platform.identity.queries.people import id_number_of
from onedoor.platform.identity.queries.posts import held
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.prepared import prepared
from onedoor.standards.periods import age_on

OF_AGE = 18  # Civil Code art. 17
ALONE_AT_THE_EARLIEST = 16
HAS_A_SAY = 8
GUARDIAN_BASES: list[tuple[str, str]] = [(one.value, str(one.label)) for one in Guardianship.Basis]


class MandateMissing(OneDoorError):
    code, http_status, message = (
        "mandate.missing",
        403,
        "您没有取得对方的委托，或委托不包含此操作，请先请对方确认委托。",
    )


class MandateExpired(OneDoorError):
    code, http_status, message = "mandate.expired", 403, "委托已于 {valid_to} 到期，请委托人续期后再办理。"


class MandateRevoked(OneDoorError):
    code, http_status, message = "mandate.revoked", 403, "委托已于 {ended_on} 终止，重新取得委托以后才能继续办理。"


class MandateSuspended(OneDoorError):
    code, http_status, message = (
        "mandate.suspended",
        403,
        "您为这个单位办事的授权已暂停（{why}）。请单位的法定代表人在“我的单位”里确认后再办，填好的草稿会保留。",
    )


class MandateUsedUp(OneDoorError):
    code, http_status, message = (
        "mandate.used_up",
        403,
        "这份委托约定的 {uses} 次已经用完，请委托人重新委托后再办理。填好的草稿会保留。",
    )


def _living(on: date) -> Q:
    return Q(state=Delegation.State.ACTIVE, valid_from__lte=on, valid_to__gte=on)


def active_delegation(
    *, agent_id: int, principal_id: int, item: str, scope: str, on: date, to_use: bool = False
) -> Delegation:
    """
    Return the delegation under which the agent may do `scope` for the principal in this item, of several the one that
    holds longest.

    `to_use`: it is for an application that has not been submitted, so one with an application left is needed.

    :raises MandateUsedUp: to use, though as many applications were made as were agreed.
    :raises MandateSuspended: it is an organization's, and may not be used until its representative says so.
    :raises MandateExpired, MandateRevoked: there was one, and it has come to its end.
    :raises MandateMissing: there is none.
    """
    between = Delegation.objects.filter(agent_id=agent_id, principal_id=principal_id).order_by("-valid_to", "-pk")
    given = [delegation for delegation in between if delegation.covers(item, scope)]
    active = [delegation for delegation in given if delegation.state == Delegation.State.ACTIVE]
    living = [delegation for delegation in active if delegation.valid_from <= on <= delegation.valid_to]
    for delegation in living:
        if not (to_use and delegation.is_used_up):
            return delegation
    if living:
        raise MandateUsedUp(uses=living[0].max_uses)
    resting = [delegation for delegation in given if delegation.state == Delegation.State.SUSPENDED]
    if resting:
        raise MandateSuspended(why=resting[0].suspended_why)
    if active:
        raise MandateExpired(valid_to=active[0].valid_to)
    ended = [delegation.revoked_at for delegation in given if delegation.confirmed_at and delegation.revoked_at]
    if ended:
        raise MandateRevoked(ended_on=day_of(max(ended)))
    raise MandateMissing


class GuardianOnly(OneDoorError):
    code, http_status, message = (
        "mandate.guardian_only",
        403,
        "未成年人的事须由监护人办理。请监护人带户口簿或法院文书到便民服务中心窗口登记监护关系。",
    )


def guards(on: date) -> Q:
    return Q(valid_from__lte=on, revoked_at__isnull=True) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def guardianship_between(*, guardian_id: int, ward_id: int, on: date) -> Guardianship | None:
    """Return the guardianship in force between two people, or None."""
    return Guardianship.objects.filter(guards(on), guardian_id=guardian_id, ward_id=ward_id).first()


NO_MANDATE = (MandateMissing, MandateExpired, MandateRevoked, MandateSuspended, MandateUsedUp)


def require_mandate(
    *, agent_id: int, principal_id: int, item: str, scope: str, on: date, to_use: bool = False
) -> int | None:
    """
    Let who acts by law, or an agent under a living delegation; return the delegation's id, None for who acts by law:
    a guardian, or of an organization its legal representative (Civil Code art. 61).

    With `to_use` only a delegation under which another application may be made, see `active_delegation`.

    :raises MandateExpired, MandateRevoked, MandateSuspended, MandateUsedUp: there was a delegation; it does not hold now.
    :raises MandateMissing: there is neither.
    :raises GuardianOnly: a child under sixteen cannot give a delegation (Civil Code arts. 19, 20).
    """
    if guardianship_between(guardian_id=agent_id, ward_id=principal_id, on=on) is not None:
        return None
    born, entity = Person.objects.values_list("born_on", "entity").get(pk=principal_id)
    if entity is not None and represents(person_id=agent_id, entity_id=entity):
        return None
    if born is not None and age_on(born, on) < ALONE_AT_THE_EARLIEST:
        raise GuardianOnly
    return active_delegation(
        agent_id=agent_id, principal_id=principal_id, item=item, scope=scope, on=on, to_use=to_use
    ).pk


def require_capacity(*, person_id: int, from_age: int, guarded: bool, on: date) -> None:
    """
    Let somebody apply alone, or by an agent of their own choice, from `from_age` (16 or 18) on; below, a guardian does.

    :raises GuardianOnly: the person is younger and no guardian acts.
    """
    (born,) = _births.one(person_id=person_id)
    if not guarded and born is not None and age_on(born, on) < from_age:
        raise GuardianOnly


@prepared
def _births(*, person_id: int) -> QuerySet[Person, tuple[date | None]]:
    return Person.objects.filter(pk=person_id).values_list("born_on")


def living_between(*, agent_id: int, principal_id: int, on: date) -> list[Delegation]:
    """Return the delegations in force between two people, for whatever they are, the latest first."""
    return list(Delegation.objects.filter(_living(on), agent_id=agent_id, principal_id=principal_id).order_by("-pk"))


def followed_by(*, agent_id: int, on: date, scope: str = "view") -> list[tuple[int, list[str]]]:
    """
    Return (person, items) in whose matters the agent may do `scope`, as a rule follow cases; no items means every item
    that can be delegated.
    """
    living = Delegation.objects.filter(_living(on), agent_id=agent_id)
    wards = Guardianship.objects.filter(guards(on), guardian_id=agent_id).values_list("ward_id", flat=True)
    every: list[tuple[int, list[str]]] = [(ward, []) for ward in (*wards, *represented_by(agent_id))]
    return every + [(one.principal_id, list(one.items)) for one in living if scope in one.scopes]


def principals_for_item(*, agent_id: int, item: str, on: date, organizations: bool = False) -> list[Person]:
    """
    Return for whom the agent may begin an application of this item, each once: people, wards first; or `organizations`,
    first those represented, then those that have authorized it.
    """
    wards = Guardianship.objects.filter(guards(on), guardian_id=agent_id).select_related("ward")
    living = Delegation.objects.filter(_living(on), agent_id=agent_id).select_related("principal")
    people = {row.ward_id: row.ward for row in wards}
    if organizations:
        people = {party.pk: party for party in Person.objects.filter(pk__in=represented_by(agent_id))}
    for delegation in living:
        if (
            delegation.is_of_organization == organizations
            and delegation.covers(item, "submit")
            and not delegation.is_used_up
        ):
            people.setdefault(delegation.principal_id, delegation.principal)
    return list(people.values())


def represents(*, person_id: int, entity_id: int) -> bool:
    """Tell whether a person is the legal representative of an organization and has taken over its account."""
    return entity_id in represented_by(person_id)


def represented_by(person_id: int) -> list[int]:
    """Return the organizations whose legal representative a person is, as far as they have taken over the account."""
    rows = LegalRepresentative.objects.filter(person_id=person_id, ended_at__isnull=True)
    return list(rows.order_by("entity_id").values_list("entity_id", flat=True))


def wards_of(*, actor: Actor, on: date) -> list[Guardianship]:
    """Return the guardianships in force in which the actor is the guardian."""
    mine = Guardianship.objects.filter(guards(on), guardian_id=actor.person_id, guardian__isnull=False)
    return list(mine.select_related("ward").order_by("-pk"))


def guardians_of(*, actor: Actor, on: date) -> list[Guardianship]:
    """Return the guardianships in force in which the actor is the ward."""
    mine = Guardianship.objects.filter(guards(on), ward_id=actor.person_id, ward__isnull=False)
    return list(mine.select_related("guardian").order_by("-pk"))


def guardian_ids_of(person_id: int, *, on: date) -> list[int]:
    """Return the ids of everybody whose guardianship over a person is in force."""
    found = Guardianship.objects.filter(guards(on), ward_id=person_id, guardian__isnull=False)
    return [one for one in found.order_by("pk").values_list("guardian_id", flat=True) if one is not None]


def guardianships_of(*, person_id: int, actor: Actor, on: date) -> list[Guardianship]:
    """Return the guardianships in force of a person an officer has found by their document, as ward or guardian."""
    actor.require_one_of("identity.window")
    either = Q(ward_id=person_id) | Q(guardian_id=person_id)
    return list(Guardianship.objects.filter(guards(on), either).select_related("ward", "guardian").order_by("-pk"))


def has_a_say(ward: Person, *, on: date) -> bool:
    """Tell whether a person is a minor of eight or more, whose own words belong to what is asked for them (art. 19)."""
    return ward.born_on is not None and HAS_A_SAY <= age_on(ward.born_on, on) < OF_AGE


def ward_opinion(reference: str) -> str:
    """Return what a ward has said about an application made for them, "" if nothing."""
    found = WardOpinion.objects.filter(reference=reference).first()
    return str(found.text) if found else ""


def is_village_agent(person_id: int, *, on: date) -> bool:
    """Tell whether a person holds the office of helping others (帮办代办员): an institution's mandate, not a friend's."""
    holder = Login.objects.filter(**Login.by_holder.at(id_number_of(person_id)), kind=Login.Kind.OFFICER)
    return Post.objects.filter(held(on), login__in=holder, role="assistant").exists()


def strangers_helped(agent_id: int, *, on: date) -> int:
    """Return for how many people who are not relatives an agent holds living voluntary delegations (R-DEL-3)."""
    living = Delegation.objects.filter(_living(on), agent_id=agent_id, kind=Delegation.Kind.VOLUNTARY)
    principals = set(living.values_list("principal_id", flat=True))
    return len(principals - relatives_of(agent_id))


def relatives_of(person_id: int) -> set[int]:
    """Return the people known to be relatives of a person, whichever of the two the relation was recorded for."""
    rows = PersonRelation.objects.filter(Q(person_id=person_id) | Q(relative_id=person_id))
    pairs = rows.values_list("person_id", "relative_id")
    return {one for pair in pairs for one in pair} - {person_id}


def person_of_evidence(kind: str, identifier: str, *, actor: Actor) -> Person | None:
    """
    Return whom a mandate is for, to whoever may open its paper: its people, a window officer the first lies in reach of.
    """
    people = _people_of(kind, int(identifier))
    if people is None:
        return None
    first, second = people
    if actor.person_id is not None and actor.post_id is None:
        return first if actor.person_id in (first.pk, second) else None
    return first if actor.may("identity.window", division=first.division_id or "") else None


def _people_of(kind: str, number: int) -> tuple[Person, int | None] | None:
    """Return whom a mandate is for, and the id of who acts; None if there is no such mandate."""
    if kind == "delegation":
        given = Delegation.objects.select_related("principal").filter(pk=number).first()
        return (given.principal, given.agent_id) if given else None
    if kind == "guardianship":
        guarded = Guardianship.objects.select_related("ward").filter(pk=number).first()
        return (guarded.ward, guarded.guardian_id) if guarded else None
    helped = AssistedFiling.objects.select_related("person").filter(pk=number).first()
    return (helped.person, None) if helped else None


def delegations_given(*, actor: Actor, on: date) -> list[Delegation]:
    """Return the delegations the actor has given or is asked for, newest first."""
    given = Delegation.objects.filter(principal_id=actor.person_id, principal__isnull=False)
    return list(given.select_related("agent").order_by("-id"))


def delegations_received(*, actor: Actor, on: date) -> list[Delegation]:
    received = Delegation.objects.filter(agent_id=actor.person_id, agent__isnull=False)
    return list(received.select_related("principal").order_by("-id"))


def delegations_to_confirm(*, actor: Actor, on: date) -> list[Delegation]:
    waiting = Delegation.objects.filter(principal_id=actor.person_id, state=Delegation.State.PENDING, valid_to__gte=on)
    return list(waiting.select_related("agent").order_by("-id"))
