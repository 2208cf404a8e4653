"""
Look into registers: lists by place, one entry with its history, as true on one day and as known on another. Every look
is recorded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit import suspensions
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.errors import NotAllowed, NotFound
from onedoor.platform.kernel.models import RegisterEntry
from onedoor.platform.kernel.scopes import within_reach
from onedoor.platform.registers import rules
from onedoor.platform.registers.declarations import Register, all_registers, find
from onedoor.platform.registers.models import BenefitPayment

PAGE = 50
VIEW = "registers.view"


class EntryNotFound(NotFound):
    code, message = "registers.entry_not_found", "没有找到这条登记。请核对编号，或确认您的岗位管得到这个地方。"


@dataclass(frozen=True)
class View:
    """
    Two times of a look: the day whose truth is asked for, and the moment whose knowledge it is told with.

    What an organ knew when it paid is often not what held, as came out later; both questions have an answer.
    """

    on: date
    known: datetime | None = None  # None: what is known now

    @property
    def condition(self) -> Q:
        """The entries in force on the day, as the register knew at the moment."""
        lasts = Q(in_force_to__isnull=True) | Q(in_force_to__gt=self.on)
        if self.known is None:
            return Q(in_force_from__lte=self.on) & lasts
        begun = Q(in_force_from__lte=self.on, recorded_at__lte=self.known)
        return begun & (lasts | Q(end_recorded_at__gt=self.known))

    def end_of(self, entry: RegisterEntry) -> date | None:
        """Return the last day as far as it was known."""
        if self.known is not None and entry.end_recorded_at is not None and entry.end_recorded_at > self.known:
            return None
        return entry.in_force_to

    def holds(self, entry: RegisterEntry) -> bool:
        """Tell of one row what `condition` asks of all."""
        if self.known is not None and entry.recorded_at > self.known:
            return False
        end = self.end_of(entry)
        return entry.in_force_from <= self.on and (end is None or self.on < end)


def view_of(*, on: date | None, known: date | None, today: date) -> View | None:
    """Return the two times a visitor asks for, None where they ask for neither; a day of knowledge is taken to its end."""
    if on is None and known is None:
        return None
    return View(on or known or today, datetime.combine(known, time.max, CHINA) if known else None)


@dataclass(frozen=True)
class Row:
    """One line of a list; `cells` in the order of the register's columns."""

    id: int
    number: str
    in_force: bool
    cells: Sequence[str]


@dataclass(frozen=True)
class Stretch:
    """One entry of a succession: over which days it holds, and when the register learned that."""

    number: str
    in_force_from: date
    in_force_to: date | None
    recorded_at: datetime
    end_recorded_at: datetime | None


@dataclass(frozen=True)
class Entry:
    """One entry with its facts, the entries before and after it, and the case that caused it."""

    register: Register
    id: int
    number: str
    in_force_from: date
    in_force_to: date | None
    facts: Sequence[tuple[str, str]]
    history: Sequence[Stretch]  # oldest first
    case_number: str


def visible_registers(*, actor: Actor) -> list[Register]:
    """Return the registers the actor's post may see at all."""
    if VIEW not in actor.permissions:
        return []
    return [one for one in all_registers() if not actor.lines or one.line in actor.lines]


def list_entries(
    *,
    code: str,
    actor: Actor,
    at: datetime,
    number: str = "",
    view: View | None = None,
    before: int = 0,
    most: int = PAGE,
) -> tuple[Register, list[Row]]:
    """
    Return a page of a register, newest first; with a `view`, what is in force then. Two queries whatever its size;
    `before` is the id of the last row above.

    :raises EntryNotFound, NotAllowed: no such register, or not for this post.
    """
    register = _require(code, actor)
    found = _in_reach(register, actor)
    if number:
        found = found.filter(number=number.strip())
    if before:
        found = found.filter(pk__lt=before)
    seen = view or View(day_of(at))
    if view is not None:
        found = found.filter(view.condition)
    rows = [
        Row(entry.pk, entry.number, seen.holds(entry), [column.show(entry) for column in register.columns])
        for entry in found.order_by("-pk")[:most]
    ]
    audit.record_look("registers.list", actor=actor, at=at, target=f"register:{code}")
    return register, rows


def read_entry(*, code: str, entry_id: int, actor: Actor, at: datetime) -> Entry:
    """
    Return one entry with its history.

    :raises EntryNotFound: there is none within the actor's reach.
    :raises QuerySuspended: the officer has opened too many records today without a case.
    """
    register = _require(code, actor)
    suspensions.require_query_right(actor)
    entry = _in_reach(register, actor).filter(pk=entry_id).first()
    if entry is None:
        raise EntryNotFound
    audit.record_look(
        "registers.view",
        actor=actor,
        at=at,
        target=f"{code}:{entry.pk}",
        division=entry.division,
        without_case=True,
    )
    suspensions.count_look(actor=actor, at=at)
    return Entry(
        register=register,
        id=entry.pk,
        number=entry.number,
        in_force_from=entry.in_force_from,
        in_force_to=entry.in_force_to,
        facts=[(column.title, column.show(entry)) for column in register.facts],
        history=[
            Stretch(one.number, one.in_force_from, one.in_force_to, one.recorded_at, one.end_recorded_at)
            for one in _chain(entry)
        ],
        case_number=entry.case_number,
    )


def _require(code: str, actor: Actor) -> Register:
    register = find(code)
    if register is None:
        raise EntryNotFound
    if VIEW not in actor.permissions or (actor.lines and register.line not in actor.lines):
        raise NotAllowed
    return register


def _in_reach(register: Register, actor: Actor) -> "QuerySet[Any]":
    found = register.model._default_manager.filter(within_reach(actor, by_line=False))
    return found.select_related(*register.related) if register.related else found


def _chain(entry: Any) -> list[Any]:
    """Return the entry with all that came before and after it, oldest first."""
    chain = [entry]
    while chain[0].succeeds is not None:
        chain.insert(0, chain[0].succeeds)
    while (later := getattr(chain[-1], "succeeded_by", None)) is not None:
        chain.append(later)
    return chain


def own_payments(*, actor: Actor, on: date, person_id: int | None = None) -> list[rules.Payment]:
    """
    Return the payments made to the acting person, or to `person_id` for whom they act, each as it stands now, the latest
    first. Who acts under a delegation for a business line sees that line's.

    :raises MandateMissing and its kin: nothing of that person is the actor's to see.
    """
    return rules.latest_first(_payments(actor, on, person_id))


def own_payments_by_year(*, actor: Actor, on: date, person_id: int | None = None) -> list[rules.Year]:
    """Return the payments of `own_payments` by year, the latest first, each year with its sum."""
    return rules.by_year(_payments(actor, on, person_id))


def _payments(actor: Actor, on: date, person_id: int | None) -> Iterator[rules.Payment]:
    if actor.person_id is None:
        return
    seen = identity.require_seen(person_id=person_id, actor=actor, on=on)
    rows = BenefitPayment.objects.filter(person_id=seen.person_id).select_related("organization", "batch")
    for _, steps in groupby(
        rows.order_by("organization_id", "number", "sequence"), key=lambda row: (row.organization_id, row.number)
    ):
        found = list(steps)
        first = found[0]
        if not seen.covers(first.batch.source):
            continue
        yield rules.Payment(
            source=first.batch.source,
            key=first.key,
            title=first.title,
            month=first.month,
            months=first.months,
            organ=first.organization.name,
            account=next((row.account for row in reversed(found) if row.account), ""),
            steps=[rules.Step(row.kind, row.get_kind_display(), row.fen, row.happened_on, row.reason) for row in found],
        )
