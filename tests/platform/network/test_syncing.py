"""A library's register of cards kept in step between two nodes: changes, all of it, and only what differs is repaired."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.platform.network.conftest import AT

from onedoor.platform.network import registers, schemas, sending, syncing, tasks, trees
from onedoor.platform.network.models import Comparison, Incident, Node, Queued, SyncConflict
from onedoor.platform.network.registers import Row
from onedoor.platform.network.states import Trouble

CARDS = "library.cards"


@dataclass
class Shelf:
    """An invented register, in memory."""

    rows: dict[str, Row] = field(default_factory=dict)
    name: str = CARDS
    puts: int = 0

    def page(self, after: str, most: int) -> Sequence[Row]:
        return [self.rows[key] for key in sorted(self.rows) if key > after][:most]

    def find(self, keys: Sequence[str]) -> dict[str, Row]:
        return {key: self.rows[key] for key in keys if key in self.rows}

    def put(self, row: Row) -> None:
        self.rows[row.key] = row
        self.puts += 1


@pytest.fixture
def owner() -> Shelf:
    return Shelf({f"{number:05}": Row(f"{number:05}", 1, {"reader": f"{number}"}) for number in range(700)})


@pytest.fixture
def other() -> Iterator[Shelf]:
    yield Shelf()
    registers.forget(CARDS)


def carry(owner: Shelf, other: Shelf) -> list[str]:
    """Carry what one side has written to the other until both are silent; return which kinds of message it took."""
    kinds = []
    reading = {"sync.asked": owner}  # all others are for who does not own it
    while rows := list(Queued.objects.order_by("pk")):
        for row in rows:
            schema = schemas.find(row.schema)
            assert schema is not None
            registers.register(reading.get(row.schema, other))
            body = schema.model.model_validate(row.body)
            schema.reader(schemas.Message(str(row.message), row.schema, 1, row.key, "ministry", 1, AT, body), at=AT)
            kinds.append(row.schema)
            row.delete()
    return kinds


def compare(owner: Shelf, other: Shelf) -> list[str]:
    registers.register(owner)
    syncing.compare_with(CARDS, to="ministry", day=AT.date(), at=AT)
    return carry(owner, other)


def test_all_of_a_register_then_its_changes(joined: Node, owner: Shelf, other: Shelf) -> None:
    registers.register(owner)
    run = syncing.begin_bulk(CARDS, to="ministry", at=AT)
    assert syncing.begin_bulk(CARDS, to="ministry", at=AT) == run
    assert syncing.go_on(at=AT) == 700
    run.refresh_from_db()
    assert (run.sent, run.done_at) == (700, AT)
    assert carry(owner, other) == ["sync.rows"] * 4
    assert other.rows == owner.rows
    owner.put(Row("00003", 2, {"reader": "王"}))
    syncing.tell(CARDS, owner.rows["00003"], to=["ministry"], at=AT)
    syncing.tell(CARDS, Row("00003", 1, {"reader": "3"}), to=["ministry"], at=AT)  # an older one comes late
    carry(owner, other)
    assert other.rows == owner.rows


def test_all_of_a_register_travels_in_parts_and_one_huge_row_holds_up_no_other(
    joined: Node, owner: Shelf, other: Shelf
) -> None:
    owner.rows |= {f"{number:05}": Row(f"{number:05}", 1, {"reader": "长" * 60_000}) for number in range(12)}
    owner.rows["00003"] = Row("00003", 1, {"reader": "长" * 400_000})
    registers.register(owner)
    syncing.begin_bulk(CARDS, to="ministry", at=AT)
    syncing.go_on(at=AT)
    assert carry(owner, other) == ["sync.rows"] * 9
    assert owner.rows.keys() - other.rows.keys() == {"00003"}
    assert Incident.objects.get().kind == Trouble.TOO_LARGE
    with pytest.raises(sending.MessageTooLarge):
        syncing.tell(CARDS, owner.rows["00003"], to=["ministry"], at=AT)


def test_a_comparison_of_equals_is_one_message(joined: Node, owner: Shelf, other: Shelf) -> None:
    other.rows = dict(owner.rows)
    assert compare(owner, other) == ["sync.ranges"]
    found = Comparison.objects.get()
    assert (found.ours, found.theirs, found.ranges, found.wanted) == (700, 700, 0, 0)


def test_each_day_the_owner_begins_with_every_joined_node(joined: Node, owner: Shelf, other: Shelf) -> None:
    registers.register(owner, readers=lambda: ["ministry", "nobody"])
    assert tasks.compare(at=AT) == 1
    assert Queued.objects.get().schema == "sync.ranges"


def test_only_what_differs_is_sent_again(
    joined: Node, owner: Shelf, other: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "FEW", 20)
    other.rows = dict(owner.rows)
    del other.rows["00005"]
    owner.rows["00600"] = Row("00600", 2, {"reader": "赵"})
    other.puts = 0
    compare(owner, other)
    assert other.rows == owner.rows
    assert other.puts == 2
    assert Comparison.objects.get().wanted == 2
    assert compare(owner, other) == ["sync.ranges"]


def test_what_cannot_be_right_is_told_and_left_alone(joined: Node, owner: Shelf, other: Shelf) -> None:
    other.rows = dict(owner.rows)
    other.rows |= {
        "00001": Row("00001", 1, {"reader": "改过"}),
        "00002": Row("00002", 9, {"reader": "2"}),
        "99999": Row("99999", 1, {"reader": "多出来的"}),
    }
    compare(owner, other)
    found = {row.key: row.kind for row in SyncConflict.objects.all()}
    assert found == {"00001": "differs", "00002": "ahead", "99999": "only_here"}
    assert other.rows["00001"].data == {"reader": "改过"}
    assert SyncConflict.objects.get(key="00001").row["data"] == {"reader": "1"}
    compare(owner, other)
    assert SyncConflict.objects.count() == 3
    owner.rows["00001"] = Row("00001", 2, {"reader": "更正"})
    syncing.tell(CARDS, owner.rows["00001"], to=["ministry"], at=AT)
    carry(owner, other)
    assert SyncConflict.objects.filter(settled_at=None).count() == 2


ENTRIES = some.dictionaries(some.sampled_from("abcdefghij"), some.tuples(some.integers(1, 3), some.sampled_from("ab")))


@given(ours=ENTRIES, theirs=ENTRIES)
def test_ranges_agree_exactly_where_the_rows_do(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    here, there = ([trees.Entry(key, *one) for key, one in side.items()] for side in (ours, theirs))
    found = trees.differing(trees.summary(here, ""), trees.summary(there, ""))
    apart = {trees.place(one.key)[0] for one in set(here) ^ set(there)}
    assert set(found) == apart
    told = trees.compare(here, there)
    assert {*told.wanted, *told.only_here, *told.ahead} == {one.key for one in set(here) ^ set(there)}
