"""Documents (platform 4.5): numbered without gaps, facts, reasons, basis, ways on, remedies by the names of the place."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from tests.platform import library
from tests.platform.desks import Desk, staff
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import documents, drawing, grounds, operations
from onedoor.platform.cases.models import Case, CaseDocument
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.files import rendering
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.errors import InvalidInput

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=8)


def ready(books: Library) -> Case:
    case = books.noticed(AT)
    duties.close_ended_notices(at=LATER)
    return case


@pytest.mark.parametrize("missing", ["reason_code", "reason", "how_to_fix", "basis"])
def test_a_denial_is_not_saved_without_code_reason_advice_and_basis(books: Library, missing: str) -> None:
    case = ready(books)
    words: dict[str, Any] = {**library.DENIED, missing: [] if missing == "basis" else ""}
    with pytest.raises(InvalidInput) as refused:
        operations.decide_case(
            case_id=case.pk, ruling=Ruling(False, **words), actor=books.officer("approver"), at=LATER
        )
    assert list(refused.value.problems) == [missing]
    assert Case.objects.get(pk=case.pk).state == "deciding"


def test_a_denial_through_the_page_picks_its_articles_and_keeps_what_was_typed(desk: Desk) -> None:
    case = ready(desk.books)
    desk.go(LATER)
    page = desk.page("approver", staff(case, "decide/"))
    for label in (*grounds.DENIAL.values(), "《公共图书馆法》第三十六条"):
        assert label in page
    said = desk.refused(
        "approver", staff(case, "decide/"), 422, decision="deny", reason=library.DENIED["reason"], how_to_fix=""
    )
    assert library.DENIED["reason"] in said
    desk.act("approver", staff(case, "decide/"), decision="deny", **library.DENIED)
    letter = case.documents.get(kind="denial").content
    parts = dict(letter["parts"])
    assert parts["查明的事实"] == ["经核实。"]
    assert parts["理由"] == [f"不符合法定条件。{library.DENIED['reason']}"]
    assert letter["points"] == ["依据：《公共图书馆法》第三十六条"]
    assert letter["advice"] == [library.DENIED["how_to_fix"]]
    assert len(letter["remedies"]) == 2


def test_a_refusal_through_the_page_names_the_competent_organ(desk: Desk) -> None:
    case = desk.books.received(AT)
    desk.go(AT)
    words = {**library.REFUSED, "reason_code": "not_competent"}
    assert "请写明应由哪个机关办理" in desk.refused("clerk", staff(case, "refuse/"), 422, **words)
    desk.act("clerk", staff(case, "refuse/"), **words, competent_organ="临平区图书馆")
    letter = case.documents.get(kind="refusal").content
    assert "临平区图书馆" in letter["advice"][0]
    assert letter["advice"][1] == library.REFUSED["how_to_fix"]


def test_remedies_name_the_government_and_the_court_of_the_place(books: Library) -> None:
    case = books.received(AT)
    operations.refuse_acceptance(
        case_id=case.pk, **library.REFUSED, competent_organ="", actor=books.officer("clerk"), at=AT
    )
    review, lawsuit = case.documents.get(kind="refusal").content["remedies"]
    # issued by the township, which has neither: those of the county answer
    assert "六十日内向朝阳区人民政府申请行政复议" in review
    assert "六个月内依法向朝阳区人民法院提起行政诉讼" in lawsuit


def test_a_place_may_set_other_names(books: Library) -> None:
    for key, value in (("remedy.review_organ", "北京市朝阳区人民政府"), ("remedy.court", "北京市朝阳区人民法院")):
        parameters.write_parameter(
            key=key,
            division=library.COUNTY,
            value=value,
            document="测试文号",
            valid_from=date(2026, 1, 1),
            recorded_by="测试",
            at=AT,
        )
    case = books.received(AT)
    paper = operations.refuse_acceptance(
        case_id=case.pk, **library.REFUSED, competent_organ="", actor=books.officer("clerk"), at=AT
    )
    assert "北京市朝阳区人民法院" in paper.content["remedies"][1]


def test_a_document_names_its_template_and_is_drawn_with_the_seal_of_its_organ(books: Library) -> None:
    case = books.accepted(AT)
    paper = case.documents.get(kind="acceptance")
    assert (paper.template, paper.content["template"]) == ("document.1", "document.1")
    assert (rendering.HERE / "document.typ").exists()
    drawn = drawing.document_pdf(paper)
    assert drawn.startswith(b"%PDF-1.")
    assert b"pdfaid" in drawn


def test_every_kind_of_document_has_a_series_of_its_own() -> None:
    assert set(documents._SERIES) == set(CaseDocument.Kind)
    assert len(set(documents._SERIES.values())) == len(documents._SERIES)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite lets one writer in at a time")
def test_documents_issued_at_once_are_numbered_without_gaps(books: Library) -> None:
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    cases = [books.received(AT + timedelta(minutes=minute)) for minute in range(6)]
    clerk, found, lock = books.officer("clerk"), [], threading.Lock()

    def accept(case: Case) -> None:
        try:
            paper = operations.accept_case(case_id=case.pk, actor=clerk, at=LATER)
            with lock:
                found.append(paper.number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=accept, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(int(number[number.index("〕") + 1 : -1]) for number in found)
    assert numbers == list(range(1, 7))
    assert connection.vendor == "postgresql"
