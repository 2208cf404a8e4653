"""
What people receive, and when it is looked at again: every service that gives something feeds it in here.

A service registers an `EntitlementSource` in its `AppConfig.ready`; 我的 shows all of them together, and people are
reminded of a review 60, 30 and 7 days before (platform rules 24).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages import operations as messages
from onedoor.platform.registers import queries
from onedoor.platform.registers.rules import Payment

MACHINE = Actor.system("复核提醒")
BEFORE = (60, 30, 7)  # natural days before a review
CATCH_UP = 3  # days within which a reminder that was missed is still sent


@dataclass(frozen=True)
class Entitlement:
    """
    What somebody receives: `key` names it within its source for good, `for_whom` says whether one or a household.

    Its payments are not the source's to tell: they are what was recorded of them (`operations.record_payments`).
    """

    key: str
    title: str
    since: date
    until: date | None = None
    monthly: Decimal | None = None
    for_whom: str = ""
    review_on: date | None = None
    case_number: str = ""
    payments: tuple[Payment, ...] = ()

    @property
    def amount_words(self) -> str:
        if self.monthly is None:
            return ""
        whom = f"（{self.for_whom}）" if self.for_whom else ""
        return f"每月 {self.monthly:,.2f} 元{whom}"


class OfPerson(Protocol):
    def __call__(self, *, person_id: int, on: date) -> Sequence[Entitlement]:
        """Return what a person receives on a day."""


class DueForReview(Protocol):
    def __call__(self, *, days: Collection[date], on: date) -> Iterable[tuple[Entitlement, Collection[int]]]:
        """Yield what is in force and looked at again on one of `days`, each with whom to remind."""


@dataclass(frozen=True)
class Payer:
    """Which organ pays what a source gives, and so reports it: of a business line, and of a tier (4: county) if given."""

    line: str
    tier: int | None = None


@dataclass(frozen=True)
class EntitlementSource:
    code: str
    payer: Payer
    of_person: OfPerson
    due_for_review: DueForReview


_sources: dict[str, EntitlementSource] = {}


def register(source: EntitlementSource) -> None:
    """Add what a service gives; registering it again changes nothing."""
    _sources[source.code] = source


def find(code: str) -> EntitlementSource | None:
    return _sources.get(code)


def own_entitlements(*, actor: Actor, on: date, person_id: int | None = None) -> list[Entitlement]:
    """
    Return what the acting person receives, or `person_id` for whom they act, from every service, the next to be looked at
    first. Who acts under a delegation for a business line sees that line's.

    :raises MandateMissing and its kin: nothing of that person is the actor's to see.
    """
    if actor.person_id is None:
        return []
    seen = identity.require_seen(person_id=person_id, actor=actor, on=on)
    paid: dict[tuple[str, str], list[Payment]] = {}
    for payment in queries.own_payments(actor=actor, on=on, person_id=person_id):
        paid.setdefault((payment.source, payment.key), []).append(payment)
    found = [
        replace(one, payments=tuple(paid.get((source.code, one.key), ())))
        for source in _sources.values()
        if seen.covers(source.code)
        for one in source.of_person(person_id=seen.person_id, on=on)
    ]
    return sorted(found, key=lambda one: (one.review_on or date.max, one.since, one.key))


def remind_of_reviews(*, at: datetime) -> int:
    """
    Remind people of reviews that come up, once for each of the days before; return how many reminders were due.

    Safe to run twice: the same reminder is one message. One that was missed is still sent within three days.
    """
    on, reminded = day_of(at), 0
    for before in BEFORE:
        days = {on + timedelta(days=before - late) for late in range(CATCH_UP)}
        for source in _sources.values():
            for one, people in source.due_for_review(days=days, on=on):
                for person_id in people:
                    _remind(source, one, person_id, before, at)
                    reminded += 1
    return reminded


def _remind(source: EntitlementSource, one: Entitlement, person_id: int, before: int, at: datetime) -> None:
    messages.send_message(
        recipient_id=person_id,
        event="registers.review_due",
        values={"title": one.title, "day": one.review_on},
        link="/me/benefits/",
        case_number=one.case_number,
        source=f"review:{source.code}:{one.key}:{one.review_on}:{before}",
        actor=MACHINE,
        at=at,
    )
