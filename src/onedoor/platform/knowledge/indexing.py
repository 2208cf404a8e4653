"""From what there is to the rows it is found by: one source a kind, each made anew as a whole whenever it changes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.catalog.states import HOLDING
from onedoor.platform.identity.models import ServicePoint
from onedoor.platform.knowledge.models import Entry, EntryVersion, SearchRow
from onedoor.platform.knowledge.passages import passages_of
from onedoor.platform.knowledge.words import tokens
from onedoor.platform.registers import declarations

NATION = "000000000000"
BATCH = 1000
Kind = SearchRow.Kind


@dataclass(frozen=True)
class Source:
    """Where rows come from: all keys there are now, and the rows of one of them; none once it is there no more."""

    name: str
    every: Callable[[], Iterable[str]]  # the keys of all there are
    rows: Callable[[str], list[SearchRow]]


@transaction.atomic
def refresh(source: str) -> int:
    """Make the rows of one source anew ("item:library.card") and return how many there are."""
    name, _, key = source.partition(":")
    rows = SOURCES[name].rows(key)
    SearchRow.objects.filter(source=source).delete()
    SearchRow.objects.bulk_create(rows)
    return len(rows)


def rebuild() -> Iterator[tuple[str, int]]:
    """Make the whole index anew, source by source, while it is being searched; yield each kind with its number of rows."""
    for name, source in SOURCES.items():
        made, there = 0, set()
        for key in source.every():
            made += refresh(f"{name}:{key}")
            there.add(f"{name}:{key}")
        kept = SearchRow.objects.filter(source__startswith=f"{name}:").values_list("source", flat=True)
        gone = set(kept.distinct()) - there
        for place in range(0, len(gone), BATCH):
            SearchRow.objects.filter(source__in=sorted(gone)[place : place + BATCH]).delete()
        yield name, made


def fill_empty(*, at: datetime) -> int:
    """Make the index where there is none yet, as after an installation was brought up to date; return how many rows."""
    if SearchRow.objects.exists():
        return 0
    return sum(number for _, number in rebuild())


def _published_items() -> Any:
    return ItemVersion.objects.filter(offering__isnull=True, state__in=HOLDING, valid_from__isnull=False)


def _item_rows(code: str) -> list[SearchRow]:
    """The card of each version and the passages of its guide; which of them holds is told by its days."""
    rows = []
    for version in _published_items().filter(code=code).order_by("version"):
        item = version.item
        whole: dict[str, Any] = {
            "source": f"item:{code}",
            "line": version.line,
            "division": NATION,
            "valid_from": version.valid_from,
            "valid_to": version.valid_to,
        }
        names = [item.title, *item.aliases, *([item.title_en] if item.title_en else [])]
        rows.append(
            SearchRow(
                kind=Kind.ITEM,
                part=str(version.version),
                title=item.title,
                title_en=item.title_en,
                names=names[1:],
                text=item.summary,
                address=f"/items/{code}/",
                tokens=tokens(names, item.summary + item.gives, also=item.elements.topics),
                **whole,
            )
        )
        rows.extend(
            SearchRow(
                kind=Kind.GUIDE,
                part=f"{version.version}#{one.part}",
                title=one.title,
                names=[item.title, *item.aliases],
                text=one.text,
                cited=f"{item.title} · {one.title}（事项第 {version.version} 版）",
                address=f"/items/{code}/#{one.part}",
                tokens=tokens(names, f"{one.title}。{one.text}", inside=False, also=one.asked),
                **whole,
            )
            for one in passages_of(item)
        )
    return rows


def _entry_rows(number: str) -> list[SearchRow]:
    version = EntryVersion.objects.filter(entry__number=number, state=EntryVersion.State.PUBLISHED).first()
    if version is None or version.flags.exists():
        return []
    return [
        SearchRow(
            kind=Kind.CLAUSE,
            source=f"entry:{number}",
            part=clause["anchor"],
            title=version.title,
            names=[clause["title"]] if clause["title"] else [],
            text=clause["text"],
            cited=_cited(version, clause["title"]),
            address=f"/policies/{number}/#{clause['anchor']}",
            line=version.entry.line,
            division=version.entry.division,
            valid_from=version.valid_from,
            valid_to=version.valid_to,
            tokens=tokens([version.title], f"{clause['title']}。{clause['text']}", also=[version.document_number]),
        )
        for clause in version.clauses
    ]


def _cited(version: EntryVersion, clause: str) -> str:
    numbered = f"（{version.document_number}）" if version.document_number else ""
    return " · ".join(part for part in (f"《{version.title}》{numbered}第 {version.version} 版", clause) if part)[:300]


def _office_rows(key: str) -> list[SearchRow]:
    point = ServicePoint.objects.filter(pk=key).select_related("organization").first()
    if point is None:
        return []
    ends = (point.closed_on, point.organization.in_force_to)
    told = "；".join(part for part in (point.address, point.opening_hours, point.phone) if part)
    return [
        SearchRow(
            kind=Kind.OFFICE,
            source=f"office:{point.pk}",
            part="",
            title=point.name,
            names=[point.organization.name],
            text=told,
            address=f"/offices/?office={point.pk}#office-{point.pk}",
            division=point.organization.division_id,
            valid_to=min((day for day in ends if day is not None), default=None),
            tokens=tokens([point.name, point.organization.name], point.address),
        )
    ]


def _register_keys() -> Iterator[str]:
    for register in declarations.all_registers():
        if register.published is not None:
            for pk in register.model._default_manager.order_by("pk").values_list("pk", flat=True).iterator():
                yield f"{register.code}:{pk}"


def _register_rows(key: str) -> list[SearchRow]:
    """What a register makes public of an entry while it is in force; nothing else of it is looked at."""
    code, _, pk = key.partition(":")
    register = declarations.find(code)
    entry = register.model._default_manager.filter(pk=pk).first() if register and register.published else None
    if register is None or register.published is None or entry is None:
        return []
    told = register.published(entry)
    if told is None:
        return []
    return [
        SearchRow(
            kind=Kind.REGISTER,
            source=f"register:{key}",
            part="",
            title=told.name,
            text=told.text,
            cited=register.title,
            address=told.address,
            line=register.line,
            division=entry.division,
            valid_from=entry.in_force_from,
            valid_to=entry.in_force_to,
            tokens=tokens([told.name, *told.other_names], person=told.person, inside=False),
        )
    ]


SOURCES = {
    one.name: one
    for one in (
        Source("item", lambda: _published_items().values_list("code", flat=True).distinct(), _item_rows),
        Source("entry", lambda: Entry.objects.values_list("number", flat=True), _entry_rows),
        Source("office", lambda: map(str, ServicePoint.objects.values_list("pk", flat=True)), _office_rows),
        Source("register", _register_keys, _register_rows),
    )
}


def in_time(on: Any) -> Q:
    """Return the condition "holds on this day" for rows of the index."""
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    return begun & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))
