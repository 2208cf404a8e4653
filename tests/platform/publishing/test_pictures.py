"""A picture of a text: looked at as every file, drawn anew, with words for who does not see it, light where the page opens."""

import gzip
import io
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.platform.desks import Desk
from tests.platform.library import Library
from tests.platform.publishing.conftest import AT, REVIEWER, WRITER, drafted, let_go, photo, pictured, text

from onedoor.platform.files.contents import FileRefused
from onedoor.platform.files.models import StoredFile
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.publishing import operations, queries, rules
from onedoor.platform.publishing.drawing import LARGE_BYTES, SMALL_BYTES, draw
from onedoor.platform.publishing.models import PublicationVersion
from onedoor.platform.publishing.placing import place_due


def on_site(books: Library, number: str) -> None:
    let_go(books, number)
    place_due(at=AT)


def test_from_the_upload_to_the_page_without_the_place_it_was_taken(desk: Desk, books: Library) -> None:
    desk.go(AT)
    number = drafted(books, body="上文。\n[图1]\n下文。").number
    address = f"/staff/news/{number}/pictures/"
    refused = desk.post(WRITER, address, deed="add", file=sent(photo()), alt=" ")
    assert "看不见图片的人靠它知道。</a>" in refused.content.decode()
    desk.act(WRITER, address, deed="add", file=sent(photo(2400, 1600)), alt="借书证的样子")
    assert "借书证的样子" in desk.page(WRITER, f"/staff/news/{number}/")
    on_site(books, number)
    page = Client().get(f"/news/{number}/").content.decode()
    small, large = re.search(r'<img src="(\S+webp)"', page), re.search(r'href="(\S+jpg)"', page)
    assert small is not None
    assert large is not None
    assert page.index("上文") < page.index('alt="借书证的样子"') < page.index("下文")
    for found, form in ((small[1], "WEBP"), (large[1], "JPEG")):
        answer = Client().get(found)
        assert answer["Cache-Control"] == "public, max-age=3600"
        image = Image.open(io.BytesIO(answer.content))
        assert (image.format, dict(image.getexif())) == (form, {})
    assert len(Client().get(small[1]).content) <= SMALL_BYTES
    assert Client().get(large[1].replace(".jpg", ".gif")).status_code == 404
    operations.recall_publication(number=number, reason="画错了", correct=False, actor=books.officer(REVIEWER), at=AT)
    assert Client().get(large[1]).status_code == 404


def sent(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("证.jpg", content, content_type="image/jpeg")


def test_what_is_no_picture_or_too_many_is_refused(books: Library) -> None:
    first = pictured(books)
    number = first.publication.number
    with pytest.raises(FileRefused):
        pictured(books, content=b"%PDF-1.7 no picture", number=number)
    with pytest.raises(FileRefused, match="太小"):
        pictured(books, content=photo(8, 8), number=number)
    for _ in range(rules.MOST_PICTURES - 1):
        pictured(books, number=number)
    with pytest.raises(InvalidInput) as refusal:
        pictured(books, number=number)
    assert "最多 9 张" in refusal.value.problems["file"]


def test_a_text_saved_again_keeps_its_pictures_and_an_earlier_version_those_taken_out(books: Library) -> None:
    made = pictured(books)
    number, who = made.publication.number, {"actor": books.officer(WRITER), "at": AT}
    version = queries.standing_version(number=number, actor=books.officer(WRITER))
    saved = operations.write_publication(number=number, text=text(title="改过"), **who)
    assert saved.pictures == version.pictures
    operations.remove_picture(number=number, picture_id=made.pk, **who)
    with pytest.raises(operations.PictureNotFound):
        operations.remove_picture(number=number, picture_id=made.pk, **who)
    kept = PublicationVersion.objects.filter(publication__number=number).order_by("version")
    assert [len(one.pictures) for one in kept] == [0, 1, 1, 0]


def test_what_the_scanner_has_not_cleared_is_neither_reviewed_nor_shown(books: Library) -> None:
    made = pictured(books)
    number, writer = made.publication.number, books.officer(WRITER)
    for scan, words in (("waiting", "正在做安全检查"), ("infected", "没有通过安全检查")):
        StoredFile.objects.filter(pk=made.file_id).update(scan=scan)
        with pytest.raises(operations.NotReady) as refusal:
            operations.submit_publication(number=number, actor=writer, at=AT)
        assert words in refusal.value.problems["pictures"]
        with pytest.raises(queries.PublicationNotFound):
            queries.picture_at_desk(number=number, picture_id=made.pk, actor=writer)
    StoredFile.objects.filter(pk=made.file_id).update(scan="clean")
    on_site(books, number)
    assert queries.read_picture(number=number, picture_id=made.pk)


def test_the_first_view_of_a_page_full_of_pictures_stays_light(books: Library) -> None:
    busy = photo(1600, 1000, busy=True)
    number = pictured(books, content=busy).publication.number
    for _ in range(rules.MOST_PICTURES - 1):
        pictured(books, number=number, content=busy)
    on_site(books, number)
    page = Client().get(f"/news/{number}/").content.decode()
    assert page.count("<img") == rules.MOST_PICTURES
    shown = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)  # a browser fetches the rest when it is opened
    pictures = re.findall(r'<img src="(\S+)"', shown)
    parts = {one.split("#")[0] for one in re.findall(r'"/static/([^"]+)"', page)}
    assert len(pictures) == 1
    assert len(parts) + len(pictures) + 1 <= 8
    found = [finders.find(one) for one in parts]
    sizes = [len(gzip.compress(Path(one).read_bytes())) for one in found if one]  # as production sends them
    assert len(page.encode()) + sum(sizes) + len(Client().get(pictures[0]).content) <= 60_000


@pytest.mark.parametrize("size", [(3000, 2000), (600, 6000), (900, 600)])
def test_even_a_busy_picture_is_light_at_first_and_fits_what_wechat_takes(size: tuple[int, int]) -> None:
    drawn = draw(io.BytesIO(photo(*size, busy=True)))
    assert len(drawn.small) <= SMALL_BYTES
    assert len(drawn.large) <= LARGE_BYTES
    assert drawn.width <= 1280


def test_the_text_says_where_a_picture_stands() -> None:
    pictures = [{"id": number, "alt": f"图{number}", "width": 1, "height": 1} for number in (7, 8)]
    blocks = rules.with_pictures(rules.blocks_of("甲\n[图 2]\n乙\n[图5]"), pictures)
    placed = [block.picture.id if block.picture else block.lines[0][0].text for block in blocks]
    assert placed == ["甲", 8, "乙", 7]
    assert rules.as_text("甲\n[图2]\n乙") == "甲\n乙"
    assert [one.field for one in rules.faults_of_pictures("[图5]", pictures)] == ["body"]
    assert '<img src="https://a.example/p/8.jpg" alt="图8">' in rules.as_html(
        blocks, base="https://a.example", pictures="/p/"
    )
