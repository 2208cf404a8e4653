"""Figures of law as a file that comes with the code sets them, and what any figure has to satisfy, whoever sets it."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import definitions, parameters
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.platform.kernel.models import ParameterRow


class UnknownParameter(NotFound):
    code, message = "parameters.unknown", "没有这个参数。新的参数随业务一起登记，请从参数表里选择。"


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
    problems = problems_of(definition_of(key), division, value)
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


def definition_of(key: str) -> definitions.Definition:
    """:raises UnknownParameter: nothing in the code reads such a key."""
    definition = definitions.find(key)
    if definition is None:
        raise UnknownParameter
    return definition


def problems_of(definition: definitions.Definition, division: str, value: Any) -> dict[str, str]:
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
    """Put into the audit record that a figure was written into the table."""
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
