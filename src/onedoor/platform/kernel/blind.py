"""
Blind indexes: the columns by which an encrypted text is found, and how the key under them is changed while the site runs.

An index has two columns, one for the keys of odd and one for those of even generation. As long as there is one key, its
column alone is filled. While there are two, every write fills both, so that each column is unique by itself, and rows
from before are filled in batches; everybody searches by the older key, whose column is complete. Taking that key away
turns every search to the other column at once, in all processes; the column left behind is emptied. So a search is
always one look-up in one index.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from onedoor.platform.kernel.crypto import Key, keyring
from onedoor.platform.kernel.crypto.sealed import blind_index

BATCH = 500


class BlindIndexField(models.CharField):  # type: ignore[type-arg]
    """One column of a blind index: 64 hexadecimal digits, "" where there is no text, NULL while its key is not in use."""

    description = "盲索引"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 64, "null": True, "blank": True, **kwargs})


@dataclass(frozen=True)
class BlindIndex:
    """The two columns of an index; `purpose` keeps equal texts of different indexes from being joined."""

    column: str
    purpose: str

    def column_of(self, key: Key) -> str:
        return self.column if key.generation % 2 else f"{self.column}_even"

    @property
    def searched(self) -> str:
        """The column that is complete now."""
        return self.column_of(keyring().searching)

    def of(self, text: str) -> str:
        """Return under what a text is found now; not to be kept, the columns keep it."""
        return blind_index(text, purpose=self.purpose)

    def at(self, text: str, *, through: str = "") -> dict[str, str]:
        """Return the condition that finds a text; `through` leads to the model over relations ("person__")."""
        key = keyring().searching
        return {through + self.column_of(key): blind_index(text, purpose=self.purpose, key=key)}

    def among(self, texts: Collection[str]) -> tuple[str, dict[str, str]]:
        """Return the column that finds several texts, and each text by its value there."""
        key = keyring().searching
        return self.column_of(key), {blind_index(text, purpose=self.purpose, key=key): text for text in texts}

    def values(self, text: str) -> dict[str, str | None]:
        """Return what a row that holds this text has in both columns."""
        keys = keyring().index_keys
        written: dict[str, str | None] = {self.column: None, f"{self.column}_even": None}
        return written | {self.column_of(key): blind_index(text, purpose=self.purpose, key=key) for key in keys}


Refill = Callable[[Key, Key, int], Iterator[int]]


@dataclass(frozen=True)
class Indexed:
    """An index of a model. `refill(old, new, batch)` fills the new key's column and yields how many rows each time."""

    model: type[models.Model]
    index: BlindIndex
    refill: Refill

    @property
    def name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.index.column}"

    def without(self, key: Key) -> Any:
        """Return the rows whose column of a key is empty."""
        return self.model._default_manager.filter(**{f"{self.index.column_of(key)}__isnull": True})


_indexed: dict[str, Indexed] = {}


def register(model: type[models.Model], index: BlindIndex, texts: Callable[[Sequence[Any]], Sequence[str]]) -> None:
    """
    Make an index take part in every change of the key; called from `AppConfig.ready`.

    `texts` tells the text of each of some rows, "" where it has none or nobody knows it any more.
    """
    register_refill(model, index, _by_rows(model, index, texts))


def register_refill(model: type[models.Model], index: BlindIndex, refill: Refill) -> None:
    """Like `register`, where the rows themselves do not know their text."""
    one = Indexed(model, index, refill)
    _indexed[one.name] = one


def _by_rows(model: type[models.Model], index: BlindIndex, texts: Callable[[Sequence[Any]], Sequence[str]]) -> Refill:
    def refill(old: Key, new: Key, batch: int) -> Iterator[int]:
        before, column, last = index.column_of(old), index.column_of(new), 0
        while True:
            with transaction.atomic():
                missing = model._default_manager.filter(pk__gt=last, **{f"{column}__isnull": True})
                rows: list[Any] = list(missing.order_by("pk")[:batch])
                if not rows:
                    return
                for row, text in zip(rows, texts(rows), strict=True):
                    value = blind_index(text, purpose=index.purpose, key=new)
                    _put(model, row.pk, {before: getattr(row, before), column: None}, column, value)
            last = rows[-1].pk
            yield len(rows)

    return refill


def _put(model: type[models.Model], pk: Any, seen: dict[str, str | None], column: str, value: str) -> None:
    """Fill a column of a row, unless somebody has written to it since it was read."""
    same = {f"{name}__isnull": True for name, was in seen.items() if was is None}
    model._default_manager.filter(pk=pk, **same, **{name: was for name, was in seen.items() if was is not None}).update(
        **{column: value}
    )


def refill(*, batch: int = BATCH) -> Iterator[tuple[str, int]]:
    """
    Fill the newer key's columns of rows from before it; yield (index, rows so far) after each batch.

    Begin when no transaction from before the newer key is open any more. A run that is broken off is run again.
    """
    keys = keyring().index_keys
    if len(keys) < 2:
        return
    for one in _indexed.values():
        done = 0
        for some in one.refill(keys[0], keys[-1], batch):
            done += some
            yield one.name, done


def missing_under(key: Key) -> dict[str, int]:
    """Return how many rows a search under this key would not find, by index, those without any left out."""
    counted = {one.name: one.without(key).count() for one in _indexed.values()}
    return {name: number for name, number in counted.items() if number}


def left_behind() -> dict[str, int]:
    """Return how many rows still hold something in a column no key is in use for, by index."""
    if len(keyring().index_keys) > 1:
        return {}
    counted = {one.name: _filled(one).count() for one in _indexed.values()}
    return {name: number for name, number in counted.items() if number}


def _filled(one: Indexed) -> Any:
    """Return the rows that hold something in the column that is not searched."""
    index = one.index
    (column,) = {index.column, f"{index.column}_even"} - {index.searched}
    return one.model._default_manager.filter(**{f"{column}__isnull": False})


def clear(*, batch: int = BATCH) -> Iterator[tuple[str, int]]:
    """Empty the columns no key is in use for any more; yield (index, rows so far) after each batch."""
    if len(keyring().index_keys) > 1:
        return
    for one in _indexed.values():
        (column,), done = {one.index.column, f"{one.index.column}_even"} - {one.index.searched}, 0
        while pks := list(_filled(one).values_list("pk", flat=True)[:batch]):
            done += one.model._default_manager.filter(pk__in=pks).update(**{column: None})
            yield one.name, done
