"""The nightly run of the rules: in batches, resumed where it stopped, and never two offers of one thing in one period."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.bundles import entitlements
from onedoor.platform.bundles.entitlements import Entitlement, Someone, Verdict
from onedoor.platform.bundles.figures import OFFER_DAYS
from onedoor.platform.bundles.models import LeftOut, ProactiveOffer, ProactiveRefusal, ProactiveRun
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.states import TERMINAL
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.parameters import figure

MACHINE = Actor.system("免申即享")
BATCH = 2000
BATCHES_A_ROUND = 10  # so that a worker's round is never held up for long
Why = LeftOut.Why


def run_due(*, at: datetime) -> int:
    """Go on with today's run of every rule; return how many people were looked at. Safe to run twice."""
    looked = 0
    for entitlement in entitlements.all_entitlements():
        for _ in range(BATCHES_A_ROUND):
            done = run_batch(entitlement, on=day_of(at), at=at)
            looked += done
            if not done:
                break
    return looked


def run_batch(entitlement: Entitlement, *, on: date, at: datetime, batch: int = BATCH) -> int:
    """Look at the next people of one day's run; return how many, 0 when the day's run is over."""
    with transaction.atomic():
        run, _ = ProactiveRun.objects.select_for_update().get_or_create(
            entitlement=entitlement.code,
            on=on,
            defaults={"period": entitlements.period_of(entitlement.period, on), "started_at": at},
        )
        if run.finished_at is not None:
            return 0
        people = _people(run.cursor, batch)
        if not people:
            run.finished_at = at
            run.save(update_fields=["finished_at"])
            return 0
        _judge_batch(entitlement, run, people, at)
        run.cursor = people[-1].id
        run.looked_at += len(people)
        run.save()
        audit.record(
            "bundles.run_entitlement",
            actor=MACHINE,
            at=at,
            target=f"entitlement:{entitlement.code}",
            run=run.pk,
            people=len(people),
        )
        return len(people)


def _people(after: int, batch: int) -> list[Someone]:
    rows = Person.objects.filter(pk__gt=after).order_by("pk")
    found = rows.values_list("pk", "born_on", "sex", "division_id", "deceased_on")[:batch]
    return [Someone(pk, born, sex, division or "", died) for pk, born, sex, division, died in found]


def _judge_batch(entitlement: Entitlement, run: ProactiveRun, people: Sequence[Someone], at: datetime) -> None:
    """Judge those who may be checked, make the offers, and note who is left out and why."""
    ids = [one.id for one in people]
    refusing = ProactiveRefusal.objects.filter(person_id__in=ids, ended_at=None)
    spared = set(refusing.values_list("person_id", flat=True))
    checked = [one for one in people if one.id not in spared]
    known = entitlement.facts(checked, run.on)
    having = entitlement.receiving([one.id for one in checked], run.on) | _applying(entitlement, ids)
    facts = {one.id: {**entitlements.base_facts(one, run.on), **known.get(one.id, {})} for one in checked}
    verdicts = {one.id: entitlement.eligible(facts[one.id], run.on) for one in checked}
    offered_in = _places(entitlement, {one.division for one in checked}, run.on)
    lost: dict[int, Why] = {}
    able: list[Someone] = []
    for one in checked:
        why = _why_not(one, verdicts[one.id], having, offered_in)
        if why is not None:
            lost[one.id] = why
        elif verdicts[one.id].answer == "yes":
            able.append(one)
    run.spared += len(spared)
    run.offered += _offer(entitlement, run, able, verdicts, facts, at)
    run.left_out += len(lost)
    _note_left_out(entitlement, run, checked, lost, verdicts)
    _withdraw_stale(entitlement, run, checked, {one.id for one in able}, at)


def _why_not(one: Someone, verdict: Verdict, having: set[int], offered_in: set[str]) -> Why | None:
    """Return why somebody who is not simply ineligible is offered nothing; None where they are, or are offered it."""
    if verdict.answer == "no":
        return None
    if one.deceased_on is not None:
        return Why.DECEASED
    if one.id in having:
        return Why.RECEIVING
    if verdict.answer == "unknown":
        return Why.UNKNOWN
    return None if one.division in offered_in else Why.DIVISION


def _applying(entitlement: Entitlement, ids: Sequence[int]) -> set[int]:
    """Return those who have an open application for the item; who was granted it, the service says (`receiving`)."""
    same = Case.objects.filter(applicant_id__in=ids, item_code=entitlement.item)
    under_way = same.exclude(state__in=sorted(TERMINAL))
    return set(under_way.values_list("applicant_id", flat=True))


def _places(entitlement: Entitlement, divisions: set[str], on: date) -> set[str]:
    """Return of these places those where the item is offered."""
    found = set()
    for division in divisions - {""}:
        try:
            guide = catalog.read_guide(code=entitlement.item, chain=identity.chain(division), on=on)
        except (catalog.ItemNotFound, catalog.ItemSuspended):
            continue
        if guide.offering is not None:
            found.add(division)
    return found


def _offer(
    entitlement: Entitlement,
    run: ProactiveRun,
    able: Sequence[Someone],
    verdicts: Mapping[int, Verdict],
    facts: Mapping[int, Mapping[str, Any]],
    at: datetime,
) -> int:
    """Make the offers that are not there yet in this period; the event tells the person later."""
    there = ProactiveOffer.objects.filter(
        person_id__in=[one.id for one in able], entitlement=entitlement.code, period=run.period
    )
    standing = set(there.values_list("person_id", flat=True))
    fresh = [one for one in able if one.id not in standing]
    days: dict[str, int] = {}
    rows = []
    for one in fresh:
        if one.division not in days:
            days[one.division] = figure(OFFER_DAYS, chain=identity.chain(one.division), on=run.on)
        rows.append(
            ProactiveOffer(
                person_id=one.id,
                entitlement=entitlement.code,
                item_code=entitlement.item,
                line=entitlement.line,
                division=one.division,
                period=run.period,
                reasons=[{"text": reason.text, "article": reason.article} for reason in verdicts[one.id].reasons],
                facts={name: str(value) for name, value in facts[one.id].items()},
                offered_at=at,
                expires_at=at + timedelta(days=days[one.division]),
            )
        )
    made = ProactiveOffer.objects.bulk_create(rows)
    outbox.publish_each("bundles.offered", [(row.target, {"offer_id": row.pk}) for row in made])
    return len(made)


def _note_left_out(
    entitlement: Entitlement,
    run: ProactiveRun,
    checked: Sequence[Someone],
    lost: Mapping[int, Why],
    verdicts: Mapping[int, Verdict],
) -> None:
    """Write who is left out as of this run; whoever is not any more is taken off the list."""
    ids = [one.id for one in checked]
    LeftOut.objects.filter(person_id__in=ids, entitlement=entitlement.code, period=run.period).delete()
    LeftOut.objects.bulk_create(
        LeftOut(
            person_id=one.id,
            entitlement=entitlement.code,
            line=entitlement.line,
            division=one.division,
            period=run.period,
            why=lost[one.id],
            reasons=[reason.code for reason in verdicts[one.id].reasons],
            on=run.on,
        )
        for one in checked
        if one.id in lost
    )


def _withdraw_stale(
    entitlement: Entitlement, run: ProactiveRun, checked: Sequence[Someone], able: set[int], at: datetime
) -> None:
    """Take back offers nobody has answered whose rule says otherwise now, and those whose days are over."""
    open_offers = ProactiveOffer.objects.filter(
        entitlement=entitlement.code, state=ProactiveOffer.State.OFFERED, person_id__in=[one.id for one in checked]
    )
    stale = open_offers.exclude(person_id__in=able, period=run.period) | open_offers.filter(expires_at__lte=at)
    stale.update(state=ProactiveOffer.State.WITHDRAWN, answered_at=at)
