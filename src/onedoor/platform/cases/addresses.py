"""The addresses of an application, kept as keyed digests of one spelling, so that two that share one are found (row 33)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from onedoor.platform.cases.models import Case, CaseAddress
from onedoor.platform.cases.states import TERMINAL
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import blind
from onedoor.platform.kernel.clock import day_of
from onedoor.standards.addresses import comparable_address


def keep(case: Case, answers: Mapping[str, Any], *, on: date) -> None:
    """Let an application be found by the addresses it declares; there are none of it yet."""
    CaseAddress.objects.bulk_create(
        CaseAddress(case=case, field=field, **CaseAddress.by_address.values(text))
        for field, text in compared(case.item_version.item, answers, near=case.division, on=on).items()
    )


def keep_anew(case: Case, answers: Mapping[str, Any], *, on: date) -> None:
    """Let an application be found by the addresses it declares now, and no longer by those of before."""
    case.addresses.all().delete()
    keep(case, answers, on=on)


def keep_missing() -> int:
    """Index the open cases from before there was an index, and return how many have an address; safe to run twice."""
    open_cases = Case.objects.filter(addresses=None, declared__isnull=False).exclude(state__in=sorted(TERMINAL))
    found = 0
    for pk in list(open_cases.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).select_related("declared").get(pk=pk)
            keep_anew(case, case.declared.content, on=day_of(case.submitted_at))
        found += case.addresses.exists()
    return found


def bring_along(case: Case, child: Case) -> None:
    """Let a case that carries on the answers of another be found as that one is."""
    columns = ("field", CaseAddress.by_address.column, f"{CaseAddress.by_address.column}_even")
    CaseAddress.objects.bulk_create(CaseAddress(case=child, **row) for row in case.addresses.values(*columns))


def compared(item: ServiceItem, answers: Mapping[str, Any], *, near: str, on: date) -> dict[str, str]:
    """
    Return, by field, what is compared of the addresses among some answers: the county and the house in one spelling.

    The township is left out, since many leave it out; addresses that name no house are.
    """
    found = {}
    for code, text, place in _written(item, answers, near):
        county, rest = identity.place_written(text, near=place, on=on)
        house = comparable_address(rest)
        if house:
            found[code] = f"{county} {house}"
    return found


def _written(item: ServiceItem, answers: Mapping[str, Any], near: str) -> Iterator[tuple[str, str, str]]:
    """Yield the field, the words and the place of every address; those of rows are other people's."""
    for field in item.form.all_fields():
        answer = answers.get(field.code)
        if answer and field.type == "address":
            yield field.code, str(answer), near
        elif answer and field.type == "full_address":
            yield field.code, str(answer.get("detail", "")), str(answer.get("division") or near)


def register() -> None:
    """Let the index take part in every change of its key."""
    blind.register(CaseAddress, CaseAddress.by_address, _texts)


def _texts(rows: Sequence[CaseAddress]) -> list[str]:
    return [
        compared(
            row.case.item_version.item,
            row.case.declared.content,
            near=row.case.division,
            on=day_of(row.case.submitted_at),
        ).get(row.field, "")
        for row in rows
    ]
