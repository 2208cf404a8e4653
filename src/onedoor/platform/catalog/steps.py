"""
The step table of an item: what is done after submission, in which order, by whom.

A table is data of a version, so it changes without a deployment. `table_faults` finds tables nobody could finish;
`simulate` runs cases that have been handled against a changed table, before it is published.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from onedoor.platform.catalog.strict import Code, Limit, NonEmpty, StrictModel

ACCEPT, DECIDE = "accept", "decide"


class Step(StrictModel):
    """
    One step of the work after submission. It opens when every step in `after` is done.

    `by`: an officer with `permission` at `tier`, the machine, or the public-notice clock.
    `excludes`: whoever did one of these steps may not do this one.
    `within`: how long the organ promises to take for it; `statutory`: how long the law gives.
    """

    code: Code
    title: NonEmpty
    by: Literal["officer", "machine", "notice"] = "officer"
    permission: str = ""
    tier: Annotated[int, Field(ge=1, le=6)] = 4
    people: Annotated[int, Field(ge=1, le=5)] = 1
    after: tuple[Code, ...] = ()
    excludes: tuple[Code, ...] = ()
    within: Limit | None = None
    statutory: Limit | None = None
    days_parameter: str = ""  # a notice's length in natural days
    state: Literal["reviewing", "special", "publicizing", "deciding", "certifying", "delivering"] = "reviewing"


def row_faults(steps: Sequence[Step]) -> Iterator[str]:
    """Yield what is wrong with the rows as they are written down, one after the other."""
    codes = [step.code for step in steps]
    if len(set(codes)) != len(codes):
        yield "step codes repeat"
    known: set[str] = {ACCEPT}
    for step in steps:
        for earlier in step.after:
            if earlier not in known:
                yield f"step {step.code} waits for {earlier}, which does not come before it"
        for other in step.excludes:
            if other not in known:
                yield f"step {step.code} excludes {other}, which does not come before it"
        if step.by == "officer" and not step.permission:
            yield f"step {step.code} needs a permission"
        if step.by == "notice" and not step.days_parameter:
            yield f"step {step.code} needs days_parameter"
        known.add(step.code)
    if DECIDE not in known:
        yield "a step with code decide is missing"


def table_faults(steps: Sequence[Step]) -> list[str]:
    """Return, in Chinese, the circles of a table and the steps no case ever reaches."""
    waits = {step.code: set(step.after) for step in steps}
    titles = {step.code: step.title for step in steps}
    reached: set[str] = {ACCEPT}
    while fresh := {code for code, earlier in waits.items() if code not in reached and earlier <= reached}:
        reached |= fresh
    stuck = {code: earlier - reached for code, earlier in waits.items() if code not in reached}
    in_circle = {code for code in stuck if code in _ahead_of(code, stuck)}
    faults = [f"环节“{titles[code]}”与其他环节互相等待，永远轮不到" for code in waits if code in in_circle]
    for code in waits:
        if code in stuck and code not in in_circle:
            names = "、".join(titles.get(one, one) for one in sorted(stuck[code]))
            faults.append(f"环节“{titles[code]}”永远轮不到：它等待的“{names}”不会完成")
    return faults


def steps_ahead_of(code: str, steps: Sequence[Step]) -> set[str]:
    """Return every step of a table that has to be done before `code`, near or far; "accept" among them."""
    return _ahead_of(code, {step.code: set(step.after) for step in steps})


def _ahead_of(code: str, waits: dict[str, set[str]]) -> set[str]:
    """Return every step that has to be done before `code`, near or far."""
    ahead: set[str] = set()
    waiting = list(waits.get(code, ()))
    while waiting:
        one = waiting.pop()
        if one not in ahead:
            ahead.add(one)
            waiting.extend(waits.get(one, ()))
    return ahead


@dataclass(frozen=True)
class DoneStep:
    """A step somebody completed in a real case, with the officers (login numbers) who did it."""

    code: str
    performers: tuple[int, ...] = ()


@dataclass(frozen=True)
class CaseHistory:
    """What was done in one case after submission, in order; it begins with "accept"."""

    number: str
    done: tuple[DoneStep, ...]
    granted: bool = False  # granted and finished: nothing of the table was left to do


@dataclass(frozen=True)
class CaseOutcome:
    """How one case would have gone under a changed table. All empty: no different."""

    number: str
    added: tuple[str, ...] = ()  # steps somebody would have had to do besides
    removed: tuple[str, ...] = ()  # steps that were done and would not exist
    blocked: tuple[str, ...] = ()  # steps that would have had to wait for an added one
    refused: tuple[str, ...] = ()  # steps whose officers could not have done them: separation, or too few

    @property
    def differs(self) -> bool:
        return bool(self.added or self.removed or self.blocked or self.refused)


def simulate(steps: Sequence[Step], histories: Iterable[CaseHistory]) -> list[CaseOutcome]:
    """
    Return what every case would have met under the table `steps`; nothing is read or written.

    A step is `added` when something that was really done waits for it. A blocked step counts as done afterwards, so that
    one missing step does not hide what else is different.
    """
    table = {step.code: step for step in steps}
    waits = {step.code: set(step.after) for step in steps}
    return [_outcome(table, waits, history) for history in histories]


def _outcome(table: dict[str, Step], waits: dict[str, set[str]], history: CaseHistory) -> CaseOutcome:
    really = {step.code for step in history.done}
    performers: dict[str, set[int]] = {}
    ended: set[str] = set()
    added: list[str] = []
    blocked: list[str] = []
    refused: list[str] = []
    for done in history.done:
        step = table.get(done.code)
        missing = _ahead_of(done.code, waits) - ended
        added += [code for code in waits if code in missing - really and code not in added]
        if missing and step:
            blocked.append(done.code)
        if step and not _may_perform(step, done.performers, performers):
            refused.append(done.code)
        performers.setdefault(done.code, set()).update(done.performers)
        ended.add(done.code)
    if history.granted:
        added += [code for code in waits if code not in really and code not in added]
    removed = [step.code for step in history.done if step.code not in table and step.code != ACCEPT]
    return CaseOutcome(history.number, tuple(added), tuple(removed), tuple(blocked), tuple(refused))


def _may_perform(step: Step, who: Collection[int], performers: dict[str, set[int]]) -> bool:
    if step.by != "officer" or not who:
        return True
    excluded = {*step.excludes, ACCEPT} if step.code == DECIDE else set(step.excludes)
    earlier = {login for code in excluded for login in performers.get(code, ())}
    return not earlier & set(who) and len(set(who)) >= step.people
