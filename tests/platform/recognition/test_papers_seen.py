"""A paper is read by the worker; what it shows is laid beside what was declared, and goes with the paper."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.platform.desks import Desk, staff
from tests.platform.library import READER
from tests.platform.papers.stage import AT, Applicant
from tests.platform.recognition.conftest import Recognizer

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import Draft, Material
from onedoor.platform.exchange.models import SourceHealth
from onedoor.platform.kernel import holdings
from onedoor.platform.recognition import keeping, tasks
from onedoor.platform.recognition.models import PaperReading

SLIP = "330113199005060243"  # a sound number, two digits beside the reader's


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
    applicant: Applicant, recognizer: Recognizer, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")  # a proxy of the environment gets no paper to see
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
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


def test_the_officer_reads_declared_and_seen_side_by_side_masked_and_decides_alone(
    applicant: Applicant, recognizer: Recognizer, work: Callable[[], None]
) -> None:
    recognizer.lay(*card(number=SLIP, share=0.81))
    draft = applicant.begin()
    applicant.upload(draft, "photo")
    work()
    case = applicant.submit(draft)
    page = applicant.desk.page("clerk", staff(case))
    assert "识别结果仅供核对，以材料原件为准" in page
    assert "与申报不同" in page
    assert "81%" in page
    assert SLIP not in page
    told = applicant.desk.post("clerk", staff(case, "reveal/"), fields="id_number", purpose="核对身份")
    assert SLIP in told.content.decode()
    told = applicant.desk.get("reader", f"/api/v1/cases/{case.number}/papers").json()["papers"][0]["read"]
    found = {row["path"]: row for row in told["rows"]}
    assert (found["id_number"]["found"], found["id_number"]["agrees"], found["name"]["agrees"]) == (SLIP, False, True)


def test_what_was_read_is_gone_with_the_paper_and_counts_among_what_is_held(
    applicant: Applicant, recognizer: Recognizer, work: Callable[[], None]
) -> None:
    recognizer.lay(*card())
    draft = applicant.begin()
    applicant.upload(draft, "photo")
    work()
    held = next(one for one in holdings.holdings() if one.model == "recognition.PaperReading")
    (row,) = held.rows_of(applicant.desk.books.reader.pk)
    assert READER.name in row["lines"][0]["text"]
    applicant.choose(draft, remove=str(Material.objects.get(draft=draft, code="photo").pk))
    assert not PaperReading.objects.exists()


@pytest.mark.parametrize("mood", ["fails", "garbage", "deep", "torn", "nonsense", "endless", "hangs"])
def test_a_recogniser_that_fails_keeps_nobody_and_is_left_in_peace(
    applicant: Applicant, recognizer: Recognizer, work: Callable[[], None], mood: str
) -> None:
    recognizer.lay(*card(), mood=mood)
    draft = applicant.begin()
    applicant.upload(draft, "photo")
    work()
    reading = PaperReading.objects.get()
    assert (reading.state, reading.lines, reading.tries) == ("asked", [], 1)
    assert SourceHealth.objects.get(connector="papers").failures == 1
    assert "照片上" not in materials(applicant, draft)
    for _ in range(keeping.MOST_TRIES - 1):
        keeping.put_off(reading_id=reading.pk, at=AT)
    reading.refresh_from_db()
    assert (reading.state, reading.due_at) == ("unread", None)


def test_an_answer_that_cannot_be_kept_by_our_own_fault_is_a_try_as_well(
    applicant: Applicant, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    applicant.upload(applicant.begin(), "photo")
    reading = PaperReading.objects.get()
    monkeypatch.setattr(keeping, "keep_lines", lambda **told: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.read_paper.func(reading_id=reading.pk)
    reading.refresh_from_db()
    assert (reading.state, reading.tries) == ("asked", 1)


def test_a_paper_is_in_the_queue_once_and_asked_for_by_one_call_at_a_time(
    applicant: Applicant, recognizer: Recognizer, work: Callable[[], None]
) -> None:
    recognizer.lay(*card(), mood="fails")
    applicant.upload(applicant.begin(), "photo")
    reading = PaperReading.objects.get()
    later = AT + timedelta(minutes=5)
    applicant.desk.go(later)
    assert tasks.read_again(at=later) == 0  # the worker was busy; the upload itself has queued it
    tasks.read_paper.enqueue(reading_id=reading.pk)  # given back from a worker that was lost
    work()
    reading.refresh_from_db()
    assert (len(recognizer.asked()), reading.tries, reading.due_at) == (1, 1, later + keeping.WAIT)
    applicant.desk.go(later + keeping.WAIT)
    assert [tasks.read_again(at=later + keeping.WAIT) for _ in range(2)] == [1, 0]
