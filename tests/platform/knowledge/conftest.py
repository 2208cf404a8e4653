"""The library with its search index: what has been published is found after a round of the worker."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from tests.platform.desks import Desk
from tests.platform.library import CHINA, COUNTY, ITEM, NATION, TOWN, Library

from onedoor.platform.kernel import outbox
from onedoor.platform.knowledge import operations, queries
from onedoor.platform.knowledge.models import Conversation, EntryVersion

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
ON = date(2026, 9, 1)
CLAUSES = (
    "第一条 读者凭借书证借书，每次最多借五本。\n第二条 借期三十天，可以续借一次。\n第三条 遗失图书的，按原价赔偿。"
)


def tell(at: datetime = AT) -> None:
    """Deliver what waits in the outbox."""
    while outbox.deliver_pending(at=at):
        pass


@pytest.fixture
def found(books: Library) -> Library:
    """The library, indexed."""
    tell()
    return books


@pytest.fixture
def shelf(desk: Desk) -> Desk:
    """The library's pages with the index in place, on an ordinary day."""
    tell()
    desk.go(AT)
    return desk


def text(**changes: Any) -> operations.Text:
    whole: dict[str, Any] = {
        "title": "借书规则",
        "organ": "图书局",
        "document_number": "图发〔2026〕3号",
        "issued_on": date(2026, 6, 1),
        "valid_from": date(2026, 7, 1),
        "valid_to": None,
        "clauses": operations.clauses_of(CLAUSES),
        "item_codes": [ITEM],
    }
    return operations.Text(**{**whole, **changes})


def written(books: Library, at: datetime = AT, division: str = COUNTY, **changes: Any) -> EntryVersion:
    """Return a draft written by the county's item manager."""
    return operations.write_entry(
        number=changes.pop("number", ""),
        kind=changes.pop("kind", "policy"),
        line="library",
        division=division,
        text=text(**changes),
        actor=books.officer("county_items"),
        at=at,
    )


def published(books: Library, at: datetime = AT, **changes: Any) -> EntryVersion:
    """Return a version one has written and another has approved, with the index told of it."""
    version = operations.submit_entry(
        version_id=written(books, at, **changes).pk, actor=books.officer("county_items"), at=at
    )
    operations.approve_entry(
        version_id=version.pk, opinion="与文件原文一致。", actor=books.officer("county_reviewer"), at=at
    )
    tell(at)
    return EntryVersion.objects.get(pk=version.pk)


def search(words: str, *, division: str = NATION, on: date = ON) -> queries.Found:
    return queries.search(text=words, place=queries.place_at(division=division, on=on), on=on)


Search = Callable[..., queries.Found]


def handed_over(books: Library, at: datetime = AT) -> Conversation:
    """Return a question of the reader that nobody could answer and that waits for a person of the town."""
    about: dict[str, Any] = {"opener": queries.Opener(), "actor": books.citizen(), "at": at}
    made = operations.ask(conversation_id=None, question="火星移民要什么材料", division=TOWN, **about)
    operations.hand_over(conversation_id=made.pk, **about)
    return made
