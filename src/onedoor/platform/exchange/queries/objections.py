"""Objections to data: those within a steward's reach, and the ones to a use of one's own."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from onedoor.platform.exchange.connectors import all_connectors
from onedoor.platform.exchange.datasets import all_datasets
from onedoor.platform.exchange.models import DataObjection
from onedoor.platform.exchange.queries.uses import EVERY_ITEM
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.kernel.scopes import within_reach

PAGE = 50
OBJECTION_KINDS: list[tuple[str, str]] = [(one.value, str(one.label)) for one in DataObjection.Kind]


class DataObjectionNotFound(NotFound):
    code, message = "exchange.objection_not_found", "没有找到这条数据异议，或它不在您的管辖范围内。请从列表打开。"


@dataclass(frozen=True)
class ObjectionLine:
    """One objection with the source it is about."""

    row: DataObjection
    source: str


def list_objections(*, actor: Actor, before: int = 0, most: int = PAGE) -> list[ObjectionLine]:
    """
    Return the objections within the steward's reach, the open ones first; `before` is the id of the last one above.

    :raises NotAllowed: the post does not answer for data.
    """
    actor.require_one_of("exchange.manage")
    found = DataObjection.objects.filter(within_reach(actor, by_line=False)).select_related("person", "agent")
    if before:
        found = found.filter(pk__lt=before)
    return [ObjectionLine(row, _source(row.source)) for row in found.order_by("-pk")[:most]]


def get_data_objection(*, objection_id: int, actor: Actor) -> ObjectionLine:
    """:raises DataObjectionNotFound: there is none within the steward's reach."""
    actor.require_one_of("exchange.manage")
    rows = DataObjection.objects.filter(within_reach(actor, by_line=False)).select_related("person", "agent")
    row = rows.filter(pk=objection_id).first()
    if row is None:
        raise DataObjectionNotFound
    return ObjectionLine(row, _source(row.source))


def own_objections(*, receipt: UUID, actor: Actor, on: date, person_id: int | None = None) -> list[DataObjection]:
    """Return the objections to one use by the person it is about, oneself or whom one acts for, newest first."""
    side = identity.require_side(person_id=person_id, item=EVERY_ITEM, scope=identity.AFFAIRS, actor=actor, on=on)
    found = DataObjection.objects.filter(receipt=receipt, person_id=side.person_id)
    return list(found.select_related("agent").order_by("-pk"))


def _source(code: str) -> str:
    connector = all_connectors().get(code)
    if connector is not None:
        return f"{connector.department}：{connector.title}"
    dataset = all_datasets().get(code)
    return dataset.title if dataset else code
