"""Workers and officers at once, in real threads on PostgreSQL: one probe, one quota, one answer."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection  # noqa: F401 - named by the condition below
from tests.platform.cases.test_races import at_once
from tests.platform.exchange.shared import CHECK, DATASET, LAW, Borrowers, Departments, answers, many_numbers
from tests.platform.library import CHINA, MACHINE, READER, Library

from onedoor.platform.exchange import breaker, operations
from onedoor.platform.exchange.models import DataUse, Query, SourceCall, SourceHealth
from onedoor.platform.exchange.tasks import send_query
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.models import OutboxMessage

AT = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
SOURCE = "police.household"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor == 'sqlite'", reason="SQLite lets one writer in at a time, so nobody races there"
    ),
]


def test_of_eight_workers_one_probes(books: Library) -> None:
    SourceHealth.objects.create(connector=SOURCE, state="open", retry_at=AT)
    lease = timedelta(seconds=30)
    outcomes = at_once(*[lambda: breaker.admit(SOURCE, at=AT, wall=AT, lease=lease)] * 8)
    assert sorted(outcomes) == [False] * 7 + [True]


def test_eight_failures_at_once_are_counted_and_pause_the_source_once(books: Library) -> None:
    at_once(*[lambda: breaker.failed(SOURCE, at=AT, wall=AT)] * 8)
    health = SourceHealth.objects.get(connector=SOURCE)
    assert (health.state, health.failures, health.openings) == ("open", 8, 0)


def test_two_workers_with_one_question_keep_one_answer(departments: Departments, books: Library) -> None:
    query = operations.ask(
        source=SOURCE, person_id=books.reader.pk, purpose=CHECK.code, business="case:1", actor=MACHINE, at=AT
    )
    household = {"asOf": "2026-08-31", "household": {"number": "1", "address": "水北街", "members": []}}
    departments.replies = [answers(household), answers(household)]
    at_once(*[lambda: send_query.call(query_id=str(query.pk))] * 2)
    assert Query.objects.get().state == "answered"
    assert OutboxMessage.objects.filter(topic="exchange.answered").count() == 1
    assert SourceCall.objects.count() <= 2


def test_two_officers_share_one_quota(books: Library, school: Organization, borrowers: Borrowers) -> None:
    asked: dict[str, Any] = {
        "dataset": DATASET.code,
        "fields": ["kind"],
        "purpose": "核对学生读者资格",
        "legal_basis": LAW,
        "until": date(2027, 11, 1),
    }
    teacher, steward = books.officer("teacher"), books.officer("steward")
    number = operations.request_sharing(**asked, actor=teacher, at=AT).number
    operations.grant_sharing(
        number=number, fields=["kind"], last_valid_on=date(2027, 1, 1), most_a_day=3, actor=steward, at=AT
    )
    operations.provide_sharing(number=number, actor=steward, at=AT)
    people = [READER.id_number, *many_numbers(1)]

    def use() -> str:
        answer, _ = operations.use_grant(number=number, business="JY-1", id_numbers=people, actor=teacher, at=AT)
        return f"receipt {answer.receipt}"

    outcomes = at_once(*[use] * 4)
    assert sum(one.startswith("receipt") for one in outcomes) == 1, outcomes
    assert outcomes.count("exchange.too_many_today") == 3
    assert DataUse.objects.count() == 1
