"""What whoever looks after the network does about what the machine could not settle: parked messages, troubles, conflicts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.platform.network import own, registers
from onedoor.platform.network.models import Incident, Incoming, SyncConflict
from onedoor.platform.network.registers import Row
from onedoor.platform.network.states import Handing

LONGEST_NOTE = 300


class NothingToMind(NotFound):
    code, message = "network.nothing_to_mind", "这一条已经处理过了，或者没有找到。请刷新页面再看。"


@transaction.atomic
def retry_parked(*, message_id: UUID, actor: Actor, at: datetime) -> Incoming:
    """
    Let a parked message wait for its turn again; what is still wrong parks it again.

    :raises NothingToMind: it is not parked.
    """
    row = _parked(message_id, actor)
    row.state, row.reason = Handing.WAITING, ""
    row.save(update_fields=["state", "reason"])
    audit.record("network.retry_parked", actor=actor, at=at, target=f"message:{row.pk}", schema=row.schema)
    return row


@transaction.atomic
def set_aside(*, message_id: UUID, note: str, actor: Actor, at: datetime) -> Incoming:
    """
    Say that a parked message will not be read any more, and why; those behind it go on.

    :raises NothingToMind: it is not parked.
    """
    row = _parked(message_id, actor)
    row.state, row.reason, row.done_at = Handing.SET_ASIDE, _told(note)[:200], at
    row.save(update_fields=["state", "reason", "done_at"])
    audit.record(
        "network.set_aside", actor=actor, at=at, target=f"message:{row.pk}", schema=row.schema, reason=row.reason
    )
    return row


@transaction.atomic
def settle_incident(*, incident_id: int, note: str, actor: Actor, at: datetime) -> Incident:
    """
    Say what was done about a trouble of a stream.

    :raises NothingToMind: it is settled already.
    """
    actor.require("network.manage", division=own.node().division)
    row = Incident.objects.select_for_update().filter(pk=incident_id, settled_at=None).first()
    if row is None:
        raise NothingToMind
    row.note, row.settled_by, row.settled_at = _told(note), actor.name, at
    row.save(update_fields=["note", "settled_by", "settled_at"])
    audit.record("network.settle_incident", actor=actor, at=at, target=f"incident:{row.pk}", kind=row.kind)
    return row


@transaction.atomic
def settle_conflict(*, conflict_id: int, take: bool, note: str, actor: Actor, at: datetime) -> SyncConflict:
    """
    Settle a row that is not what its owner says: take the owner's, or keep ours because the owner will correct theirs.

    :raises NothingToMind: it is settled already.
    :raises InvalidInput: the owner's row is not here, so that it cannot be taken, or nothing is said.
    """
    actor.require("network.manage", division=own.node().division)
    row = SyncConflict.objects.select_for_update().filter(pk=conflict_id, settled_at=None).first()
    if row is None:
        raise NothingToMind
    told = _told(note)
    if take:
        if row.row is None or not registers.is_known(row.register):
            raise InvalidInput({"take": "对方的内容不在这里，不能采用。请先和对方核对。"})
        registers.find(row.register).put(Row(row.row["key"], row.row["version"], row.row["data"]))
    row.note, row.settled_by, row.settled_at = told, actor.name, at
    row.save(update_fields=["note", "settled_by", "settled_at"])
    audit.record("network.settle_conflict", actor=actor, at=at, target=f"conflict:{row.pk}", take=take)
    return row


def _parked(message_id: UUID, actor: Actor) -> Incoming:
    actor.require("network.manage", division=own.node().division)
    row = Incoming.objects.select_for_update().filter(pk=message_id, state=Handing.PARKED).first()
    if row is None:
        raise NothingToMind
    return row


def _told(note: str) -> str:
    told = " ".join(note.split())
    if not 2 <= len(told) <= LONGEST_NOTE:
        raise InvalidInput({"note": f"请写明怎样处理的，2 至 {LONGEST_NOTE} 个字。"})
    return told
