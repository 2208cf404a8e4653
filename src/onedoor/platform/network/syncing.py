"""
Keep a register in step with its owner's: changes as they happen, all of it once, and a comparison every day.

The owner tells (`tell`, `begin_bulk`, `compare_with`); the others take (`take_rows`) and ask again for what differs. A row is
taken when its version is newer; what cannot be right is a conflict, told and left to a person. Only who owns a register is
believed, and only who reads it is told: both stand in the registration of a node.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from onedoor.platform.kernel.crypto import canonical_json
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.network import handing, incidents, registers, sending, trees
from onedoor.platform.network.models import BulkRun, Comparison, Node, SyncConflict
from onedoor.platform.network.registers import PAGE, Row, Synced
from onedoor.platform.network.schemas import Body, Message, NotEntitled, NotUnderstood, Schema
from onedoor.platform.network.states import End, NodeState, Trouble
from onedoor.platform.network.trees import Entry

Kind = SyncConflict.Kind
PAGES_A_TURN = 20
RANGES, SMALL_RANGES = 256, 3  # of one message: what is said of them stays far below the largest message
PART = sending.LARGEST // 2  # bytes of the rows of one message; one larger row travels alone


class NotShared(OneDoorError):
    code, http_status = "network.not_shared", 409
    message = "登记簿“{register}”不由本节点发给节点 {node}。请核对双方名片上管理和读取的登记簿。"


class RowBody(Body):
    key: str
    version: int
    data: dict[str, Any] | None = None


class Rows(Body):
    """Rows of a register, as the owner has them."""

    register_name: str
    rows: list[RowBody]


class Ranges(Body):
    """Counts and digests of the sixteenths of some ranges on a day; the first says how many rows there are in all."""

    register_name: str
    day: date
    prefixes: list[str]
    parts: dict[str, tuple[int, str]]


class Asked(Body):
    """The ranges that differ, looked at more closely, or the rows that are wanted again, or all of them."""

    register_name: str
    day: date
    whole: bool = False
    ranges: list[str] = []
    keys: list[str] = []


class Entries(Body):
    """Every row of some small ranges, by key, version and digest."""

    register_name: str
    day: date
    prefixes: list[str]
    entries: list[tuple[str, int, str]]


def readers(register: str) -> list[Node]:
    """Return the joined nodes that read a register."""
    return [node for node in Node.objects.filter(state=NodeState.ACTIVE).order_by("pk") if register in node.reads]


def tell(register: str, row: Row, *, at: datetime) -> None:
    """
    Tell every node that reads a register of a changed row, in the transaction that changes it.

    :raises MessageTooLarge: the row is larger than a message may be.
    """
    for node in readers(register) if registers.is_owned(register) else ():
        _send_rows(register, [row], node.code, at=at)


def _reader(register: str, code: str) -> Node:
    """:raises NotShared: this node does not own the register, or that one does not read it."""
    found = [node for node in readers(register) if node.code == code]
    if not found or not registers.is_owned(register):
        raise NotShared(register=register, node=code)
    return found[0]


def _sender(message: Message) -> Node:
    """:raises NotUnderstood: the card of the sender names no register, as none did at first: a newer one has to come."""
    node = Node.objects.get(code=message.sender)
    if not node.owns and not node.reads:
        raise NotUnderstood(handing.OLD_CARD)
    return node


def _from_owner(message: Message) -> tuple[Synced, Node]:
    """:raises NotEntitled: the sender does not own the register it speaks of."""
    name, node = message.body.register_name, _sender(message)
    if registers.is_owned(name) or name not in node.owns:
        raise NotEntitled(f"登记簿“{name}”不由对方管理")
    return registers.find(name), node


def _for_reader(message: Message) -> tuple[Synced, Node]:
    """:raises NotEntitled: the sender does not read the register it asks about, or we do not own it."""
    name, node = message.body.register_name, _sender(message)
    if not registers.is_owned(name) or name not in node.reads:
        raise NotEntitled(f"登记簿“{name}”没有登记由对方读取")
    return registers.find(name), node


def _unknown(body: Any) -> str:
    if registers.is_known(body.register_name):
        return ""
    return f"本节点没有登记簿“{body.register_name}”。请升级本节点，或请对方核对；升级后自动接着处理。"


def _send_rows(register: str, rows: Sequence[Row], node: str, *, at: datetime) -> None:
    """:raises MessageTooLarge: one row is larger than a message may be."""
    for part in _parts(rows):
        bodies = [RowBody(key=row.key, version=row.version, data=row.data) for row in part]
        sending.send("sync.rows", Rows(register_name=register, rows=bodies), to=node, key=f"sync:{register}", at=at)


def _parts(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Cut rows into what goes into one message each."""
    part: list[Row] = []
    size = 0
    for row in rows:
        more = _size(row)
        if part and (size + more > PART or len(part) == PAGE):
            yield part
            part, size = [], 0
        part.append(row)
        size += more
    if part:
        yield part


def _size(row: Row) -> int:
    return len(row.key.encode()) + len(canonical_json(row.data)) + 100


def _send_fitting(register: str, rows: Sequence[Row], node: Node, *, at: datetime) -> None:
    """Send what fits into messages, in the worker: one row that does not is told to a person and holds up no other."""
    fitting = []
    for row in rows:
        if _size(row) > sending.LARGEST - PAGE:
            detail = f"登记簿“{register}”的一行有 {_size(row)} 字节，超过一条报文的上限，没有发给对方"
            incidents.note(node, End.OUT, Trouble.TOO_LARGE, detail, at=at)
        else:
            fitting.append(row)
    _send_rows(register, fitting, node.code, at=at)


def begin_bulk(register: str, *, to: str, at: datetime) -> BulkRun:
    """
    Send all of a register to a node, in the worker's rounds; a run that is under way goes on.

    :raises NotShared: this node does not own the register, or that one does not read it.
    """
    node = _reader(register, to)
    run, _ = BulkRun.objects.get_or_create(node=node, register=register, done_at=None, defaults={"began_at": at})
    return run


def go_on(*, at: datetime) -> int:
    """Write the next messages of every run; a worker that is killed between two pages loses none and doubles none."""
    written = 0
    for pk in BulkRun.objects.filter(done_at=None, node__state=NodeState.ACTIVE).values_list("pk", flat=True):
        for _ in range(PAGES_A_TURN):
            came = _next_page(pk, at=at)
            written += came
            if not came:
                break
    return written


@transaction.atomic
def _next_page(pk: int, *, at: datetime) -> int:
    run = BulkRun.objects.select_for_update(of=("self",)).select_related("node").get(pk=pk)
    rows = registers.find(run.register).page(run.after, PAGE) if run.done_at is None else []
    if rows:
        _send_fitting(run.register, rows, run.node, at=at)
        run.after, run.sent = rows[-1].key, run.sent + len(rows)
    else:
        run.done_at = run.done_at or at
    run.save()
    return len(rows)


def take_rows(message: Message, *, at: datetime) -> None:
    """Take what the owner says of rows: newer ones are put, the same again is nothing, the rest is a conflict."""
    register, node = _from_owner(message)
    rows = [Row(one.key, one.version, one.data) for one in message.body.rows]
    here = register.find([row.key for row in rows])
    for row in rows:
        mine = here.get(row.key)
        if mine is None or mine.version < row.version:
            register.put(row)
            settled = SyncConflict.objects.filter(node=node, register=register.name, key=row.key, settled_at=None)
            settled.update(settled_at=at, settled_by="系统", note="对方已发来更新的版本。")
        elif mine.version == row.version and mine.digest != row.digest:
            _conflict(node, register, Kind.DIFFERS, row.key, ours=mine.version, theirs=row, at=at)


def _conflict(
    node: Node, register: Synced, kind: str, key: str, *, ours: int, theirs: Row | None, at: datetime
) -> None:
    told = {"key": theirs.key, "version": theirs.version, "data": theirs.data} if theirs else None
    found = {"kind": kind, "ours": ours, "theirs": theirs.version if theirs else 0, "row": told, "at": at}
    SyncConflict.objects.update_or_create(node=node, register=register.name, key=key, settled_at=None, defaults=found)


# The daily comparison: the owner begins, the other asks as long as something differs


def compare_with(register: str, *, to: str, day: date, at: datetime) -> None:
    """
    Send the digests of all of a register; who has the same stays silent.

    :raises NotShared: this node does not own the register, or that one does not read it.
    """
    found, node = registers.find(register), _reader(register, to)
    body = Ranges(register_name=register, day=day, prefixes=[""], parts=trees.summary(_entries(found), [""]))
    sending.send("sync.ranges", body, to=node.code, key=f"sync:{register}", at=at)


def _entries(register: Synced) -> Iterator[Entry]:
    """Go through all of a register once; each message of a comparison does so once or twice, whatever ranges it is about."""
    return (Entry(row.key, row.version, row.digest) for row in registers.rows(register) if row.data is not None)


def read_ranges(message: Message, *, at: datetime) -> None:
    """Lay the owner's digests beside ours and ask about what differs; where a tenth is missing, about all of it."""
    body, (register, node) = message.body, _from_owner(message)
    ours = trees.summary(_entries(register), body.prefixes)
    found = trees.differing(ours, body.parts)
    missing = 0
    if body.prefixes == [""]:
        here, there = _total(ours), _total(body.parts)
        missing = there - here
        counts = {"ours": here, "theirs": there, "ranges": len(found), "wanted": 0, "at": at}
        Comparison.objects.update_or_create(node=node, register=register.name, day=body.day, defaults=counts)
    if missing > max(trees.FEW, _total(body.parts) // 10):
        _ask(register, node, body.day, at=at, whole=True)
        return
    for start in range(0, len(found), RANGES):
        _ask(register, node, body.day, at=at, ranges=found[start : start + RANGES])


def _total(parts: Any) -> int:
    return sum(count for count, _ in parts.values())


def _ask(register: Synced, node: Node, day: date, *, at: datetime, **what: Any) -> None:
    asked = Asked(register_name=register.name, day=day, **what)
    sending.send("sync.asked", asked, to=node.code, key=f"sync:{register.name}", at=at)


def answer(message: Message, *, at: datetime) -> None:
    """As the owner, look closer at the ranges that differ, and send the wanted rows again."""
    body, (register, node) = message.body, _for_reader(message)
    if body.whole:
        begin_bulk(register.name, to=node.code, at=at)
        return
    if body.ranges:
        _look_closer(register, node, body, at=at)
    rows = list(register.find(body.keys).values())
    _send_fitting(register.name, rows, node, at=at)


def _look_closer(register: Synced, node: Node, body: Any, *, at: datetime) -> None:
    """Send the sixteenths of the large ranges, and the entries of the small ones."""
    parts = trees.summary(_entries(register), body.ranges)
    large: list[str] = []
    small: list[str] = []
    for prefix in body.ranges:
        count = _total({part: told for part, told in parts.items() if part.startswith(prefix)})
        (small if count <= trees.FEW else large).append(prefix)
    if large:
        finer = {part: told for part, told in parts.items() if part.startswith(tuple(large))}
        told = Ranges(register_name=register.name, day=body.day, prefixes=large, parts=finer)
        sending.send("sync.ranges", told, to=node.code, key=f"sync:{register.name}", at=at)
    entries = trees.under(_entries(register), small) if small else []
    for start in range(0, len(small), SMALL_RANGES):
        prefixes = small[start : start + SMALL_RANGES]
        few = [(one.key, one.version, one.digest) for one in trees.under(entries, prefixes)]
        listed = Entries(register_name=register.name, day=body.day, prefixes=prefixes, entries=few)
        sending.send("sync.entries", listed, to=node.code, key=f"sync:{register.name}", at=at)


def read_entries(message: Message, *, at: datetime) -> None:
    """Ask for the rows that are missing or older here; what the owner does not have, or not so new, is a conflict."""
    body, (register, node) = message.body, _from_owner(message)
    theirs = [Entry(*one) for one in body.entries]
    found = trees.compare(trees.under(_entries(register), body.prefixes), theirs)
    versions = {one.key: one.version for one in theirs}
    here = register.find([*found.only_here, *found.ahead])
    for key in found.only_here:
        _conflict(node, register, Kind.ONLY_HERE, key, ours=here[key].version, theirs=None, at=at)
    for key in found.ahead:
        if here[key].version > versions[key]:
            _conflict(node, register, Kind.AHEAD, key, ours=here[key].version, theirs=None, at=at)
    # A row of the same version with other data is asked for too, so that the conflict can show both.
    wanted = [*found.wanted, *(key for key in found.ahead if here[key].version == versions[key])]
    for start in range(0, len(wanted), PAGE):
        _ask(register, node, body.day, at=at, keys=wanted[start : start + PAGE])
    today = Comparison.objects.filter(node=node, register=register.name, day=body.day)
    today.update(wanted=F("wanted") + len(found.wanted))


SCHEMAS = (
    Schema("sync.rows", 1, Rows, take_rows, obstacle=_unknown),
    Schema("sync.ranges", 1, Ranges, read_ranges, obstacle=_unknown),
    Schema("sync.asked", 1, Asked, answer, obstacle=_unknown),
    Schema("sync.entries", 1, Entries, read_entries, obstacle=_unknown),
)
