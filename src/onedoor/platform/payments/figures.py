"""The published list of fees and the limits of payment, as the parameter table has them for a place and a day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, TypeAdapter, field_validator

from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.strict import NonEmpty, StrictModel
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.crypto import sm3
from onedoor.platform.kernel.definitions import Definition, is_plain_number
from onedoor.standards.judgement import Parameter

COUNTY = 4
LIST, DAYS, REMIND = "payments.list", "payments.days", "payments.remind_days"


class Reduction(StrictModel):
    """Who pays less, and by which article."""

    code: NonEmpty
    title: NonEmpty
    article: NonEmpty
    when: Condition
    percent: Annotated[int, Field(ge=1, le=100)] = 100  # how much of the fee is not charged


class Entry(StrictModel):
    """One line of the published list (收费目录清单): nothing else is charged, and nothing otherwise."""

    project: Annotated[str, Field(pattern=r"^[A-Z0-9-]{2,40}$")]
    title: NonEmpty
    document: NonEmpty  # the number of the document that sets the standard
    standard: NonEmpty  # yuan with two places
    unit: NonEmpty  # 证、次、页
    per: str = ""  # the question whose number, or the table whose rows, are counted; empty: once
    reductions: tuple[Reduction, ...] = ()

    @field_validator("standard")
    @classmethod
    def is_money(cls, standard: str) -> str:
        if not is_plain_number(standard) or Decimal(standard) != Decimal(standard).quantize(Decimal("0.01")):
            raise ValueError("收费标准写到分，例如 10.00")
        if not 0 <= Decimal(standard) <= 100_000:
            raise ValueError("收费标准应在 0 至 100000 元之间")
        return standard


FIGURES = (
    Definition(LIST, "收费目录清单", "structure", lowest=COUNTY, shape=TypeAdapter(list[Entry])),
    Definition(
        DAYS,
        "开出缴款单后多少天内缴款",
        "whole",
        lowest=COUNTY,
        unit="天",
        least=3,
        most=60,
        default=15,
        source="本平台规则",
    ),
    Definition(
        REMIND,
        "到期前多少天提醒缴款",
        "whole",
        lowest=COUNTY,
        unit="天",
        least=1,
        most=30,
        default=3,
        source="本平台规则",
    ),
)


def published(project: str, *, chain: Sequence[str], on: date) -> tuple[Entry, Parameter] | None:
    """
    Return the line of the list by which a project is charged, and the row of the table it stands in.

    Each place publishes its own list beside those of the places above it; the nearest that has the project counts.
    """
    for place in chain:
        row = parameters.holding(LIST, chain=[place], on=on)
        for told in row.value if row is not None else ():
            if told["project"] == project and row is not None:
                return Entry.model_validate(told), row
    return None


@dataclass(frozen=True)
class Lists:
    """Every list that holds on a day or later, of every place, read once; `version` changes whenever one of them does."""

    rows: Mapping[str, Sequence[Parameter]]
    version: str

    def published(self, project: str, *, chain: Sequence[str], on: date) -> tuple[Entry, Parameter] | None:
        """Return what `figures.published` returns, without asking the table again."""
        for place in chain:
            for row in self.rows.get(place, ()):
                if row.valid_from <= on and (row.valid_to is None or row.valid_to > on):
                    found = next((told for told in row.value if told["project"] == project), None)
                    if found is not None:
                        return Entry.model_validate(found), row
        return None


def lists(*, from_day: date) -> Lists:
    found: dict[str, list[Parameter]] = defaultdict(list)
    rows = parameters.rows_of([LIST], from_day=from_day)
    for row in rows:
        fields = {name: getattr(row, name) for name in ("key", "value", "document", "division")}
        found[row.division].append(Parameter(**fields, valid_from=row.valid_from, valid_to=row.valid_to))
    version = sm3(repr([(row.pk, row.valid_to) for row in rows]).encode()).hex()[:16]
    return Lists(found, version)


def whole(key: str, *, chain: Sequence[str], on: date) -> int:
    return int(parameters.figure(key, chain=chain, on=on))
