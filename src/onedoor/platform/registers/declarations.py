"""How a service says what its register looks like; one set of pages and API routes serves them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from onedoor.platform.kernel.models import RegisterEntry


@dataclass(frozen=True)
class Column:
    """One column: its title and how an entry fills it. Lists mask people; a detail page does not."""

    title: str
    show: Callable[[Any], str]


@dataclass(frozen=True)
class Register:
    """
    A register as people see it.

    `columns` are for the list, masked; `facts` for the page of one entry. `related` names what the rows need beside
    their own columns, so that a page costs the same number of queries however many rows it has.
    """

    code: str  # "assistance.recognitions"
    title: str
    line: str  # the business line whose posts may see it
    model: type[RegisterEntry]
    columns: Sequence[Column]
    facts: Sequence[Column]
    related: Sequence[str] = ()


_registers: dict[str, Register] = {}


def register(declaration: Register) -> None:
    """Make a register known; called from `AppConfig.ready`."""
    if _registers.setdefault(declaration.code, declaration) is not declaration:
        raise ValueError(f"register {declaration.code} is declared already")


def all_registers() -> list[Register]:
    return list(_registers.values())


def find(code: str) -> Register | None:
    return _registers.get(code)
