"""The library of policies and answers: search everything, read what holds, keep it, keep what people say instead."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from pydantic import StringConstraints

from onedoor.api.doors import anybody, caller, officer, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, whole
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.knowledge import deeds, operations, queries

room = Room("knowledge")
KEEPS = officer(operations.WRITE, operations.APPROVE)
Whole = Annotated[str, StringConstraints(max_length=200_000)]
WRITES, SYNONYMS = officer(operations.WRITE), officer(operations.KEEP)


class HitOut(Told):
    """检索到的一条：是什么、在哪里、为什么找到它。Something found, with the reason."""

    kind: str
    code: str
    title: str
    title_en: str
    summary: str
    address: str
    cited: str
    reason: str


class GroupOut(Told):
    """一类检索结果。The finds of one kind."""

    kind: str
    title: str
    hits: list[HitOut]
    more: bool


class FoundOut(Told):
    """检索结果，按类分组；没有找到时 corrected 是改用的词。What a search found, in groups."""

    text: str
    corrected: str
    groups: list[GroupOut]


class ClauseOut(Told):
    """一条条款。A clause under its anchor."""

    anchor: str
    title: str
    text: str


class SpokenOfOut(Told):
    """条目所说的事项版本。The version of an item an entry speaks of."""

    code: str
    title: str
    version: int


class PolicyOut(Told):
    """一份政策或问答。A policy or an answered question."""

    number: str
    kind: str
    version: int
    title: str
    organ: str
    document_number: str
    issued_on: date | None
    valid_from: date | None
    valid_to: date | None
    division: str
    in_force: bool
    clauses: list[ClauseOut]
    items: list[SpokenOfOut]


class EntryIn(Told):
    """条目的一版。A version of an entry as it is written."""

    title: Line
    organ: Line
    document_number: Line = ""
    issued_on: Day
    valid_from: Day
    valid_to: Day | None = None
    text: Whole
    item_codes: list[Line] = []


class NewEntryIn(EntryIn):
    """一个新的条目。A new entry."""

    kind: Line
    line: Line
    division: Line


class KnowledgeEntryOut(PolicyOut):
    """条目的一版和它的审核。A version of an entry with its review."""

    id: int
    state: str
    recorded_by: str
    recorded_at: datetime
    opinion: str
    settled_by: str
    settled_at: datetime | None
    flags: list[str]
    possible: list[str]


class EntryDeedIn(Told):
    """送审、审核通过、退回或撤下。Submit, approve, send_back or withdraw."""

    deed: Line
    opinion: Text = ""


class SynonymOut(Told):
    """人们的说法和规范名称。What people say, and what it is called here."""

    word: str
    meanings: list[str]
    shipped: bool


class SynonymIn(Told):
    """一个说法；meanings 空着就不再采用。A word; without meanings it no longer counts."""

    meanings: list[Line]


class FoundOfficeOut(Told):
    """办事窗口。Where to go."""

    id: int
    name: str
    kind: str
    address: str
    opening_hours: str
    phone: str


@room.read("/search", anybody(most=600, name="suggestions"), "检索", FoundOut)
def search(request: HttpRequest, q: Line, division: Line = identity.NATION) -> queries.Found:
    """Search items, policies and answers, offices and public registers in one question, with the reason for each find."""
    on = clock.today()
    return queries.search(text=q, place=queries.place_at(division=identity.division(division).code, on=on), on=on)


@room.read("/policies", anybody(), "政策库", Page[PolicyOut])
def list_policies(
    request: HttpRequest, division: Line = identity.NATION, kind: Line = "", line: Line = ""
) -> dict[str, Any]:
    """List the policies and answered questions that hold for a place today."""
    chain = identity.chain(identity.division(division).code)
    found = queries.list_public_entries(chain=chain, on=clock.today(), kind=kind, line=line)
    return whole(found, lambda one: _policy(one.version, one.in_force))


@room.read("/policies/{number}", anybody(), "一份政策或问答", PolicyOut)
def read_policy(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read a policy or an answered question clause by clause."""
    found = queries.read_public_entry(number=number, on=clock.today())
    return _policy(found.version, found.in_force)


@room.read("/offices", anybody(), "办事窗口", Page[FoundOfficeOut])
def list_offices(request: HttpRequest, division: Line = identity.NATION, after: Id = 0) -> dict[str, Any]:
    """List where people of a place go: within it and, on the first page, nearest above it; `after` is `next` before."""
    place, on = identity.division(division).code, clock.today()
    inside = identity.service_points_around(ranges=identity.subtree_range(place, on=on), on=on, after=after)
    nearest = [] if after else identity.service_points(chain=identity.chain(place), line="", on=on)
    points = {point.pk: point for point in [*nearest, *inside]}
    following = str(inside[-1].pk) if len(inside) == identity.POINTS else None
    return {"items": list(points.values()), "next": following}


@room.read("/knowledge-entries", KEEPS, "知识条目", Page[KnowledgeEntryOut])
def list_entries(request: HttpRequest, flagged: bool = False) -> dict[str, Any]:
    """List the newest versions within reach; with `flagged` only those under which something has ended."""
    rows = queries.list_entries(actor=caller(request), flagged=flagged)
    return whole(rows, lambda row: _entry(request, row))


@room.write("/knowledge-entries", WRITES, "起草条目", KnowledgeEntryOut)
def write_entry(request: HttpRequest, sent: NewEntryIn) -> dict[str, Any]:
    """Write the first version of an entry."""
    place = identity.division(sent.division).code
    made = operations.write_entry(
        number="", kind=sent.kind, line=sent.line, division=place, text=_text(sent), **who(request)
    )
    return get_entry(request, made.pk)


@room.write("/knowledge-entries/{number}/versions", WRITES, "修改条目", KnowledgeEntryOut)
def change_entry(request: HttpRequest, number: Line, sent: EntryIn) -> dict[str, Any]:
    """Change the open draft of an entry, or begin its next version."""
    made = operations.write_entry(number=number, kind="", line="", division="", text=_text(sent), **who(request))
    return get_entry(request, made.pk)


@room.read("/knowledge-versions/{version_id}", KEEPS, "条目的一版", KnowledgeEntryOut)
def get_entry(request: HttpRequest, version_id: Id) -> dict[str, Any]:
    """Read a version of an entry with its review and what has ended under it."""
    return _entry(request, queries.get_entry_version(version_id=version_id, actor=caller(request)))


@room.write("/knowledge-versions/{version_id}/deeds", KEEPS, "送审、审核或撤下条目", KnowledgeEntryOut)
def act_on_entry(request: HttpRequest, version_id: Id, sent: EntryDeedIn) -> dict[str, Any]:
    """Submit a version, approve it as another person, send it back, or withdraw it."""
    queries.get_entry_version(version_id=version_id, actor=caller(request))
    deeds.do(sent.deed, version_id=version_id, opinion=sent.opinion, **who(request))
    return get_entry(request, version_id)


@room.read("/synonyms", SYNONYMS, "同义说法", Page[SynonymOut])
def list_synonyms(request: HttpRequest) -> dict[str, Any]:
    """List what people say and what it is called here."""
    return whole(queries.list_synonyms(actor=caller(request)))


@room.replace("/synonyms/{word}", SYNONYMS, "保存同义说法", SynonymOut)
def set_synonym(request: HttpRequest, word: Line, sent: SynonymIn) -> dict[str, Any]:
    """Say what a word people use is called here; it counts from the next search on."""
    row = operations.set_synonym(word=word, meanings=sent.meanings, **who(request))
    return {"word": row.word, "meanings": row.meanings, "shipped": False}


def _text(sent: EntryIn) -> operations.Text:
    given = sent.dict(
        include={"title", "organ", "document_number", "issued_on", "valid_from", "valid_to", "item_codes"}
    )
    return operations.Text(clauses=operations.clauses_of(sent.text), **given)


def _policy(version: Any, in_force: bool) -> dict[str, Any]:
    names = ("title", "organ", "document_number", "issued_on", "valid_from", "valid_to", "version", "clauses")
    entry = version.entry
    items = [one.item_version for one in version.items.all()]
    return {
        "number": entry.number,
        "kind": entry.kind,
        "division": entry.division,
        "in_force": in_force,
        "items": [{"code": one.code, "title": one.title, "version": one.version} for one in items],
        **{name: getattr(version, name) for name in names},
    }


def _entry(request: HttpRequest, row: Any) -> dict[str, Any]:
    names = ("state", "recorded_by", "recorded_at", "opinion", "settled_by", "settled_at")
    flags = [flag.reason for flag in row.flags.all()]
    in_force = row.state == "published" and row.holds(clock.today()) and not flags
    told = {name: getattr(row, name) for name in names} | {"id": row.pk, "flags": flags}
    return _policy(row, in_force) | told | {"possible": queries.deeds_possible(row, actor=caller(request))}
