"""A paper is read by the worker; what it shows is laid beside what was declared, and goes with the paper."""

from collections.abc import Callable

import pytest
from tests.platform.desks import Desk
from tests.platform.library import FRIEND, READER
from tests.platform.papers.stage import AT, Applicant
from tests.platform.recognition.conftest import Recognizer

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import Draft
from onedoor.platform.recognition.models import PaperReading

SLIP = READER.id_number[:10] + FRIEND.id_number[10:]


@pytest.fixture
def applicant(desk: Desk) -> Applicant:
    desk.go(AT)
    return Applicant(desk)


def materials(applicant: Applicant, draft: Draft) -> str:
    return applicant.desk.page("reader", applicant.papers(draft))


def card(name: str = READER.name, number: str = READER.id_number, share: float = 0.97) -> list[tuple[str, float]]:
    return [(f"姓 名  {name}", share), ("性别 女 民族 汉", share), ("公民身份号码", share), (number, share)]


def test_with_no_recogniser_nothing_is_asked_and_nothing_shows(applicant: Applicant, work: Callable[[], None]) -> None:
    draft = applicant.begin()
    applicant.upload(draft, "photo")
    work()
    assert not PaperReading.objects.exists()
    assert "识别" not in materials(applicant, draft)


def test_what_differs_is_laid_beside_the_answer_and_nothing_is_filled_in(
    applicant: Applicant, recognizer: Recognizer, work: Callable[[], None]
) -> None:
    recognizer.lay(*card(name="欧阳小娜"))
    draft = applicant.begin()
    applicant.upload(draft, "photo")
    assert recognizer.asked() == []  # the upload itself waits for nobody
    assert "正在识别" in materials(applicant, draft)
    work()
    page = materials(applicant, draft)
    assert "照片上是 <strong>欧阳小娜</strong>，您填的是 欧阳晓娜" in page
    section = applicant.desk.page("reader", f"/drafts/{draft.pk}/s/reader/")
    assert "照片上看到的是 <strong>欧阳小娜</strong>，与您填的不同，请核对" in section
    assert f'value="{READER.name}"' in section
    assert applicant.again(draft).answers["name"] == READER.name


def test_what_agrees_is_said_and_the_record_names_the_use_without_its_content(
    applicant: Applicant, recognizer: Recognizer, work: Callable[[], None]
) -> None:
    recognizer.lay(*card())
    draft = applicant.begin()
    applicant.upload(draft, "photo")
    work()
    assert "与您填的一致：姓名、身份证号" in materials(applicant, draft)
    rows = AuditEntry.objects.filter(event__in=("recognition.ask_for_paper", "exchange.ask_adapter"))
    asked, used = rows.order_by("pk")
    assert (asked.person_id, asked.details["purpose"]) == (applicant.desk.books.reader.pk, "cases.compare_paper")
    assert used.details["adapter"] == "papers"
    assert READER.id_number not in str([one.details for one in rows])
