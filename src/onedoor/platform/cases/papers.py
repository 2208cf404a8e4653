"""What a paper is beyond one application: which paper, how long it holds, which of several given ones counts."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import IO

from onedoor.platform.cases import seen
from onedoor.platform.cases.models import Case, Draft, Material
from onedoor.platform.catalog.items import Material as PaperDefinition
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.files import operations as files
from onedoor.platform.files.models import QUARANTINED, StoredFile
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError

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


class PapersQuarantined(OneDoorError):
    code, http_status, message = (
        "cases.papers_quarantined",
        409,
        "“{titles}”没有通过安全检查，已经隔离。申请人已收到通知，重新交来以后才能办理；也可以在窗口代收。",
    )


class PapersInCheck(OneDoorError):
    code, http_status, message = (
        "cases.papers_in_check",
        409,
        "“{titles}”正在做安全检查，通常几分钟内完成，检查通过后才能办理。请稍后再试。",
    )


def require_safe(found: Iterable[Material]) -> None:
    """
    Let nobody judge a case on papers that nobody could open; `found` are its papers, read with their files.

    :raises PapersQuarantined: a paper that counts has not passed the scanner.
    :raises PapersInCheck: the scanner has not said yet.
    """
    standing = [(paper.title, paper.file.scan) for paper in current(found) if paper.file]
    locked = [title for title, scan in standing if scan in QUARANTINED]
    if locked:
        raise PapersQuarantined(titles="、".join(dict.fromkeys(locked)))
    waiting = [title for title, scan in standing if scan == StoredFile.Scan.WAITING]
    if waiting:
        raise PapersInCheck(titles="、".join(dict.fromkeys(waiting)))


def quarantined(found: Iterable[Material]) -> set[str]:
    """Return the codes of papers of which a file has not passed the scanner."""
    return {paper.code for paper in found if paper.file is not None and paper.file.is_quarantined}


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
    paper = Material.objects.create(
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
    seen.ask(paper, owner, actor=actor, at=at)
    return paper
