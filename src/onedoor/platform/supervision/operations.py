"""Raise supervision events from clocks and actions. Only the machine raises; nobody deletes."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit.models import QuerySuspension
from onedoor.platform.bundles.models import BundleEvent
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.cases.models import Action, Case, Clock, Commitment, Pause
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.rules import (
    FEWEST_CASES,
    MOST_BY_ONE,
    PASSED,
    SILENCE_WARNED,
    ClockDays,
    Lit,
    lamps,
    lamps_in_hours,
    overlong_pause,
    pauses_one_case_too_often,
    pauses_too_often,
    repeated_notice,
)

MACHINE = Actor.system("电子监察")
AT_ONCE = 500
ORGANS = ("receiving_organization", "deciding_organization")
LOOKED_AT = timedelta(days=90)  # how far back P09 looks


@transaction.atomic
def raise_event(*, case: Case, lit: Lit, subject: str, facts: dict[str, Any], actor: Actor, at: datetime) -> bool:
    """Raise one event unless it stands already; return whether it is new."""
    actor.require("supervision.raise", division=case.division)
    _, created = SupervisionEvent.objects.get_or_create(
        rule=lit.rule,
        case=case,
        subject=subject,
        defaults={
            "lamp": lit.lamp,
            "division": case.division,
            "line": case.line,
            "organization_name": _responsible(case),
            "facts": facts,
            "raised_at": at,
        },
    )
    if created:
        audit.record("supervision.raise", actor=actor, at=at, target=case.target, rule=lit.rule, lamp=lit.lamp)
    return created


def _responsible(case: Case) -> str:
    deciding = case.steps.filter(ended_at__isnull=True, code="decide").exists()
    return case.deciding_organization.name if deciding else case.receiving_organization.name


def watch_clocks(*, at: datetime) -> int:
    """
    Look at every running clock that is near or past its day and raise what is due; return how many are new.

    The clocks come by the index of running ones, and what stands already is asked for once a batch.
    """
    soon = work_calendar().add_working_days(day_of(at), SILENCE_WARNED).day
    running = Clock.objects.filter(state=Clock.State.RUNNING, due_on__lte=soon, kind__in=sorted(PASSED))
    chosen = running.select_related("case__item_version", *(f"case__{name}" for name in ORGANS)).order_by("pk")
    raised, found = 0, chosen.iterator(chunk_size=AT_ONCE)
    while batch := list(islice(found, AT_ONCE)):
        cases = {clock.case_id for clock in batch}
        standing = set(SupervisionEvent.objects.filter(case__in=cases).values_list("rule", "case_id", "subject"))
        for clock in batch:
            subject = f"{clock.name}:{clock.due_on.isoformat()}"
            facts = {"due_on": clock.due_on.isoformat(), "kind": clock.kind, "step": clock.step}
            for lit in _lit(clock, at):
                if (lit.rule, clock.case_id, subject) not in standing:
                    raised += raise_event(case=clock.case, lit=lit, subject=subject, facts=facts, actor=MACHINE, at=at)
    return raised


def watch_commitments(*, at: datetime) -> int:
    """Raise K01 for every commitment whose check was due and has not been done (A34); return how many are new."""
    late = Commitment.objects.filter(state=Commitment.State.VERIFYING, due_on__lt=day_of(at))
    chosen = late.select_related("case__receiving_organization", "case__deciding_organization").order_by("pk")
    raised = 0
    for one in chosen.iterator(chunk_size=AT_ONCE):
        if one.case is None or one.due_on is None:
            continue
        lit = Lit("K01", "yellow", one.due_on + timedelta(days=1))
        facts = {"due_on": one.due_on.isoformat(), "commitment": one.pk}
        raised += raise_event(case=one.case, lit=lit, subject=f"commitment:{one.pk}", facts=facts, actor=MACHINE, at=at)
    return raised


def watch_pauses(*, at: datetime) -> int:
    """Raise T08 for pauses that outlast their plan, P09 for who lets cases stand still too often; return how many are new."""
    return _watch_overlong(at) + _watch_repeated(at) + _watch_organs(at)


def _watch_overlong(at: datetime) -> int:
    today, raised = day_of(at), 0
    overlong = Pause.objects.filter(to_at__isnull=True, planned_end__lt=today).order_by("pk")
    for one in overlong.select_related(*(f"case__{name}" for name in ORGANS)).iterator(chunk_size=AT_ONCE):
        calendar = work_calendar(one.case.division)
        started_on, between = day_of(one.from_at), calendar.working_days_between
        facts = {"pause": one.pk, "planned_end": one.planned_end.isoformat(), "procedure": one.procedure or one.kind}
        for lit in overlong_pause(
            started_on=started_on, planned_end=one.planned_end, today=today, working_days=between
        ):
            subject = f"pause:{one.pk}:{lit.lamp}"
            raised += raise_event(case=one.case, lit=lit, subject=subject, facts=facts, actor=MACHINE, at=at)
    return raised


def _watch_repeated(at: datetime) -> int:
    since, raised = at - LOOKED_AT, 0
    by_one = Pause.objects.filter(login_id__isnull=False, case__accepted_at__gte=since).values("case", "login_id")
    for row in by_one.annotate(number=Count("pk")).filter(number__gt=MOST_BY_ONE).order_by("case", "login_id"):
        lit = pauses_one_case_too_often(by_one=row["number"], today=day_of(at))
        if lit is None:
            continue
        case = Case.objects.select_related(*ORGANS).get(pk=row["case"])
        facts = {"login": row["login_id"], "pauses": row["number"]}
        subject = f"pauses:{row['login_id']}"
        raised += raise_event(case=case, lit=lit, subject=subject, facts=facts, actor=MACHINE, at=at)
    return raised


def _watch_organs(at: datetime) -> int:
    """Look at the cases each organ has accepted in the last ninety days; an organ is told once a month at the most."""
    accepted = Case.objects.filter(accepted_at__gte=at - LOOKED_AT).exclude(state="voided")
    stood = Exists(Pause.objects.filter(case=OuterRef("pk")).exclude(kind=Pause.Kind.HEARING))
    by_organ = accepted.order_by().values("deciding_organization", "line")
    counted = by_organ.annotate(cases=Count("pk"), paused=Count("pk", filter=Q(stood)))
    raised = 0
    for row in counted.filter(paused__gt=0, cases__gte=FEWEST_CASES):
        lit = pauses_too_often(cases=row["cases"], paused=row["paused"], today=day_of(at))
        if lit is None:
            continue
        organ = Organization.objects.get(pk=row["deciding_organization"])
        raised += raise_about_organ(
            organ=organ,
            line=row["line"],
            lit=lit,
            subject=f"pauses:{organ.pk}:{row['line']}:{day_of(at):%Y-%m}",
            facts={"cases": row["cases"], "paused": row["paused"]},
            actor=MACHINE,
            at=at,
        )
    return raised


@transaction.atomic
def raise_about_organ(
    *, organ: Organization, line: str, lit: Lit, subject: str, facts: dict[str, Any], actor: Actor, at: datetime
) -> bool:
    """Raise an event about how an organ works, without a case; raising it again changes nothing."""
    actor.require("supervision.raise", division=organ.division_id)
    _, created = _raise_without_case(
        lit,
        subject=subject,
        target=f"organization:{organ.pk}",
        place={"division": organ.division_id, "line": line, "organization_name": organ.name},
        facts=facts,
        actor=actor,
        at=at,
    )
    return created


def watch_orders(payload: dict[str, Any], *, at: datetime) -> None:
    """Raise what a unit let pass of a hotline's order: H01 the reply, H02 the duty officer, H03 the signature."""
    organ = Organization.objects.get(pk=payload["organization_id"])
    facts = {"number": payload["number"], "due": payload["due"], "criticised": payload["rule"] == "H01"}
    facts["criticised"] = facts["criticised"] and payload["lamp"] == "red"
    lit = Lit(payload["rule"], payload["lamp"], day_of(at))
    raise_about_organ(organ=organ, line="", lit=lit, subject=payload["subject"], facts=facts, actor=MACHINE, at=at)


def _raise_without_case(
    lit: Lit, *, subject: str, target: str, place: dict[str, str], facts: dict[str, Any], actor: Actor, at: datetime
) -> tuple[SupervisionEvent, bool]:
    """Raise an event about an organ or an officer, unless it stands; `place` is its division, line and organization."""
    event, created = SupervisionEvent.objects.get_or_create(
        rule=lit.rule,
        case=None,
        subject=subject,
        defaults={"lamp": lit.lamp, **place, "facts": facts, "raised_at": at},
    )
    if created:
        audit.record(
            "supervision.raise",
            actor=actor,
            at=at,
            target=target,
            division=event.division,
            rule=lit.rule,
            lamp=lit.lamp,
        )
    return event, created


def _lit(clock: Clock, at: datetime) -> list[Lit]:
    if clock.due_at is not None:
        return lamps_in_hours(clock.kind, due_at=clock.due_at, at=at)
    grants = clock.case.item_version.item.silence.outcome == "grant"
    days = ClockDays(clock.kind, clock.due_on, clock.started_on, silence_grants=grants)
    return lamps(days, today=day_of(at), is_workday=work_calendar(clock.case.division).is_workday)


def watch_supplement(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for supplement notices: a second one lights P01."""
    action = Action.objects.select_related("case").get(pk=payload["action_id"])
    lit = repeated_notice(int(action.facts["round"]))
    if lit is not None:
        facts = {"round": action.facts["round"]}
        raise_event(case=action.case, lit=lit, subject=f"action:{action.pk}", facts=facts, actor=MACHINE, at=action.at)


def watch_deemed_acceptance(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for acceptance by silence: T06 is red whether or not the clock was looked at in time (R-CASE-2)."""
    action = Action.objects.select_related("case").get(pk=payload["action_id"])
    lit = Lit("T06", "red", day_of(action.at))
    due_on = action.case.clocks.filter(kind=Clock.Kind.RECEIVE).order_by("-due_on")[0].due_on
    raise_event(
        case=action.case,
        lit=lit,
        subject=f"receive:{due_on.isoformat()}",  # the same silence that watch_clocks may have seen first
        facts={"accepted_at": action.facts["accepted_at"]},
        actor=MACHINE,
        at=action.at,
    )


def watch_silent_grant(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for grants by silence: T09 is red, and says whether the rule would have granted too."""
    action = Action.objects.select_related("case").get(pk=payload["action_id"])
    lit, facts = Lit("T09", "red", day_of(action.at)), {name: action.facts[name] for name in ("due_on", "by_rule")}
    raise_event(case=action.case, lit=lit, subject=f"action:{action.pk}", facts=facts, actor=MACHINE, at=action.at)


def watch_bundle(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for members of a bundle whose promise in hours has passed without a result: T10 is yellow (A37)."""
    event = BundleEvent.objects.select_related("bundle__version").get(pk=payload["event_id"])
    member = event.bundle.members.select_related("case").get(code=event.member)
    lit, subject = Lit("T10", "yellow", day_of(event.at)), f"bundle_member:{member.pk}"
    facts = {"due_at": event.facts["due_at"], "member": member.code, "bundle": event.bundle.number}
    if member.case is not None:
        raise_event(case=member.case, lit=lit, subject=subject, facts=facts, actor=MACHINE, at=event.at)
        return
    place = {
        "division": event.bundle.division,
        "line": event.bundle.version.line,
        "organization_name": member.organ,
    }
    target = event.bundle.target
    _raise_without_case(lit, subject=subject, target=target, place=place, facts=facts, actor=MACHINE, at=event.at)


def watch_refusal(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for refusals: one that came in without reason or basis, by an import, lights P02 (A08)."""
    action = Action.objects.select_related("case").get(pk=payload["action_id"])
    if action.facts.get("basis") and "note_digest" in action.facts:
        return
    lit = Lit("P02", "yellow", day_of(action.at))
    raise_event(case=action.case, lit=lit, subject=f"action:{action.pk}", facts={}, actor=MACHINE, at=action.at)


@transaction.atomic
def raise_conduct(*, suspension: QuerySuspension, actor: Actor, at: datetime) -> SupervisionEvent:
    """Raise D01 about an officer who looked too many people up without a case; raising it again changes nothing."""
    actor.require("supervision.raise", division=suspension.division)
    event, _ = _raise_without_case(
        Lit("D01", "red", day_of(at)),
        subject=f"suspension:{suspension.pk}",
        target=f"login:{suspension.login_id}",
        place={name: getattr(suspension, name) for name in ("division", "line", "organization_name")},
        facts={"login": suspension.login_id, "looks": suspension.looks},
        actor=actor,
        at=at,
    )
    return event


def watch_looks(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for suspended query rights: more than 50 looks without a case in a day light D01, red."""
    suspension = QuerySuspension.objects.get(pk=payload["suspension_id"])
    raise_conduct(suspension=suspension, actor=MACHINE, at=suspension.suspended_at)
