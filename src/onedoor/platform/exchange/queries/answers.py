"""Read what was answered: the answer itself for the room that asked, and the proof that it was given for everybody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F

from onedoor.platform.exchange.connectors import all_connectors
from onedoor.platform.exchange.datasets import all_datasets
from onedoor.platform.exchange.models import DataUse, Query
from onedoor.platform.exchange.models.uses import DataUsePerson
from onedoor.platform.kernel.actors import Actor


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
class Evidence:
    """That a source answered about a person for a matter: enough to name it as the proof in place of a paper."""

    source: str  # the code of a department's source or of a dataset
    owner: str  # the department; nothing for a dataset of this house
    title: str
    receipt: str
    found: bool
    answered_at: datetime
    as_of: date | None
    digest: str


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


def evidence_of(*, business: str, person_id: int) -> list[Evidence]:
    """
    Return what has been answered about a person for a case or draft, oldest first, without what was said.

    Departments and datasets alike. The caller may see the matter. Two queries.
    """
    departments, datasets = all_connectors(), all_datasets()
    answered = Query.objects.filter(
        business=business, person_id=person_id, state__in=[Query.State.ANSWERED, Query.State.EMPTY]
    )
    found = [
        Evidence(
            source=query.connector,
            owner=departments[query.connector].department,
            title=departments[query.connector].title,
            receipt=str(query.pk),
            found=query.state == Query.State.ANSWERED,
            answered_at=query.answered_at,
            as_of=query.as_of,
            digest=query.digest,
        )
        for query in answered
        if query.answered_at is not None and query.connector in departments
    ]
    uses = DataUse.objects.filter(business=business, **DataUsePerson.by_person.at(str(person_id), through="people__"))
    found += [
        Evidence(
            source=use.dataset,
            owner="",
            title=datasets[use.dataset].title,
            receipt=str(use.pk),
            found=use.was_found,
            answered_at=use.at,
            as_of=use.as_of,
            digest=use.digest,
        )
        for use in uses.annotate(was_found=F("people__found"))
        if use.dataset in datasets
    ]
    return sorted(found, key=lambda one: (one.answered_at, one.receipt))


def department_names(sources: Iterable[str]) -> list[str]:
    """Return what the sources of a consent are called, each once, in their order."""
    known = all_connectors()
    return list(dict.fromkeys(f"{known[one].department}{known[one].title}" for one in sources if one in known))


def is_waiting(*, business: str) -> bool:
    """Tell whether a department still owes an answer for this case or draft; the caller may see it."""
    return Query.objects.filter(business=business, state=Query.State.PENDING).exists()
