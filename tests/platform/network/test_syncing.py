"""A library's register of cards kept in step between two nodes: changes, all of it, and only what differs is repaired."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.platform.network.conftest import AT, ONE, OTHER
from tests.platform.network.partner import Partner

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.network import handing, operations, registers, schemas, sending, syncing, tasks, trees
from onedoor.platform.network.models import Comparison, Incident, Incoming, Node, Queued, SyncConflict
from onedoor.platform.network.registers import Row
from onedoor.platform.network.states import Handing, Trouble

CARDS = "library.cards"


@dataclass
class Shelf:
    """An invented register, in memory."""

    rows: dict[str, Row] = field(default_factory=dict)
    name: str = CARDS
    puts: int = 0
    passes: int = 0  # through the whole of it

    def page(self, after: str, most: int) -> Sequence[Row]:
        self.passes += after == ""
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


def own(shelf: Shelf) -> None:
    """Let this node own the register."""
    registers.register(shelf, owned=lambda: True)


def carry(owner: Shelf, other: Shelf) -> list[str]:
    """Carry what one side has written to the other until both are silent; return which kinds of message it took."""
    kinds = []
    while rows := list(Queued.objects.order_by("pk")):
        for row in rows:
            schema = schemas.find(row.schema)
            assert schema is not None
            own(owner) if row.schema == "sync.asked" else registers.register(other)  # all others are for who reads it
            body = schema.model.model_validate(row.body)
            schema.reader(schemas.Message(str(row.message), row.schema, 1, row.key, "ministry", 1, AT, body), at=AT)
            kinds.append(row.schema)
            row.delete()
    return kinds


def compare(owner: Shelf, other: Shelf) -> list[str]:
    own(owner)
    syncing.compare_with(CARDS, to="ministry", day=AT.date(), at=AT)
    return carry(owner, other)


def test_all_of_a_register_then_its_changes(joined: Node, owner: Shelf, other: Shelf) -> None:
    own(owner)
    run = syncing.begin_bulk(CARDS, to="ministry", at=AT)
    assert syncing.begin_bulk(CARDS, to="ministry", at=AT) == run
    assert syncing.go_on(at=AT) == 700
    run.refresh_from_db()
    assert (run.sent, run.done_at) == (700, AT)
    assert carry(owner, other) == ["sync.rows"] * 4
    assert other.rows == owner.rows
    owner.put(Row("00003", 2, {"reader": "王"}))
    own(owner)
    syncing.tell(CARDS, owner.rows["00003"], at=AT)
    syncing.tell(CARDS, Row("00003", 1, {"reader": "3"}), at=AT)  # an older one comes late
    carry(owner, other)
    assert other.rows == owner.rows


def test_all_of_a_register_travels_in_parts_and_one_huge_row_holds_up_no_other(
    joined: Node, owner: Shelf, other: Shelf
) -> None:
    owner.rows |= {f"{number:05}": Row(f"{number:05}", 1, {"reader": "长" * 60_000}) for number in range(12)}
    owner.rows["00003"] = Row("00003", 1, {"reader": "长" * 400_000})
    own(owner)
    syncing.begin_bulk(CARDS, to="ministry", at=AT)
    syncing.go_on(at=AT)
    assert carry(owner, other) == ["sync.rows"] * 9
    assert owner.rows.keys() - other.rows.keys() == {"00003"}
    assert Incident.objects.get().kind == Trouble.TOO_LARGE
    own(owner)
    with pytest.raises(sending.MessageTooLarge):
        syncing.tell(CARDS, owner.rows["00003"], at=AT)


def test_a_comparison_of_equals_is_one_message(joined: Node, owner: Shelf, other: Shelf) -> None:
    other.rows = dict(owner.rows)
    assert compare(owner, other) == ["sync.ranges"]
    found = Comparison.objects.get()
    assert (found.ours, found.theirs, found.ranges, found.wanted) == (700, 700, 0, 0)


def test_each_day_the_owner_begins_with_every_joined_node(joined: Node, owner: Shelf, other: Shelf) -> None:
    own(owner)
    assert tasks.compare(at=AT) == 1
    assert Queued.objects.get().schema == "sync.ranges"


def test_only_what_differs_is_sent_again(
    joined: Node, owner: Shelf, other: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "FEW", 20)
    other.rows = dict(owner.rows)
    del other.rows["00005"]
    owner.rows["00600"] = Row("00600", 2, {"reader": "赵"})
    other.puts = owner.passes = 0
    compare(owner, other)
    assert owner.passes <= 5  # however many ranges differ
    assert other.rows == owner.rows
    assert other.puts == 2
    assert Comparison.objects.get().wanted == 2
    assert compare(owner, other) == ["sync.ranges"]


def test_who_lacks_much_of_a_register_gets_all_of_it(joined: Node, owner: Shelf, other: Shelf) -> None:
    assert compare(owner, other) == ["sync.ranges", "sync.asked"]
    own(owner)
    syncing.go_on(at=AT)
    carry(owner, other)
    assert other.rows == owner.rows


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
    own(owner)
    syncing.tell(CARDS, owner.rows["00001"], at=AT)
    carry(owner, other)
    assert SyncConflict.objects.filter(settled_at=None).count() == 2


def test_who_does_not_own_a_register_is_not_believed_and_who_does_not_read_it_is_not_told(
    joined: Node, partner: Partner, owner: Shelf, other: Shelf
) -> None:
    Node.objects.update(owns=["library.loans"], reads=[])
    registers.register(other)
    rows = {"register_name": CARDS, "rows": [{"key": "1", "version": 1, "data": {"reader": "假"}}]}
    partner.hand_in(partner.message(rows, at=AT, schema="sync.rows"), at=AT)
    tasks.hand_over(at=AT)
    assert not other.rows
    own(owner)
    asked = {"register_name": CARDS, "day": "2026-09-01", "keys": ["00001"]}
    partner.hand_in(partner.message(asked, at=AT, schema="sync.asked"), at=AT)
    partner.hand_in(partner.message(rows, at=AT, schema="sync.rows"), at=AT)
    tasks.hand_over(at=AT)
    syncing.tell(CARDS, owner.rows["00003"], at=AT)
    with pytest.raises(syncing.NotShared):
        syncing.begin_bulk(CARDS, to="ministry", at=AT)
    assert not Queued.objects.exists()
    assert set(Incoming.objects.values_list("state", flat=True)) == {Handing.REFUSED}
    assert Incident.objects.get().kind == Trouble.UNENTITLED
    assert AuditEntry.objects.filter(event="network.refuse_message").count() == 3


def test_what_is_said_of_a_register_nobody_has_here_is_parked_until_somebody_does(
    joined: Node, partner: Partner, other: Shelf
) -> None:
    rows = {"register_name": CARDS, "rows": [{"key": "1", "version": 1, "data": {"reader": "王"}}]}
    answer = partner.hand_in(partner.message(rows, at=AT, schema="sync.rows"), at=AT).json()
    assert answer["receipts"][0]["receipt"]["understood"] is False
    tasks.hand_over(at=AT)
    assert Incoming.objects.get().reason.startswith("本节点没有登记簿")
    assert handing.unpark(at=AT) == 0
    registers.register(other)
    assert handing.unpark(at=AT) == 1
    tasks.hand_over(at=AT)
    assert other.rows.keys() == {"1"}


def test_what_a_node_says_whose_card_names_no_register_waits_for_its_newer_card(
    joined: Node, partner: Partner, other: Shelf
) -> None:
    Node.objects.update(owns=[], reads=[])  # let in before cards named registers
    registers.register(other)
    for number in ("1", "2"):
        rows = {"register_name": CARDS, "rows": [{"key": number, "version": 1, "data": {"reader": "王"}}]}
        partner.hand_in(partner.message(rows, at=AT, schema="sync.rows", key="sync:library.cards"), at=AT)
    assert tasks.hand_over(at=AT) == 2
    assert list(Incoming.objects.values_list("reason", flat=True)) == [handing.OLD_CARD, handing.BEHIND]
    assert handing.unpark(at=AT) == 0
    operations.renew_node(code=joined.code, card=partner.card(), actor=ONE, at=AT)
    operations.settle_renewal(code=joined.code, take=True, actor=OTHER, at=AT)
    tasks.hand_over(at=AT)
    assert handing.unpark(at=AT) == 1
    tasks.hand_over(at=AT)
    assert list(other.rows) == ["1", "2"]


ENTRIES = some.dictionaries(some.sampled_from("abcdefghij"), some.tuples(some.integers(1, 3), some.sampled_from("ab")))


@given(ours=ENTRIES, theirs=ENTRIES)
def test_ranges_agree_exactly_where_the_rows_do(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    here, there = ([trees.Entry(key, *one) for key, one in side.items()] for side in (ours, theirs))
    found = trees.differing(trees.summary(here, [""]), trees.summary(there, [""]))
    apart = {trees.place(one.key)[0] for one in set(here) ^ set(there)}
    assert set(found) == apart
    told = trees.compare(here, there)
    assert {*told.wanted, *told.only_here, *told.ahead} == {one.key for one in set(here) ^ set(there)}
