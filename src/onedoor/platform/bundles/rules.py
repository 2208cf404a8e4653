"""How a bundle stands: read from how its members stand, with reasons. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from onedoor.platform.bundles.states import ENDED, MemberState, State
from onedoor.platform.catalog.strict import Limit


@dataclass(frozen=True)
class Node:
    """What the rules see of a member: what it waits for and how long it may take."""

    code: str
    title: str
    limit: Limit
    depends_on: Sequence[str] = ()


@dataclass(frozen=True)
class Leg:
    """One member on the way: from when to when, and the words for it."""

    code: str
    title: str
    begins: datetime
    ends: datetime
    words: str


@dataclass(frozen=True)
class CriticalPath:
    """When all is due (R-BUN-3): the legs of every member, those that decide it, and the calculation as sentences."""

    due: datetime
    legs: Sequence[Leg]
    decides: Sequence[str]
    trace: Sequence[str]


Add = Callable[[Limit, datetime], datetime]


def critical_path(nodes: Sequence[Node], *, start: datetime, hand_over: Limit, add: Add) -> CriticalPath:
    """
    Return when a bundle is due that begins at a moment: the longest chain of members, and the hand-over behind it.

    `nodes` stand in the order of what they wait for; one that waits for a member that is not among them begins at once.
    `add` says when a limit ends, by the calendar of the place.
    """
    legs: dict[str, Leg] = {}
    before: dict[str, str] = {}
    for node in nodes:
        waits = [legs[code] for code in node.depends_on if code in legs]
        latest = max(waits, key=lambda leg: leg.ends, default=None)
        begins = latest.ends if latest else start
        before[node.code] = latest.code if latest else ""
        legs[node.code] = Leg(node.code, node.title, begins, add(node.limit, begins), node.limit.words)
    last = max(legs.values(), key=lambda leg: leg.ends, default=None)
    chain: list[str] = []
    code = last.code if last else ""
    while code:
        chain.insert(0, code)
        code = before[code]
    due = add(hand_over, last.ends if last else start)
    said = " → ".join(f"{legs[code].title} {legs[code].words}" for code in chain)
    trace = [
        *(f"{leg.title}：{leg.begins:%Y-%m-%d} 起 {leg.words}，{leg.ends:%Y-%m-%d} 前" for leg in legs.values()),
        f"最长的一条：{said or '没有网上办理的成员'}",
        f"加上环节之间交接 {hand_over.words}：{due:%Y-%m-%d} 前全部办完",
    ]
    return CriticalPath(due, list(legs.values()), chain, trace)


def ready(waiting: Mapping[str, Sequence[str]], standing: Mapping[str, MemberState]) -> list[str]:
    """Return of the members that wait (code → what for) those whose results are all there."""
    return [code for code, needed in waiting.items() if all(_gives(standing.get(one)) for one in needed)]


def _gives(state: MemberState | None) -> bool:
    """What is not part of this case is waited for by nobody."""
    return state in (None, MemberState.DONE)


def hopeless(waiting: Mapping[str, Sequence[str]], standing: Mapping[str, MemberState]) -> dict[str, str]:
    """Return of the members that wait those that cannot be had any more, with the member that keeps them from it."""
    lost: dict[str, str] = {}
    for code, needed in waiting.items():
        for one in needed:
            if one in lost or (standing.get(one) in ENDED and standing.get(one) != MemberState.DONE):
                lost.setdefault(code, one)
    return lost


def stand_of(members: Iterable[tuple[MemberState, bool]], *, before: State) -> State:
    """
    Return how the bundle stands; `members` are the states of its members, each with whether it is optional.

    It is done when all that are not optional have ended, whatever their results (R-BUN-2); where all are optional, when
    all have. What is dealt with at the window is with its organ and keeps nothing open.
    """
    rows = [(state, optional) for state, optional in members if state != MemberState.AT_WINDOW]
    counted = [state for state, optional in rows if not optional] or [state for state, _ in rows]
    if before in (State.FILLING, State.CANCELLED):
        return before
    if counted and all(state in ENDED for state in counted):
        given_up = all(state == MemberState.CANCELLED for state, _ in rows)
        return State.CANCELLED if given_up else State.DONE
    if any(state in ENDED for state, _ in rows):
        return State.PARTIALLY_DONE
    if any(state == MemberState.RUNNING for state, _ in rows) or not rows:
        return State.RUNNING
    return State.DISPATCHED


def is_late(*, due: datetime | None, ended: datetime | None, at: datetime) -> bool:
    """Tell whether a member's promise is broken at a moment: cremated at ten, four hours, no certificate at 14:01 (A37)."""
    return due is not None and (ended or at) > due


def hours_due(limit: Limit | None, begins: datetime | None) -> datetime | None:
    """Return the moment a limit in hours is over, None where it is none or has not begun."""
    return begins + timedelta(hours=limit.hours) if limit and limit.unit == "hour" and begins else None


def may_be_cancelled(states: Collection[MemberState]) -> bool:
    return any(state not in ENDED and state != MemberState.AT_WINDOW for state in states)
