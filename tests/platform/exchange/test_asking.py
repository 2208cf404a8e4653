"""Asking another department: only with consent and for a business, signed, again until answered, shown to the person."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from django_tasks_db.models import DBTaskResult
from tests.platform.exchange.shared import CHECK, STATISTICS, Departments, Reply, answers
from tests.platform.library import CHINA, READER, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.exchange import operations, queries, signing
from onedoor.platform.exchange.breaker import FAILURES_TO_OPEN
from onedoor.platform.exchange.models import Query, SourceCall
from onedoor.platform.exchange.operations import BusinessMissing, ConsentMissing
from onedoor.platform.exchange.purposes import FieldsNotOpened, PurposeUnknown
from onedoor.platform.exchange.tasks import ATTEMPTS, send_query
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Consent
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import Signature, canonical_json, keyring, sm3, verify
from onedoor.platform.kernel.errors import NotAllowed, OneDoorError
from onedoor.platform.kernel.models import OutboxMessage

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
MACHINE = Actor.system("核对")
PURPOSE = CHECK.code
HOUSEHOLD = {"asOf": "2026-08-31", "household": {"number": "1", "address": "水北街", "members": []}}


def consent(books: Library, *sources: str, months: int = 12) -> Consent:
    return identity.give_consent(
        person_id=books.reader.pk,
        purpose=PURPOSE,
        sources=sources or ["banks.balance", "housing.ownership"],
        months=months,
        text_digest="0" * 64,
        reference="draft:x",
        method="self",
        actor=books.citizen(),
        at=AT,
    )


def ask(books: Library, source: str = "police.household", **changes: Any) -> Query:
    usual = {"person_id": books.reader.pk, "purpose": PURPOSE, "business": "case:1", "actor": MACHINE, "at": AT}
    return operations.ask(source=source, **usual | changes)


def send(query: Query) -> Query:
    """Let the worker's function run now."""
    send_query.call(query_id=str(query.pk))
    return Query.objects.get(pk=query.pk)


def waits() -> list[int]:
    """For how many seconds each further try was put off."""
    later = DBTaskResult.objects.filter(run_after__year__lt=9999)  # what may run at once is kept with the last day
    return sorted(round((row.run_after - row.enqueued_at).total_seconds()) for row in later)


@pytest.mark.parametrize("source", ["housing.ownership", "vehicles.registration", "banks.balance"])
def test_without_a_living_consent_for_this_purpose_and_source_nothing_is_asked(
    departments: Departments, books: Library, source: str
) -> None:
    others = {"housing.ownership", "vehicles.registration", "banks.balance"} - {source}
    consent(books, *sorted(others))
    with pytest.raises(ConsentMissing) as refused:
        ask(books, source)
    assert refused.value.http_status == 403
    consent(books, *sorted(others))
    with pytest.raises(ConsentMissing):
        ask(books, sorted(others)[0], purpose="library.marketing")
    with pytest.raises(ConsentMissing):
        ask(books, sorted(others)[0], person_id=books.friend.pk)
    with pytest.raises(ConsentMissing):
        ask(books, sorted(others)[0], at=AT + timedelta(days=400))
    assert not Query.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_without_a_business_nothing_is_asked(departments: Departments, books: Library) -> None:
    with pytest.raises(BusinessMissing) as refused:
        ask(books, business="")
    assert refused.value.http_status == 403
    assert not Query.objects.exists()


def test_no_officer_asks_by_hand(departments: Departments, books: Library) -> None:
    for name in ("clerk", "surveyor", "reviewer", "approver", "supervisor"):
        with pytest.raises(NotAllowed):
            ask(books, actor=books.officer(name))


def test_the_same_question_of_one_business_is_asked_once(departments: Departments, books: Library) -> None:
    assert len({ask(books).pk for _ in range(5)}) == 1
    assert DBTaskResult.objects.count() == 1
    assert AuditEntry.objects.filter(event="exchange.ask").count() == 1
    ask(books, business="case:2")
    assert DBTaskResult.objects.count() == 2


def test_a_request_proves_node_time_and_exact_content(departments: Departments, books: Library) -> None:
    departments.replies = [answers(HOUSEHOLD)]
    query = send(ask(books))
    assert query.state == Query.State.ANSWERED
    (sent,) = departments.asked
    headers = sent["headers"]
    signature = Signature.parse(headers["X-OneDoor-Signature"])

    def proves(**changes: Any) -> bool:
        parts = {
            "method": sent["method"],
            "path": "/household",
            "timestamp": headers["X-OneDoor-Timestamp"],
            "nonce": headers["X-OneDoor-Nonce"],
            "body": sent["body"],
        }
        return verify(signing.signed_bytes(**parts | changes), signature)

    assert proves()
    for part, other in (
        ("method", "GET"),
        ("path", "/elsewhere"),
        ("timestamp", "1"),
        ("nonce", "0" * 32),
        ("body", sent["body"] + b" "),
    ):
        assert not proves(**{part: other}), part
    assert keyring().signer("node").public.hex()
    assert headers[signing.NODE_HEADER]
    assert json.loads(sent["body"])["request_id"] == str(query.pk)


def test_no_two_requests_share_their_number(departments: Departments) -> None:
    numbers = {signing.signed_headers("GET", "/", b"", at=AT)["X-OneDoor-Nonce"] for _ in range(50)}
    assert len(numbers) == 50


DEEP = b"[" * 100_000
GARBLED = {
    "police.household": [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"asOf": "never"}',
        b'{"asOf": "2026-01-01", "household": {}, "x": 1',
        b'{"household": {"number": 1}}',
        b'{"asOf": "2026-01-01", "household": {"number": "1", "address": "x", "members": [1]}}',
    ],
    "housing.ownership": [
        b"",
        b"<Answer",
        b"<Answer/>",
        b'<Answer AsOf="x"/>',
        b'<Answer AsOf="2026-01-01"><House/></Answer>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><Answer AsOf="2026-01-01">&b;</Answer>',
    ],
    "vehicles.registration": [
        b"",
        '{"数据日期": "2026-01-01"}'.encode(),
        b'{"x": 1}',
        '{"数据日期": "x", "车辆": []}'.encode("gb18030"),
        '{"数据日期": "2026-01-01", "车辆": null}'.encode("gb18030"),
    ],
    "banks.balance": [b'{"ticket": "t"}'],
}


@pytest.mark.parametrize(("source", "body"), [(source, body) for source, bodies in GARBLED.items() for body in bodies])
def test_a_garbled_answer_is_asked_for_again(
    departments: Departments, books: Library, source: str, body: bytes
) -> None:
    consent(books, "housing.ownership", "vehicles.registration", "banks.balance")
    departments.replies = [answers(body), answers(b"<html>")]
    query = send(ask(books, source))
    assert (query.state, query.attempts) == (Query.State.PENDING, 1)
    assert query.last_error
    assert len(waits()) == 1


@pytest.mark.parametrize(
    ("source", "body"), [("banks.balance", b"{}"), ("police.household", DEEP), ("vehicles.registration", DEEP)]
)
def test_an_answer_garbled_in_another_way_is_asked_for_again_too(
    departments: Departments, books: Library, source: str, body: bytes
) -> None:
    consent(books, "vehicles.registration", "banks.balance")
    departments.replies = [answers(body), answers(body)]
    query = send(ask(books, source))
    assert (query.state, query.attempts) == (Query.State.PENDING, 1)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (httpx.ConnectError("no way"), "unreachable"),
        (httpx.ReadTimeout("slow"), "timed_out"),
        (answers(b"busy", 503), "busy"),
        (answers(b"who?", 401), "rejected"),
    ],
    ids=["unreachable", "slow", "busy", "refused"],
)
def test_a_department_that_does_not_answer_is_tried_with_growing_waits_then_told_and_waited_for(
    departments: Departments, books: Library, reply: Reply, outcome: str
) -> None:
    departments.replies = [reply] * ATTEMPTS
    query = ask(books)
    for _ in range(ATTEMPTS):
        query = send(query)
    assert (query.state, query.attempts) == (Query.State.WAITING, ATTEMPTS)
    assert query.get_state_display() == "待核验"
    # The fifth failure in a row pauses the source: the sixth try does not go out.
    assert len(departments.asked) == FAILURES_TO_OPEN
    assert len({json.loads(one["body"])["request_id"] for one in departments.asked}) == 1
    assert set(SourceCall.objects.values_list("outcome", flat=True)) == {outcome}
    for wait, planned in zip(waits(), [2, 4, 8, 16, 32], strict=True):
        assert 0.8 * planned - 0.5 <= wait <= 1.2 * planned + 0.5  # spread, so that not all come back at once
    message = OutboxMessage.objects.get(topic="exchange.answered")
    assert message.payload["state"] == "waiting"


def test_an_answer_comes_once_and_is_encrypted(departments: Departments, books: Library) -> None:
    departments.replies = [answers(HOUSEHOLD)]
    query = send(ask(books))
    send(query)
    assert OutboxMessage.objects.filter(topic="exchange.answered").count() == 1
    assert query.as_of is not None
    assert query.as_of.isoformat() == "2026-08-31"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM exchange_query")
        assert "水北街" not in str(cursor.fetchall())


def test_only_what_the_purpose_opens_is_kept_of_an_answer(departments: Departments, books: Library) -> None:
    consent(books)
    departments.replies = [
        answers('<Answer AsOf="2026-08-31"><House Area="56" Address="水北街" Since="1998"/></Answer>'.encode())
    ]
    narrow = ask(books, "housing.ownership")
    Query.objects.filter(pk=narrow.pk).update(fields=["area"])
    query = send(narrow)
    assert query.answer == [{"area": "56"}]
    assert query.digest == sm3(canonical_json([{"area": "56"}])).hex()


def test_a_purpose_that_is_not_registered_or_opens_nothing_here_asks_nothing(
    departments: Departments, books: Library
) -> None:
    with pytest.raises(PurposeUnknown):
        ask(books, purpose="library.never")
    with pytest.raises(FieldsNotOpened):
        ask(books, purpose=STATISTICS.code)
    assert not Query.objects.exists()


def test_nothing_known_is_an_answer_too(departments: Departments, books: Library) -> None:
    departments.replies = [answers({"asOf": "2026-08-31", "household": None})]
    assert send(ask(books)).state == Query.State.EMPTY


def test_a_ticket_is_kept_and_only_fetched_the_next_time(departments: Departments, books: Library) -> None:
    consent(books)
    departments.replies = [
        answers({"ticket": "T1"}, 202),
        answers(b"", 202),
        answers({"state": "done", "as_of": "2026-08-31", "accounts": [{"bank": "甲", "balance": 1.5}]}),
    ]
    query = send(ask(books, "banks.balance"))
    assert (query.state, query.ticket, query.attempts) == (Query.State.PENDING, "T1", 1)
    query = send(query)
    assert query.state == Query.State.ANSWERED
    assert [one["method"] for one in departments.asked] == ["POST", "GET", "GET"]


def test_after_a_withdrawal_nothing_goes_out_any_more(departments: Departments, books: Library) -> None:
    given = consent(books)
    query = ask(books, "housing.ownership")
    identity.revoke_consent(consent_id=given.pk, actor=books.citizen(), at=AT)
    departments.replies = [answers(b'<Answer AsOf="2026-01-01"/>')]
    send(query)
    assert departments.asked == []


def test_a_connector_without_an_address_waits(departments: Departments, books: Library, settings: Any) -> None:
    settings.ONEDOOR_CONNECTORS = {}
    query = send(ask(books))
    assert (query.state, query.last_error) == (Query.State.PENDING, "no address")
    assert departments.asked == []


def test_the_person_sees_every_question_about_them_and_nobody_else_does(
    departments: Departments, books: Library
) -> None:
    consent(books)
    ask(books)
    ask(books, "banks.balance", at=AT + timedelta(hours=1))
    uses = queries.uses_about(person_id=books.reader.pk, actor=books.citizen(), on=AT.date())
    assert [use.department for use in uses] == ["银行业金融机构", "公安机关"]
    assert {use.purpose for use in uses} == {CHECK.title}
    assert all(use.legal_basis == CHECK.legal_basis and use.fields and use.state == "等待答复" for use in uses)
    for stranger in (books.citizen(books.friend), books.officer("clerk"), Actor.anonymous()):
        with pytest.raises(OneDoorError):
            queries.uses_about(person_id=books.reader.pk, actor=stranger, on=AT.date())
        with pytest.raises(NotAllowed):
            queries.answer_of(query_id=str(Query.objects.first().pk), actor=stranger)  # type: ignore[union-attr]


def test_no_event_holds_what_was_answered(departments: Departments, books: Library) -> None:
    departments.replies = [answers(HOUSEHOLD)]
    send(ask(books))
    text = " ".join(str(message.payload) for message in OutboxMessage.objects.all())
    assert "水北街" not in text
    assert READER.id_number not in text
    assert READER.id_number not in " ".join(str(row.args_kwargs) for row in DBTaskResult.objects.all())


@pytest.fixture
def heard() -> Iterator[list[str]]:
    told: list[str] = []

    def listener(payload: dict[str, Any], *, at: datetime) -> None:
        told.append(payload["connector"])

    name = "test.heard"
    outbox._listeners["exchange.answered"][name] = listener
    yield told
    del outbox._listeners["exchange.answered"][name]


def test_who_asked_hears_of_the_answer(
    departments: Departments, books: Library, heard: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    departments.replies = [answers(HOUSEHOLD)]
    send(ask(books, business="test:1"))
    outbox.deliver_pending(at=AT)
    assert heard == ["police.household"]
