"""Read entries: what is in force for everybody, everything within reach for who keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.scopes import within_reach
from onedoor.platform.knowledge.models import Entry, EntryVersion, Synonym
from onedoor.platform.knowledge.operations.entries import APPROVE, WRITE, EntryNotFound
from onedoor.platform.knowledge.operations.synonyms import KEEP
from onedoor.platform.knowledge.reading import shipped_synonyms

NATION = "000000000000"
PAGE = 50
State = EntryVersion.State
KINDS: list[tuple[str, str]] = [(one.value, str(one.label)) for one in Entry.Kind]
__all__ = ["EntryNotFound"]


@dataclass(frozen=True)
class SpokenOf:
    """An item an entry speaks of."""

    code: str
    title: str
    version: int


@dataclass(frozen=True)
class PublicEntry:
    """An entry as everybody reads it."""

    number: str
    kind: str
    kind_title: str
    version: EntryVersion
    items: Sequence[SpokenOf]
    in_force: bool
    why_not: Sequence[str]  # what has ended under it


@dataclass(frozen=True)
class SynonymLine:
    word: str
    meanings: Sequence[str]
    shipped: bool


def list_public_entries(*, chain: Sequence[str], on: date, kind: str = "", line: str = "") -> list[PublicEntry]:
    """Return what holds for a place, the newest document first; what has ended is left out. Three queries."""
    found = EntryVersion.objects.filter(state=State.PUBLISHED, valid_from__lte=on, flags__isnull=True)
    found = found.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    found = found.filter(entry__division__in=[NATION, *chain])
    if kind:
        found = found.filter(entry__kind=kind)
    if line:
        found = found.filter(entry__line=line)
    rows = found.select_related("entry").prefetch_related("items__item_version", "flags")
    return [_public(row, on) for row in rows.order_by("-issued_on", "-pk")]


def read_public_entry(*, number: str, on: date) -> PublicEntry:
    """
    Return an entry with its clauses. One that has ended is still shown under its address, and said to have ended.

    :raises EntryNotFound: it was never published, or has been withdrawn.
    """
    found = EntryVersion.objects.filter(entry__number=number, state=State.PUBLISHED).select_related("entry")
    version = found.prefetch_related("items__item_version", "flags").first()
    if version is None:
        raise EntryNotFound
    return _public(version, on)


def _public(version: EntryVersion, on: date) -> PublicEntry:
    flags = [str(flag.get_reason_display()) for flag in version.flags.all()]
    entry = version.entry
    return PublicEntry(
        number=entry.number,
        kind=entry.kind,
        kind_title=str(entry.get_kind_display()),
        version=version,
        items=_items(version),
        in_force=version.holds(on) and not flags,
        why_not=flags,
    )


def _items(version: EntryVersion) -> list[SpokenOf]:
    rows = (one.item_version for one in version.items.all())
    return [SpokenOf(row.code, row.title, row.version) for row in rows]


def list_entries(*, actor: Actor, flagged: bool = False) -> list[EntryVersion]:
    """Return the newest version of every entry within reach, what waits for a review or has ended first."""
    actor.require_one_of(WRITE, APPROVE)
    found = EntryVersion.objects.filter(_in_reach(actor)).exclude(state=State.REPLACED)
    if flagged:
        found = found.filter(flags__isnull=False)
    rows = list(found.select_related("entry").prefetch_related("flags").order_by("-pk").distinct())
    order = {State.IN_REVIEW: 0, State.DRAFT: 1, State.PUBLISHED: 2, State.WITHDRAWN: 3}
    return sorted(rows, key=lambda row: (not row.flags.all(), order.get(State(row.state), 9)))


def get_entry_version(*, version_id: int, actor: Actor) -> EntryVersion:
    """:raises EntryNotFound: there is none within reach."""
    actor.require_one_of(WRITE, APPROVE)
    found = EntryVersion.objects.filter(_in_reach(actor), pk=version_id).select_related("entry")
    version = found.prefetch_related("items__item_version", "flags").first()
    if version is None:
        raise EntryNotFound
    return version


def versions_of_entry(*, number: str, actor: Actor) -> list[EntryVersion]:
    """Return all versions of an entry within reach, the newest first."""
    actor.require_one_of(WRITE, APPROVE)
    found = EntryVersion.objects.filter(_in_reach(actor), entry__number=number).select_related("entry")
    return list(found.prefetch_related("items__item_version", "flags").order_by("-version"))


def deeds_possible(version: EntryVersion, *, actor: Actor) -> list[str]:
    """Return what the actor may do with a version now: submit, approve, send_back, withdraw."""
    entry = version.entry
    may_write = actor.may(WRITE, division=entry.division, line=entry.line)
    may_approve = actor.may(APPROVE, division=entry.division, line=entry.line)
    own = version.written_login_id == actor.login_id
    possible = {
        State.DRAFT: ["submit"] if may_write else [],
        State.IN_REVIEW: [*(["approve"] if not own else []), "send_back"] if may_approve else [],
        State.PUBLISHED: ["withdraw"] if may_approve else [],
    }
    return possible.get(State(version.state), [])


def _in_reach(actor: Actor) -> Q:
    return within_reach(actor, prefix="entry__")


def list_synonyms(*, actor: Actor) -> list[SynonymLine]:
    """Return what people say and what it is called here, one's own rows before the shipped ones."""
    actor.require_one_of(KEEP)
    own = {row.word: row.meanings for row in Synonym.objects.order_by("word")}
    shipped = {word: meanings for word, meanings in shipped_synonyms().items() if word not in own}
    return [
        *(SynonymLine(word, meanings, shipped=False) for word, meanings in own.items()),
        *(SynonymLine(word, meanings, shipped=True) for word, meanings in sorted(shipped.items())),
    ]
