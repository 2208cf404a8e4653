"""The base of every definition read from YAML: a typing mistake stops the start-up, not a citizen."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)

NonEmpty = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


def _plain_name(name: str) -> str:
    return name.removesuffix("_")  # `in`, `all`, `any` are Python words; YAML writes them without the underscore


class StrictModel(BaseModel):
    """Immutable, refuses unknown keys; a trailing underscore in Python is absent in YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=_plain_name, populate_by_name=True)


class Limit(StrictModel):
    """A time limit as law or an organ gives it: `{days: 20}` (working days), `{days: 30, unit: day}` or `{hours: 48}`."""

    days: Annotated[int, Field(ge=0)] = 0
    hours: Annotated[int, Field(ge=0)] = 0  # natural hours, day and night
    unit: Literal["workday", "day", "hour"] = "workday"
    basis: str = ""
    extension: Annotated[int, Field(ge=0)] = 0  # days that may be added once

    @model_validator(mode="before")
    @classmethod
    def counts_hours_where_hours_are_given(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        if not {"days", "hours"} & set(data):
            raise ValueError("没有写时限：请写天数（days）或者小时数（hours）")
        return {"unit": "hour", **data} if data.get("hours") else data

    @model_validator(mode="after")
    def has_one_length(self) -> "Limit":
        if (self.unit == "hour") != bool(self.hours) or (self.hours and self.days):
            raise ValueError("时限只写一种：工作日或自然日写天数（days），按小时计的只写小时数（hours）")
        if self.unit == "hour" and self.extension:
            raise ValueError("按小时计的时限不能延长")
        return self

    @model_serializer(mode="wrap")
    def says_its_length(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write the one length it has, 0 days too, and never the other."""
        written = {name: value for name, value in dump(self).items() if name not in ("days", "hours")}
        return {"hours": self.hours, **written} if self.hours else {"days": self.days, **written}

    @property
    def length(self) -> int:
        return self.hours or self.days

    @property
    def words(self) -> str:
        """What people read: 20 个工作日、30 日、48 小时."""
        return spoken_length(self.length, self.unit)


UNITS = {"workday": "个工作日", "day": "日", "hour": "小时"}


def spoken_length(length: int, unit: str) -> str:
    return f"{length} {UNITS[unit]}"
