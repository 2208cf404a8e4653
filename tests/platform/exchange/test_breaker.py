"""A source that fails is left in peace by all workers, tried by one question, and caught up with when it is back."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import time_machine
from django_tasks_db.models import DBTaskResult
from tests.platform.desks import Desk
from tests.platform.exchange.shared import CHECK, Departments, answers
from tests.platform.exchange.test_asking import consent
from tests.platform.library import CHINA, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.exchange import breaker, calling, operations, queries, tasks
from onedoor.platform.exchange.breaker import FAILURES_TO_OPEN
from onedoor.platform.exchange.models import PlannedWindow, Query, SourceCall, SourceHealth
from onedoor.platform.exchange.signing import ANSWER_HEADER, NONCE_HEADER, answer_bytes
from onedoor.platform.exchange.tasks import ATTEMPTS, send_query
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import Signature, suite
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.kernel.models import OutboxMessage

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
MACHINE = Actor.system("核对")
SOURCE = "police.household"
HOUSEHOLD = {"asOf": "2026-08-31", "household": {"number": "1", "address": "水北街", "members": []}}
GOOD, BUSY = answers(HOUSEHOLD), answers(b"busy", 503)


class Night:
    """The library's machine, with a clock a test moves."""

    def __init__(self, books: Library, outside: Departments, traveller: time_machine.Traveller) -> None:
        self.books, self.outside, self.traveller = books, outside, traveller
        self.number = 0

    def later(self, **ahead: float) -> None:
        self.traveller.shift(timedelta(**ahead))

    @property
    def now(self) -> datetime:
        return datetime.now(CHINA)

    def ask(self, source: str = SOURCE) -> Query:
        self.number += 1
        return operations.ask(
            source=source,
            person_id=self.books.reader.pk,
            purpose=CHECK.code,
            business=f"case:{self.number}",
            actor=MACHINE,
            at=self.now,
        )

    def send(self, query: Query, *replies: httpx.Response | Exception) -> Query:
        """Let a worker try one question, with what the department then says."""
        self.outside.replies = list(replies)
        send_query.call(query_id=str(query.pk))
        return Query.objects.get(pk=query.pk)

    def break_down(self) -> Query:
        """Let the source fail until it is paused; the question waits."""
        query = self.ask()
        for _ in range(ATTEMPTS):
            query = self.send(query, BUSY)
        assert self.health().state == "open"
        return query

    def health(self, source: str = SOURCE) -> SourceHealth:
        return SourceHealth.objects.get(connector=source)

    def recheck(self) -> list[str]:
        """Run the duty and return which questions it put into the queue."""
        DBTaskResult.objects.all().delete()
        tasks.recheck(at=self.now)
        return [row.args_kwargs["kwargs"]["query_id"] for row in DBTaskResult.objects.order_by("enqueued_at")]


@pytest.fixture
def night(departments: Departments, books: Library) -> Iterator[Night]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield Night(books, departments, traveller)


def test_after_five_failures_in_a_row_nobody_asks_any_more(night: Night) -> None:
    first = night.ask()
    for _ in range(FAILURES_TO_OPEN - 1):
        first = night.send(first, BUSY)
    assert night.health().state == "closed"
    assert night.send(night.ask(), GOOD).state == Query.State.ANSWERED  # an answer starts the count anew
    for _ in range(FAILURES_TO_OPEN):
        night.send(night.ask(), BUSY)
    assert night.health().state == "open"
    out = len(night.outside.asked)
    fresh = night.send(night.ask())
    assert (fresh.state, fresh.last_error) == (Query.State.PENDING, "source paused")
    assert len(night.outside.asked) == out
    assert AuditEntry.objects.get(event="exchange.pause_source").target == f"source:{SOURCE}"


def test_one_sources_failure_is_not_anothers(night: Night) -> None:
    night.break_down()
    assert not SourceHealth.objects.filter(connector="vehicles.registration").exists()
    assert breaker.admit("vehicles.registration", at=night.now, wall=night.now, lease=timedelta(minutes=1))


def test_what_waits_is_told_at_once_and_asked_again_by_itself_when_the_source_is_back(night: Night) -> None:
    waiting = night.break_down()
    assert waiting.state == Query.State.WAITING
    more = [night.ask() for _ in range(3)]
    for one in more:
        for _ in range(ATTEMPTS):
            night.send(Query.objects.get(pk=one.pk))
        assert Query.objects.get(pk=one.pk).state == Query.State.WAITING
    assert night.recheck() == []  # the source is in its pause
    night.later(minutes=3)
    (probe,) = night.recheck()
    answered = night.send(Query.objects.get(pk=probe), GOOD)
    assert answered.state == Query.State.ANSWERED
    assert night.health().state == "closed"
    assert AuditEntry.objects.filter(event="exchange.resume_source").exists()

    rest = night.recheck()

    assert len(rest) == 3
    for one in rest:
        assert night.send(Query.objects.get(pk=one), GOOD).state == Query.State.ANSWERED
    assert not Query.objects.filter(state__in=["pending", "waiting"]).exists()
    assert night.recheck() == []
    told = [
        message.payload["state"]
        for message in OutboxMessage.objects.filter(topic="exchange.answered", payload__query_id=str(waiting.pk))
    ]
    assert told == ["waiting", "answered"]


def test_a_failed_probe_waits_longer_each_time_up_to_ten_minutes(night: Night) -> None:
    night.break_down()
    pauses = []
    for _ in range(8):
        health = night.health()
        assert health.retry_at is not None
        pauses.append((health.retry_at - night.now).total_seconds())
        night.traveller.move_to(health.retry_at + timedelta(seconds=1))
        night.send(night.ask(), BUSY)
    planned = [15, 30, 60, 120, 240, 480, 600, 600]
    assert all(0.8 * plan <= pause <= 1.2 * plan for pause, plan in zip(pauses, planned, strict=True)), pauses


def test_only_one_question_probes_and_a_probe_whose_worker_died_holds_nobody_up(night: Night) -> None:
    night.break_down()
    night.later(minutes=3)
    lease = timedelta(seconds=50)
    assert breaker.admit(SOURCE, at=night.now, wall=night.now, lease=lease)
    assert night.health().state == "half_open"
    assert not breaker.admit(SOURCE, at=night.now, wall=night.now, lease=lease)
    assert breaker.room(SOURCE, at=night.now, wall=night.now) == 0
    night.later(seconds=51)  # nothing was heard of the probe: its worker was killed
    assert breaker.room(SOURCE, at=night.now, wall=night.now) == 1
    assert breaker.admit(SOURCE, at=night.now, wall=night.now, lease=lease)


def test_a_flapping_source_is_caught_up_with_in_the_end(night: Night) -> None:
    queries_asked = [night.ask() for _ in range(6)]
    up = False
    for _ in range(400):
        open_ones = list(Query.objects.filter(state__in=["pending", "waiting"]).order_by("pk"))
        if not open_ones:
            break
        for one in open_ones:
            up = not up
            night.send(one, GOOD if up else BUSY)
        night.later(minutes=4)
    assert {Query.objects.get(pk=one.pk).state for one in queries_asked} == {"answered"}


def test_one_question_a_source_cannot_answer_does_not_keep_it_paused(night: Night) -> None:
    poison, garbage = night.ask(), answers(b"<html>")
    for _ in range(ATTEMPTS):
        poison = night.send(poison, garbage)
    healthy = night.ask()
    for _ in range(ATTEMPTS):
        healthy = night.send(healthy)
    for _ in range(3):
        night.later(minutes=20)
        for one in night.recheck():
            night.send(Query.objects.get(pk=one), garbage if UUID(one) == poison.pk else GOOD)
    assert Query.objects.get(pk=healthy.pk).state == Query.State.ANSWERED
    assert Query.objects.get(pk=poison.pk).state == Query.State.WAITING
    assert night.health().state == "closed"


def test_a_question_taken_by_a_worker_that_was_lost_goes_out_once_more(night: Night) -> None:
    waiting = night.break_down()
    night.later(minutes=3)
    assert night.recheck() == [str(waiting.pk)]
    assert night.recheck() == []  # taken
    night.later(minutes=13)
    assert night.recheck() == [str(waiting.pk)]


def test_after_thirty_days_a_question_is_given_up_and_whoever_asked_is_told(night: Night) -> None:
    waiting = night.break_down()
    night.later(days=30, seconds=1)
    assert night.recheck() == []
    assert Query.objects.get(pk=waiting.pk).state == Query.State.FAILED
    assert OutboxMessage.objects.filter(topic="exchange.answered").last().payload["state"] == "failed"  # type: ignore[union-attr]


# What comes back


def test_an_answer_is_taken_only_with_the_departments_own_signature(
    night: Night, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = suite("sm").new_key_pair(), suite("sm").new_key_pair()
    settings.ONEDOOR_CONNECTOR_KEYS = tmp_path
    (tmp_path / f"{SOURCE}.pub").write_text(own.public.hex(), encoding="ascii")
    signer: dict[str, Any] = {}

    @contextmanager
    def stream(method: str, url: str, *, headers: dict[str, str], **rest: Any) -> Iterator[httpx.Response]:
        answer, nonce = answers(HOUSEHOLD), headers[NONCE_HEADER]
        data = answer_bytes(signer.get("nonce", nonce), 200, answer.content)
        if signer["key"] is not None:
            value = signature_value(signer["key"].private, data)
            answer.headers[ANSWER_HEADER] = Signature("sm2-sm3", "police", value).as_text()
        yield answer

    monkeypatch.setattr(httpx, "stream", stream)
    for key, more, state, outcome in (
        (other, {}, "pending", "forged"),
        (None, {}, "pending", "forged"),
        (own, {"nonce": "0" * 32}, "pending", "forged"),  # an answer to somebody else's question
        (own, {}, "answered", "answered"),
    ):
        signer = {"key": key, **more}
        assert night.send(night.ask()).state == state
        assert SourceCall.objects.latest("pk").outcome == outcome


def signature_value(secret: bytes, data: bytes) -> str:
    return urlsafe_b64encode(suite("sm").sign(secret, data)).decode().rstrip("=")


def test_an_answer_without_end_is_cut_off_by_size(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "MOST_BYTES", 1000)
    query = night.send(night.ask(), answers(b"[" * 1001))
    assert (query.state, query.last_error) == (Query.State.PENDING, "too large")


def test_a_ticket_the_department_no_longer_knows_is_asked_for_anew(night: Night) -> None:
    consent(night.books)
    done = {"state": "done", "as_of": "2026-08-31", "accounts": []}
    query = night.send(night.ask("banks.balance"), answers({"ticket": "T1"}, 202), answers(b"gone", 404))
    assert (query.state, query.ticket) == (Query.State.PENDING, "")
    query = night.send(query, answers({"ticket": "T2"}, 202), answers(done))
    assert query.state == Query.State.EMPTY


# Announced pauses and figures


@pytest.fixture
def steward(night: Night, school: Organization) -> Actor:
    return night.books.officer("steward")


def plan(steward: Actor, at: datetime, **changes: Any) -> PlannedWindow:
    usual: dict[str, Any] = {
        "source": SOURCE,
        "starts_at": at + timedelta(hours=1),
        "ends_at": at + timedelta(hours=3),
        "reason": "公安系统升级",
        "actor": steward,
        "at": at,
    }
    return operations.plan_window(**usual | changes)


def test_during_an_announced_pause_nothing_is_asked_and_nothing_counts_as_failure(night: Night, steward: Actor) -> None:
    plan(steward, night.now)
    night.later(hours=1)
    query = night.ask()
    for _ in range(ATTEMPTS):
        query = night.send(query)
    assert query.state == Query.State.WAITING
    assert night.outside.asked == []
    assert not SourceCall.objects.exists()
    assert not SourceHealth.objects.filter(failures__gt=0).exists()
    assert night.recheck() == []
    night.later(hours=2)
    assert night.recheck() == [str(query.pk)]
    assert night.send(query, GOOD).state == Query.State.ANSWERED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"source": "nowhere"}, "source"),
        ({"ends_at": AT}, "ends_at"),
        ({"ends_at": AT + timedelta(days=9)}, "ends_at"),
        ({"reason": "修"}, "reason"),
    ],
)
def test_a_pause_that_makes_no_sense_is_told(night: Night, steward: Actor, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        plan(steward, AT, **changes)
    assert field in refused.value.problems
    with pytest.raises(NotAllowed):
        plan(night.books.officer("supervisor"), AT)


def test_the_figures_are_those_of_the_calls(night: Night, steward: Actor) -> None:
    for milliseconds in range(1, 101):
        call(night, "answered", milliseconds, lag=milliseconds % 3)
    call(night, "timed_out", 9999)
    call(night, "not_ready", 9999)
    call(night, "answered", 77777, at=night.now - timedelta(days=8))  # too old to count
    row = next(one for one in queries.source_figures(actor=steward, at=night.now) if one.source.code == SOURCE)
    assert (row.calls, row.answered, row.failed) == (102, 100, 1)
    assert (row.median, row.p95, row.lag_days) == (50, 95, 1)
    assert (row.state, row.is_asked, row.conflict_share) == ("正常", True, 0)
    silent = next(one for one in queries.source_figures(actor=steward, at=night.now) if one.source.code != SOURCE)
    assert (silent.median, silent.p95, silent.conflict_share, silent.last_answer_at) == (None, None, None, None)


def call(night: Night, outcome: str, milliseconds: int, *, lag: int | None = None, at: datetime | None = None) -> None:
    SourceCall.objects.create(
        connector=SOURCE,
        query_id=UUID(int=milliseconds),
        at=at or night.now,
        outcome=outcome,
        milliseconds=milliseconds,
        lag_days=lag,
    )


def test_what_a_department_said_is_forgotten_after_a_day_its_time_and_digest_are_not(night: Night) -> None:
    query = night.send(night.ask(), GOOD)
    night.later(hours=23)
    tasks.forget_answers(at=night.now)
    assert Query.objects.get(pk=query.pk).answer is not None
    night.later(hours=2)
    tasks.forget_answers(at=night.now)
    kept = Query.objects.get(pk=query.pk)
    assert (kept.answer, kept.digest, kept.state) == (None, query.digest, "answered")
    (proof,) = queries.evidence_of(business=query.business, person_id=night.books.reader.pk)
    assert proof.digest == query.digest


def test_the_log_of_calls_is_kept_for_ninety_days(night: Night) -> None:
    call(night, "answered", 1, at=night.now - timedelta(days=91))
    call(night, "answered", 2, at=night.now - timedelta(days=89))
    tasks.forget_old_calls(at=night.now)
    assert SourceCall.objects.get().milliseconds == 2


def test_stewards_and_supervisors_see_how_the_sources_are_and_stewards_enter_pauses(
    desk: Desk, departments: Departments, school: Organization
) -> None:
    night = Night(desk.books, departments, desk._traveller)
    desk.go(AT)
    night.break_down()
    page = desk.page("supervisor", "/staff/sources/")
    assert "户籍信息" in page
    assert "暂停询问" in page
    one = desk.page("supervisor", f"/staff/sources/{SOURCE}/")
    assert "询问 5 次，答复 0 次，失败 5 次，1 件待核验" in one
    assert "对方暂停服务" in desk.page("supervisor", f"/staff/sources/{SOURCE}/?outcome=busy")
    assert "没有这种结果的询问" in desk.page("supervisor", f"/staff/sources/{SOURCE}/?outcome=garbled")
    assert "登记计划停机</h2>" not in one
    typed = {"starts_at": "2026-09-01T22:00", "ends_at": "2026-09-02T02:00", "reason": "公安系统升级"}
    desk.refused("supervisor", f"/staff/sources/{SOURCE}/", 403, **typed)
    kept = desk.refused("steward", f"/staff/sources/{SOURCE}/", 422, **typed | {"ends_at": "明早"})
    assert "请按 2026-11-24 09:30 的样子" in kept
    assert "公安系统升级" in kept
    desk.act("steward", f"/staff/sources/{SOURCE}/", **typed)
    assert "2026-09-01 22:00" in desk.page("steward", f"/staff/sources/{SOURCE}/")
    desk.go(datetime(2026, 9, 1, 23, 0, tzinfo=CHINA))
    assert "计划停机" in desk.page("supervisor", "/staff/sources/")
    assert desk.get("clerk", "/staff/sources/").status_code == 403
    assert desk.get("steward", "/staff/sources/nowhere/").status_code == 404
