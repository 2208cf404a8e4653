"""Row 16: the form on paper, and its scan that finds the application again by the code."""

import random
import re
from io import BytesIO
from time import monotonic
from uuid import UUID, uuid4

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from PIL.PngImagePlugin import PngInfo
from tests.platform.desks import Desk, staff
from tests.platform.library import ITEM, MACHINE, READER, Library
from tests.platform.papers.stage import AT, Applicant, publish

from onedoor.platform.cases.models import Draft, Material
from onedoor.platform.cases.operations import drafts
from onedoor.platform.cases.paper_forms import codes, printing, reading
from onedoor.platform.cases.queries import blank_form, paper_forms
from onedoor.platform.catalog.items import PAPER_FORM, ServiceItem
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.catalog.queries import Guide
from onedoor.platform.files.models import StoredFile
from onedoor.platform.identity import operations as identity


def page_of(pdf: bytes, *, number: int = 0, dpi: int = 150) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    picture = document[number].render(scale=dpi / 72).to_pil()
    document.close()
    return picture


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return "".join(text.split())


def photographed(picture: Image.Image, *, turned: float, quality: int = 60) -> bytes:
    """As a cheap phone takes it: askew, a little out of focus, noisy, much compressed."""
    askew = picture.convert("RGB").rotate(turned, expand=True, fillcolor="white").filter(ImageFilter.GaussianBlur(0.8))
    noise = random.Random(7)
    for _ in range(4000):
        askew.putpixel((noise.randrange(askew.width), noise.randrange(askew.height)), (90, 90, 90))
    out = BytesIO()
    askew.save(out, "JPEG", quality=quality)
    return out.getvalue()


def blank() -> bytes:
    version = ItemVersion.objects.get(code=ITEM)
    return printing.blank_form(version, version.item)


def scan(content: bytes, name: str = "scan.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@given(pk=st.integers(1, 2**40))
def test_a_code_is_read_again_however_it_is_typed(pk: int) -> None:
    code = codes.of_version(pk)
    assert codes.parse(str(code)) == code
    assert codes.parse(f" {str(code).lower().replace('-', ' ')} ") == code
    assert codes.parse(f"https://www.example.gov.cn/paper/?code={code}") == code


@given(number=st.uuids())
def test_the_code_of_a_draft_names_the_drafts_it_may_be(number: UUID) -> None:
    code = codes.of_draft(number)
    assert codes.parse(str(code)) == code
    first, last = code.drafts
    assert first <= number <= last


@pytest.mark.parametrize(
    "typed", ["", "B", "B-000C-D47", "B-000D-D46", "X-000C-D46", "D-000C-D46", "https://a.b/", "a://[", "你好"]
)
def test_a_slip_of_the_pen_is_no_code(typed: str) -> None:
    assert codes.parse("B-000C-D46") == codes.of_version(12)
    assert codes.parse(typed) is None


def test_row_16_the_blank_form_asks_what_the_page_asks(books: Library, client: Client) -> None:
    answer = client.get(f"/items/{ITEM}/form.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    text = text_of(answer.content)
    for label in ("借书证办理", "姓名", "身份证号", "是不是学生", "学校", "想借的书", "书名", "照片", "申请人签字"):
        assert label in text
    assert "“是不是学生”选“是”的才填" in text
    version = ItemVersion.objects.get(code=ITEM)
    assert str(codes.of_version(version.pk)) in text


def test_row_16_every_page_alone_leads_back_to_its_form(books: Library) -> None:
    version = ItemVersion.objects.get(code=ITEM)
    asked = version.item.model_dump(mode="json")
    asked["form"]["sections"][0]["fields"] += [
        {"code": f"why_{number}", "label": f"理由{number}", "type": "long_text"} for number in range(10)
    ]
    pdf = printing.blank_form(version, ServiceItem.model_validate(asked))
    document = pypdfium2.PdfDocument(pdf)
    pages = len(document)
    document.close()
    assert pages >= 3
    for number in range(pages):
        assert reading.code_on(photographed(page_of(pdf, number=number), turned=4)) == codes.of_version(version.pk)
    assert reading.code_on(pdf) == codes.of_version(version.pk)


@pytest.mark.parametrize("turned", [-7, 90, 180, 3])
def test_row_16_a_photo_askew_and_blurred_is_read(books: Library, turned: float) -> None:
    pdf = blank()
    assert reading.code_on(photographed(page_of(pdf), turned=turned, quality=40)) is not None


def pdf_of(*objects: bytes) -> bytes:
    """A PDF of these objects, the first its catalogue; readers build the table of them themselves."""
    numbered = (b"%d 0 obj %s endobj\n" % (number, one) for number, one in enumerate(objects, 1))
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer << /Root 1 0 R >>\n%%EOF"


def nested(levels: int) -> bytes:
    """A small PDF of forms within forms, each drawing the next ten times."""
    drawn = b" ".join([b"/X Do"] * 10)
    within = b"<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /X %d 0 R >> >> /Length %d >> stream\n%s\nendstream"
    last = b"0 0 600 800 re f"
    end = b"<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Length %d >> stream\n%s\nendstream" % (
        len(last),
        last,
    )
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>"
    contents = b"<< /Length %d >> stream\n%s\nendstream" % (len(drawn), drawn)
    forms = [within % (number + 6, len(drawn), drawn) for number in range(levels)]
    return pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, contents, *forms, end
    )


def png(*, side: int = 1, text: int = 0) -> bytes:
    """A white picture, or one with a compressed remark of so many letters."""
    out, remarks = BytesIO(), PngInfo()
    if text:
        remarks.add_text("Comment", "x" * text, zip=True)
    Image.new("1", (side, side), 1).save(out, "PNG", pnginfo=remarks)
    return out.getvalue()


def test_a_scan_is_read_before_any_write_begins_and_not_for_long(
    desk: Desk, applicant: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    within: list[int] = []
    mine = len(connection.savepoint_ids)  # the test itself is in a transaction

    def read(content: bytes) -> None:
        within.append(len(connection.savepoint_ids) - mine)

    monkeypatch.setattr(reading, "code_on", read)
    desk.refused("reader", "/paper/", 422, scan=scan(jpeg()))
    headers = {"Idempotency-Key": "once"}
    answer = desk.client("reader").post("/api/v1/paper-forms", {"file": scan(jpeg())}, headers=headers)
    assert "没有读到表格的编号" in answer.content.decode()
    assert within == [0, 0]


def test_a_small_pdf_that_would_be_drawn_for_hours_is_given_up() -> None:
    content = nested(7)
    assert len(content) < 3000
    began = monotonic()
    assert reading.code_on(content) is None
    assert monotonic() - began < reading.SECONDS + 2


def test_only_so_many_scans_a_minute_are_read_for_one_person(
    desk: Desk, applicant: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_forms, "MOST_READ", 1)
    monkeypatch.setattr(reading, "code_on", lambda content: None)
    desk.refused("reader", "/paper/", 422, scan=scan(jpeg()))
    desk.refused("reader", "/paper/", 429, scan=scan(jpeg()))


NO_PAGE = pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [9 0 R] /Count 1 >>")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7 broken",
        b"GIF89a",
        b"\xff\xd8\xff\xe0 no jpeg",
        bytes(1000),
        png(text=2_000_000),
        png(side=13_300),
        NO_PAGE,
    ],
    ids=["empty", "pdf", "gif", "jpeg", "zeros", "remark", "bomb", "page"],
)
def test_what_is_no_picture_has_no_code(content: bytes) -> None:
    assert reading.code_on(content) is None


def test_row_16_a_blank_form_filled_in_by_hand_begins_the_application(desk: Desk, applicant: Applicant) -> None:
    pdf = blank()
    answer = desk.post("reader", "/paper/", scan=scan(photographed(page_of(pdf), turned=2)))
    draft = Draft.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/drafts/{draft.pk}/")
    assert draft.applicant == desk.books.reader
    assert Material.objects.get(draft=draft).code == "paper_form"
    assert "您交来的纸质表" in desk.page("reader", answer["Location"])


def test_row_16_a_draft_is_printed_with_its_answers_signed_found_again_and_reaches_the_officer(
    desk: Desk, applicant: Applicant
) -> None:
    draft = desk.books.draft(AT)
    printed = desk.get("reader", f"/drafts/{draft.pk}/form.pdf").content
    assert READER.id_number in text_of(printed)
    answer = desk.post("reader", "/paper/", scan=scan(photographed(page_of(printed), turned=-3)))
    assert answer["Location"] == f"/drafts/{draft.pk}/"
    assert Draft.objects.count() == 1
    case = applicant.submit(draft)
    signed = Material.objects.get(case=case, code="paper_form")
    bench = desk.page("clerk", staff(case))
    assert "签字的纸质申请表" in bench
    assert f"/files/{signed.file_id}/" in bench


def test_row_16_what_cannot_be_read_is_asked_for_and_what_was_typed_stays(desk: Desk, applicant: Applicant) -> None:
    assert "没有读到表格的编号" in desk.refused("reader", "/paper/", 422, scan=scan(jpeg()))
    page = desk.refused("reader", "/paper/", 422, scan=scan(jpeg()), code="B-0001-XXX")
    assert "不是表格的编号" in page
    assert 'value="B-0001-XXX"' in page
    assert "请先拍照或选择填好的表" in desk.refused("reader", "/paper/", 422, code="B-000C-D46")
    assert Draft.objects.count() == 0


def test_row_16_the_code_of_somebody_elses_draft_opens_nothing(desk: Desk, applicant: Applicant) -> None:
    identity.open_citizen_login(
        person_id=desk.books.friend.pk, phone="13900000001", password="x" * 12, actor=MACHINE, at=AT
    )
    draft = desk.books.draft(AT)
    for number in (draft.pk, uuid4()):
        page = desk.refused("friend", "/paper/", 422, scan=scan(jpeg()), code=str(codes.of_draft(number)))
        assert "没有找到该草稿" in page
    assert not Material.objects.filter(code="paper_form").exists()


def test_row_16_a_scan_stands_among_the_papers_and_can_be_taken_out_again(desk: Desk, applicant: Applicant) -> None:
    draft = desk.books.draft(AT)
    code = str(codes.of_draft(draft.pk))
    desk.act("reader", "/paper/", scan=scan(jpeg()), code=code)
    one = Material.objects.get(draft=draft, code="paper_form")
    for part in ("materials", "review"):
        assert "签字的纸质申请表" in desk.page("reader", f"/drafts/{draft.pk}/{part}/")
    told = desk.get("reader", f"/api/v1/drafts/{draft.pk}/materials").json()
    assert "paper_form" in str(told)
    StoredFile.objects.filter(pk=one.file_id).update(scan=StoredFile.Scan.INFECTED)
    assert "没有通过安全检查" in desk.page("reader", f"/drafts/{draft.pk}/review/")
    desk.act("reader", applicant.papers(draft), remove=one.pk)
    assert not Material.objects.filter(code="paper_form").exists()
    assert "签字的纸质申请表" not in desk.page("reader", applicant.papers(draft))


def test_row_16_a_draft_has_only_so_many_scans(
    desk: Desk, applicant: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_SCANS", 1)
    draft = desk.books.draft(AT)
    code = str(codes.of_draft(draft.pk))
    desk.act("reader", "/paper/", scan=scan(jpeg()), code=code)
    assert "请先到“提交材料”删去不用的" in desk.refused("reader", "/paper/", 422, scan=scan(jpeg()), code=code)


def test_nobody_may_demand_the_signed_form_and_no_item_asks_for_it(books: Library) -> None:
    item = ItemVersion.objects.get(code=ITEM).item
    assert item.material("paper_form") is None
    asked = item.model_dump(mode="json")
    asked["materials"].append(PAPER_FORM.model_dump(mode="json"))
    with pytest.raises(ValueError, match="give the paper another code"):
        ServiceItem.model_validate(asked)


def test_row_16_the_blank_form_is_that_of_the_place(books: Library) -> None:
    version = ItemVersion.objects.get(code=ITEM)
    offered = version.item.model_copy(update={"title": "图市借书证办理"})
    assert "图市借书证办理" in text_of(blank_form(Guide(version=version, item=offered, offering=None)))


def test_row_16_a_form_of_an_earlier_version_is_taken_and_the_page_says_so(desk: Desk, applicant: Applicant) -> None:
    earlier = codes.of_version(ItemVersion.objects.get(code=ITEM).pk)
    publish(valid_from=AT.date())
    answer = desk.post("reader", "/paper/", scan=scan(jpeg()), code=str(earlier))
    assert "您交的是以前版本的表" in desk.page("reader", answer["Location"])
    current = codes.of_version(Draft.objects.get().item_version_id)
    answer = desk.post("reader", "/paper/", scan=scan(jpeg()), code=str(current))
    assert "以前版本" not in desk.page("reader", answer["Location"])


def test_the_example_of_a_code_on_the_page_is_none(desk: Desk, applicant: Applicant) -> None:
    example = re.search(r"如 (B-[0-9A-Z-]+)", desk.page("reader", "/paper/"))
    assert example is not None
    assert codes.parse(example[1]) is None


def jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 400), "white").save(out, "JPEG")
    return out.getvalue()
