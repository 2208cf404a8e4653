"""How limits compare and add up: a promise within the law, the steps' promises within the item's. Pure."""

from collections.abc import Iterator, Sequence

from onedoor.platform.catalog.steps import ACCEPT, DECIDE, Step, steps_ahead_of
from onedoor.platform.catalog.strict import Limit, spoken_length

HOURS = 24


def exceeds(promise: Limit, law: Limit) -> bool:
    """
    Tell whether a promise can last longer than the law allows.

    Working days and natural days are compared by the fewest natural days they can take, so that 20 working days are
    within 30 natural ones although a long holiday may lie between. A limit in days ends with its last day, up to a day
    later than the same number of hours; between hours and days the applicant has the benefit.
    """
    if promise.unit == law.unit:
        return promise.length > law.length
    if law.unit == "hour":
        return (_natural_days(promise.days, promise.unit) + 1) * HOURS > law.hours
    if promise.unit == "hour":
        return promise.hours > _natural_days(law.days, law.unit) * HOURS
    return _natural_days(promise.days, promise.unit) > _natural_days(law.days, law.unit)


def _natural_days(days: int, unit: str) -> int:
    """Return the fewest natural days so many days can take: five working days are five, six are eight over a weekend."""
    weekends = (days - 1) // 5 if unit == "workday" and days else 0
    return days + 2 * weekends


def step_limit_faults(steps: Sequence[Step], promises: Sequence[tuple[str, Limit]]) -> Iterator[tuple[str, str]]:
    """
    Yield, as place and sentence, the steps that promise longer than their law, and the promises of the item that cannot
    be kept although every step keeps its own and those that can run at once do.

    `promises` are the item's and its situations', each with the words for it.
    """
    for place, step in enumerate(steps):
        if step.within and step.statutory and exceeds(step.within, step.statutory):
            sentence = f"承诺 {step.within.words}，不得长于法定的 {step.statutory.words}"
            yield f"steps.{place}.within", f"环节“{step.title}”{sentence}。"
    ways = [_Way(way) for way in _ways_to_decision(steps)]
    for words, promise in promises:
        for way in ways:
            if way.longer_than(promise):
                told = f"环节{way.titles}一个接一个，承诺时限合计 {way.words}，超过{words} {promise.words}"
                yield "limits.promised", f"{told}。请缩短环节时限，或者延长承诺时限。"
                break


class _Way:
    """One chain of steps from acceptance to decision; what is done one after the other adds up."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = [step for step in steps if step.within is not None]
        self._sum = {"workday": 0, "day": 0, "hour": 0}
        for step in steps:
            if step.within is not None:
                self._sum[step.within.unit] += step.within.length

    @property
    def titles(self) -> str:
        return "、".join(f"“{step.title}”" for step in self.steps)

    @property
    def words(self) -> str:
        return "加 ".join(spoken_length(length, unit) for unit, length in self._sum.items() if length)

    def longer_than(self, promise: Limit) -> bool:
        units = [unit for unit, length in self._sum.items() if length]
        if len(units) == 1:
            return exceeds(Limit.model_validate(_spelled(self._sum[units[0]], units[0])), promise)
        least = sum(_natural_days(self._sum[unit], unit) for unit in ("workday", "day")) * HOURS + self._sum["hour"]
        most = promise.hours or _natural_days(promise.days, promise.unit) * HOURS
        return least > most


def _spelled(length: int, unit: str) -> dict[str, object]:
    return {"hours": length} if unit == "hour" else {"days": length, "unit": unit}


def _ways_to_decision(steps: Sequence[Step]) -> list[list[Step]]:
    """Return the chains of steps that lead to the decision, those with the same sums once; a broken table has none."""
    table = {step.code: step for step in steps}
    needed = steps_ahead_of(DECIDE, steps) | {DECIDE}
    ways: dict[str, dict[tuple[int, ...], list[Step]]] = {ACCEPT: {(0, 0, 0): []}}
    waiting = [step for step in steps if step.code in needed]
    while waiting:
        ready = [step for step in waiting if all(code in ways for code in step.after)]
        if not ready:
            return []
        for step in ready:
            chains = [way for code in step.after or (ACCEPT,) for way in ways[code].values()]
            ways[step.code] = {_sums([*way, step]): [*way, step] for way in chains}
            waiting.remove(step)
    return list(ways[DECIDE].values()) if DECIDE in table else []


def _sums(way: Sequence[Step]) -> tuple[int, ...]:
    limits = [step.within for step in way if step.within is not None]
    return tuple(sum(limit.length for limit in limits if limit.unit == unit) for unit in ("workday", "day", "hour"))
