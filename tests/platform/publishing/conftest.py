"""A text of the county, as far along as a test wants it."""

import io
from datetime import date, datetime
from typing import Any

from PIL import Image
from tests.platform.library import CHINA, COUNTY, TOWN, Library

from onedoor.platform.publishing import operations
from onedoor.platform.publishing.models import Picture, Publication

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
WRITER, REVIEWER = "county_items", "county_reviewer"
WORDS: dict[str, Any] = {
    "title": "借书证换发通知",
    "summary": "旧借书证九月底停用，请在网上换发。",
    "body": "一、谁要换\n二〇二〇年以前办的借书证要换。\n\n- 带旧证\n- 带照片\n\n怎么办见[办事指南](/items/library.card/)。",
    "topic": "notice",
    "audience": COUNTY,
    "valid_from": date(2026, 9, 1),
    "valid_to": None,
    "channels": ("site", "inbox"),
}


def text(**more: Any) -> operations.Text:
    return operations.Text(**(WORDS | more))


def drafted(books: Library, at: datetime = AT, **more: Any) -> Publication:
    made = operations.write_publication(number="", text=text(**more), actor=books.officer(WRITER), at=at)
    return made.publication


def photo(width: int = 900, height: int = 600, *, busy: bool = False) -> bytes:
    """A JPEG as a telephone makes it: with the place where it was taken; `busy` ones press badly."""
    image = (
        Image.effect_noise((width, height), 90).convert("RGB") if busy else Image.new("RGB", (width, height), "teal")
    )
    exif = Image.Exif()
    exif[0x010F] = "相机厂商"
    exif.get_ifd(0x8825)[1] = "N"
    held = io.BytesIO()
    image.save(held, "JPEG", exif=exif, quality=90)
    return held.getvalue()


def pictured(books: Library, at: datetime = AT, *, content: bytes = b"", number: str = "", **more: Any) -> Picture:
    """A draft with a picture."""
    return operations.add_picture(
        number=number or drafted(books, at, **more).number,
        content=content or photo(),
        alt="借书证的样子",
        actor=books.officer(WRITER),
        at=at,
    )


def in_review(books: Library, at: datetime = AT, **more: Any) -> Publication:
    made = drafted(books, at, **more)
    return operations.submit_publication(number=made.number, actor=books.officer(WRITER), at=at)


def released(books: Library, at: datetime = AT, **more: Any) -> Publication:
    return let_go(books, drafted(books, at, **more).number, at)


def let_go(books: Library, number: str, at: datetime = AT) -> Publication:
    """A draft goes the whole way."""
    operations.submit_publication(number=number, actor=books.officer(WRITER), at=at)
    return operations.release_publication(
        number=number, release_at=None, urgent_reason="", actor=books.officer(REVIEWER), at=at
    )


def subscribed(books: Library, at: datetime = AT, *, topic: str = "notice", division: str = TOWN) -> Any:
    return operations.subscribe(topic=topic, division=division, actor=books.citizen(), at=at)
