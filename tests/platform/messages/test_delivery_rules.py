"""Judgements about messages: what a template may say, which ways a notice takes, when it goes and over whom."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.platform.library import CHINA

from onedoor.platform.messages import rules

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
BOTH = ["sms-1", "sms-2"]


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-09-01 21:59", "2026-09-01 21:59"),
        ("2026-09-01 22:00", "2026-09-02 07:00"),
        ("2026-09-01 23:30", "2026-09-02 07:00"),
        ("2026-09-02 00:10", "2026-09-02 07:00"),
        ("2026-09-02 06:59", "2026-09-02 07:00"),
        ("2026-09-02 07:00", "2026-09-02 07:00"),
        ("2026-12-31 22:15", "2027-01-01 07:00"),
    ],
)
def test_the_night_ends_at_seven(moment: str, until: str) -> None:
    at, expected = (datetime.fromisoformat(text).replace(tzinfo=CHINA) for text in (moment, until))
    assert rules.quiet_until(at, begin=22, end=7) == expected


@given(st.integers(0, 23), st.integers(0, 23), st.integers(0, 1439))
def test_nobody_is_held_back_twice_nor_for_longer_than_a_day(begin: int, end: int, minute: int) -> None:
    at = AT.replace(hour=0) + timedelta(minutes=minute)
    until = rules.quiet_until(at, begin=begin, end=end)
    assert at <= until <= at + timedelta(days=1)
    assert rules.quiet_until(until, begin=begin, end=end) == until
    if begin == end:
        assert until == at  # the same hour twice: no quiet hours


@pytest.mark.parametrize(
    ("chosen", "reachable", "required", "ways"),
    [
        (None, {"sms"}, True, ["sms"]),
        (None, {"sms", "email"}, True, ["sms"]),  # nothing chosen: as the platform begins
        (None, set(), True, ["person"]),
        (None, set(), False, []),
        (None, {"email"}, True, ["email"]),
        (["email"], {"sms", "email"}, True, ["email"]),
        (["email"], {"sms"}, True, ["sms"]),  # the address has been given up since
        (["email"], {"sms"}, False, []),
        (["person"], {"sms"}, True, ["person"]),
        (["person"], {"sms"}, False, []),  # nobody writes a letter about a draft
        (["sms", "wechat"], {"sms", "wechat"}, True, ["sms", "wechat"]),
        ([], {"sms"}, False, []),
    ],
)
def test_a_notice_takes_the_ways_that_were_chosen_and_reach(
    chosen: list[str] | None, reachable: set[str], required: bool, ways: list[str]
) -> None:
    assert rules.ways_for(kind="case", chosen=chosen, reachable=reachable, required=required) == ways


@given(
    st.none() | st.lists(st.sampled_from(rules.CHOOSABLE), unique=True, min_size=1),
    st.sets(st.sampled_from(rules.OUTSIDE)),
)
def test_what_the_law_requires_always_leaves_the_house(chosen: list[str] | None, reachable: set[str]) -> None:
    assert rules.ways_for(kind="case", chosen=chosen, reachable=reachable, required=True)


def choose(last: str = "", unsure: timedelta | None = None, open_now: list[str] = BOTH, **failures: int) -> str | None:
    counted = {code.replace("_", "-"): number for code, number in failures.items()}
    return rules.choose_provider(BOTH, open_now=open_now, failures=counted, last=last, unsure_for=unsure)


def test_the_first_is_asked_until_it_has_failed_three_times_then_the_second() -> None:
    assert choose() == "sms-1"
    assert choose("sms-1", sms_1=2) == "sms-1"
    assert choose("sms-1", sms_1=3) == "sms-2"
    assert choose("sms-2", sms_1=3, sms_2=3) == "sms-1"
    assert choose(open_now=["sms-2"]) == "sms-2"
    assert choose(open_now=[]) is None


def test_whoever_may_have_it_already_is_asked_again_and_nobody_else() -> None:
    for minutes in (0, 30, 119):
        assert choose("sms-1", timedelta(minutes=minutes), sms_1=9) == "sms-1"
        assert choose("sms-1", timedelta(minutes=minutes), ["sms-2"], sms_1=9) is None
    assert choose("sms-1", timedelta(hours=2), sms_1=9) == "sms-2"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("您的{item}已受理。", ""),
        ("没有变量", ""),
        ("{id_number}", "没有这些变量：id_number"),
        ("{item", "花括号"),
        ("{item.title}", "花括号"),
        ("{item!r}", "花括号"),
        ("{0}", "花括号"),
        ("字" * 601, "缩短到 600"),
    ],
)
def test_a_template_uses_the_variables_of_its_list_and_no_others(text: str, fault: str) -> None:
    faults = rules.faults_of(text, channel="inbox", known={"item"}, personal=set())
    assert (fault in "".join(faults)) if fault else not faults


def test_personal_facts_stay_in_the_house() -> None:
    text = "“{item}”已受理，{due} 前办结。"
    assert rules.sensitive_in(text, channel="inbox", personal={"item"}) == []
    for channel in rules.OUTSIDE:
        assert rules.sensitive_in(text, channel=channel, personal={"item"}) == ["item"]
    assert rules.sensitive_in("{due}", channel="sms", personal={"item"}) == []


def test_waits_grow_up_to_ten_minutes() -> None:
    assert [rules.wait_after(number).total_seconds() for number in (1, 2, 3, 8, 50)] == [5, 10, 20, 600, 600]
