"""Mandates: under what somebody may act for another."""

from datetime import date

from django.db.models import Q

from onedoor.platform.identity.models import Delegation, Person
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError


class MandateMissing(OneDoorError):
    code, http_status, message = (
        "mandate.missing",
        403,
        "您没有取得对方的委托，或委托不包含此操作，请先请对方确认委托。",
    )


class MandateExpired(OneDoorError):
    code, http_status, message = "mandate.expired", 403, "委托已于 {valid_to} 到期，请委托人续期后再办理。"


def _living(on: date) -> Q:
    return Q(state=Delegation.State.ACTIVE, valid_from__lte=on, valid_to__gte=on)


def active_delegation(*, agent_id: int, principal_id: int, item: str, scope: str, on: date) -> Delegation:
    """
    Return the delegation under which the agent may do `scope` for the principal in this item.

    :raises MandateExpired: there was one, and its last day has passed.
    :raises MandateMissing: there is none.
    """
    given = [
        delegation
        for delegation in Delegation.objects.filter(
            agent_id=agent_id, principal_id=principal_id, state=Delegation.State.ACTIVE
        ).order_by("-valid_to")
        if scope in delegation.scopes and (not delegation.items or item in delegation.items)
    ]
    for delegation in given:
        if delegation.valid_from <= on <= delegation.valid_to:
            return delegation
    if given:
        raise MandateExpired(valid_to=given[0].valid_to)
    raise MandateMissing


def followed_by(*, agent_id: int, on: date) -> list[tuple[int, list[str]]]:
    """Return (person, items) whose cases the agent may follow; no items means every item that can be delegated."""
    living = Delegation.objects.filter(_living(on), agent_id=agent_id)
    return [(one.principal_id, list(one.items)) for one in living if "view" in one.scopes]


def principals_for_item(*, agent_id: int, item: str, on: date) -> list[Person]:
    """Return the people for whom the agent may apply for this item."""
    living = Delegation.objects.filter(_living(on), agent_id=agent_id).select_related("principal")
    return [
        delegation.principal
        for delegation in living
        if "submit" in delegation.scopes and (not delegation.items or item in delegation.items)
    ]


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
