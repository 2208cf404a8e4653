"""
Registers that are kept in step between nodes: a room says how its rows are read and put, the network does the rest.

A row has a key, a version that only grows, and data. The node that owns a register tells the others; they never change it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from onedoor.platform.kernel.crypto import canonical_json, sm3

PAGE = 200  # rows read at a time, and rows of one message


@dataclass(frozen=True)
class Row:
    """One row of a register; `data` None says that there is none under this key any more."""

    key: str
    version: int
    data: dict[str, Any] | None

    @property
    def digest(self) -> str:
        return sm3(canonical_json(self.data)).hex()


class Synced(Protocol):
    """What a room gives for a register it lets be kept in step."""

    name: str

    def page(self, after: str, most: int) -> Sequence[Row]:
        """Return the rows whose keys follow `after`, by key."""

    def find(self, keys: Sequence[str]) -> dict[str, Row]:
        """Return those of these rows that are here, ended ones included where they are remembered."""

    def put(self, row: Row) -> None:
        """Write a row of the owner's as it is; an ended one ends."""


def _nobody() -> Sequence[str]:
    return ()


_registers: dict[str, Synced] = {}
_readers: dict[str, Callable[[], Sequence[str]]] = {}


def register(one: Synced, *, readers: Callable[[], Sequence[str]] = _nobody) -> None:
    """
    Let a register be kept in step; called from `AppConfig.ready`.

    `readers` names the nodes that get it from this one; where there are none, another node owns it.
    """
    _registers[one.name], _readers[one.name] = one, readers


def owned() -> list[tuple[str, str]]:
    """Return register and node for each that is told by this one."""
    return [(name, node) for name in sorted(_registers) for node in _readers[name]()]


def find(name: str) -> Synced:
    """:raises LookupError: no room here has such a register; the message that names it waits until one does."""
    return _registers[name]


def forget(name: str) -> None:
    """Make a register unknown; for tests."""
    _registers.pop(name, None)
    _readers.pop(name, None)


def rows(one: Synced) -> Iterator[Row]:
    """Go through a whole register by key."""
    after = ""
    while found := one.page(after, PAGE):
        yield from found
        after = found[-1].key
