"""What versions and offerings have in common on their way: deeds, moves, and whatever keeps one from publication."""

from collections.abc import Sequence
from datetime import datetime

from onedoor.platform.catalog.elements import Fault
from onedoor.platform.catalog.models import Deed, ItemVersion, Offering
from onedoor.platform.catalog.states import MOVES, Kind, State
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError

NATION = "000000000000"
Row = ItemVersion | Offering


class MoveNotPossible(OneDoorError):
    code, http_status, message = (
        "catalog.move_not_possible",
        409,
        "目前为“{state}”，不能{kind}。请刷新页面查看最新状态。",
    )


class NotPublishable(OneDoorError):
    code, http_status, message = "catalog.not_publishable", 422, "还有 {count} 处不符合要求，不能继续：{faults}"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        told = "".join(f"{place}. {fault.sentence}" for place, fault in enumerate(faults, start=1))
        super().__init__(count=len(self.faults), faults=told)


def refuse_faults(faults: Sequence[Fault]) -> None:
    """:raises NotPublishable: there is at least one fault."""
    if faults:
        raise NotPublishable(faults)


def division_of(row: Row) -> str:
    """Return the place whose officers may act on a row: the whole country for an item itself."""
    return row.division if isinstance(row, Offering) else NATION


def target_of(row: Row) -> str:
    return f"offering:{row.pk}" if isinstance(row, Offering) else f"item:{row.code}"


def line_of(row: Row) -> str:
    """Return the business line of a row; an item's code begins with it."""
    return row.item_code.partition(".")[0] if isinstance(row, Offering) else row.line


def require(row: Row, permission: str, actor: Actor) -> None:
    """:raises NotAllowed: the actor's post does not cover this row."""
    actor.require(permission, division=division_of(row), line=line_of(row))


def check_move(row: Row, kind: Kind) -> None:
    """:raises MoveNotPossible: the row is in a state where this cannot be done."""
    if row.state not in MOVES[kind].from_states:
        raise MoveNotPossible(state=State(row.state).label, kind=kind.label)


def note(row: Row, kind: Kind, *, actor: Actor, at: datetime, opinion: str = "") -> None:
    """Write down a deed; the list of them is the history of a row."""
    Deed.objects.create(
        version=row if isinstance(row, ItemVersion) else None,
        offering=row if isinstance(row, Offering) else None,
        kind=kind,
        opinion=opinion,
        login_id=actor.login_id,
        name=actor.name,
        organization_name=actor.organization_name,
        at=at,
    )


def tell_change(row: Row) -> None:
    """Leave the event that what people can apply for has changed."""
    code = row.item_code if isinstance(row, Offering) else row.code
    outbox.publish("catalog.item_changed", key=f"item:{code}", code=code)
