"""Answers nobody has to type again, and how they compare with what was declared in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Known:
    """A filled-in answer nobody has to type again: its value, who says so, and as of when."""

    value: Any
    source: str
    as_of: str = ""

    @property
    def spoken_source(self) -> str:
        return f"{self.source}，{self.as_of}" if self.as_of else self.source


class Shown(Protocol):
    """What a paper shows for an answer, other than it was given."""

    @property
    def found(self) -> str: ...
    @property
    def declared(self) -> str: ...


def agrees(known: Any, answer: Any) -> bool:
    """Tell whether an answer says what is known; where less is known than asked, only that much is compared."""
    if isinstance(known, Mapping):
        return isinstance(answer, Mapping) and all(agrees(value, answer.get(code)) for code, value in known.items())
    if isinstance(known, Sequence) and not isinstance(known, str):
        same_length = isinstance(answer, Sequence) and len(known) == len(answer)
        return same_length and all(agrees(*pair) for pair in zip(known, answer, strict=True))
    return str(known) == str(answer)
