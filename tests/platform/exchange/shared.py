"""The library's own purposes and an invented dataset: who has borrowed how many books. No real service stands here."""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

import httpx
from tests.platform.library import COUNTY, TOWN

from onedoor.platform.exchange import datasets, purposes
from onedoor.platform.exchange.connectors import all_connectors
from onedoor.platform.exchange.datasets import DataField, Dataset, LegalClass, Row, Sharing
from onedoor.platform.exchange.purposes import Purpose
from onedoor.standards.check_digits import mod11_2_check

LAW = "《公共图书馆法》第三十六条"
BEGAN = date(2026, 7, 1)


@dataclass(frozen=True)
class BorrowerRow(Row):
    kind: Annotated[str, DataField("读者类别", "Kind of reader", LegalClass.PERSONAL)]
    deposit: Annotated[Decimal, DataField("押金", "Deposit", LegalClass.SENSITIVE)]
    since: Annotated[date, DataField("办证日期", "Member since", LegalClass.PERSONAL)]
    branch: Annotated[str, DataField("办证分馆", "Branch", LegalClass.ORDINARY, Sharing.UNCONDITIONAL)]
    diary: Annotated[str, DataField("借阅记录", "What was read", LegalClass.SENSITIVE, Sharing.NOT_SHARED)]


class Borrowers:
    """Stands where a service's table would be; remembers how often it was asked."""

    rows: list[BorrowerRow]
    asked: int

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.rows, self.asked = [], 0

    def add(self, person_id: int, *, division: str = TOWN, old: int = 0, on: date = date(2026, 9, 1)) -> None:
        as_of = on - timedelta(days=old)
        row = BorrowerRow(person_id, division, as_of, "成人", Decimal("100.00"), BEGAN, "总馆", "红楼梦")
        self.rows.append(row)

    def find(self, person_ids: Collection[int], on: date) -> Iterable[BorrowerRow]:
        self.asked += 1
        return [row for row in self.rows if row.person_id in person_ids]


BORROWERS = Borrowers()
DATASET = Dataset(
    code="library.borrowers",
    title="读者信息",
    title_en="Readers",
    line="library",
    owner_tier=4,
    legal_basis=LAW,
    stale_after_days=30,
    row=BorrowerRow,
    find=BORROWERS.find,
)
EVERY_FIELD = {code: tuple(one.fields) for code, one in all_connectors().items()}
CHECK = Purpose(
    code="library.check",
    title="核对办借书证时填写的情况",
    legal_basis=LAW,
    opens={**EVERY_FIELD, DATASET.code: ("kind", "since")},
    valid_from=BEGAN,
)
# Nobody has signed anything for it.
MARKETING = Purpose(code="library.marketing", title="推荐新书", legal_basis=LAW, opens=EVERY_FIELD, valid_from=BEGAN)
STATISTICS = Purpose(
    code="library.statistics",
    title="统计各分馆读者人数",
    legal_basis=LAW,
    opens={DATASET.code: ("branch",)},
    valid_from=BEGAN,
    valid_to=date(2026, 10, 1),
    needs_business=False,
)
PRYING = Purpose(
    code="library.prying", title="看看他读什么书", legal_basis=LAW, opens={DATASET.code: ("diary",)}, valid_from=BEGAN
)

datasets.publish(DATASET)
for one in (CHECK, MARKETING, STATISTICS, PRYING):
    purposes.register(one)


Reply = httpx.Response | Exception


class Departments:
    """Stands where the network would be: remembers what went out, answers what it was told to."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[dict[str, Any]] = []

    @contextmanager
    def stream(
        self, method: str, url: str, *, content: bytes, headers: dict[str, str], timeout: float
    ) -> Iterator[httpx.Response]:
        self.asked.append({"method": method, "url": url, "body": content, "headers": headers, "timeout": timeout})
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        yield reply


def answers(content: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=content if isinstance(content, bytes) else json.dumps(content).encode())


def many_numbers(count: int) -> list[str]:
    """Return so many well-formed identity numbers of people who do not exist."""
    bodies = [f"110105199001{1 + place // 500:02d}{place % 500:03d}" for place in range(count)]
    return [body + mod11_2_check(body) for body in bodies]


__all__ = [
    "BORROWERS",
    "CHECK",
    "COUNTY",
    "DATASET",
    "LAW",
    "PRYING",
    "STATISTICS",
    "Departments",
    "Reply",
    "answers",
    "many_numbers",
]
