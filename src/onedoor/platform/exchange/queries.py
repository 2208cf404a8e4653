"""Read answers, and show people what was asked about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from onedoor.platform.exchange.connectors import all_connectors
from onedoor.platform.exchange.models import Query
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed


@dataclass(frozen=True)
class StoredAnswer:
    """An answer as it was given."""

    source: str
    person_id: int
    business: str
    state: str
    as_of: date | None
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Use:
    """One line of "who asked what about me"."""

    at: datetime
    department: str
    title: str
    asked_by: str
    purpose: str
    legal_basis: str
    business: str
    state: str
    consent_id: int | None  # the consent it was asked under, None where the law itself is the ground


def answer_of(*, query_id: str, actor: Actor) -> StoredAnswer:
    """Return an answer to the room that asked; people see reports made of it, not this."""
    actor.require("exchange.read", division="000000000000")
    query = Query.objects.get(pk=query_id)
    return StoredAnswer(
        source=query.connector,
        person_id=query.person_id,
        business=query.business,
        state=query.state,
        as_of=query.as_of,
        rows=list(query.answer or []),
    )


def uses_about(*, person_id: int, actor: Actor, most: int = 200) -> list[Use]:
    """:raises NotAllowed: only the person themselves."""
    if actor.person_id != person_id:
        raise NotAllowed
    connectors = all_connectors()
    return [
        Use(
            at=query.asked_at,
            department=connectors[query.connector].department,
            title=connectors[query.connector].title,
            asked_by=query.asked_by,
            purpose=query.purpose,
            legal_basis=query.legal_basis,
            business=query.business,
            state=query.get_state_display(),
            consent_id=query.consent_id,
        )
        for query in Query.objects.filter(person_id=person_id).order_by("-asked_at")[:most]
    ]


def department_names(sources: Iterable[str]) -> list[str]:
    """Return what the sources of a consent are called, each once, in their order."""
    known = all_connectors()
    return list(dict.fromkeys(f"{known[one].department}{known[one].title}" for one in sources if one in known))


def is_waiting(*, business: str) -> bool:
    """Tell whether a department still owes an answer for this case or draft; the caller may see it."""
    return Query.objects.filter(business=business, state=Query.State.PENDING).exists()
