"""What a paper is beyond one application: which paper, how long it holds, which of several given ones counts."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import IO

from onedoor.platform.cases.models import Case, Draft, Material
from onedoor.platform.catalog.items import Material as PaperDefinition
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.files import operations as files
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

DATA_DAYS = 1  # an answer about a person is good for a day unless the item says longer (R-SHR-6)


def kind_of(item: ServiceItem, definition: PaperDefinition) -> str:
    """Return by what a paper is known to be the same one in another application."""
    return definition.catalog_code or f"{item.code}:{definition.code}"


def last_day_of_upload(definition: PaperDefinition, *, on: date) -> date | None:
    """Return until when a paper given on a day holds, as far as its item limits it."""
    return on + timedelta(days=definition.valid_days) if definition.valid_days else None


def last_day_of_data(definition: PaperDefinition, *, as_of: date) -> date:
    return as_of + timedelta(days=definition.valid_days or DATA_DAYS)


def current(papers: Iterable[Material]) -> list[Material]:
    """Return the papers that count: those not replaced, of the last round each was given in."""
    standing = [paper for paper in papers if paper.replaced_at is None]
    rounds: dict[str, int] = {}
    for paper in standing:
        rounds[paper.code] = max(paper.round, rounds.get(paper.code, 0))
    return [paper for paper in standing if paper.round == rounds[paper.code]]


def originals_to_check(found: Iterable[Material]) -> list[Material]:
    """Return the papers taken over from an earlier application whose original nobody has seen yet."""
    return [paper for paper in current(found) if paper.reused_from_id is not None and paper.grade == Material.Grade.C]


def store(
    owner: Draft | Case,
    definition: PaperDefinition,
    *,
    name: str,
    content: bytes | IO[bytes],
    actor: Actor,
    at: datetime,
) -> Material:
    """
    Store a file given for a paper of a draft or case; the operation that calls this has checked that it is waited for.

    :raises FileRefused: its content is nothing the item takes for this paper, or it is too large.
    """
    belongs = {"case": owner, "round": owner.supplement_round} if isinstance(owner, Case) else {"draft": owner}
    return Material.objects.create(
        **belongs,
        code=definition.code,
        kind=kind_of(owner.item_version.item, definition),
        title=definition.title,
        source=Material.Source.SELF_MADE if definition.self_made else Material.Source.UPLOAD,
        file=files.store_file(
            content=content, name=name, target=owner.target, actor=actor, at=at, accept=definition.accept
        ),
        valid_until=last_day_of_upload(definition, on=day_of(at)),
        given_at=at,
    )
