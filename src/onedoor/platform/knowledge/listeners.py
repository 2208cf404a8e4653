"""What other rooms tell: an item, an office or a public entry has changed, so the index is brought up to date."""

from datetime import datetime
from typing import Any

from onedoor.platform.kernel import outbox
from onedoor.platform.knowledge import indexing
from onedoor.platform.knowledge.operations import entries


def item_changed(payload: dict[str, Any], *, at: datetime) -> None:
    indexing.refresh(f"item:{payload['code']}")
    entries.flag_entries_of_item(code=payload["code"], at=at)


def office_changed(payload: dict[str, Any], *, at: datetime) -> None:
    indexing.refresh(f"office:{payload['point_id']}")


def entry_changed(payload: dict[str, Any], *, at: datetime) -> None:
    indexing.refresh(f"entry:{payload['number']}")


def register_changed(payload: dict[str, Any], *, at: datetime) -> None:
    indexing.refresh(f"register:{payload['register']}:{payload['entry_id']}")


def listen() -> None:
    outbox.listen("catalog.item_changed", "knowledge.index", item_changed)
    outbox.listen("identity.office_changed", "knowledge.index", office_changed)
    outbox.listen("knowledge.entry_changed", "knowledge.index", entry_changed)
    outbox.listen("registers.entry_changed", "knowledge.index", register_changed)
