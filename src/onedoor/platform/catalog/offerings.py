"""How an offering is put into an item: only what the item has opened, everything else as it stands. Pure."""

from collections.abc import Mapping
from typing import Any, get_args

from onedoor.platform.catalog.elements import (
    Fault,
    publication_faults,
    title_of_place,
)
from onedoor.platform.catalog.items import Openable, ServiceItem
from onedoor.platform.catalog.limits import exceeds
from onedoor.platform.catalog.strict import Limit
from onedoor.platform.kernel.errors import OneDoorError

OPENABLE: tuple[str, ...] = get_args(Openable)
ADDED_TO = frozenset({"conditions", "materials", "faq"})  # a place adds to these, it takes nothing away


class FieldNotOpened(OneDoorError):
    code, http_status, message = (
        "catalog.field_not_opened",
        422,
        "“{title}”（{field}）由上级统一规定，没有开放给地方调整。请删去这一项再保存。",
    )


def merged(item: ServiceItem, overrides: Mapping[str, Any]) -> ServiceItem:
    """
    Return the item as offered; what the item no longer opens does not apply any more.

    :raises ValidationError: what results is no lawful item; `override_faults` says so before anything is published.
    """
    applied: dict[str, Any] = {path: value for path, value in overrides.items() if path in item.opened}
    if not applied:
        return item
    return ServiceItem.model_validate(_merged_definition(item, applied))


def override_faults(item: ServiceItem, overrides: Mapping[str, Any]) -> list[Fault]:
    """
    Return what is wrong with an item as offered: whatever is wrong with any item, a promise longer than the item's own,
    and a form to be filled in before logging in where the item has none.

    :raises FieldNotOpened: it sets something the item has not opened; the first one is named.
    """
    for path in overrides:
        if path not in item.opened:
            raise FieldNotOpened(title=title_of_place(path), field=path)
    definition = _merged_definition(item, overrides)
    faults = publication_faults(definition)
    if not faults and exceeds(Limit.model_validate(definition["limits"]["promised"]), item.limits.promised):
        sentence = f"承诺时限不得长于上级统一承诺的 {item.limits.promised.words}。"
        faults.append(Fault("limits.promised", "承诺办结时限", sentence))
    if not faults and definition["early_draft"] and not item.early_draft:
        faults.append(Fault("early_draft", "可否先填后登录", "上级统一规定先登录再填，地方不能放开。"))
    return faults


def no_longer_opened(item: ServiceItem, overrides: Mapping[str, Any]) -> list[str]:
    """Return the overrides that do not apply any more because a newer version of the item has closed them."""
    return [path for path in overrides if path not in item.opened]


def _merged_definition(item: ServiceItem, overrides: Mapping[str, Any]) -> dict[str, Any]:
    definition = item.model_dump(mode="json", by_alias=True)
    for path, value in overrides.items():
        *heads, last = path.split(".")
        holder = definition
        for head in heads:
            holder = holder[head]
        if path in ADDED_TO:
            holder[last] = [*holder[last], *value]
        elif isinstance(holder[last], dict) and isinstance(value, Mapping):
            holder[last] = {**holder[last], **value}
        else:
            holder[last] = value
    return definition
