"""
Registers that are kept in step between nodes: a room says how its rows are read and put, the network does the rest.

A row has a key, a version that only grows, and data. The node that owns a register tells those that read it; they never
change it. Which node owns and reads what stands on its card, and two people have let it in with that.
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


def _elsewhere() -> bool:
    return False


_registers: dict[str, Synced] = {}
_owned: dict[str, Callable[[], bool]] = {}


def register(one: Synced, *, owned: Callable[[], bool] = _elsewhere) -> None:
    """
    Let a register be kept in step; called from `AppConfig.ready`.

    `owned` tells whether this node owns it, or follows another that does.
    """
    _registers[one.name], _owned[one.name] = one, owned


def owned() -> list[str]:
    """Return the names of the registers this node owns."""
    return [name for name in sorted(_registers) if is_owned(name)]


def followed() -> list[str]:
    """Return the names of the registers this node reads from their owners."""
    return [name for name in sorted(_registers) if not is_owned(name)]


def is_owned(name: str) -> bool:
    return name in _owned and _owned[name]()


def is_known(name: str) -> bool:
    return name in _registers


def find(name: str) -> Synced:
    """:raises LookupError: no room here has such a register; a message that names it is parked before it comes so far."""
    return _registers[name]


def forget(name: str) -> None:
    """Make a register unknown; for tests."""
    _registers.pop(name, None)
    _owned.pop(name, None)


def rows(one: Synced) -> Iterator[Row]:
    """Go through a whole register by key."""
    after = ""
    while found := one.page(after, PAGE):
        yield from found
        after = found[-1].key
