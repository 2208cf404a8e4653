"""The types every rule of law speaks: parameters in, a judgement with reasons and a trace out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


class MissingParameter(LookupError):
    """A rule asked for a figure that no parameter row gives for this place and day."""


@dataclass(frozen=True)
class Parameter:
    """One figure of law with the place, period and document it comes from."""

    key: str
    value: Any  # str | int | bool | list | dict; money and ratios are strings such as "810.00"
    document: str
    division: str  # 12-digit code of the place that set it, "000000000000" for the whole country
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class Params:
    """All figures that hold for one place on one day."""

    division: str
    on: date
    rows: Mapping[str, Parameter]

    def row(self, key: str) -> Parameter:
        """
        Return the parameter row for `key`.

        :raises MissingParameter: no row for this place and day.
        """
        try:
            return self.rows[key]
        except KeyError:
            raise MissingParameter(f"{key} ({self.division}, {self.on.isoformat()})") from None

    def money(self, key: str) -> Decimal:
        return Decimal(str(self.row(key).value)).quantize(Decimal("0.01"))

    def ratio(self, key: str) -> Decimal:
        return Decimal(str(self.row(key).value))

    def integer(self, key: str) -> int:
        return int(self.row(key).value)

    def flag(self, key: str) -> bool:
        return bool(self.row(key).value)

    def text(self, key: str) -> str:
        return str(self.row(key).value)

    def value(self, key: str) -> Any:
        return self.row(key).value


@dataclass(frozen=True)
class Reason:
    """Why a judgement came out as it did; `text` is a full Chinese sentence a citizen understands."""

    code: str
    text: str
    article: str


@dataclass(frozen=True)
class TraceLine:
    """One step of the calculation as a clerk would write it by hand."""

    label: str  # 人均月收入
    formula: str  # (1480.00 + 20.00) ÷ 3
    result: str  # 500.00
    article: str = ""
    sources: tuple[str, ...] = ()  # where the inputs came from: 申请人申报, 入户调查, 不动产登记 …


@dataclass(frozen=True)
class Judgement:
    """
    What a rule answers: a value, every reason at once, the calculation, and the parameters it used.

    `value` is whatever the rule decides: a Decimal, a bool, a date, a list of categories.
    """

    value: Any
    reasons: tuple[Reason, ...] = ()
    trace: tuple[TraceLine, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return plain data (JSON types only) to be stored with a decision and shown again years later."""
        return {
            "value": _plain(self.value),
            "reasons": [vars(reason).copy() for reason in self.reasons],
            "trace": [{**vars(line), "sources": list(line.sources)} for line in self.trace],
            "parameters": [
                {
                    "key": row.key,
                    "value": _plain(row.value),
                    "document": row.document,
                    "division": row.division,
                    "valid_from": row.valid_from.isoformat(),
                    "valid_to": row.valid_to.isoformat() if row.valid_to else None,
                }
                for row in self.parameters
            ],
        }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_plain(item) for item in items]
    return value
