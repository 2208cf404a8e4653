"""The base of every definition read from YAML: a typing mistake stops the start-up, not a citizen."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NonEmpty = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


def _plain_name(name: str) -> str:
    return name.removesuffix("_")  # `in`, `all`, `any` are Python words; YAML writes them without the underscore


class StrictModel(BaseModel):
    """Immutable, refuses unknown keys; a trailing underscore in Python is absent in YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=_plain_name, populate_by_name=True)


class Limit(StrictModel):
    days: Annotated[int, Field(ge=0)]
    unit: Literal["workday", "day"] = "workday"
    basis: str = ""
    extension: int = 0  # days that may be added once
