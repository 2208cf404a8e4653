"""How a bundle stands and when it is due, by numbers somebody can check on paper."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.platform.library import CHINA

from onedoor.platform.bundles.rules import Node, critical_path, hopeless, hours_due, is_late, ready, stand_of
from onedoor.platform.bundles.states import ENDED, MemberState, State
from onedoor.platform.catalog.strict import Limit

M = MemberState
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
HAND_OVER = Limit(days=1)


def add(limit: Limit, begins: datetime) -> datetime:
    """A calendar without rest days, so that the sum can be done in one's head."""
    return begins + timedelta(hours=limit.hours, days=limit.days)


def test_the_longest_chain_and_one_day_of_hand_over_decide() -> None:
    nodes = [
        Node("death", "死亡证明", Limit(days=1)),
        Node("household", "户口注销", Limit(days=2), ("death",)),
        Node("fund", "公积金提取", Limit(days=3), ("household",)),
        Node("card", "驾驶证注销", Limit(days=5)),
    ]
    path = critical_path(nodes, start=MONDAY, hand_over=HAND_OVER, add=add)
    assert path.decides == ["death", "household", "fund"]
    assert path.due == MONDAY + timedelta(days=1 + 2 + 3 + 1)
    assert path.trace[-1] == "加上环节之间交接 1 个工作日：2026-11-30 前全部办完"
    assert "死亡证明 1 个工作日 → 户口注销 2 个工作日 → 公积金提取 3 个工作日" in path.trace[-2]


def test_a_member_that_waits_for_what_is_not_there_begins_at_once() -> None:
    path = critical_path(
        [Node("fund", "公积金", Limit(days=3), ("window",))], start=MONDAY, hand_over=HAND_OVER, add=add
    )
    assert path.due == MONDAY + timedelta(days=4)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8))
def test_no_member_is_due_after_the_whole(days: list[int]) -> None:
    nodes = [Node(f"m{n}", "项", Limit(days=length), (f"m{n - 1}",) if n % 2 else ()) for n, length in enumerate(days)]
    path = critical_path(nodes, start=MONDAY, hand_over=HAND_OVER, add=add)
    assert all(leg.ends < path.due for leg in path.legs)


def test_a_member_is_released_when_all_it_waits_for_is_there() -> None:
    waiting = {"fund": ["household"], "grave": ["household", "ashes"]}
    assert ready(waiting, {"household": M.RUNNING, "ashes": M.DONE}) == []
    assert ready(waiting, {"household": M.DONE, "ashes": M.RUNNING}) == ["fund"]
    assert ready(waiting, {"household": M.DONE, "ashes": M.DONE}) == ["fund", "grave"]


def test_what_waits_for_a_lost_member_is_lost_and_what_waits_for_that_too() -> None:
    waiting = {"fund": ["household"], "grave": ["fund"]}
    assert hopeless(waiting, {"household": M.DENIED}) == {"fund": "household", "grave": "fund"}
    assert hopeless(waiting, {"household": M.AT_WINDOW}) == {}


@pytest.mark.parametrize(
    ("members", "stands"),
    [
        ([(M.DISPATCHED, False), (M.WAITING, False)], State.DISPATCHED),
        ([(M.RUNNING, False), (M.DISPATCHED, False)], State.RUNNING),
        ([(M.DONE, False), (M.RUNNING, False)], State.PARTIALLY_DONE),
        ([(M.DONE, False), (M.DENIED, False)], State.DONE),
        ([(M.DONE, False), (M.RUNNING, True)], State.DONE),  # done when all that are not optional have ended
        ([(M.DONE, True), (M.RUNNING, True)], State.PARTIALLY_DONE),
        ([(M.DONE, False), (M.AT_WINDOW, False)], State.DONE),  # what is at the window keeps nothing open
        ([(M.CANCELLED, False), (M.CANCELLED, True)], State.CANCELLED),
        ([(M.CANCELLED, False), (M.DONE, False)], State.DONE),
    ],
)
def test_how_the_whole_stands(members: list[tuple[MemberState, bool]], stands: State) -> None:
    assert stand_of(members, before=State.RUNNING) == stands


@given(st.lists(st.tuples(st.sampled_from(MemberState), st.booleans()), min_size=1))
def test_it_is_over_only_when_nothing_needed_is_open(members: list[tuple[MemberState, bool]]) -> None:
    if stand_of(members, before=State.RUNNING) in (State.DONE, State.CANCELLED):
        assert all(state in ENDED or optional or state == M.AT_WINDOW for state, optional in members)


def test_cremated_at_ten_four_hours_are_over_at_two() -> None:
    ten = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
    due = hours_due(Limit(hours=4), ten)
    assert due == datetime(2026, 11, 23, 14, 0, tzinfo=CHINA)
    assert not is_late(due=due, ended=None, at=due)
    assert is_late(due=due, ended=None, at=due + timedelta(minutes=1))
    assert not is_late(due=due, ended=ten, at=due + timedelta(days=1))
