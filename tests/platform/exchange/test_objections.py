"""A person objects to what was said or used about them; the steward of their place looks into it and answers."""

import uuid
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from tests.platform.desks import Desk
from tests.platform.exchange.shared import CHECK, DATASET, Borrowers
from tests.platform.library import CHINA, MACHINE, Library

from onedoor.platform.exchange import operations
from onedoor.platform.exchange.models import DataObjection, Query
from onedoor.platform.identity.models import Organization

AT = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
TYPED = {"kind": "wrong", "text": "我是学生读者，不是成人读者。"}


@pytest.fixture
def receipt(desk: Desk, school: Organization, borrowers: Borrowers, books: Library) -> str:
    desk.go(AT)
    answer = operations.use_dataset(
        source=DATASET.code,
        purpose=CHECK.code,
        business="case:1",
        person_ids=[books.reader.pk],
        actor=MACHINE,
        at=AT,
    )
    return answer.receipt


def test_a_person_objects_on_the_receipt_and_is_answered(desk: Desk, receipt: str) -> None:
    desk.act("reader", f"/me/uses/{receipt}/", **TYPED)
    objection = DataObjection.objects.get()
    assert (objection.due_on, objection.source, objection.raised_by) == (date(2026, 12, 7), DATASET.code, "")
    waiting = desk.page("reader", f"/me/uses/{receipt}/")
    assert "2026年12月7日 周一前答复" in waiting
    assert "提出异议</summary>" not in waiting
    assert "正在核查" in desk.refused("reader", f"/me/uses/{receipt}/", 409, **TYPED)

    listed = desk.page("steward", "/staff/objections-to-data/")
    assert "读者信息" in listed
    url = f"/staff/objections-to-data/{objection.pk}/"
    assert TYPED["text"] in desk.page("steward", url)
    assert "请选择核查结果" in desk.refused("steward", url, 422, answer="查过了。")
    assert "当事人会看到" in desk.refused("steward", url, 422, found="upheld", answer="嗯")
    desk.act("steward", url, found="upheld", answer="已核对学生证，读者类别改为学生。")

    told = desk.page("reader", f"/me/uses/{receipt}/")
    assert "已更正" in told
    assert "读者类别改为学生" in told
    assert "您的数据异议已答复" in desk.page("reader", "/me/messages/")
    again = desk.refused("steward", url, 409, found="rejected", answer="又查了一次。")
    assert "已经答复" in again
    desk.act("reader", f"/me/uses/{receipt}/", **TYPED)  # still not content: a new one


@pytest.mark.parametrize("changes", [{"kind": ""}, {"kind": "nonsense"}, {"text": "不对"}])
def test_an_objection_says_what_is_wrong(desk: Desk, receipt: str, changes: dict[str, Any]) -> None:
    page = desk.refused("reader", f"/me/uses/{receipt}/", 422, **TYPED | changes)
    assert (TYPED | changes)["text"] in page
    assert not DataObjection.objects.exists()


def test_only_the_person_objects_and_only_the_steward_of_their_place_answers(desk: Desk, receipt: str) -> None:
    assert desk.post("reader", f"/me/uses/{uuid.uuid4()}/", **TYPED).status_code == 404
    desk.act("reader", f"/me/uses/{receipt}/", **TYPED)
    objection = DataObjection.objects.get()
    url = f"/staff/objections-to-data/{objection.pk}/"
    assert desk.get("other_steward", url).status_code == 404
    assert "读者信息" not in desk.page("other_steward", "/staff/objections-to-data/")
    for name in ("clerk", "teacher"):
        assert desk.get(name, url).status_code == 403
        assert desk.get(name, "/staff/objections-to-data/").status_code == 403
    assert desk.post("other_steward", url, found="upheld", answer="已经改好了。").status_code == 404
    assert DataObjection.objects.get().state == "submitted"


def test_what_is_written_is_encrypted(desk: Desk, receipt: str) -> None:
    desk.act("reader", f"/me/uses/{receipt}/", **TYPED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM exchange_dataobjection")
        assert "学生" not in str(cursor.fetchall())


def test_an_officer_reports_an_error_once_while_it_is_looked_into(books: Library) -> None:
    query = Query.objects.create(
        id=uuid.uuid4(),
        connector="police.household",
        person=books.reader,
        purpose=CHECK.code,
        legal_basis="《公共图书馆法》第三十六条",
        business="1",
        asked_by="系统",
        asked_at=AT,
    )
    reviewer = books.officer("reviewer")
    first = operations.report_error(receipt=query.pk, text="户籍地址不对。", actor=reviewer, at=AT)
    assert first is not None
    assert first.raised_by == reviewer.name
    assert operations.report_error(receipt=query.pk, text="户籍地址不对。", actor=reviewer, at=AT) is None
    assert operations.report_error(receipt=uuid.uuid4(), text="没有这次查询。", actor=reviewer, at=AT) is None
