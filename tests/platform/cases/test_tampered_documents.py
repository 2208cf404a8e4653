"""A document that is not what was signed is told as such wherever it is opened; an older key is still known."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, CaseDocument
from onedoor.platform.kernel import append_only
from onedoor.platform.kernel.crypto import Signature, add_key, canonical_json, sm3

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


def content(document: CaseDocument) -> None:
    document.content = {**document.content, "rows": [["承诺办结日", "2099-01-01"]], "recipient": "别人"}


def content_and_digest(document: CaseDocument) -> None:
    content(document)
    document.digest = sm3(canonical_json(document.content)).hex()


def signature(document: CaseDocument) -> None:
    document.signature = Signature("sm2-sm3", Signature.parse(document.signature).key_id, "AAAA").as_text()


def strange_key(document: CaseDocument) -> None:
    document.signature = Signature("sm2-sm3", "signing-issuer-99", "AAAA").as_text()


def no_signature(document: CaseDocument) -> None:
    document.signature = ""


def number(document: CaseDocument) -> None:
    document.number = "另一个文号"


def title(document: CaseDocument) -> None:
    document.title = "确认决定书"


def day(document: CaseDocument) -> None:
    document.issued_at += timedelta(days=30)


@pytest.fixture(autouse=True)
def nothing_guards_the_documents(db: None) -> Iterator[None]:
    """As for somebody who owns the database and has taken its guards down."""
    append_only.release(connection, {"cases_casedocument": ()})
    yield
    append_only.protect(connection, {"cases_casedocument": append_only.declared()["cases_casedocument"]})


CHANGES = [content, content_and_digest, signature, strange_key, no_signature, number, title, day]


def receipt_of(case: Case) -> CaseDocument:
    return case.documents.get(kind="receipt")


def check(document: CaseDocument) -> tuple[str, dict[str, Any]]:
    """Return what the page and the API say to anybody who scans the printed code."""
    token, visitor = document.digest[:32], Client()
    told = visitor.get(f"/api/v1/document-checks/{token}")
    assert told.status_code == 200
    return visitor.get(f"/check/{token}/").content.decode(), told.json()


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_document_is_called_changed_and_not_drawn(desk: Desk, change: Callable[[CaseDocument], None]) -> None:
    case = desk.books.received(AT)
    desk.go(AT)
    receipt = receipt_of(case)
    change(receipt)
    receipt.save()

    page, told = check(receipt)
    assert "文书真实" not in page
    assert "内容与签发时不一致" in page
    assert "入册" not in page
    assert (told["is_as_signed"], told["can_be_proved"], told["organ"]) == (False, False, "")
    for name, place in (("reader", own(case)), ("clerk", staff(case))):
        answer = desk.get(name, f"{place}documents/{receipt.pk}.pdf")
        assert answer.status_code == 409
        assert "与签发时不一致" in answer.content.decode()
    assert Client().get(f"/check/{receipt.digest[:32]}/recorded/").status_code == 409
    assert Client().get(f"/api/v1/document-checks/{receipt.digest[:32]}/record").status_code == 409


def test_content_that_cannot_be_read_any_more_gets_an_answer_too(desk: Desk) -> None:
    receipt = receipt_of(desk.books.received(AT))
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM cases_casedocument WHERE id = %s", [receipt.pk])
        kept = cursor.fetchone()[0]
        changed = kept[:-3] + ("AAA" if kept[-3:] != "AAA" else "BBB")
        cursor.execute("UPDATE cases_casedocument SET content = %s WHERE id = %s", [changed, receipt.pk])
    page, told = check(receipt)
    assert "内容与签发时不一致" in page
    assert told["is_as_signed"] is False


def test_a_document_signed_with_an_older_key_stays_genuine(desk: Desk, settings: Any) -> None:
    case = desk.books.received(AT)
    add_key(settings.ONEDOOR_KEYS_DIR, "signing-issuer")
    operations.accept_case(case_id=case.pk, actor=desk.books.officer("clerk"), at=AT + timedelta(minutes=1))
    first, second = receipt_of(case), case.documents.get(kind="acceptance")
    keys = {Signature.parse(one.signature).key_id for one in (first, second)}
    assert len(keys) == 2
    desk.go(AT + timedelta(hours=1))
    for document in (first, second):
        page, told = check(document)
        assert "文书真实" in page
        assert told["is_as_signed"] is True
        assert desk.get("reader", f"{own(case)}documents/{document.pk}.pdf").status_code == 200
