"""The parameter table: figures of law by place and period, the nearest place wins."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django.db import transaction
from django.db.models import Q, QuerySet

from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.kernel.models import ParameterRow
from onedoor.standards.judgement import Parameter, Params


def snapshot(*, prefix: str, chain: Sequence[str], on: date) -> Params:
    """
    Return every parameter whose key starts with `prefix` as it holds on `on` for the first division of `chain`.

    `chain` lists 12-digit codes from the nearest division to the whole country ("000000000000").
    """
    rows = (
        _standing()
        .filter(key__startswith=prefix, division__in=chain, valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    )
    nearness = {code: place for place, code in enumerate(chain)}
    chosen: dict[str, ParameterRow] = {}
    for row in rows:
        best = chosen.get(row.key)
        if best is None or _rank(row, nearness) < _rank(best, nearness):
            chosen[row.key] = row
    return Params(division=chain[0], on=on, rows={key: _as_parameter(row) for key, row in chosen.items()})


def _rank(row: ParameterRow, nearness: dict[str, int]) -> tuple[int, int]:
    return nearness[row.division], -row.valid_from.toordinal()


def _as_parameter(row: ParameterRow) -> Parameter:
    return Parameter(
        key=row.key,
        value=row.value,
        document=row.document,
        division=row.division,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


Kind = Literal["yes_no", "whole", "decimal", "text", "structure"]
KIND_WORDS: dict[Kind, str] = {
    "yes_no": "“是”或“否”",
    "whole": "整数",
    "decimal": "数字（金额写到分，如 810.00）",
    "text": "文字",
    "structure": "结构化数据（JSON）",
}


def kind_of(value: Any) -> Kind:
    """Return what kind of value a figure is; money and ratios are text that reads as a number."""
    if isinstance(value, bool):
        return "yes_no"
    if isinstance(value, int):
        return "whole"
    if not isinstance(value, str):
        return "structure"
    try:
        return "decimal" if Decimal(value).is_finite() else "text"
    except InvalidOperation:
        return "text"


def read_value(text: str, like: Any) -> Any:
    """
    Read what an officer typed as a value of the same kind as `like`.

    :raises ValueError: it cannot be read as that.
    """
    kind = kind_of(like)
    if kind == "structure":
        return json.loads(text)
    if kind == "yes_no":
        return {"是": True, "否": False}[text.strip()] if text.strip() in ("是", "否") else json.loads(text)
    return int(text) if kind == "whole" else text.strip()


def typed_value(text: str, like: Any) -> Any:
    """:raises InvalidInput: what was typed is no value of the kind `like` is of."""
    try:
        return read_value(text, like)
    except ValueError:
        kind = KIND_WORDS[kind_of(like)]
        raise InvalidInput({"value": f"数值应为{kind}，请核对后重填。"}) from None


def told(value: Any) -> str:
    """Return a value as it is shown and typed."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def row_starting(*, key: str, division: str, valid_from: date) -> ParameterRow | None:
    """Return the row that holds from exactly this day on, as it is known today."""
    return _standing().filter(key=key, division=division, valid_from=valid_from).first()


def rows_on(on: date) -> list[ParameterRow]:
    """Return every figure in force on a day, of every place, by key and division."""
    begun = _standing().filter(valid_from__lte=on)
    return list(begun.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).order_by("key", "division"))


def rows_starting_with(prefix: str) -> list[ParameterRow]:
    """Return every standing row whose key begins like this, the oldest first."""
    return list(_standing().filter(key__startswith=prefix).order_by("valid_from", "pk"))


def history(key: str) -> list[ParameterRow]:
    """Return every row of a key, the corrected ones included: by place, the newest first."""
    return list(ParameterRow.objects.filter(key=key).order_by("division", "-valid_from", "-pk"))


def figures_of(key: str) -> QuerySet[ParameterRow]:
    """Return every row of a key that counts, of any place and day: to ask inside a query whether there is one."""
    return _standing().filter(key=key)


def _standing() -> QuerySet[ParameterRow]:
    return ParameterRow.objects.filter(replaced_at__isnull=True)


@transaction.atomic
def write_parameter(
    *,
    key: str,
    division: str,
    value: Any,
    document: str,
    valid_from: date,
    recorded_by: str,
    at: datetime,
    confirmed: bool = True,
    reason: str = "",
) -> tuple[ParameterRow, bool]:
    """
    Write a figure from `valid_from` on and tell whether anything changed; the row in force until then ends on that day.

    A row that began on the same day was wrong: it is kept, marked as replaced, and counts no more.
    Whoever may do this, and the record of it, is the catalogue's matter: `catalog.operations`.
    """
    same_place = _standing().select_for_update().filter(key=key, division=division)
    rows = list(same_place.order_by("valid_from"))
    existing = next((row for row in rows if row.valid_from == valid_from), None)
    if existing is not None:
        if (existing.value, existing.document, existing.confirmed) == (value, document, confirmed):
            return existing, False
        existing.replaced_at = at
        existing.save(update_fields=["replaced_at"])
    before = [row for row in rows if row.valid_from < valid_from]
    if before and (before[-1].valid_to is None or before[-1].valid_to > valid_from):
        before[-1].valid_to = valid_from
        before[-1].save(update_fields=["valid_to"])
    following = next((row for row in rows if row.valid_from > valid_from), None)
    row = ParameterRow.objects.create(
        key=key,
        division=division,
        value=value,
        document=document,
        valid_from=valid_from,
        valid_to=following.valid_from if following else None,
        confirmed=confirmed,
        reason=reason,
        recorded_at=at,
        recorded_by=recorded_by,
    )
    return row, True
