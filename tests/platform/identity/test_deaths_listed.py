"""However many statements are settled, none that waits is dropped from the list, and the older ones are a page further."""

from collections.abc import Iterator

import pytest
import time_machine
from tests.platform.desks import Desk
from tests.platform.identity.bereaved import state
from tests.platform.library import Library
from tests.platform.replays.stage import AT

from onedoor.platform.identity import queries
from onedoor.platform.identity.models import DeathSettlement, DeathStatement
from onedoor.platform.identity.queries import deaths


@pytest.fixture
def at_work(books: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for module in (queries, deaths):
        monkeypatch.setattr(module, "MOST_SETTLED", 3)
    with time_machine.travel(AT, tick=False) as traveller:
        yield Desk(books, traveller)


def settle_many(books: Library, like: DeathStatement, number: int) -> list[int]:
    made = DeathStatement.objects.bulk_create(
        DeathStatement(
            person=books.friend,
            kind="correction",
            paper="restored",
            paper_number=str(place),
            issued_by="派出所",
            division=like.division,
            organization_id=like.organization_id,
            stated_by_id=like.stated_by_id,
            stated_at=AT,
        )
        for place in range(number)
    )
    colleague = books.officer("second_clerk").login_id
    for row in made:
        DeathSettlement.objects.create(statement=row, confirmed=False, settled_by_id=colleague, settled_at=AT)
    return [row.pk for row in made]


def link(number: int) -> str:
    return f'href="/staff/deaths/{number}/"'


def test_an_old_one_that_waits_stays_on_the_page(books: Library, at_work: Desk) -> None:
    waits = state(books, books.reader)
    settled = settle_many(books, waits, 5)
    page = at_work.page("second_clerk", "/staff/deaths/")
    assert page.index(link(waits.pk)) < page.index(link(settled[-1]))
    assert [number for number in settled if link(number) in page] == settled[2:]
    assert f'href="?before={settled[2]}"' in page
    older = at_work.page("second_clerk", f"/staff/deaths/?before={settled[2]}")
    assert [number for number in (waits.pk, *settled) if link(number) in older] == settled[:2]
    assert "更早办结的" not in older


def test_a_program_reads_on_the_same_way(books: Library, at_work: Desk) -> None:
    waits = state(books, books.reader)
    settled = settle_many(books, waits, 5)
    client, url = at_work.client("second_clerk"), "/api/v1/window/deaths"
    first = client.get(url).json()
    assert [row["id"] for row in first["items"]] == [waits.pk, *reversed(settled[2:])]
    second = client.get(url, {"before": first["next"]}).json()
    assert ([row["id"] for row in second["items"]], second["next"]) == ([*reversed(settled[:2])], None)
