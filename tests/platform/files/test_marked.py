"""Whoever opens a paper of somebody else gets a copy that says for whom it was made; its owner gets what was stored."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image, ImageChops
from pyhanko.pdf_utils.crypt import StandardSecurityHandler
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from tests.platform.desks import Desk
from tests.platform.files import samples
from tests.platform.files.conftest import AT, last_stored, on_the_way
from tests.platform.library import MACHINE, READER, Library

from onedoor.platform.audit import marks
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import Case
from onedoor.platform.files.marked import pdfs, tile, words_for
from onedoor.platform.files.models import StoredFile
from onedoor.platform.files.operations import store_file
from onedoor.platform.files.pdf_signatures import sign_pdf
from onedoor.platform.files.queries import OpenedFile, open_file
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as identity_queries
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.actors import Actor

pytestmark = pytest.mark.django_db
WORDS = ("第1图书局", "官*k 5号岗 2026-07-01 09:00", "仅供办件 110105 使用", "水印码 1A-ABCDEF")


@pytest.fixture
def case(desk: Desk, books: Library) -> Case:
    return books.received(AT)


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What the marks drawn in this test say."""
    said: list[tuple[str, ...]] = []
    draw = tile.drawn

    def listening(lines: tuple[str, ...], *, character: float) -> Image.Image:
        said.append(lines)
        return draw(lines, character=character)

    monkeypatch.setattr(tile, "drawn", listening)
    return said


def put(case: Case, content: bytes, name: str = "户口本.pdf", *, by: Any = MACHINE) -> StoredFile:
    """Store a content that belongs to a case."""
    return store_file(content=content, name=name, target=case.target, actor=by, at=AT, accept=("image", "pdf", "word"))


def fetch(desk: Desk, name: str, stored: StoredFile) -> bytes:
    answer = desk.get(name, f"/files/{stored.pk}/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def look() -> AuditEntry:
    return AuditEntry.objects.filter(event="files.open").latest("pk")


def marked_pixels(plain: bytes, copy: bytes) -> float:
    """Return how much of a picture differs clearly from another."""
    one, other = (Image.open(io.BytesIO(content)).convert("L") for content in (plain, copy))
    assert one.size == other.size
    differs = ImageChops.difference(one, other).point(lambda value: 255 if value > 24 else 0)
    return differs.histogram()[255] / (one.width * one.height)


def test_row_12_an_officer_gets_a_marked_copy_and_the_applicant_what_was_stored(
    desk: Desk, books: Library, case: Case, words: list[tuple[str, ...]]
) -> None:
    stored = put(case, samples.photo(640, 480), "照片.jpg")
    own = fetch(desk, "reader", stored)
    assert not words
    assert "mark" not in look().details
    copy = fetch(desk, "clerk", stored)
    assert 0.01 < marked_pixels(own, copy) < 0.4  # to be seen, and what lies below too
    organ, who, *purpose, code = words[0]
    assert organ == "第1图书局"
    assert who == f"官*****k {books.posts['clerk']}号岗 2026-07-01 09:00"
    assert "".join(purpose) == f"仅供办件 {case.number} 使用"
    assert code == f"水印码 {marks.code_of(look())}"
    assert fetch(desk, "reader", stored) == own  # what is stored has not changed


def test_row_12_a_leaked_copy_leads_the_auditor_to_the_look(
    desk: Desk, books: Library, case: Case, words: list[tuple[str, ...]]
) -> None:
    stored = put(case, samples.photo(), "照片.jpg")
    fetch(desk, "clerk", stored)
    fetch(desk, "second_clerk", stored)
    code = words[0][-1].removeprefix("水印码 ")
    page = desk.page("auditor", f"/supervision/audit/?mark={code.lower()}")
    rows = page[page.index("<tbody>") : page.index("</tbody>")]
    assert rows.count("打开文件") == 1
    assert "官员clerk" in rows
    assert case.target in rows
    invented = code[:-1] + ("A" if code[-1] != "A" else "B")
    for wrong in (invented, "ZZZZZZZZZZZZ-AAAAAA", "没有", "-", code.partition("-")[0]):
        answer = desk.get("auditor", f"/supervision/audit/?mark={wrong}")
        assert answer.status_code == 404
        assert "没有这个水印码" in answer.content.decode()
        assert "官员clerk" not in answer.content.decode()


def test_long_names_and_numbers_are_broken_into_lines_that_a_small_photo_holds() -> None:
    officer = Actor(
        kind="officer", name="王明", post_id=7, organization_name="杭州市临平区塘栖镇人民政府社会救助服务中心"
    )
    number = "办件 11330113MB0001011W400051100100020261123000001Y"
    words = words_for(matter=number, code="1A-ABCDEF", actor=officer, at=AT)
    assert words[:2] == ("杭州市临平区塘栖镇人民", "政府社会救助服务中心")
    assert max(len(line) for line in words) <= 36
    assert "".join(words[3:5]) == f"仅供{number} 使用"


def test_the_auditor_of_another_place_learns_nothing_by_a_code(books: Library, case: Case) -> None:
    stored = put(case, samples.photo(), "照片.jpg")
    open_file(file_id=stored.pk, actor=books.officer("clerk"), at=AT)
    found, code = AuditEntry.objects.filter(event="files.open"), marks.code_of(look())
    assert marks.look_behind(code, among=found.filter(division=case.division)) == look()
    with pytest.raises(marks.NoSuchMark):
        marks.look_behind(code, among=found.exclude(division=case.division))


def test_a_copy_for_the_window_that_helps_and_for_an_agent_is_marked(
    desk: Desk, books: Library, case: Case, words: list[tuple[str, ...]]
) -> None:
    stored = put(case, samples.photo(), "照片.jpg")
    clerk = replace(books.officer("clerk"), login_id=Login.objects.get(username="clerk").pk)
    filing = identity.begin_assisting(
        name=READER.name, id_number=READER.id_number, evidence_digest="0" * 64, actor=clerk, at=AT
    )
    helping = identity_queries.assisted_person(filing=filing, actor=clerk, at=AT)
    open_file(file_id=stored.pk, actor=helping, at=AT)
    assert words[-1][:2] == ("第1图书局", f"官*****k {books.posts['clerk']}号岗 2026-07-01 09:00")
    agent = books.citizen(books.friend)
    Case.objects.filter(pk=case.pk).update(agent=books.friend)
    row = identity.ask_delegation(
        principal_name=READER.name,
        principal_id_number=READER.id_number,
        items=[],
        scopes=["view"],
        valid_to=(AT + timedelta(days=30)).date(),
        actor=agent,
        at=AT,
    )
    identity.confirm_delegation(delegation_id=row.pk, actor=books.citizen(), at=AT)
    open_file(file_id=stored.pk, actor=agent, at=AT)
    assert words[-1][:2] == ("网上代办", "代理人 2026-07-01 09:00")
    own = put(case, samples.photo(400, 300), "我的.jpg", by=agent)
    before = len(words)
    open_file(file_id=own.pk, actor=agent, at=AT)
    assert len(words) == before  # what they brought themselves they have anyway


def test_what_cannot_be_marked_is_given_as_it_is_and_the_record_says_so(
    desk: Desk, case: Case, words: list[tuple[str, ...]]
) -> None:
    stored = put(case, samples.docx(), "证明.docx")
    assert fetch(desk, "clerk", stored) == samples.docx()
    assert not words
    assert "mark" not in look().details


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_kind_of_picture_is_marked(books: Library, case: Case, mode: str) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (300, 90), (230, 230, 230, 255)).convert(mode).save(out, "PNG")
    stored = put(case, out.getvalue(), "截图.png")
    copy = open_file(file_id=stored.pk, actor=books.officer("clerk"), at=AT).content.read()
    assert marked_pixels(out.getvalue(), copy) > 0.01
    assert Image.open(io.BytesIO(copy)).format == "PNG"


# PDF


def pages(content: bytes) -> list[Any]:
    reader = PdfFileReader(io.BytesIO(content))
    if reader.encrypted:
        reader.decrypt("")
    kids = reader.root["/Pages"]["/Kids"]
    return [kids[place] for place in range(len(kids))]


def is_marked(page: Any) -> bool:
    """Tell whether a page shows what it showed, and after that the mark."""
    drawn, commands = page["/Resources"]["/XObject"], page["/Contents"].data
    return (
        drawn["/Shown"].data == samples.PDF_PAGE
        and drawn["/Mark"]["/SMask"]["/Width"] > 300
        and commands.index(b"/Shown Do") < commands.index(b"/Mark Do")
    )


def test_row_12_every_page_of_a_pdf_is_marked(desk: Desk, case: Case) -> None:
    content = samples.pdf(pages=3)
    stored = put(case, content)
    assert fetch(desk, "reader", stored) == content
    copy = fetch(desk, "clerk", stored)
    assert [is_marked(page) for page in pages(copy)] == [True] * 3
    assert content not in copy  # nothing to be cut off at its end
    answer = desk.get("clerk", f"/files/{stored.pk}/")
    assert "%E5%8A%A0%E6%B3%A8%E4%BB%B6-" in answer["Content-Disposition"]  # 加注件


def test_the_signature_of_a_marked_pdf_still_proves_what_it_was_made_over(books: Library, case: Case) -> None:
    signed = sign_pdf(samples.pdf(pages=2), reason="测试")
    stored = put(case, signed)
    copy = open_file(file_id=stored.pk, actor=books.officer("clerk"), at=AT).content.read()
    assert [is_marked(page) for page in pages(copy)] == [True] * 2
    assert copy.startswith(signed)
    status = validate_pdf_signature(PdfFileReader(io.BytesIO(copy)).embedded_signatures[0])
    assert (status.intact, status.coverage) == (True, SignatureCoverageLevel.ENTIRE_REVISION)


def test_a_pdf_that_leaves_its_scale_behind_is_marked_all_the_same(books: Library, case: Case) -> None:
    """Scanners leave the page scaled to one unit; the mark is drawn beside that, not within."""
    stored = put(case, samples.pdf(stream=b"q 595 0 0 842 0 0 cm q"))
    copy = open_file(file_id=stored.pk, actor=books.officer("clerk"), at=AT).content.read()
    (page,) = pages(copy)
    assert page["/Contents"].data.startswith(b"/Shown Do\nq 1 0 0 1 0.00 0.00 cm")


def test_a_pdf_that_opens_without_its_owners_password_is_marked(books: Library, case: Case) -> None:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(samples.pdf())))
    assert isinstance(writer, PdfFileWriter)
    handler = StandardSecurityHandler.build_from_pw("owner", "")
    writer._assign_security_handler(handler)
    out = io.BytesIO()
    writer.write(out)
    stored = put(case, out.getvalue())
    copy = open_file(file_id=stored.pk, actor=books.officer("clerk"), at=AT).content.read()
    assert is_marked(pages(copy)[0])


@pytest.mark.parametrize(
    ("turned", "matrix"),
    [(90, b"0 1 -1 0 595.00 0 cm"), (180, b"-1 0 0 -1 595.00 842.00 cm"), (270, b"0 -1 1 0 0 842.00 cm")],
)
def test_the_mark_stands_upright_on_a_turned_page(books: Library, turned: int, matrix: bytes) -> None:
    copy = pdfs.mark(io.BytesIO(samples.pdf(page=b"/Rotate %d" % turned)), WORDS).open().read()
    assert matrix in pages(copy)[0]["/Contents"].data


def test_a_page_of_several_contents_and_inherited_paper_is_marked(books: Library) -> None:
    own, several = b"/MediaBox [0 0 595 842] /Contents 4 0 R", b"/Contents [4 0 R 4 0 R]"
    content = samples.pdf(tree=b"/MediaBox [-10 0 300 400] /CropBox [0 0 200 200]")
    content = content.replace(own, several.ljust(len(own)))
    (page,) = pages(pdfs.mark(io.BytesIO(content), WORDS).open().read())
    shown = page["/Resources"]["/XObject"]["/Shown"]
    assert shown.data == samples.PDF_PAGE + b"\n" + samples.PDF_PAGE
    assert [int(side) for side in shown["/BBox"]] == [-10, 0, 300, 400]
    assert pdf_name("/Font") in shown["/Resources"]
    assert b"/Mark Do" in page["/Contents"].data


def test_a_pdf_that_cannot_be_marked_is_refused_with_the_way_to_the_original(
    desk: Desk, books: Library, case: Case
) -> None:
    stored = put(case, samples.pdf(page=b"/Rotate /Sideways"))
    assert fetch(desk, "reader", stored)
    answer = desk.get("clerk", f"/files/{stored.pk}/")
    assert answer.status_code == 422
    assert "加不上水印" in answer.content.decode()
    assert "在窗口核对原件" in answer.content.decode()
    assert AuditEntry.objects.filter(event="files.cannot_mark", outcome="refused").count() == 1


def test_a_marked_copy_leaves_nothing_behind(books: Library, case: Case, folder: Any) -> None:
    stored = put(case, samples.photo(), "照片.jpg")
    opened: OpenedFile | None = open_file(file_id=stored.pk, actor=books.officer("clerk"), at=AT)
    assert opened
    assert opened.content.read()
    opened.content.close()
    opened = None
    assert on_the_way(folder) == []
    assert last_stored() == stored
