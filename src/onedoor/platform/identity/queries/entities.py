"""Organizations' accounts: whose they are, who acts for them, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from onedoor.platform.identity.models import Delegation, LegalEntity, LegalRepresentative
from onedoor.platform.identity.queries.mandates import represented_by
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound

Role = Literal["legal_rep", "org_manager", "org_operator"]
ROLE_WORDS: dict[str, str] = {"legal_rep": "法定代表人", "org_manager": "管理员", "org_operator": "经办人"}
OF_ORGANIZATIONS = (Delegation.Kind.ORG_MANAGER, Delegation.Kind.ORG_OPERATOR)


class EntityHidden(NotFound):
    code, message = (
        "entity.not_found",
        "没有找到这个单位，或您不是它的法定代表人、管理员或经办人。请从“我的单位”进入。",
    )


@dataclass(frozen=True)
class EntityStanding:
    """One organization as one of its people sees it; `mandate` is what that person acts under, None for who represents it."""

    entity: LegalEntity
    role: Role
    mandate: Delegation | None
    representative: LegalRepresentative | None
    on: date

    @property
    def id(self) -> int:
        return int(self.entity.pk)

    @property
    def name(self) -> str:
        return str(self.entity.party.name)

    @property
    def role_words(self) -> str:
        return ROLE_WORDS[self.role]

    @property
    def may_appoint(self) -> bool:
        if self.mandate is None:
            return self.role == "legal_rep"
        holds = self.mandate.state == Delegation.State.ACTIVE
        return self.role == "org_manager" and holds and self.mandate.valid_from <= self.on <= self.mandate.valid_to


def my_entities(*, actor: Actor, on: date) -> list[EntityStanding]:
    """Return the organizations the actor represents or has been authorized by, ended authorizations left out."""
    if actor.person_id is None:
        return []
    found: dict[int, tuple[Role, Delegation | None]] = {}
    mine = Delegation.objects.filter(agent_id=actor.person_id, kind__in=OF_ORGANIZATIONS)
    for row in mine.exclude(state=Delegation.State.REVOKED).order_by("kind", "-valid_to", "-pk"):
        found.setdefault(row.principal_id, ("org_manager" if row.kind == "org_manager" else "org_operator", row))
    for entity_id in represented_by(actor.person_id):
        found[entity_id] = ("legal_rep", None)
    entities = LegalEntity.objects.select_related("party").in_bulk(found)
    current = _current(list(entities))
    return [EntityStanding(entities[pk], *found[pk], current.get(pk), on) for pk in sorted(entities)]


def _current(entity_ids: Sequence[int]) -> dict[int, LegalRepresentative]:
    rows = LegalRepresentative.objects.filter(entity_id__in=entity_ids, ended_at__isnull=True)
    return {row.entity_id: row for row in rows}


def get_entity(*, entity_id: int, actor: Actor, on: date) -> EntityStanding:
    """
    Return an organization as the actor sees it.

    :raises EntityHidden: there is none, or the actor does not act for it.
    """
    found = next((one for one in my_entities(actor=actor, on=on) if one.id == entity_id), None)
    if found is None:
        raise EntityHidden
    return found


def operators_of(*, entity_id: int, actor: Actor, on: date) -> list[Delegation]:
    """
    Return the people an organization has authorized, those that stand first, ended ones last; an operator sees only their own.

    :raises EntityHidden: the actor does not act for it.
    """
    standing = get_entity(entity_id=entity_id, actor=actor, on=on)
    rows = Delegation.objects.filter(principal_id=entity_id, kind__in=OF_ORGANIZATIONS).select_related(
        "agent", "granted_by"
    )
    if not standing.may_appoint:
        rows = rows.filter(agent_id=actor.person_id)
    return sorted(rows, key=lambda row: (row.state == Delegation.State.REVOKED, -row.pk))


def representatives_of(*, entity_id: int, actor: Actor, on: date) -> list[LegalRepresentative]:
    """Return who has represented an organization, the present one first."""
    get_entity(entity_id=entity_id, actor=actor, on=on)
    return list(LegalRepresentative.objects.filter(entity_id=entity_id).order_by("-pk"))


def is_entity(person_id: int) -> bool:
    """Tell whether a person in law is an organization."""
    return LegalEntity.objects.filter(pk=person_id).exists()


def reader_for(person_id: int) -> int | None:
    """
    Return who reads what is sent to a person in law: themselves, or of an organization the legal representative who has
    taken over its account; None while nobody has.
    """
    if not is_entity(person_id):
        return person_id
    bound = LegalRepresentative.objects.filter(entity_id=person_id, ended_at__isnull=True, person__isnull=False)
    return bound.values_list("person_id", flat=True).first()


def representative_told(representative_id: int) -> LegalRepresentative:
    """Return a row of the history of representatives, for whoever tells people of it."""
    return LegalRepresentative.objects.select_related("entity__party").get(pk=representative_id)


def operator_told(delegation_id: int) -> Delegation:
    """Return an authorization, for whoever tells people of it."""
    return Delegation.objects.select_related("principal", "agent").get(pk=delegation_id)


def operators_told(entity_id: int) -> list[int]:
    """Return the people whose authorization rests, for whoever tells them of a change of representative."""
    rows = Delegation.objects.filter(principal_id=entity_id, state=Delegation.State.SUSPENDED)
    return sorted(set(rows.values_list("agent_id", flat=True)))
