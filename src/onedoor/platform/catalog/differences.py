"""What differs between two definitions, as plain data: the path, what it is called, before and after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onedoor.platform.catalog.elements import (
    ELEMENTS,
    PARTS,
    WORDS,
    title_of_place,
)

NAMES = ("title", "label", "law", "question", "name", "code")


@dataclass(frozen=True)
class Difference:
    """One place that differs; `before` is None for something new, `after` None for something that is gone."""

    path: str
    title: str
    before: Any
    after: Any

    @property
    def sentence(self) -> str:
        if self.before is None:
            return f"新增{self.title}：{told(self.after)}"
        if self.after is None:
            return f"取消{self.title}：{told(self.before)}"
        return f"{self.title}：{told(self.before)} → {told(self.after)}"


def diff_versions(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """
    Return every difference of two definitions in the order of the new one; rows of lists are matched by their code.

    A row that is new or gone is one difference, not one for each of its fields.
    """
    return list(_walk(old, new, "", ""))


def _walk(old: Any, new: Any, path: str, title: str) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*new, *(key for key in old if key not in new)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from _walk(old.get(key), new.get(key), inner, _title(inner, title))
    elif _coded(old) and _coded(new):
        before, after = {row["code"]: row for row in old}, {row["code"]: row for row in new}
        for code in [*after, *(code for code in before if code not in after)]:
            row = after.get(code, before.get(code))
            named = f"{title}“{told(row)}”" if code in before and code in after else title
            yield from _walk(before.get(code), after.get(code), f"{path}.{code}", named)
    else:
        yield Difference(path, title, old, new)


def _title(path: str, above: str) -> str:
    """A place is called by its own words where it has some, else by the name of what it belongs to and its path's end."""
    if path in ELEMENTS or path in WORDS:
        return title_of_place(path)
    part = path.rpartition(".")[2]
    return f"{above}的{PARTS.get(part, part)}" if above else part


def _coded(rows: Any) -> bool:
    return (
        isinstance(rows, Sequence)
        and not isinstance(rows, str)
        and all(isinstance(r, Mapping) and "code" in r for r in rows)
    )


def told(value: Any) -> str:
    """Return a value as a person reads it; a row is told by its name."""
    if isinstance(value, Mapping):
        return next(
            (str(value[name]) for name in NAMES if value.get(name)),
            "、".join(f"{PARTS.get(k, k)}：{told(v)}" for k, v in value.items()),
        )
    if isinstance(value, list | tuple):
        return "；".join(told(one) for one in value) or "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if value not in (None, "") else "无"
