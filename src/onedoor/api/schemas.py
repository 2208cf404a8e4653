"""What the API takes and gives: the base of every schema, whose fields are described in words.py, and common shapes."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from onedoor.api.words import word_of

LARGEST = 2**31 - 1
Id = Annotated[int, Field(ge=0, le=LARGEST)]
Line = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=5000)]
Day = Annotated[date, Field(ge=date(1850, 1, 1), le=date(2200, 12, 31))]
Row = TypeVar("Row")


def _describe(schema: dict[str, Any], model: type[Any]) -> None:
    """Give every field its description in both languages and an example, from the one table of words."""
    kind = model.__name__.partition("[")[0]
    if kind == "Page":  # pydantic does not hand a docstring on to the pages of something
        schema["description"] = Page.__doc__
    for name, field in schema.get("properties", {}).items():
        word = word_of(kind, name)
        if word is not None:
            word.describe(field)
        field.pop("title", None)


class Told(Schema):
    """A schema whose fields are described in words.py."""

    model_config = ConfigDict(json_schema_extra=_describe)


class Page(Told, Generic[Row]):
    """一页：下一页的游标在 next，最后一页为 null。A page of a list: `next` is the cursor of the next one, null at the end."""

    items: list[Row]
    next: str | None = None


def page(
    rows: Sequence[Any], *, size: int, cursor: Callable[[Any], object], out: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return a page with the cursor that continues it; a page that is not full is the last one."""
    following = str(cursor(rows[-1])) if rows and len(rows) >= size else None
    return {"items": [out(row) for row in rows], "next": following}


def whole(rows: Sequence[Any], out: Callable[[Any], Any] = lambda row: row) -> dict[str, Any]:
    """Return a list that is short by its nature as its only page."""
    return {"items": [out(row) for row in rows], "next": None}
