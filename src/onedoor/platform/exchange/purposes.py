"""
What data may be used for: a purpose has words for the person, an article, a period, and opens named fields of sources.

A service registers its purposes with its code, where they are reviewed; another organ's purpose is part of its grant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from onedoor.platform.kernel.errors import OneDoorError


class PurposeUnknown(OneDoorError):
    code, http_status, message = (
        "exchange.purpose_unknown",
        403,
        "没有登记这个使用目的，或目的不在有效期内，不能使用数据。请先登记目的和依据。",
    )


class FieldsNotOpened(OneDoorError):
    code, http_status, message = (
        "exchange.fields_not_opened",
        403,
        "该使用目的没有开放这些数据项：{fields}。只能使用目的写明的数据项。",
    )


@dataclass(frozen=True)
class Purpose:
    """
    One purpose. `title` is read by the people concerned: "核对您家申请低保时申报的收入和财产".

    `opens` names by source — a dataset or a department — the fields that may be used for it. With `needs_business` every
    use names the case or draft it serves. In force over `[valid_from, valid_to)`.
    """

    code: str
    title: str
    legal_basis: str
    opens: Mapping[str, tuple[str, ...]]
    valid_from: date
    valid_to: date | None = None
    needs_business: bool = True

    def require(self, source: str, *wanted: str) -> tuple[str, ...]:
        """
        Return the wanted fields of a source, all that are opened when none is named.

        :raises FieldsNotOpened: the purpose does not open the source, or not these fields of it.
        """
        opened = self.opens.get(source, ())
        closed = [field for field in wanted if field not in opened]
        if closed or not opened:
            raise FieldsNotOpened(fields="、".join(closed) or source)
        return wanted or opened


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Register a purpose; called from `AppConfig.ready`."""
    if _purposes.setdefault(purpose.code, purpose) != purpose:
        raise ValueError(f"purpose {purpose.code} is registered already")


def purpose(code: str, *, on: date) -> Purpose:
    """:raises PurposeUnknown: there is none in force on this day."""
    found = _purposes.get(code)
    if found is None or on < found.valid_from or (found.valid_to is not None and on >= found.valid_to):
        raise PurposeUnknown
    return found


def all_purposes() -> Mapping[str, Purpose]:
    return dict(_purposes)


def words_of(code: str) -> str:
    """Return what a purpose is called, the code where it is no longer known."""
    return _purposes[code].title if code in _purposes else code
