"""The figures of ratings: computed from rows anybody can have, small numbers left out, to the rows for supervisors."""

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.platform.desks import Desk
from tests.platform.library import COUNTY, TOWN, Library
from tests.platform.test_acceptance import moment

from onedoor.platform.feedback import queries
from onedoor.platform.feedback.models import BadReview, Complaint, Evaluation, Invitation
from onedoor.platform.feedback.queries.figures import month_rows
from onedoor.platform.feedback.rules import Row
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.ratings import watch_ratings

LEVELS = (1, 1, 1, 2, 2, 3, 4, 5)


def said(books: Library, place: str, level: int, *, seconds: int | None = 9, **more: object) -> Evaluation:
    about = {"organization": books.organs[place], "division": place, "line": "library"}
    row = Evaluation.objects.create(
        **about,
        **{"phase": "final", "level": level, "anonymous": True, "channel": "qr", "submitted_on": "2026-10-20", **more},
        seconds=seconds,
    )
    if level >= 4:
        days = dict.fromkeys(("begun_on", "contact_due", "simple_due", "complex_due", "appeal_until"), row.submitted_on)
        state = "invalid_after_appeal" if level == 5 else "closed"
        BadReview.objects.create(
            evaluation=row,
            handled_by=books.organs[place],
            state=state,
            result="invalid_after_appeal" if level == 5 else "rectified",
            contacted_on=row.submitted_on,
            settled_on="2026-10-20" if level == 4 else "2026-10-28",
            closed_on="2026-10-28",
            answer="窗口的官员clerk已经道歉，电话 010-12345678。",
            **about,
            **days,
        )
    return row


@pytest.fixture
def rated(desk: Desk) -> Desk:
    """October: eight ratings of the town, two of the county; ten people of the town were asked."""
    books = desk.books
    for level in LEVELS:
        said(books, TOWN, level, text="我是张三，13800000000，等了很久。", may_publish=level == 4)
    for level in (1, 5):
        said(books, COUNTY, level)
    for number in range(10):
        Invitation.objects.create(
            reference=f"visit:{number}",
            phase="final",
            organization=books.organs[TOWN],
            division=TOWN,
            line="library",
            invited_on="2026-10-20",
            last_day="2026-11-03",
            outcome="evaluated" if number < 8 else "not_evaluated",
        )
    first = Evaluation.objects.filter(organization=books.organs[TOWN], level=4)[0]
    said(books, TOWN, 1, first=first)  # 追评: both are kept, the figures take the first
    desk.go(moment("2026-11-02"))
    return desk


def rows_of(client: Client) -> list[dict[str, str]]:
    answer = client.get("/ratings/rows.csv?month=2026-10")
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(answer.content.decode().removeprefix("\ufeff"))))


def test_the_figures_are_what_anybody_computes_from_the_rows(rated: Desk) -> None:
    client = Client()
    page = client.get("/ratings/?month=2026-10").content.decode()
    rows = rows_of(client)
    ratings = [row for row in rows if row["kind"] == "rating" and row["counts"] == "True"]
    satisfied = sum(int(row["level"]) <= 3 for row in ratings)
    invited = [row for row in rows if row["kind"] == "invitation"]
    bad = [row for row in rows if row["kind"] == "bad_review"]
    assert (len(ratings), satisfied, len(invited), len(bad)) == (7, 6, 10, 2)
    assert f"{100 * satisfied / len(ratings):.1f}%" in page
    assert f"{100 * sum(row['evaluated'] == 'True' for row in invited) / len(invited):.1f}%" in page
    assert f"{100 * sum(row['in_time'] == 'True' for row in bad) / len(bad):.1f}%" in page
    assert {row["organ_name"] for row in rows} == {rated.books.organs[TOWN].name}


def counted(rows: list[Row], organ: int) -> dict[str, Any]:
    """Count the figures of one organ from its rows, as anybody could."""
    invited, ratings, bad = (
        [row for row in rows if row.organ == organ and row.kind == kind and row.counts]
        for kind in ("invitation", "rating", "bad_review")
    )
    return {
        "invited": len(invited),
        "evaluated": sum(row.evaluated for row in invited),
        "ratings": len(ratings),
        "satisfied": sum(row.level <= 3 for row in ratings),
        "bad": len(bad),
        "settled": sum(row.result in ("rectified", "policy_explained", "invalid_after_appeal") for row in bad),
        "in_time": sum(row.in_time for row in bad),
        "by_level": tuple(sum(row.level == level for row in ratings) for level in (1, 2, 3, 4, 5)),
    }


def test_what_the_database_counts_is_what_the_rows_give(rated: Desk) -> None:
    """Bad reviews in time and late, contacted or not, simple and complex, by the day asked; both organs, the small one too."""
    reviews = BadReview.objects.order_by("pk")
    days = [("2026-10-20", None, False), (None, "2026-10-19", True), ("2026-10-21", None, True)]
    for review, (contacted, settled, is_complex) in zip(reviews, days, strict=False):
        BadReview.objects.filter(pk=review.pk).update(
            contacted_on=contacted, settled_on=settled, is_complex=is_complex, complex_due="2026-11-20", result=""
        )
    said(rated.books, TOWN, 4)
    actor = rated.books.officer("supervisor")
    for day in ("2026-10-20", "2026-11-02"):
        on = date.fromisoformat(day)
        rows = month_rows("2026-10", Q(), on)
        for one in queries.rating_figures(actor=actor, month="2026-10", on=on):
            assert {name: getattr(one, name) for name in counted(rows, one.organ)} == counted(rows, one.organ), day
    public = queries.public_month(month="2026-10", place=COUNTY, on=on)
    rows = queries.public_rows(month="2026-10", place=COUNTY, on=on)
    assert {row.organ for row in rows} == {one.organ for one in public.figures}


def test_small_numbers_stand_nowhere(rated: Desk) -> None:
    client = Client()
    page = client.get("/ratings/?month=2026-10").content.decode()
    county = rated.books.organs[COUNTY].name
    assert county not in page
    assert "另有 1 个单位" in page
    assert county not in client.get("/ratings/rows.csv?month=2026-10").content.decode()
    assert client.get("/ratings/?month=2026-11").status_code == 404  # not over: nobody compares two days
    assert client.get("/ratings/?month=abc").status_code == 404


def test_what_is_published_was_let_be_and_names_nobody(rated: Desk) -> None:
    page = Client().get("/ratings/?month=2026-10").content.decode()
    assert page.count("等了很久") == 1
    for secret in ("13800000000", "010-12345678", "官员clerk"):
        assert secret not in page


def test_a_supervisor_gets_to_the_rows_of_their_reach(rated: Desk) -> None:
    page = rated.page("supervisor", "/supervision/ratings/?month=2026-10")
    county, town = (rated.books.organs[code] for code in (COUNTY, TOWN))
    assert county.name in page
    assert page.rindex(county.name) > page.rindex(town.name)  # the town has a bad one that counts: it stands first
    rows = rated.page("supervisor", f"/supervision/ratings/rows/?month=2026-10&organ={town.pk}&bad=1")
    assert rows.count("<tr><td") == 2
    assert "13800000000" not in rows
    assert rated.get("clerk", "/supervision/ratings/").status_code == 403
    assert rated.get("supervisor", "/supervision/ratings/?month=1999-01").status_code == 404


def test_the_rows_behind_a_figure_ask_the_same_however_many_there_are(rated: Desk) -> None:
    actor, on = rated.books.officer("supervisor"), moment("2026-11-02").date()

    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            queries.ratings_behind(actor=actor, month="2026-10", on=on)
            queries.public_month(month="2026-10", place=COUNTY, on=on)
        return len(questions)

    asked()  # what is kept in memory is there
    before = asked()
    for level in (1, 2, 4):
        said(rated.books, TOWN, level)
    assert asked() == before


def test_what_people_could_not_get_done_is_counted_where_there_is_enough_of_it(rated: Desk) -> None:
    page = Client().get("/ratings/?month=2026-10").content.decode()
    assert "办不成事" not in page
    ends = [("done", "2026-10-21"), ("impossible", None), ("", "2026-10-21"), ("", None), ("way", None)]
    for number, (outcome, closed) in enumerate(ends):
        Complaint.objects.create(
            number=f"BB{number}",
            kind="ticket",
            category="papers",
            organization=rated.books.organs[TOWN],
            division=TOWN,
            text="窗口说缺一份证明。",
            anonymous=True,
            code_digest=str(number),
            **dict.fromkeys(("filed_on", "accept_due"), "2026-10-20"),
            taken_on="2026-10-20" if number else "2026-10-21",
            by_itself=number == 1,
            outcome=outcome,
            closed_on=closed,
        )
    found = queries.public_month(month="2026-10", place=COUNTY, on=moment("2026-11-02").date()).tickets
    assert found is not None
    assert (found.opened, found.by_itself, found.in_time, found.waiting) == (5, 1, 4, 1)
    assert (found.done, found.way, found.impossible, found.dropped) == (1, 1, 1, 1)
    assert "5 件，其中 1 件两次没有办成自动生成" in Client().get("/ratings/?month=2026-10").content.decode()


def test_ratings_nobody_made_by_reading_light_a_lamp(desk: Desk) -> None:
    for _ in range(60):
        said(desk.books, TOWN, 1, seconds=1)
    assert watch_ratings(at=moment("2026-10-21")) == 1
    assert watch_ratings(at=moment("2026-10-22")) == 0
    event = SupervisionEvent.objects.get(rule="E01")
    assert (event.lamp, event.organization_name, event.case) == ("yellow", desk.books.organs[TOWN].name, None)
    desk.go(moment("2026-10-22"))
    assert "评价异常" in desk.page("supervisor", "/supervision/")


def test_a_bad_review_nobody_answers_lights_a_lamp(desk: Desk) -> None:
    row = said(desk.books, TOWN, 4)
    BadReview.objects.filter(evaluation=row).update(
        state="assigned", contact_due="2026-10-21", simple_due="2026-10-27", contacted_on=None, settled_on=None
    )
    assert watch_ratings(at=moment("2026-10-21")) == 0
    assert watch_ratings(at=moment("2026-10-22")) == 1
    BadReview.objects.filter(evaluation=row).update(state="verified")
    assert watch_ratings(at=moment("2026-10-28")) == 1
    assert list(SupervisionEvent.objects.order_by("pk").values_list("rule", "lamp")) == [
        ("E02", "yellow"),
        ("E02", "red"),
    ]
