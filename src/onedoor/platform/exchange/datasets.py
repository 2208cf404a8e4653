"""
What a service or a room lets others ask about people: typed functions over many people at once, field by field.

A dataset is declared once, in its row type: every field says in Chinese and English what it is, what the law makes of
it and how far it may be shared. Whoever asks gets only the fields their purpose opens.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, get_args, get_origin, get_type_hints


class Sharing(StrEnum):
    """How far a field may be shared (《政务数据共享条例》)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NOT_SHARED = "not_shared"


class LegalClass(StrEnum):
    """What the law makes of a field; sensitive personal information: 《个人信息保护法》第二十八条."""

    ORDINARY = "ordinary"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


SHARING_NAMES = {
    Sharing.UNCONDITIONAL: "无条件共享",
    Sharing.CONDITIONAL: "有条件共享",
    Sharing.NOT_SHARED: "不予共享",
}
CLASS_NAMES = {LegalClass.ORDINARY: "一般数据", LegalClass.PERSONAL: "个人信息", LegalClass.SENSITIVE: "敏感个人信息"}


@dataclass(frozen=True)
class DataField:
    """One field of a source: what it is called, what it is in law, how far it is shared."""

    title: str
    title_en: str
    legal_class: LegalClass
    sharing: Sharing = Sharing.CONDITIONAL

    @property
    def sharing_name(self) -> str:
        return SHARING_NAMES[self.sharing]

    @property
    def class_name(self) -> str:
        return CLASS_NAMES[self.legal_class]


@dataclass(frozen=True)
class Row:
    """What one row of every dataset says beside its own fields: about whom, of which place, as it stood on which day."""

    person_id: int
    division: str
    as_of: date


@dataclass(frozen=True)
class Dataset:
    """
    One dataset. `find(person_ids, on)` returns the rows about these people as they stand on a day, in constant queries.

    It belongs to the organ of `owner_tier` and `line` that is competent for the place of a row: that one decides who else
    may have it. A row older than `stale_after_days` is told as stale.
    """

    code: str  # "assistance.recognized_people"
    title: str
    title_en: str
    line: str
    owner_tier: int
    legal_basis: str
    stale_after_days: int
    row: type[Row]
    find: Callable[[Collection[int], date], Iterable[Row]]

    @cached_property
    def fields(self) -> Mapping[str, DataField]:
        """The fields by code, as the row type declares them: `category: Annotated[str, DataField(…)]`."""
        hints = get_type_hints(self.row, include_extras=True)
        return {
            name: next(one for one in get_args(hint) if isinstance(one, DataField))
            for name, hint in hints.items()
            if get_origin(hint) is Annotated
        }


_datasets: dict[str, Dataset] = {}


def publish(dataset: Dataset) -> None:
    """
    Make a dataset known; called from `AppConfig.ready` of the room or service that holds the data.

    :raises ValueError: another one has its code, or it has no field.
    """
    if not dataset.fields:
        raise ValueError(f"dataset {dataset.code} has no field")
    if _datasets.setdefault(dataset.code, dataset) is not dataset:
        raise ValueError(f"dataset {dataset.code} is published already")


def dataset(code: str) -> Dataset:
    """:raises LookupError: nobody publishes it; `manage.py check` finds that before a citizen does."""
    try:
        return _datasets[code]
    except KeyError:
        raise LookupError(f"nobody publishes the dataset {code}") from None


def all_datasets() -> Mapping[str, Dataset]:
    return dict(_datasets)
