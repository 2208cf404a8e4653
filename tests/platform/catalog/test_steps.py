"""Row 23: step tables are versions; circles and dead ends are found, changes are tried on cases that have been handled."""

from collections.abc import Callable
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from tests.platform import library
from tests.platform.library import Library

from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.queries import month_before, step_histories
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.catalog.elements import publication_faults
from onedoor.platform.catalog.loading import write_item
from onedoor.platform.catalog.steps import (
    CaseHistory,
    DoneStep,
    Step,
    simulate,
    table_faults,
)

WHOLE = library.item().model_dump(mode="json", by_alias=True)


def step(code: str, *after: str, **more: Any) -> Step:
    return Step(code=code, title=f"环节{code}", permission="cases.review", after=after, **more)


TABLE = [step("visit", "accept", people=2), step("opinion", "visit"), step("decide", "opinion", excludes=("opinion",))]
DONE = CaseHistory(
    "甲",
    (DoneStep("accept", (1,)), DoneStep("visit", (2, 3)), DoneStep("opinion", (4,)), DoneStep("decide", (5,))),
    granted=True,
)


def test_row_23_the_same_table_makes_no_difference() -> None:
    assert not any(one.differs for one in simulate(TABLE, [DONE]))


@pytest.mark.parametrize(
    ("table", "added", "removed", "blocked", "refused"),
    [
        ([*TABLE[:2], step("legal", "opinion"), step("decide", "legal")], ("legal",), (), ("decide",), ()),
        ([step("opinion", "accept"), step("decide", "opinion")], (), ("visit",), (), ()),
        ([step("visit", "opinion"), step("opinion", "accept"), step("decide", "visit")], (), (), ("visit",), ()),
        ([TABLE[0], TABLE[1], step("decide", "opinion"), step("tell", "decide")], ("tell",), (), (), ()),
        ([step("visit", "accept", people=3), *TABLE[1:]], (), (), (), ("visit",)),
        ([TABLE[0], step("opinion", "visit", excludes=("accept",)), TABLE[2]], (), (), (), ()),
    ],
    ids=[
        "a new step before the decision",
        "a step less",
        "another order",
        "a step after it",
        "more people",
        "no clash",
    ],
)
def test_row_23_what_would_differ_is_told(
    table: list[Step],
    added: tuple[str, ...],
    removed: tuple[str, ...],
    blocked: tuple[str, ...],
    refused: tuple[str, ...],
) -> None:
    (found,) = simulate(table, [DONE])
    assert (found.added, found.removed, found.blocked, found.refused) == (added, removed, blocked, refused)


def test_row_23_separation_is_tried_too() -> None:
    same = CaseHistory(
        "乙", (DoneStep("accept", (1,)), DoneStep("visit", (2, 3)), DoneStep("opinion", (2,)), DoneStep("decide", (5,)))
    )
    (found,) = simulate([TABLE[0], step("opinion", "visit", excludes=("visit",)), TABLE[2]], [same])
    assert found.refused == ("opinion",)


def test_a_denied_case_had_no_need_of_what_follows_a_grant() -> None:
    denied = CaseHistory("丙", DONE.done, granted=False)
    assert not simulate([*TABLE, step("certify", "decide")], [denied])[0].differs


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            [step("a", "b"), step("b", "a"), step("decide", "accept")],
            ["“环节a”与其他环节互相等待", "“环节b”与其他环节"],
        ),
        ([step("a", "a"), step("decide", "accept")], ["“环节a”与其他环节互相等待"]),
        ([step("a", "nowhere"), step("decide", "accept")], ["“环节a”永远轮不到：它等待的“nowhere”"]),
        (
            [step("a", "b"), step("b", "a"), step("decide", "a")],
            ["环节a", "环节b", "“环节decide”永远轮不到：它等待的“环节a”"],
        ),
    ],
)
def test_row_23_circles_and_dead_ends_are_found(table: list[Step], told: list[str]) -> None:
    faults = table_faults(table)
    assert len(faults) == len(told)
    assert all(words in fault for words, fault in zip(told, faults, strict=True))


def test_row_23_a_circle_keeps_a_version_from_publication() -> None:
    steps = [WHOLE["steps"][0] | {"after": ["opinion"]}, *WHOLE["steps"][1:]]
    assert any("互相等待" in fault.sentence for fault in publication_faults(WHOLE | {"steps": steps}))


def decided(books: Library) -> Case:
    case = books.noticed(datetime(2026, 8, 3, 10, 0, tzinfo=library.CHINA))
    at = datetime(2026, 8, 20, 10, 0, tzinfo=library.CHINA)
    duties.close_ended_notices(at=at)
    cases.decide_case(case_id=case.pk, ruling=Ruling(True), actor=books.officer("approver"), at=at)
    return Case.objects.get(pk=case.pk)


def test_row_23_a_change_is_tried_on_last_months_cases_before_it_is_published(
    books: Library, officer: Callable[[str], Client], django_assert_num_queries: Any
) -> None:
    decided(books)
    steps = [
        *WHOLE["steps"][:2],
        {"code": "legal", "title": "法制审核", "permission": "cases.review", "after": ["opinion"]},
    ]
    steps += [WHOLE["steps"][2] | {"after": ["legal"]}, WHOLE["steps"][3]]
    text = write_item(library.item(steps=steps))
    manager = officer("item_manager")
    manager.post(f"/staff/items/{library.ITEM}/draft/", {"definition": text})
    page = manager.get(f"/staff/items/{library.ITEM}/versions/2/simulation/").content.decode()
    assert "2026年8月决定的办件共 1 件，按这一版的流程有 <strong>1</strong> 件会不一样" in page
    assert "法制审核" in page
    since, until = (datetime(2026, month, 1, tzinfo=library.CHINA) for month in (8, 9))
    actor = books.officer("item_manager")
    with django_assert_num_queries(2):
        found = step_histories(item_code=library.ITEM, since=since, until=until, actor=actor)
    assert [done.code for done in found[0].done] == ["accept", "visit", "opinion", "notice", "decide"]
    assert step_histories(item_code=library.ITEM, since=since, until=until, actor=books.officer("elsewhere")) == []


def test_row_23_the_command_tells_which_cases_would_differ(books: Library, today: datetime, tmp_path: Path) -> None:
    case = decided(books)
    path = tmp_path / "card.yaml"
    path.write_text(
        write_item(
            library.item(
                steps=[
                    WHOLE["steps"][1] | {"after": ["accept"], "excludes": []},
                    *(WHOLE["steps"][2:3]),
                    WHOLE["steps"][3] | {"excludes": []},
                ]
            )
        ),
        encoding="utf-8",
    )
    told = StringIO()
    call_command("simulate_steps", path, stdout=told)
    assert f"{case.number}  不再办 visit" in told.getvalue()
    assert "试算 1 件，1 件会不一样。" in told.getvalue()


@pytest.mark.parametrize(
    ("on", "first", "last"),
    [(date(2026, 1, 31), date(2025, 12, 1), date(2026, 1, 1)), (date(2026, 3, 1), date(2026, 2, 1), date(2026, 3, 1))],
)
def test_last_month_is_a_half_open_period(on: date, first: date, last: date) -> None:
    assert month_before(on) == (first, last)
