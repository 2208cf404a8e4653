"""The base of every definition read from YAML: a typing mistake stops the start-up, not a citizen."""

from pydantic import BaseModel, ConfigDict


def _plain_name(name: str) -> str:
    return name.removesuffix("_")  # `in`, `all`, `any` are Python words; YAML writes them without the underscore


class StrictModel(BaseModel):
    """Immutable, refuses unknown keys; a trailing underscore in Python is absent in YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=_plain_name, populate_by_name=True)
