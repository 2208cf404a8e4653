"""The way of a version or an offering from draft to approved, and what may happen to it after publication."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.catalog import queries
from onedoor.platform.catalog.models import ItemVersion, Offering
from onedoor.platform.catalog.publication import (
    MoveNotPossible,
    Row,
    check_move,
    division_of,
    note,
    refuse_faults,
    require,
    target_of,
    tell_change,
)
from onedoor.platform.catalog.states import MOVES, Kind, State
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError

SHORTEST_OPINION = 5

__all__ = ["MoveNotPossible", "Subject"]


class OwnDraft(OneDoorError):
    code, http_status, message = "catalog.own_draft", 403, "起草人不能审核自己起草的内容，请由另一位审核人员审核。"


class SubjectNotFound(NotFound):
    code, message = "catalog.subject_not_found", "没有找到这个版本，请回到事项目录重新选择。"


@dataclass(frozen=True)
class Subject:
    """What is acted on: a version of an item, or an authority's offering."""

    kind: Literal["version", "offering"]
    id: int


def _lock(subject: Subject, kind: Kind, actor: Actor) -> Row:
    """:raises SubjectNotFound, NotAllowed, MoveNotPossible: it is not there, not the actor's, or not in that state."""
    model = ItemVersion if subject.kind == "version" else Offering
    row: Row | None = model.objects.select_for_update().filter(pk=subject.id).first()
    if row is None or row.state == State.LOCAL:
        raise SubjectNotFound
    require(row, MOVES[kind].permission, actor)
    check_move(row, kind)
    return row


def _move(row: Row, kind: Kind, *, actor: Actor, at: datetime, opinion: str = "") -> None:
    row.state = MOVES[kind].to
    row.save(update_fields=["state"])
    note(row, kind, actor=actor, at=at, opinion=opinion)


def _opinion(text: str) -> str:
    """:raises InvalidInput: too short to be an opinion."""
    if len(text.strip()) < SHORTEST_OPINION:
        raise InvalidInput({"opinion": f"请写明意见或理由（不少于 {SHORTEST_OPINION} 个字）。"})
    return text.strip()


@transaction.atomic
def submit_for_review(*, subject: Subject, actor: Actor, at: datetime) -> None:
    """
    Hand a draft over for the legality review.

    :raises NotPublishable: something is missing or contradicts itself; each place is named.
    """
    row = _lock(subject, Kind.SUBMIT, actor)
    refuse_faults(queries.faults_of(row))
    _move(row, Kind.SUBMIT, actor=actor, at=at)
    audit.record("catalog.submit_for_review", actor=actor, at=at, target=target_of(row), division=division_of(row))


@transaction.atomic
def approve(*, subject: Subject, opinion: str, actor: Actor, at: datetime) -> None:
    """
    Attach the legality opinion (合法性审核意见) and approve.

    :raises OwnDraft: the reviewer has drafted it.
    :raises NotPublishable: the law's guards: promise within the statutory limit, no catch-all paper, reasons, bases.
    """
    row = _lock(subject, Kind.APPROVE, actor)
    text = _opinion(opinion)
    if row.deeds.filter(kind=Kind.DRAFT, login_id=actor.require_login()).exists():
        raise OwnDraft
    refuse_faults(queries.faults_of(row))
    _move(row, Kind.APPROVE, actor=actor, at=at, opinion=text)
    audit.record("catalog.approve", actor=actor, at=at, target=target_of(row), division=division_of(row))


@transaction.atomic
def send_back(*, subject: Subject, opinion: str, actor: Actor, at: datetime) -> None:
    """Give it back to whoever drafts, with what is wrong."""
    row = _lock(subject, Kind.SEND_BACK, actor)
    _move(row, Kind.SEND_BACK, actor=actor, at=at, opinion=_opinion(opinion))
    audit.record("catalog.send_back", actor=actor, at=at, target=target_of(row), division=division_of(row))


@transaction.atomic
def suspend(*, subject: Subject, opinion: str, actor: Actor, at: datetime) -> None:
    """Let nobody begin a new application for a while; cases under way go on."""
    row = _lock(subject, Kind.SUSPEND, actor)
    _move(row, Kind.SUSPEND, actor=actor, at=at, opinion=_opinion(opinion))
    audit.record("catalog.suspend", actor=actor, at=at, target=target_of(row), division=division_of(row))
    tell_change(row)


@transaction.atomic
def resume(*, subject: Subject, actor: Actor, at: datetime) -> None:
    row = _lock(subject, Kind.RESUME, actor)
    _move(row, Kind.RESUME, actor=actor, at=at)
    audit.record("catalog.resume", actor=actor, at=at, target=target_of(row), division=division_of(row))
    tell_change(row)


@transaction.atomic
def cancel(*, subject: Subject, last_before: date, opinion: str, actor: Actor, at: datetime) -> None:
    """
    End it: from the day `last_before` on nobody can apply any more; cases under way run on under their own version.

    :raises InvalidInput: a day that has passed.
    """
    row = _lock(subject, Kind.CANCEL, actor)
    text = _opinion(opinion)
    begin, end = ("open_from", "open_to") if isinstance(row, Offering) else ("valid_from", "valid_to")
    if last_before < max(day_of(at), getattr(row, begin)):
        raise InvalidInput({"last_before": "取消日期不能早于今天，也不能早于生效日。"})
    present = getattr(row, end)
    setattr(row, end, min(present, last_before) if present else last_before)
    row.save(update_fields=[end])
    _move(row, Kind.CANCEL, actor=actor, at=at, opinion=text)
    audit.record("catalog.cancel", actor=actor, at=at, target=target_of(row), division=division_of(row))
    tell_change(row)
