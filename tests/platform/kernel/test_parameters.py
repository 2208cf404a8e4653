"""The parameter table: nearest place, half-open periods, effect dates, corrections that keep what was wrong."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.platform import library
from tests.platform.library import COUNTY, MACHINE, NATION, TOWN, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.catalog import loading, operations
from onedoor.platform.catalog.operations import InThePast, UnknownParameter
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel import definitions, parameters
from onedoor.platform.kernel.definitions import Definition, is_plain_number, read_value
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.kernel.models import ParameterRow
from onedoor.platform.kernel.parameters import snapshot, told

AT = datetime(2026, 9, 1, 10, 0, tzinfo=library.CHINA)
KEY = "library.deposit"
CHAIN = [TOWN, COUNTY, NATION]


@pytest.fixture
def figures(books: Library) -> Iterator[Library]:
    set_figure("100.00")
    with time_machine.travel(AT, tick=False):
        yield books


def set_figure(value: Any, *, division: str = NATION, since: date = date(2026, 1, 1), **more: Any) -> ParameterRow:
    return operations.set_parameter(
        key=KEY,
        division=division,
        value=value,
        document="图〔2026〕1号",
        valid_from=since,
        actor=MACHINE,
        at=AT,
        **more,
    )


def enact(books: Library, value: Any = "80.00", by: str = "item_manager", **more: Any) -> ParameterRow:
    """Let one officer propose a figure and another approve it."""
    wanted = {"key": KEY, "division": NATION, "document": "图〔2026〕9号", "valid_from": date(2026, 10, 1)} | more
    proposed = operations.propose_parameter(value=value, actor=books.officer(by), at=AT, **wanted)
    reviewer = books.officer("legal_reviewer")
    return operations.approve_proposal(proposal_id=proposed.pk, opinion="与文件一致，同意。", actor=reviewer, at=AT)


def on(day: date, chain: list[str] = CHAIN) -> Decimal:
    return snapshot(prefix="library.", chain=chain, on=day).money(KEY)


def test_a_new_figure_holds_from_its_day_and_the_old_one_until_then(figures: Library) -> None:
    enact(figures)
    assert (on(date(2026, 9, 30)), on(date(2026, 10, 1))) == (Decimal("100.00"), Decimal("80.00"))
    rows = [(row.value, row.valid_from, row.valid_to, row.document) for row in parameters.history(KEY)]
    assert rows == [
        ("80.00", date(2026, 10, 1), None, "图〔2026〕9号"),
        ("100.00", date(2026, 1, 1), date(2026, 10, 1), "图〔2026〕1号"),
    ]
    assert AuditEntry.objects.filter(
        event="catalog.approve_parameter", role="legal_reviewer", reason="图〔2026〕9号"
    ).exists()


def test_the_nearest_place_wins_and_the_rest_of_the_country_keeps_its_own(figures: Library) -> None:
    enact(figures, "60.00", by="county_items", division=COUNTY, valid_from=date(2026, 9, 1))
    assert on(date(2026, 9, 1)) == Decimal("60.00")
    assert on(date(2026, 8, 31)) == Decimal("100.00")
    assert on(date(2026, 9, 1), ["330113000000", NATION]) == Decimal("100.00")


def test_the_past_is_changed_only_as_a_correction_and_what_was_wrong_is_kept(figures: Library) -> None:
    with pytest.raises(InThePast):
        enact(figures, valid_from=date(2026, 1, 1))
    enact(figures, valid_from=date(2026, 1, 1), reason="原登记多写了一位。")
    assert on(date(2026, 3, 1)) == Decimal("80.00")
    standing, wrong = parameters.history(KEY)
    assert (standing.reason, standing.replaced_at, wrong.value, wrong.replaced_at) == (
        "原登记多写了一位。",
        None,
        "100.00",
        AT,
    )


def test_a_correction_between_two_figures_ends_where_the_next_begins(figures: Library) -> None:
    set_figure("120.00", since=date(2026, 6, 1))
    enact(figures, "110.00", valid_from=date(2026, 3, 1), reason="漏登了三月的调整。")
    found = [on(date(2026, month, 15)) for month in (2, 4, 7)]
    assert found == [Decimal("100.00"), Decimal("110.00"), Decimal("120.00")]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"document": " "}, "document"),
        ({"value": "很多"}, "value"),
        ({"value": 80}, "value"),
        ({"division": "999999000000"}, "division"),
        ({"valid_from": date(2026, 1, 1), "reason": "错了"}, "reason"),
        (
            {
                "value": "100.00",
                "valid_from": date(2026, 1, 1),
                "reason": "没有变化的更正",
                "document": "图〔2026〕1号",
            },
            "value",
        ),
    ],
)
def test_a_figure_that_cannot_stand_is_refused_at_its_field(figures: Library, more: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        enact(figures, **({"value": "80.00"} | more))
    assert field in refused.value.problems
    assert ParameterRow.objects.filter(key=KEY).count() == 1


def test_a_mistyped_key_and_a_foreign_place_are_refused(figures: Library) -> None:
    with pytest.raises(UnknownParameter):
        enact(figures, key="library.depositt")
    for name, division in (("county_items", NATION), ("county_items", "330113000000"), ("approver", COUNTY)):
        with pytest.raises(NotAllowed):
            operations.propose_parameter(
                key=KEY,
                division=division,
                value="1.00",
                document="x",
                valid_from=date(2026, 10, 1),
                actor=figures.officer(name),
                at=AT,
            )


def test_a_reload_leaves_what_an_officer_has_corrected(figures: Library, tmp_path: Any) -> None:
    path = tmp_path / "parameters.yaml"
    row = f'- {{key: {KEY}, division: "{NATION}", value: "100.00", valid_from: 2026-01-01, document: 图〔2026〕1号}}\n'
    path.write_text(row, encoding="utf-8")
    assert loading.plan_parameters([path]) == []
    path.write_text(row.replace("100.00", "90.00"), encoding="utf-8")
    (change,) = loading.plan_parameters([path])
    assert [one.sentence.endswith("100.00 → 90.00") for one in change.differences] == [True]
    enact(figures, valid_from=date(2026, 1, 1), reason="原登记多写了一位。")
    assert loading.plan_parameters([path]) == []
    loading.load_parameters([path], actor=MACHINE, at=AT)
    assert on(date(2026, 3, 1)) == Decimal("80.00")


def test_what_nobody_has_confirmed_says_so_until_it_is_enacted(figures: Library, client: Client) -> None:
    set_figure("7.00", since=date(2026, 2, 1), confirmed=False)
    client.force_login(
        Login.objects.get(username="item_manager"), backend="onedoor.platform.identity.backends.AccountBackend"
    )
    assert "待核实" in client.get("/staff/parameters/").content.decode()
    enact(figures, "7.00", valid_from=date(2026, 9, 1))
    assert "待核实" not in client.get("/staff/parameters/").content.decode()


def test_the_lists_cost_one_query(figures: Library, django_assert_num_queries: Any) -> None:
    from onedoor.platform.catalog import desk

    actor = figures.officer("county_items")
    for month in range(2, 8):
        set_figure(f"{month}.00", since=date(2026, month, 1))
        set_figure(f"{month}.00", division="330113000000", since=date(2026, month, 1))
    with django_assert_num_queries(1):
        rows = desk.list_parameters(actor=actor, on=date(2026, 9, 1))
    assert [(row.division, row.value) for row in rows] == [(NATION, "7.00")]
    with django_assert_num_queries(1):
        assert len(desk.parameter_history(key=KEY, actor=actor)) == 13


@given(
    value=st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9).map(str)
    | st.lists(st.integers(), max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=4), st.integers(), max_size=3)
)
def test_a_value_shown_and_typed_again_is_the_same(value: Any) -> None:
    kinds = {bool: "yes_no", int: "whole", str: "decimal"}
    kind: Any = kinds.get(type(value), "structure")
    again = read_value(told(value), kind)
    assert (again, type(again)) == (value, type(value))


@pytest.mark.parametrize(
    "value", ["-0.01", "1e999999", "1E2", "1000.01", "NaN", "Infinity", "-Infinity", "", True, ["1"]]
)
def test_a_figure_beyond_its_bounds_or_shape_is_refused_whoever_sends_it(figures: Library, value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        enact(figures, value)
    assert list(refused.value.problems) == ["value"]
    with pytest.raises(InvalidInput):
        set_figure(value, since=date(2026, 8, 1))
    assert ParameterRow.objects.filter(key=KEY).count() == 1


def test_a_shipped_figure_nothing_reads_is_refused(figures: Library) -> None:
    with pytest.raises(UnknownParameter):
        operations.set_parameter(
            key="library.nothing", division=NATION, value=1, document="图", valid_from=AT.date(), actor=MACHINE, at=AT
        )


def test_a_place_sets_only_what_was_opened_to_its_level(figures: Library) -> None:
    with pytest.raises(InvalidInput) as refused:
        enact(figures, 9, key="library.hours", division=COUNTY)
    assert list(refused.value.problems) == ["division"]
    with pytest.raises(InvalidInput):
        enact(figures, division=TOWN)  # a deposit is the county's matter at the lowest
    assert enact(figures, 9, key="library.hours").value == 9  # without any row before


def test_a_row_that_came_past_the_doors_is_not_used(figures: Library) -> None:
    ParameterRow.objects.filter(key=KEY).update(value="1e999999")
    assert KEY not in snapshot(prefix="library.", chain=CHAIN, on=AT.date()).rows


def test_what_reads_a_figure_nobody_set_gets_its_default(figures: Library) -> None:
    assert parameters.figure("drafts.days", chain=[NATION], on=AT.date()) == 90
    with pytest.raises(LookupError):
        parameters.figure("library.nothing", chain=[NATION], on=AT.date())


@pytest.mark.django_db
def test_a_rule_without_its_figure_is_a_refusal_and_no_failure() -> None:
    with pytest.raises(parameters.NotSet), parameters.figures_needed():
        snapshot(prefix="library.", chain=CHAIN, on=AT.date()).row(KEY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "structure"},
        {"default": 25, "source": "x"},
        {"default": 5},
    ],
)
def test_a_definition_that_contradicts_itself_stops_the_start(wrong: dict[str, Any]) -> None:
    fields = {"key": "library.wrong", "title": "错", "kind": "whole", "lowest": 1, "least": 1, "most": 24} | wrong
    with pytest.raises(ValueError, match=r"library\.wrong"):
        definitions.define(Definition(**fields))


@given(st.text(max_size=20))
def test_a_plain_number_is_always_a_finite_decimal(text: str) -> None:
    assert not is_plain_number(text) or Decimal(text).is_finite()
