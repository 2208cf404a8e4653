"""
What each figure of the parameter table may be: declared in code by the room or service that reads it.

A value that is not what its definition says is refused wherever it comes from, the page, the API or a shipped file, and
a row that got into the table past these doors is not used: what reads it says that the figure is not set.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from onedoor.platform.kernel.errors import InvalidInput

Kind = Literal["yes_no", "whole", "decimal", "text", "structure"]
KIND_WORDS: dict[Kind, str] = {
    "yes_no": "“是”或“否”",
    "whole": "整数",
    "decimal": "数字（金额写到分，如 810.00）",
    "text": "文字",
    "structure": "结构化数据（JSON）",
}
LEVELS = {1: "国家", 2: "省级", 3: "市级", 4: "县级", 5: "乡镇", 6: "村（社区）"}
LONGEST_TEXT, MOST_DIGITS = 100, 14


@dataclass(frozen=True)
class Relation:
    """
    What law says of this figure beside another one of the same place and day, as data.

    "at_least" and "at_most": this number is no less (no more) than `times` the other; "needs": where this is `where`,
    the place must have the other. It counts only where the figure `given` names has the value it names.
    """

    kind: Literal["at_least", "at_most", "needs"]
    other: str
    source: str
    times: Decimal = Decimal(1)
    where: Any = None
    given: tuple[str, Any] | None = None
    number: Callable[[Any], Any] | None = None  # which number of a structure is compared
    called: str = ""  # what that number is called, where it is not the figure itself

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the other figures it takes to judge it."""
        return (self.other,) if self.given is None else (self.other, self.given[0])

    def holds(self, value: Any, others: Mapping[str, Any]) -> bool:
        """Tell whether a figure fits beside the others, by key; one that nobody has set contradicts no other."""
        other = others[self.other]
        if self.given is not None and others[self.given[0]] != self.given[1]:
            return True
        if self.kind == "needs":
            return value != self.where or other is not None
        if value is None or other is None:
            return True
        number, bound = Decimal(self.number(value) if self.number else value), Decimal(other) * self.times
        return number >= bound if self.kind == "at_least" else number <= bound

    def told(self, title: str, other_title: str, other: Any) -> str:
        """Return in a sentence what does not fit, and what to do."""
        if self.kind == "needs":
            return f"“{title}”为 {self.where} 的，须先登记“{other_title}”（{self.source}）。"
        word, times = "低于" if self.kind == "at_least" else "高于", "" if self.times == 1 else f"的 {self.times} 倍"
        called = f"“{self.called or title}”不得{word}“{other_title}”{times}"
        return f"{called}（{self.source}；后者当日为 {other}）。请核对，或先调整另一个。"


@dataclass(frozen=True)
class Definition:
    """One figure: what it is called, what it may be, who may set it, what holds where nobody has."""

    key: str
    title: str
    kind: Kind
    lowest: int  # the lowest level of division that may set it; 1: the nation alone, nobody below may differ
    unit: str = ""
    least: Decimal | int | None = None
    most: Decimal | int | None = None
    choices: Sequence[str] = ()
    shape: TypeAdapter[Any] | None = None  # of a structure
    default: Any = None  # holds where there is no row; None: what reads the figure cannot do without one
    source: str = ""  # where the default, or the bounds, come from
    relations: Sequence[Relation] = ()  # to other figures of the same place

    @property
    def told(self) -> str:
        """Return in words what a value may be: 整数，1 至 60，单位：日."""
        words = [f"下列之一：{'、'.join(self.choices)}" if self.choices else KIND_WORDS[self.kind]]
        if self.least is not None and self.most is not None:
            words.append(f"{self.least} 至 {self.most}")
        if self.unit:
            words.append(f"单位：{self.unit}")
        return "，".join(words)

    def fault(self, value: Any) -> str:
        """Return in a sentence why this cannot be the figure, "" where it can."""
        if not self._is_of_kind(value):
            return f"数值应为{KIND_WORDS[self.kind]}，请核对后重填。"
        if self.choices and value not in self.choices:
            return f"数值应为{self.told}，请核对后重填。"
        if self.kind in ("whole", "decimal") and not self._is_within(Decimal(value)):
            return f"数值应为{self.told}，请核对后重填。"
        return self._fault_of_shape(value) if self.shape is not None else ""

    def _is_of_kind(self, value: Any) -> bool:
        if self.kind == "text":
            return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_TEXT
        if self.kind == "decimal":
            return is_plain_number(value)
        if self.kind == "structure":
            return isinstance(value, list | dict)
        return type(value) is (bool if self.kind == "yes_no" else int)  # True is no whole number

    def _is_within(self, number: Decimal) -> bool:
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)

    def _fault_of_shape(self, value: Any) -> str:
        assert self.shape is not None
        try:
            self.shape.validate_python(value)
        except ValidationError as error:
            places = "、".join(".".join(str(part) for part in one["loc"]) or "整体" for one in error.errors()[:3])
            return f"数值的结构不符合要求，请核对这些位置：{places}。"
        return ""


def is_plain_number(value: Any) -> bool:
    """Tell whether a text is a number as one writes it: no exponent, no infinity, not longer than any sum of money."""
    if not isinstance(value, str) or not value.removeprefix("-").replace(".", "", 1).isdecimal():
        return False
    try:
        return Decimal(value).is_finite() and len(value) <= MOST_DIGITS
    except InvalidOperation:
        return False


_definitions: dict[str, Definition] = {}


def define(*definitions: Definition) -> None:
    """
    Make figures known, once each, when the room starts.

    :raises ValueError: a key defined twice, a structure without a shape, or a default that is not what it may be.
    """
    for one in definitions:
        if one.key in _definitions and _definitions[one.key] is not one:
            raise ValueError(f"parameter {one.key} is defined twice")
        if (one.kind == "structure") != (one.shape is not None):
            raise ValueError(f"parameter {one.key}: a structure, and nothing else, has a shape")
        if one.default is not None and (one.fault(one.default) or not one.source):
            raise ValueError(f"parameter {one.key}: its default is no possible value, or says no source")
        for relation in one.relations:
            if relation.kind != "needs" and relation.number is None and one.kind not in ("whole", "decimal"):
                raise ValueError(f"parameter {one.key}: only numbers are compared with {relation.other}")
        _definitions[one.key] = one


def find(key: str) -> Definition | None:
    return _definitions.get(key)


def definitions() -> list[Definition]:
    """Return every known figure by key."""
    return [_definitions[key] for key in sorted(_definitions)]


def relations_of(key: str) -> list[tuple[Definition, Relation]]:
    """Return every relation in which a figure stands, on whichever side, with the figure it is said of."""
    return [(one, relation) for one in definitions() for relation in one.relations if key in (one.key, *relation.keys)]


def read_value(text: str, kind: Kind) -> Any:
    """
    Read what an officer typed as a value of this kind.

    :raises ValueError: it cannot be read as that.
    """
    if kind == "structure":
        return json.loads(text)
    if kind == "yes_no":
        return {"是": True, "否": False}[text.strip()] if text.strip() in ("是", "否") else json.loads(text)
    return int(text) if kind == "whole" else text.strip()


def typed_value(text: str, definition: Definition) -> Any:
    """:raises InvalidInput: what was typed is no value of this figure."""
    try:
        return read_value(text, definition.kind)
    except (ValueError, RecursionError):
        raise InvalidInput({"value": f"数值应为{definition.told}，请核对后重填。"}) from None
