"""What a content is, says the content: each kind is taken or refused through the upload form, with what to do."""

import io
import zipfile

import pytest
from PIL import Image
from tests.platform.desks import Desk
from tests.platform.files import samples
from tests.platform.files.conftest import AT, last_stored
from tests.platform.library import Library

from onedoor.platform.cases.models import Draft
from onedoor.platform.files import pdf_signatures
from onedoor.platform.files.contents import FileRefused
from onedoor.platform.files.families import FAMILIES
from onedoor.platform.files.models import StoredFile
from onedoor.platform.files.operations import receive
from onedoor.platform.files.queries import OpenedFile, open_file

pytestmark = pytest.mark.django_db


def upload(desk: Desk, draft: Draft, content: bytes, name: str = "照片.jpg") -> str:
    """Upload as the reader does, and return the page that says why not; "" when it was taken."""
    file = io.BytesIO(content)
    file.name = name
    answer = desk.post("reader", f"/drafts/{draft.pk}/materials/", file_photo=file)
    if answer.status_code == 302:
        return ""
    assert answer.status_code == 422
    return str(answer.content.decode())


def kept(desk: Desk) -> Image.Image:
    """Open what is kept of the last upload."""
    opened = open_file(file_id=last_stored().pk, actor=desk.books.citizen(), at=AT)
    picture = Image.open(io.BytesIO(opened.content.read()))
    picture.load()
    return picture


def test_a_photo_is_straightened_and_says_nothing_of_where_it_was_taken(desk: Desk, draft: Draft) -> None:
    assert upload(desk, draft, samples.photo(320, 240, orientation=6, place=True)) == ""
    picture = kept(desk)
    assert picture.size == (240, 320)  # turned a quarter to the right: red comes to the top
    red, _, blue = picture.convert("RGB").getpixel((120, 40))  # type: ignore[misc]
    assert red > 200 > blue
    assert not picture.getexif()
    assert "HUAWEI" not in str(picture.info)
    assert last_stored().media_type == "image/jpeg"


def test_a_large_photo_is_made_as_large_as_a_page_needs(desk: Desk, draft: Draft) -> None:
    assert upload(desk, draft, samples.photo(6000, 4000)) == ""
    assert kept(desk).size == (3508, 2339)
    assert upload(desk, draft, samples.photo(4000, 300, kind="PNG"), "截图.png") == ""
    assert (kept(desk).size, last_stored().media_type) == ((3508, 263), "image/png")


def test_what_is_appended_to_a_picture_is_not_kept(desk: Desk, draft: Draft) -> None:
    hidden = samples.zipped({"payload.exe": b"MZ"})
    assert upload(desk, draft, samples.photo() + hidden) == ""
    content = open_file(file_id=last_stored().pk, actor=desk.books.citizen(), at=AT).content.read()
    assert b"payload.exe" not in content
    assert not zipfile.is_zipfile(io.BytesIO(content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MZ\x90\x00" + b"\0" * 500, "这里只能上传照片（JPG、PNG）、PDF 文件"),
        (b"<html><script>alert(1)</script></html>", "这里只能上传"),
        (b"\xff\xd8\xff\xe0" + b"x" * 500, "照片文件已损坏"),
        (samples.photo()[:2_000], "照片文件已损坏"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "HEIC"),
        (samples.bomb_png(50_000, 40_000), "照片尺寸过大，最多 60 百万像素"),
        (samples.bomb_png(10_000, 8_000), "照片尺寸过大，最多 60 百万像素"),
        (samples.bomb_png(3_000, 3_000), "照片文件已损坏"),
        (b"GIF89a" + b"\0" * 50, "这里只能上传"),
        (samples.docx(), "这里只能上传照片（JPG、PNG）、PDF 文件"),
        (b"%PDF-1.7\nnothing\n%%EOF\n", "PDF 文件已损坏"),
        (samples.pdf()[:-400], "PDF 文件不完整"),
    ],
)
def test_what_it_is_not_is_refused_with_what_to_do(desk: Desk, draft: Draft, content: bytes, said: str) -> None:
    page = upload(desk, draft, content)
    assert said in page
    assert "请" in page
    assert not StoredFile.objects.exists()


ACTIVE = {
    "脚本": samples.pdf(catalog=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
    "启动程序的动作": samples.pdf(page=b"/AA << /O << /S /Launch /F (cmd.exe) >> >>"),
    "向外发送数据的动作": samples.pdf(page=b"/Annots [<< /Subtype /Widget /A << /S /SubmitForm >> >>]"),
    "动态表单": samples.pdf(catalog=b"/AcroForm << /XFA [] >>"),
    "多媒体内容": samples.pdf(page=b"/Annots [<< /Subtype /RichMedia >>]"),
}


@pytest.mark.parametrize("what", list(ACTIVE))
def test_a_pdf_that_does_something_is_refused(desk: Desk, draft: Draft, what: str) -> None:
    page = upload(desk, draft, ACTIVE[what], "户口本.pdf")
    assert f"PDF 文件里带有{what}，不能上传" in page


def test_files_inside_a_pdf_are_found_wherever_they_hang(desk: Desk, draft: Draft) -> None:
    names = b"/Names << /EmbeddedFiles << /Names [(a.exe) 100 0 R] >> >>"
    attached = samples.pdf(catalog=names, more=(b"<< /Type /Filespec /F (a.exe) >>",))
    noted = samples.pdf(page=b"/Annots [<< /Subtype /FileAttachment >>]")
    hidden = samples.pdf(
        catalog=b"/Piece 100 0 R", more=(b"<< /Deep [[101 0 R]] >>", samples.deflated(b"MZ", b"/Type /EmbeddedFile "))
    )
    for content in (attached, noted, hidden):
        assert "PDF 文件里带有内嵌文件" in upload(desk, draft, content)


def test_a_name_written_in_codes_hides_nothing(desk: Desk, draft: Draft) -> None:
    content = samples.pdf(catalog=b"/OpenAction << /S /J#61vaScript /J#53 (x) >>")
    assert "脚本" in upload(desk, draft, content)


def test_a_file_that_is_two_things_at_once_is_refused(desk: Desk, draft: Draft) -> None:
    archive = samples.zipped({"a.js": b"x"})
    assert "末尾附带了别的内容" in upload(desk, draft, samples.pdf() + archive)
    # An archive whose comment holds the end of the PDF: it ends as one and opens as the other.
    inside = samples.pdf()[:-6] + archive[:-2] + (6).to_bytes(2, "little") + b"%%EOF\n"
    assert zipfile.is_zipfile(io.BytesIO(inside))
    assert "同时是压缩包" in upload(desk, draft, inside)


def test_what_unfolds_into_far_more_is_refused(desk: Desk, draft: Draft) -> None:
    bomb = samples.deflated(b"\0" * 450_000_000)
    assert len(bomb) < 500_000
    assert "PDF 文件解开后过大" in upload(desk, draft, samples.pdf(page=b"/Thumb 100 0 R", more=(bomb,)))
    twice = samples.deflated(b"x", b"").replace(b"/FlateDecode", b"[/FlateDecode /FlateDecode]")
    assert "被反复压缩" in upload(desk, draft, samples.pdf(page=b"/Thumb 100 0 R", more=(twice,)))


def test_an_ordinary_pdf_is_kept_as_it_came(desk: Desk, draft: Draft) -> None:
    content = samples.pdf(
        pages=3,
        catalog=b"/OpenAction [10 0 R /Fit]",
        page=b"/Annots [<< /Subtype /Link /A << /S /URI /URI (https://a) >> >>]",
    )
    assert upload(desk, draft, content, "..\\..\\恶意<b>\u202efdp.exe") == ""
    opened = open_file(file_id=last_stored().pk, actor=desk.books.citizen(), at=AT)
    assert opened.content.read() == content
    assert (opened.media_type, opened.name) == ("application/pdf", "恶意_b_fdp.pdf")
    assert not pdf_signatures.read_keywords(content)


@pytest.mark.parametrize(
    ("content", "family"), [(samples.docx(), "word"), (samples.xlsx(), "sheet"), (samples.ofd(), "ofd")]
)
def test_documents_are_taken_where_the_item_lists_them(books: Library, content: bytes, family: str) -> None:
    assert receive(content, accept=("image", family)).family == family  # type: ignore[arg-type]
    with pytest.raises(FileRefused, match="只能上传照片（JPG、PNG），这个文件的内容不是"):
        receive(content, accept=("image",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (samples.docx(**{"word/vbaProject.bin": b"x"}), "宏、控件或内嵌文件"),
        (samples.docx(**{"word/embeddings/oleObject1.bin": b"x"}), "宏、控件或内嵌文件"),
        (
            samples.docx(
                **{"word/_rels/settings.xml.rels": '<R><x Type="http://a/attachedTemplate" TargetMode="External"/></R>'}
            ),
            "断开外部链接",
        ),
        (samples.docx(**{"word/a.xml": b"\0" * 90_000_000}), "解开后过大"),
        (samples.ofd(**{"Doc_0/Attachs/Attachments.xml": "<a/>"}), "带有附件"),
        (samples.docx(**{"word/_rels/a.rels": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "已损坏"),
        (b"PK\x03\x04" + samples.docx(), "前面附带了别的内容"),
        (samples.docx()[:-30], "已损坏"),
    ],
)
def test_documents_that_do_more_than_show_are_refused(books: Library, content: bytes, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        receive(content, accept=tuple(FAMILIES))


def test_a_link_in_a_document_is_nothing_to_refuse(books: Library) -> None:
    link = '<R><x Type="http://a/hyperlink" TargetMode="External"/></R>'
    assert receive(samples.docx(**{"word/_rels/document.xml.rels": link}), accept=("word",)).family == "word"


def test_a_stored_paper_is_shown_or_saved_and_never_run() -> None:
    def headers(media_type: str, name: str) -> dict[str, str]:
        return OpenedFile(io.BytesIO(), media_type, name).headers

    picture = headers("image/jpeg", "户口簿 第1页.jpg")
    assert (
        picture["Content-Disposition"]
        == "inline; filename*=utf-8''%E6%88%B7%E5%8F%A3%E7%B0%BF%20%E7%AC%AC1%E9%A1%B5.jpg"
    )
    assert picture["Content-Security-Policy"].startswith("sandbox;")
    assert picture["Cache-Control"] == "private, no-store"
    assert headers("application/pdf", "")["Content-Disposition"] == "inline"
    assert (
        headers("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.docx")[
            "Content-Disposition"
        ]
        == 'attachment; filename="a.docx"'
    )
