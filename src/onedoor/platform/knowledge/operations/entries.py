"""Write, review, publish and withdraw the versions of an entry; flag what has ended."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from onedoor.platform.audit import operations as audit
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.catalog.queries import in_force
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.kernel.numbers import next_number
from onedoor.platform.knowledge import rules
from onedoor.platform.knowledge.models import Entry, EntryItem, EntryVersion, Flag

State = EntryVersion.State
WRITE, APPROVE = "knowledge.edit", "knowledge.approve"
SHORTEST_OPINION = 5
MOST_CLAUSES, LONGEST_CLAUSE = 200, 5000
HEADING = re.compile(r"^(第[零〇一二三四五六七八九十百千\d]+条|[一二三四五六七八九十]+、)[\s　]*(.*)$")


class EntryNotFound(NotFound):
    code, message = "knowledge.entry_not_found", "没有找到这条政策或问答，可能已经撤下，请返回政策库重新查找。"


class OwnText(OneDoorError):
    code, http_status, message = "knowledge.own_text", 403, "起草人不能审核自己起草的内容，请由另一位审核人员审核。"


class EntryMoveNotPossible(OneDoorError):
    code, http_status, message = (
        "knowledge.move_not_possible",
        409,
        "这一版目前为“{state}”，不能这样办。请刷新页面查看最新状态。",
    )


class EntryInReview(OneDoorError):
    code, http_status, message = "knowledge.in_review", 409, "这一条正在审核。请先退回修改，或等审核以后再起草新版本。"


@dataclass(frozen=True)
class Text:
    """What is written of an entry: the source document, how long it holds, its clauses, the items it speaks of."""

    title: str
    organ: str
    document_number: str
    issued_on: date | None
    valid_from: date | None
    valid_to: date | None
    clauses: Sequence[Mapping[str, str]]
    item_codes: Sequence[str]


def clauses_of(text: str) -> list[dict[str, str]]:
    """
    Return typed text clause by clause: a line that begins with 第…条 or 一、 begins one, so does a blank line.

    The anchors follow from the order, so an address leads to the same clause as long as the version stands.
    """
    found: list[dict[str, str]] = []
    title = ""
    lines: list[str] = []

    def close() -> None:
        if title or lines:
            found.append({"anchor": f"c{len(found) + 1}", "title": title, "text": "\n".join(lines)})

    for line in (one.strip() for one in text.splitlines()):
        heading = HEADING.match(line)
        if heading or not line:
            close()
            title, lines = (heading[1].rstrip("、"), [heading[2]] if heading[2] else []) if heading else ("", [])
        else:
            lines.append(line)
    close()
    return found


@transaction.atomic
def write_entry(
    *, number: str, kind: str, line: str, division: str, text: Text, actor: Actor, at: datetime
) -> EntryVersion:
    """
    Write an entry, or the next version of one (`number`); an open draft is changed in place, what is in force stays.

    :raises InvalidInput: something is missing or contradicts itself.
    :raises EntryNotFound: no such entry.
    :raises EntryInReview: a version is being reviewed.
    """
    if number:
        entry = Entry.objects.select_for_update().filter(number=number).first()
        if entry is None:
            raise EntryNotFound
        actor.require(WRITE, division=entry.division, line=entry.line)
    else:
        place = identity.division(division).code
        actor.require(WRITE, division=place, line=line)
        if kind not in Entry.Kind.values:
            raise InvalidInput({"kind": "请选择类别。"})
        entry = Entry(number=f"K{next_number('knowledge.entry'):05}", kind=kind, line=line, division=place)
        entry.recorded_at, entry.recorded_by = at, actor.name
    items = _items(text, day_of(at))
    _check(text, items)
    entry.save()
    version = _row_to_write(entry)
    version.title, version.organ = text.title.strip(), text.organ.strip()
    version.document_number, version.issued_on = text.document_number.strip(), text.issued_on
    version.valid_from, version.valid_to = text.valid_from, text.valid_to
    version.clauses = [dict(one) for one in text.clauses]
    version.written_login_id, version.recorded_at, version.recorded_by = actor.login_id, at, actor.name
    version.save()
    version.items.all().delete()
    EntryItem.objects.bulk_create(EntryItem(version=version, item_version=one) for one in items.values())
    audit.record("knowledge.write_entry", actor=actor, at=at, target=entry.target, division=entry.division)
    return version


def _row_to_write(entry: Entry) -> EntryVersion:
    newest = entry.versions.order_by("-version").first()
    if newest is not None and newest.state == State.IN_REVIEW:
        raise EntryInReview
    if newest is not None and newest.state == State.DRAFT:
        return newest
    last = entry.versions.aggregate(last=Max("version"))["last"] or 0
    return EntryVersion(entry=entry, version=last + 1)


def _items(text: Text, on: date) -> dict[str, ItemVersion]:
    """Return the version of each item the text speaks of: the one in force today."""
    versions = ItemVersion.objects.filter(in_force(on), code__in=text.item_codes, offering__isnull=True)
    return {version.code: version for version in versions.order_by("version")}


def _check(text: Text, items: Mapping[str, ItemVersion]) -> None:
    """:raises InvalidInput: every fault at once."""
    problems = {}
    for field, value, word in (("title", text.title, "标题"), ("organ", text.organ, "发布机关")):
        if not value.strip():
            problems[field] = f"请填写{word}。"
    if text.issued_on is None:
        problems["issued_on"] = "请填写成文日期。"
    if text.valid_from is None:
        problems["valid_from"] = "请填写生效日。"
    elif text.valid_to is not None and text.valid_to <= text.valid_from:
        problems["valid_to"] = "失效日要晚于生效日；长期有效的不用填。"
    if not any(one["text"].strip() for one in text.clauses):
        problems["clauses"] = "请填写正文，每条另起一行，以“第一条”或“一、”开头。"
    elif len(text.clauses) > MOST_CLAUSES or any(len(one["text"]) > LONGEST_CLAUSE for one in text.clauses):
        problems["clauses"] = f"正文最多 {MOST_CLAUSES} 条，每条不超过 {LONGEST_CLAUSE} 字，请分成几条条目。"
    if unknown := [code for code in text.item_codes if code not in items]:
        problems["items"] = f"没有找到正在办理的事项：{'、'.join(unknown)}。请核对事项代码。"
    if problems:
        raise InvalidInput(problems)


def _lock(version_id: int, permission: str, actor: Actor, *states: str) -> EntryVersion:
    """:raises EntryNotFound, NotAllowed, EntryMoveNotPossible: it is not there, not the actor's, or in another state."""
    version = EntryVersion.objects.select_for_update(of=("self",)).select_related("entry").filter(pk=version_id).first()
    if version is None:
        raise EntryNotFound
    actor.require(permission, division=version.entry.division, line=version.entry.line)
    if version.state not in states:
        raise EntryMoveNotPossible(state=version.get_state_display())
    return version


@transaction.atomic
def submit_entry(*, version_id: int, actor: Actor, at: datetime) -> EntryVersion:
    """Hand a draft over to whoever reviews it."""
    version = _lock(version_id, WRITE, actor, State.DRAFT)
    version.state = State.IN_REVIEW
    version.save(update_fields=["state"])
    audit.record("knowledge.submit_entry", actor=actor, at=at, **_about(version))
    return version


@transaction.atomic
def approve_entry(*, version_id: int, opinion: str, actor: Actor, at: datetime) -> EntryVersion:
    """
    Approve a version as another person: it is published, and takes the place of the one before.

    :raises OwnText: the approver has written it.
    """
    version = _lock(version_id, APPROVE, actor, State.IN_REVIEW)
    if actor.kind != "system" and version.written_login_id == actor.require_login():
        raise OwnText
    _settle(version, _opinion(opinion), actor, at)
    earlier = EntryVersion.objects.filter(entry=version.entry, state=State.PUBLISHED)
    Flag.objects.filter(version__in=earlier).delete()
    earlier.update(state=State.REPLACED)
    version.state = State.PUBLISHED
    version.save()
    _flag(version, at)
    audit.record("knowledge.approve_entry", actor=actor, at=at, **_about(version))
    _tell_change(version)
    return version


@transaction.atomic
def send_back_entry(*, version_id: int, opinion: str, actor: Actor, at: datetime) -> EntryVersion:
    """Give a version back to whoever wrote it, with what is wrong."""
    version = _lock(version_id, APPROVE, actor, State.IN_REVIEW)
    _settle(version, _opinion(opinion), actor, at)
    version.state = State.DRAFT
    version.save()
    audit.record("knowledge.send_back_entry", actor=actor, at=at, **_about(version))
    return version


@transaction.atomic
def withdraw_entry(*, version_id: int, opinion: str, actor: Actor, at: datetime) -> EntryVersion:
    """Take a published version down; it stays on record."""
    version = _lock(version_id, APPROVE, actor, State.PUBLISHED)
    version.opinion = _opinion(opinion)
    version.state = State.WITHDRAWN
    version.save(update_fields=["state", "opinion"])
    version.flags.all().delete()
    audit.record("knowledge.withdraw_entry", actor=actor, at=at, **_about(version))
    _tell_change(version)
    return version


def _settle(version: EntryVersion, opinion: str, actor: Actor, at: datetime) -> None:
    version.opinion, version.settled_at, version.settled_by = opinion, at, actor.name
    # What the machine loads was reviewed with the code it comes with.
    version.settled_login_id = actor.login_id or 0


def _opinion(text: str) -> str:
    """:raises InvalidInput: too short to be an opinion."""
    if len(text.strip()) < SHORTEST_OPINION:
        raise InvalidInput({"opinion": f"请写明意见或理由（不少于 {SHORTEST_OPINION} 个字）。"})
    return text.strip()


def _about(version: EntryVersion) -> dict[str, Any]:
    """Return what the record says of a deed on a version besides who did it."""
    entry = version.entry
    return {"target": entry.target, "division": entry.division, "version": version.version}


def _tell_change(version: EntryVersion) -> None:
    number = version.entry.number
    outbox.publish("knowledge.entry_changed", key=f"knowledge:{number}", number=number)


def flag_ended_entries(*, at: datetime) -> int:
    """Flag every published version under which something has ended, take back what no longer holds; return the changes."""
    published = EntryVersion.objects.filter(state=State.PUBLISHED).select_related("entry")
    return sum(_flag(version, at) for version in published.prefetch_related("items__item_version", "flags"))


@transaction.atomic
def _flag(version: EntryVersion, at: datetime) -> int:
    ends = [_end_of(one.item_version) for one in version.items.select_related("item_version")]
    found = set(rules.flaws(valid_to=version.valid_to, items_end=ends, on=day_of(at)))
    known = set(version.flags.values_list("reason", flat=True))
    if found == known:
        return 0
    version.flags.filter(reason__in=known - found).delete()
    Flag.objects.bulk_create(Flag(version=version, reason=reason, found_at=at) for reason in sorted(found - known))
    _tell_change(version)
    return 1


def _end_of(item_version: ItemVersion) -> date | None:
    """Return from which day on an item's version no longer holds; a suspended one holds no longer than it began."""
    suspended = item_version.state == ItemVersion.State.SUSPENDED
    return item_version.valid_from if suspended else item_version.valid_to


def flag_entries_of_item(*, code: str, at: datetime) -> None:
    """Look at once at the entries that speak of an item that has changed."""
    touched: Any = EntryVersion.objects.filter(state=State.PUBLISHED, items__item_version__code=code).distinct()
    for version in touched.select_related("entry"):
        _flag(version, at)
