"""How a payment to a person stands, told from its rows; which row may follow which. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# What may happen next: nothing stands before the first row.
FOLLOWS = {
    "": frozenset({"paid", "held"}),
    "paid": frozenset({"returned", "corrected"}),
    "held": frozenset({"paid"}),
    "returned": frozenset({"paid"}),
    "corrected": frozenset({"returned", "corrected"}),
}
WITH_REASON = frozenset({"held", "returned", "corrected"})
ARRIVED = frozenset({"paid", "corrected"})


@dataclass(frozen=True)
class Step:
    """One row of a payment."""

    kind: str
    words: str
    fen: int
    on: date
    reason: str

    @property
    def amount(self) -> Decimal:
        return yuan(self.fen)


@dataclass(frozen=True)
class Payment:
    """One payment as it stands after its last step."""

    source: str
    key: str
    title: str
    month: date
    months: int
    organ: str
    account: str  # the last four digits
    steps: Sequence[Step]

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @property
    def kind(self) -> str:
        return self.last.kind

    @property
    def words(self) -> str:
        return self.last.words

    @property
    def on(self) -> date:
        """The day on which money went out last, or was to go out."""
        paid = [step.on for step in self.steps if step.kind == "paid"]
        return paid[-1] if paid else self.last.on

    @property
    def reason(self) -> str:
        return self.last.reason

    @property
    def has_arrived(self) -> bool:
        return self.kind in ARRIVED

    @property
    def amount(self) -> Decimal:
        return self.last.amount

    @property
    def period(self) -> str:
        return period_words(self.month, self.months)


@dataclass(frozen=True)
class Year:
    """The payments that were made in one year, and what arrived of them."""

    year: int
    payments: Sequence[Payment]

    @property
    def total(self) -> Decimal:
        return yuan(sum(one.last.fen for one in self.payments if one.has_arrived))


def yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def period_words(month: date, months: int) -> str:
    """Return the months a payment is for: 2026年11月, 2026年7月至9月, 2026年12月至2027年2月."""
    first = f"{month.year}年{month.month}月"
    if months == 1:
        return first
    years, last = divmod(month.month - 1 + months - 1, 12)
    return f"{first}至{last + 1}月" if not years else f"{first}至{month.year + years}年{last + 1}月"


def latest_first(payments: Iterable[Payment]) -> list[Payment]:
    """Return payments by the day on which money went out, and by month within one."""
    return sorted(payments, key=lambda one: (one.on, one.month), reverse=True)


def by_year(payments: Iterable[Payment]) -> list[Year]:
    """Return payments by the year in which money went out, the latest first."""
    found: dict[int, list[Payment]] = {}
    for one in latest_first(payments):
        found.setdefault(one.on.year, []).append(one)
    return [Year(year, rows) for year, rows in sorted(found.items(), reverse=True)]


def wrong_in(kind: str, before: str, fen: int, reason: str, account: str, months: int) -> str:
    """Return what is wrong with a row after another one, in words; empty where nothing is."""
    if kind not in FOLLOWS[before]:
        return "这一笔现在的情况不能登记成这样，请核对发放号和情况"
    if kind in WITH_REASON and not reason.strip():
        return "暂缓、退回、更正要写明原因"
    if kind in ARRIVED and fen <= 0:
        return "金额要大于 0 分"
    if account and not (len(account) == 4 and account.isascii() and account.isdigit()):
        return "账号只报末四位数字"
    if not 1 <= months <= 12:
        return "一笔最少 1 个月，最多 12 个月"
    return ""
