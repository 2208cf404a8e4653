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
class Published:
    """What everybody may read of an entry: its name, a line about it, and the page that shows it."""

    name: str
    text: str
    address: str
    other_names: Sequence[str] = ()
    person: bool = False  # the name of a person: its first character may be read as a surname


@dataclass(frozen=True)
class Register:
    """
    A register as people see it.

    `columns` are for the list, masked; `facts` for the page of one entry. `related` names what the rows need beside
    their own columns, so that a page costs the same number of queries however many rows it has. A register is public
    where `published` says so: it tells of an entry what everybody may find, or None. Whoever writes an entry of such a
    register leaves the event `registers.entry_changed` (register, entry_id).
    """

    code: str  # "assistance.recognitions"
    title: str
    line: str  # the business line whose posts may see it
    model: type[RegisterEntry]
    columns: Sequence[Column]
    facts: Sequence[Column]
    related: Sequence[str] = ()
    published: Callable[[Any], Published | None] | None = None


_registers: dict[str, Register] = {}


def register(declaration: Register) -> None:
    """Make a register known; called from `AppConfig.ready`."""
    if _registers.setdefault(declaration.code, declaration) is not declaration:
        raise ValueError(f"register {declaration.code} is declared already")


def all_registers() -> list[Register]:
    return list(_registers.values())


def find(code: str) -> Register | None:
    return _registers.get(code)
