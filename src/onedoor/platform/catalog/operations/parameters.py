"""Figures of law for a place and a period: set by a file that comes with the code, or enacted by an officer."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import calendars, definitions, parameters
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.kernel.models import ParameterRow

SHORTEST_REASON = 5


class UnknownParameter(NotFound):
    code, message = "parameters.unknown", "没有这个参数。新的参数随业务一起登记，请从参数表里选择。"


class InThePast(OneDoorError):
    code, http_status, message = (
        "parameters.in_the_past",
        422,
        "生效日 {day} 已经过去。确属更正以前登记的错误的，请勾选“更正”并写明理由。",
    )


@transaction.atomic
def set_parameter(
    *,
    key: str,
    division: str,
    value: Any,
    document: str,
    valid_from: date,
    actor: Actor,
    at: datetime,
    confirmed: bool = True,
) -> ParameterRow:
    """
    Set a figure of law for a place from `valid_from` on, with the number of the document that sets it.

    Setting the same again changes nothing, and what an officer has corrected stays corrected.

    :raises NotAllowed: the actor may not edit parameters of this division.
    :raises UnknownParameter: nothing in the code reads such a key.
    :raises InvalidInput: a value that is not what the figure may be, or a place that may not set it.
    """
    actor.require("parameters.edit", division=division)
    problems = _problems(_definition(key), division, value)
    if problems:
        raise InvalidInput(problems)
    standing = parameters.row_starting(key=key, division=division, valid_from=valid_from)
    if standing is not None and standing.reason:
        return standing
    row, changed = parameters.write_parameter(
        key=key,
        division=division,
        value=value,
        document=document,
        valid_from=valid_from,
        confirmed=confirmed,
        reason="",
        recorded_by=actor.name,
        at=at,
    )
    if changed:
        _record(row, document, actor=actor, at=at)
    return row


@transaction.atomic
def enact_parameter(
    *,
    key: str,
    division: str,
    value: Any,
    document: str,
    valid_from: date,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> ParameterRow:
    """
    Let a new figure hold from a day on, or correct one that was entered wrongly (`reason`); the old row is kept.

    What was decided under the old figure is not touched: each decision keeps the figures it used.

    :raises UnknownParameter: no such key.
    :raises InThePast: an earlier day without the reason of a correction.
    :raises InvalidInput: no document, an unknown place or one that may not set it, a value it may not be, or nothing new.
    """
    actor.require("parameters.edit", division=division)
    if key.startswith(calendars.PREFIX):
        raise InvalidInput({"value": "放假安排会改变办件的时限，请在“工作日历”页面导入。"})
    definition = _definition(key)
    if valid_from < day_of(at) and not reason.strip():
        raise InThePast(day=valid_from.isoformat())
    problems = _problems(definition, division, value)
    if not document.strip():
        problems["document"] = "请写明规定这个数值的文件名称和文号。"
    if reason and len(reason.strip()) < SHORTEST_REASON:
        problems["reason"] = f"请写明更正的理由（不少于 {SHORTEST_REASON} 个字）。"
    if problems:
        raise InvalidInput(problems)
    row, changed = parameters.write_parameter(
        key=key,
        division=division,
        value=value,
        document=document.strip(),
        valid_from=valid_from,
        confirmed=True,
        reason=reason.strip(),
        recorded_by=actor.name,
        at=at,
    )
    if not changed:
        raise InvalidInput({"value": "与现有的数值、文号和生效日完全相同，没有变化。"})
    _record(row, document, actor=actor, at=at)
    return row


def _definition(key: str) -> definitions.Definition:
    """:raises UnknownParameter: nothing in the code reads such a key."""
    definition = definitions.find(key)
    if definition is None:
        raise UnknownParameter
    return definition


def _problems(definition: definitions.Definition, division: str, value: Any) -> dict[str, str]:
    """Return what keeps this value from being the figure of this place, by field."""
    problems = {}
    place = identity.find_division(division)
    if place is None:
        problems["division"] = "没有这个行政区划代码，请核对。"
    elif place.level > definition.lowest:
        problems["division"] = f"这个参数由{definitions.LEVELS[definition.lowest]}以上规定，{place.name}不能另定。"
    if fault := definition.fault(value):
        problems["value"] = fault
    return problems


def _record(row: ParameterRow, document: str, *, actor: Actor, at: datetime) -> None:
    audit.record(
        "catalog.set_parameter",
        actor=actor,
        at=at,
        target=f"parameter:{row.pk}",
        division=row.division,
        reason=document[:200],
        key=row.key,
        valid_from=row.valid_from.isoformat(),
        correction=bool(row.reason),
    )
