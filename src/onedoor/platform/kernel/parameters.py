"""The parameter table: figures of law by place and period, the nearest place wins."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from onedoor.platform.kernel import definitions
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.models import ParameterRow
from onedoor.platform.kernel.prepared import prepared
from onedoor.standards.judgement import MissingParameter, Parameter, Params

log = structlog.get_logger(__name__)


class NotSet(OneDoorError):
    """What asks a rule of law says so instead of failing where the place has no figure, or none that can be used."""

    code, http_status, message = (
        "parameters.not_set",
        409,
        "办理这件事要用的当地标准还没有公布，暂时不能计算。请联系受理单位；工作人员请在参数表里登记。",
    )


@contextmanager
def figures_needed() -> Iterator[None]:
    """:raises NotSet: a rule inside asks for a figure that is not there for this place and day."""
    try:
        yield
    except MissingParameter as missing:
        log.error("parameter_missing", missing=str(missing))
        raise NotSet from missing


def snapshot(*, prefix: str, chain: Sequence[str], on: date) -> Params:
    """
    Return every parameter whose key starts with `prefix` as it holds on `on` for the first division of `chain`.

    `chain` lists 12-digit codes from the nearest division to the whole country ("000000000000").
    """
    rows = _on(_standing().filter(key__startswith=prefix), chain, on)
    return _nearest(rows, chain=chain, on=on)


def _on(rows: QuerySet[ParameterRow], chain: Sequence[str], on: date) -> QuerySet[ParameterRow]:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    return rows.filter(division__in=chain, valid_from__lte=on).filter(lasting)


@prepared
def _of_keys(*, keys: Sequence[str], chain: Sequence[str], on: date) -> QuerySet[ParameterRow]:
    return _on(_standing().filter(key__in=keys), chain, on)


def _nearest(rows: Iterable[ParameterRow], *, chain: Sequence[str], on: date) -> Params:
    nearness = {code: place for place, code in enumerate(chain)}
    chosen: dict[str, ParameterRow] = {}
    for row in rows:
        best = chosen.get(row.key)
        if best is None or _rank(row, nearness) < _rank(best, nearness):
            chosen[row.key] = row
    usable = {key: _as_parameter(row) for key, row in chosen.items() if _is_usable(row)}
    return Params(division=chain[0], on=on, rows=usable)


def figure(key: str, *, chain: Sequence[str], on: date) -> Any:
    """
    Return one figure as it holds for a place and day; where no row sets it, the default of its definition (or None).

    :raises LookupError: no such figure is defined.
    """
    return figures(key, chain=chain, on=on)[0]


def figures(*keys: str, chain: Sequence[str], on: date) -> list[Any]:
    """Return several figures as `figure` says, by one question."""
    found = []
    rows = _nearest(_of_keys.all(keys=keys, chain=list(chain), on=on), chain=chain, on=on).rows
    for key in keys:
        definition = definitions.find(key)
        if definition is None:
            raise LookupError(f"parameter {key} is not defined")
        found.append(rows[key].value if key in rows else definition.default)
    return found


def holding(key: str, *, chain: Sequence[str], on: date) -> Parameter | None:
    """Return the row of one figure as it holds for a place and day, None where no row sets it."""
    return _nearest(_of_keys.all(keys=[key], chain=list(chain), on=on), chain=chain, on=on).rows.get(key)


def next_start(*, key: str, division: str, after: date) -> date | None:
    """Return the day on which this place's next figure begins, as far as it is enacted."""
    later = _standing().filter(key=key, division=division, valid_from__gt=after)
    return later.order_by("valid_from").values_list("valid_from", flat=True).first()


def places_with(key: str, *, from_day: date) -> set[str]:
    """Return the divisions that have a figure of their own on a day or later."""
    lasting = _standing().filter(Q(valid_to__isnull=True) | Q(valid_to__gt=from_day), key=key)
    return set(lasting.values_list("division", flat=True))


def _is_usable(row: ParameterRow) -> bool:
    definition = definitions.find(row.key)
    if definition is None or not definition.fault(row.value):
        return True
    log.error("parameter_unusable", key=row.key, division=row.division, row=row.pk)
    return False


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


def rows_of(keys: Collection[str], *, from_day: date) -> list[ParameterRow]:
    """Return the usable rows of some figures that hold on a day or later, of every place, the oldest first."""
    lasting = _standing().filter(Q(valid_to__isnull=True) | Q(valid_to__gt=from_day), key__in=keys)
    return [row for row in lasting.order_by("valid_from", "pk") if _is_usable(row)]


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
