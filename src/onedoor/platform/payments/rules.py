"""What is to be paid and why, and what each difference of a day means: pure functions over a line of the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from onedoor.platform.payments.figures import Entry, Reduction
from onedoor.platform.payments.states import Outcome, Sort
from onedoor.standards.judgement import Judgement, Parameter, Reason, TraceLine
from onedoor.standards.money import format_money, round_to_fen

NOTHING = Decimal("0.00")


def assess(entry: Entry, answers: Mapping[str, Any], *, row: Parameter) -> Judgement:
    """
    Return what is to be paid by a line of the list for these answers, with the calculation.

    Where several reductions hold, the one that leaves least to pay counts; they are not added up.
    """
    standard = Decimal(entry.standard)
    number = quantity(entry, answers)
    full = round_to_fen(standard * number)
    trace = [
        TraceLine("收费标准", f"{entry.title}，每{entry.unit}", f"{format_money(standard)} 元", entry.document),
        TraceLine("数量", f"按{entry.unit}计", f"{number} {entry.unit}", sources=("申请人申报",) if entry.per else ()),
        TraceLine("按标准计", f"{format_money(standard)} × {number}", f"{format_money(full)} 元"),
    ]
    reduction = best_reduction(entry.reductions, answers)
    reasons: tuple[Reason, ...] = ()
    amount = full
    if reduction is not None:
        amount = _reduced(full, reduction.percent)
        formula = f"{format_money(full)} × {100 - reduction.percent}%"
        trace.append(TraceLine(f"减免：{reduction.title}", formula, f"{format_money(amount)} 元", reduction.article))
        what = "免缴" if reduction.percent == 100 else f"减收 {reduction.percent}%"
        reasons = (Reason(reduction.code, f"{reduction.title}，{what}。", reduction.article),)
    trace.append(TraceLine("应缴金额", "", f"{format_money(amount)} 元"))
    return Judgement(
        value={"amount": amount, "quantity": number}, reasons=reasons, trace=tuple(trace), parameters=(row,)
    )


def quantity(entry: Entry, answers: Mapping[str, Any]) -> int:
    """Return how many units are charged: the number answered, the rows of a table, once where nothing is counted."""
    if not entry.per:
        return 1
    answer = answers.get(entry.per)
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return len(answer)
    told = str(answer or "")
    return int(told) if told.isdecimal() else 0


def assess_recorded(entry: Entry, recorded: Mapping[str, Any]) -> Decimal | None:
    """
    Return what a line of the list asks for the quantity and the reduction that were recorded when the order was opened.

    The answers of the case may be others by now, and they are not what was charged. None: no quantity was recorded.
    """
    value = recorded.get("value")
    if not isinstance(value, Mapping) or "quantity" not in value:
        return None
    codes = {reason["code"] for reason in recorded.get("reasons", ())}
    percent = max((one.percent for one in entry.reductions if one.code in codes), default=0)
    return _reduced(round_to_fen(Decimal(entry.standard) * int(value["quantity"])), percent)


def _reduced(full: Decimal, percent: int) -> Decimal:
    return round_to_fen(full * (100 - percent) / 100)


def best_reduction(reductions: Sequence[Reduction], answers: Mapping[str, Any]) -> Reduction | None:
    holding = [one for one in reductions if one.when.holds(answers)]
    return max(holding, key=lambda one: one.percent, default=None)


@dataclass(frozen=True)
class Movement:
    """Money that moved on a day, as one side has it."""

    sort: str
    number: str  # of the order, or of the refund
    trade: str
    amount: Decimal


@dataclass(frozen=True)
class Compared:
    """`number` is theirs where they have it, `our_number` ours: a trade may stand under two."""

    sort: str
    number: str
    our_number: str
    trade: str
    theirs: Decimal | None
    ours: Decimal | None
    outcome: str


def compare(theirs: Sequence[Movement], ours: Sequence[Movement]) -> list[Compared]:
    """Lay both sides of a day beside each other by trade number; differences first. A trade told twice counts twice."""
    told: dict[tuple[str, str], Movement] = {}
    for line in theirs:
        first = told.get((line.sort, line.trade))
        told[line.sort, line.trade] = replace(first, amount=first.amount + line.amount) if first else line
    known = {(one.sort, one.trade): one for one in ours}
    rows = [beside(told.get(key), known.get(key)) for key in sorted(told.keys() | known.keys())]
    return sorted(rows, key=lambda row: row.outcome == Outcome.MATCHED)


def beside(theirs: Movement | None, ours: Movement | None) -> Compared:
    """Lay one movement as they have it beside the same as we have it; one of the two may be missing."""
    named = theirs or ours
    assert named is not None
    left, right = (side.amount if side else None for side in (theirs, ours))
    number = ours.number if ours else ""
    return Compared(named.sort, named.number, number, named.trade, left, right, _outcome(theirs, ours))


def _outcome(theirs: Movement | None, ours: Movement | None) -> Outcome:
    if ours is None:
        return Outcome.ONLY_THEIRS
    if theirs is None:
        return Outcome.ONLY_OURS
    if theirs.number != ours.number:
        return Outcome.NUMBER_DIFFERS
    return Outcome.MATCHED if theirs.amount == ours.amount else Outcome.AMOUNT_DIFFERS


ADVICE = {
    (
        Sort.PAYMENT,
        Outcome.ONLY_THEIRS,
    ): "钱已到平台，本单位没有入账。单号是本单位开出的，点“补记入账”；不是的，请平台核对后退回缴款人。",
    (
        Sort.PAYMENT,
        Outcome.ONLY_OURS,
    ): "本单位记了入账，平台当日没有这笔。先看平台次日文件；仍没有的，请平台查这个流水号，查实未到账的联系缴款人。",
    (
        Sort.PAYMENT,
        Outcome.AMOUNT_DIFFERS,
    ): "实收和应缴不一致。多收的办理退付，少收的请平台更正；不得让缴款人另行补现金。",
    (
        Sort.PAYMENT,
        Outcome.NUMBER_DIFFERS,
    ): "平台把这笔钱记在另一张缴款单上。请平台查明交款人付的是哪一张：记错的由平台更正；确实付错的，两张单分别办理退付和收款。",
    (Sort.REFUND, Outcome.NUMBER_DIFFERS): "平台把这笔退付记在另一张退付单上。请平台查明退给了谁，更正后再核对。",
    (Sort.REFUND, Outcome.ONLY_THEIRS): "平台退了钱，本单位没有批准记录。请立即请平台说明，并报财务负责人。",
    (Sort.REFUND, Outcome.ONLY_OURS): "本单位记了退付，平台当日没有这笔。先看平台次日文件；仍没有的，请平台补办。",
    (Sort.REFUND, Outcome.AMOUNT_DIFFERS): "退付金额和批准的不一致。请平台更正，并告诉缴款人。",
}


def advice(sort: str, outcome: str) -> str:
    """Return what to do about a difference, "" where there is none."""
    return ADVICE.get((Sort(sort), Outcome(outcome)), "")


def consequence(when: str) -> str:
    """Say what an unpaid fee means for the case: it never ends it."""
    if when == "collect":
        return "没有缴款的，办件照常作出决定，结果等缴款后再制发、领取；过期可以重新开单，不用重新申请。"
    return "没有缴款的，办件照常办理，不会因此退件；过期可以重新开单，不用重新申请。"
