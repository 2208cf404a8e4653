"""Row 36: limits in working days, natural days and hours, for an item and for each step; no promise beyond the law."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.platform import library
from tests.platform.library import Library

from onedoor.platform.catalog.elements import publication_faults
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.limits import exceeds
from onedoor.platform.catalog.loading import read_definition, write_item
from onedoor.platform.catalog.publication import NotPublishable
from onedoor.platform.catalog.strict import Limit

WHOLE = library.item().model_dump(mode="json", by_alias=True)


def days(number: int, unit: str = "workday") -> dict[str, Any]:
    return {"days": number, "unit": unit}


def with_steps(**limits: dict[str, Any]) -> dict[str, Any]:
    """Return the library's item with limits at its steps: `visit={"within": {"days": 3}}`."""
    return WHOLE | {"steps": [step | limits.get(step["code"], {}) for step in WHOLE["steps"]]}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"days": 20}, "20 个工作日"),
        ({"days": 30, "unit": "day"}, "30 日"),
        ({"hours": 48}, "48 小时"),
        ({"hours": 48, "unit": "hour"}, "48 小时"),
        ({"days": 0}, "0 个工作日"),
    ],
)
def test_a_limit_is_written_in_days_or_in_hours_and_told_in_words(written: dict[str, Any], words: str) -> None:
    limit = Limit.model_validate(written)
    assert limit.words == words
    assert Limit.model_validate(limit.model_dump()) == limit


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"unit": "workday"}, "没有写时限"),
        ({"days": 2, "hours": 4}, "只写一种"),
        ({"days": 2, "unit": "hour"}, "只写一种"),
        ({"hours": 4, "unit": "day"}, "只写一种"),
        ({"hours": 4, "extension": 2}, "不能延长"),
        ({"days": -1}, "数字太小"),
        ({"hours": "四"}, "应为整数"),
        ({"days": 2, "unit": "week"}, "写法不对"),
    ],
)
def test_a_limit_that_is_none_is_told_in_chinese_with_its_place(written: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError):
        Limit.model_validate(written)
    faults = publication_faults(with_steps(visit={"within": written}))
    assert faults
    assert all(fault.title.startswith("办理流程“上门核实”的承诺时限") for fault in faults)
    assert any(sentence in fault.sentence for fault in faults), faults


@pytest.mark.parametrize(
    ("promise", "law", "beyond"),
    [
        (Limit(days=20), Limit(days=20), False),
        (Limit(days=21), Limit(days=20), True),
        (Limit(days=20), Limit(days=30, unit="day"), False),  # 28 natural days at the least
        (Limit(days=24), Limit(days=30, unit="day"), True),
        (Limit(hours=48), Limit(hours=48), False),
        (Limit(hours=49), Limit(hours=48), True),
        (Limit(hours=48), Limit(days=2), False),
        (Limit(hours=49), Limit(days=2), True),
        (Limit(days=0), Limit(hours=24), False),  # the same day: at most its 24 hours
        (Limit(days=1), Limit(hours=24), True),  # the end of the next day may be 47 hours away
        (Limit(days=1), Limit(hours=48), False),
        (Limit(hours=1), Limit(days=0), True),
    ],
)
def test_promise_and_law_are_compared_across_units(promise: Limit, law: Limit, beyond: bool) -> None:
    assert exceeds(promise, law) is beyond


@given(st.sampled_from(["workday", "day", "hour"]), st.integers(1, 400), st.integers(1, 400))
def test_of_one_unit_the_longer_exceeds_the_shorter(unit: str, one: int, other: int) -> None:
    def limit(number: int) -> Limit:
        return Limit(hours=number) if unit == "hour" else Limit.model_validate({"days": number, "unit": unit})

    assert exceeds(limit(one), limit(other)) == (one > other)


@pytest.mark.parametrize(
    ("within", "statutory", "fault"),
    [
        (days(3), days(3), ""),
        (days(4), days(3), "承诺 4 个工作日，不得长于法定的 3 个工作日"),
        ({"hours": 73}, days(3), "承诺 73 小时，不得长于法定的 3 个工作日"),
        (days(3), {"hours": 12}, "承诺 3 个工作日，不得长于法定的 12 小时"),
    ],
)
def test_a_step_that_promises_longer_than_its_law_is_not_published(
    books: Library, within: dict[str, Any], statutory: dict[str, Any], fault: str
) -> None:
    definition = with_steps(visit={"within": within, "statutory": statutory})
    found = publication_faults(definition)
    assert [one.sentence for one in found] == ([f"环节“上门核实”{fault}。"] if fault else [])
    if fault:
        with pytest.raises(NotPublishable, match=fault):
            library.publish(definition)
    else:
        library.publish(library.item(steps=definition["steps"]))


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"visit": 3, "opinion": 3, "decide": 4}, ""),
        ({"visit": 3, "opinion": 4, "decide": 4}, "合计 11 个工作日，超过事项承诺的 10 个工作日"),
        ({"visit": 11}, "合计 11 个工作日"),
    ],
)
def test_promises_of_steps_done_one_after_the_other_fit_into_the_items(limits: dict[str, int], told: str) -> None:
    found = publication_faults(with_steps(**{code: {"within": days(number)} for code, number in limits.items()}))
    assert len(found) == bool(told)
    assert all(told in one.sentence for one in found)


def test_what_is_done_at_the_same_time_counts_once() -> None:
    """Survey and check side by side take as long as the longer of them; the certificate comes after the decision."""
    side_by_side = [
        {"code": "check", "title": "核对", "by": "machine", "after": ["accept"], "within": days(6)},
        *with_steps(visit={"within": days(6)}, decide={"within": days(4)})["steps"],
        {"code": "certify", "title": "制证", "by": "machine", "after": ["decide"], "within": days(9)},
    ]
    assert publication_faults(WHOLE | {"steps": side_by_side}) == []
    for step in side_by_side:
        if step["code"] == "opinion":
            step["after"], step["within"] = ["visit", "check"], days(1)
    (fault,) = publication_faults(WHOLE | {"steps": side_by_side})
    assert "合计 11 个工作日" in fault.sentence


def test_units_add_up_in_words_and_a_place_that_promises_less_is_told_too() -> None:
    mixed = with_steps(visit={"within": {"hours": 48}}, opinion={"within": days(5)}, decide={"within": days(9, "day")})
    (fault,) = publication_faults(mixed)
    assert "合计 5 个工作日加 9 日加 48 小时，超过事项承诺的 10 个工作日" in fault.sentence
    shorter = mixed | {"limits": WHOLE["limits"] | {"promised": days(20)}}
    assert publication_faults(shorter) == []


def test_the_promise_of_a_situation_is_looked_at_as_the_items() -> None:
    quick = {"when": {"field": "student", "equals": True}, "title": "学生", "promised": days(2)}
    definition = with_steps(visit={"within": days(3)}) | {"scenario": "reader", "scenarios": [quick]}
    assert any("情形“学生”承诺的 2 个工作日" in one.sentence for one in publication_faults(definition))


def test_limits_of_steps_survive_the_way_through_yaml() -> None:
    item = library.item(steps=with_steps(visit={"within": {"hours": 30}, "statutory": days(2)})["steps"])
    written = write_item(item)
    assert ServiceItem.model_validate(read_definition(written, name="card")) == item
