"""The parameter table: figures of law by place and period, the nearest place wins."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from onedoor.platform.kernel.models import ParameterRow
from onedoor.standards.judgement import Parameter, Params


def snapshot(*, prefix: str, chain: Sequence[str], on: date) -> Params:
    """
    Return every parameter whose key starts with `prefix` as it holds on `on` for the first division of `chain`.

    `chain` lists 12-digit codes from the nearest division to the whole country ("000000000000").
    """
    rows = ParameterRow.objects.filter(key__startswith=prefix, division__in=chain, valid_from__lte=on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on)
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


@transaction.atomic
def write_parameter(
    *, key: str, division: str, value: Any, document: str, valid_from: date, recorded_by: str, at: datetime
) -> tuple[ParameterRow, bool]:
    """
    Write a figure from `valid_from` on and tell whether anything changed; the row in force until then ends on that day.

    Whoever may do this, and the record of it, is the catalogue's matter: `catalog.operations.set_parameter`.
    """
    same_place = ParameterRow.objects.filter(key=key, division=division)
    existing = same_place.filter(valid_from=valid_from).first()
    if existing is not None and existing.value == value and existing.document == document:
        return existing, False
    following = same_place.filter(valid_from__gt=valid_from).order_by("valid_from").first()
    same_place.filter(valid_from__lt=valid_from).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from)).update(
        valid_to=valid_from
    )
    row, _ = ParameterRow.objects.update_or_create(
        key=key,
        division=division,
        valid_from=valid_from,
        defaults={
            "value": value,
            "document": document,
            "valid_to": following.valid_from if following else None,
            "recorded_at": at,
            "recorded_by": recorded_by,
        },
    )
    return row, True
