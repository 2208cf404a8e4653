"""家庭经济状况核对: ask the departments, gather the answers, report declared against found."""

from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Case
from onedoor.platform.exchange import operations as exchange
from onedoor.platform.exchange import queries as answers
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.services.assistance.comparison import findings
from onedoor.services.assistance.datasets import VERIFICATION
from onedoor.services.assistance.facts import parameters
from onedoor.services.assistance.models import SourceResult, Verification
from onedoor.services.assistance.rules.procedure import GivenConsent, can_query
from onedoor.standards.periods import add_months

MACHINE = Actor.system("经济状况核对")
PURPOSE = VERIFICATION.code
SOURCES = {
    "member": ("police.household", "housing.ownership", "vehicles.registration", "banks.balance"),
    "obligor": ("housing.ownership", "vehicles.registration", "banks.balance"),
}


def start(case: Case, *, at: datetime) -> None:
    """Open the verification step: ask every source about every person who allows it; the answers come later."""
    verification = Verification.objects.create(case=case, started_at=at)
    for row in case.people.order_by("role", "row"):
        for source in SOURCES[row.role]:
            _ask(verification, case, row.person_id, row.role, source, at)
    audit.record("assistance.start_verification", actor=MACHINE, at=at, target=case.target, division=case.division)


def _ask(verification: Verification, case: Case, person_id: int, role: str, source: str, at: datetime) -> None:
    state, query_id = SourceResult.State.REFUSED, None  # R19: without the person's own consent nothing is asked
    if can_query(_consent(person_id, source, at), person_id, source, PURPOSE, at):
        state = SourceResult.State.PENDING
        query_id = exchange.ask(
            source=source, person_id=person_id, purpose=PURPOSE, business=case.number, actor=MACHINE, at=at
        ).pk
    SourceResult.objects.get_or_create(
        verification=verification,
        person_id=person_id,
        source=source,
        defaults={"role": role, "query_id": query_id, "state": state},
    )


def _consent(person_id: int, source: str, at: datetime) -> GivenConsent | None:
    given = identity.live_consent(person_id=person_id, purpose=PURPOSE, source=source, at=at)
    if given is None:
        return None
    return GivenConsent(
        person=given.person_id,
        sources=frozenset(given.sources),
        purposes=frozenset({given.purpose}),
        signed_at=given.signed_at,
        valid_until=given.valid_until,
        revoked_at=given.revoked_at,
    )


@transaction.atomic
def receive_answer(payload: dict[str, Any], *, at: datetime) -> None:
    """
    Listen for an answer; when nobody is waited for any more the report is made and the step is done.

    A source that does not answer for now is 待核验 in the report; what it says later is taken in then.
    """
    owed = (SourceResult.State.PENDING, SourceResult.State.WAITING)
    result = SourceResult.objects.filter(query_id=payload["query_id"], state__in=owed).first()
    if result is None:
        return
    verification = (
        Verification.objects.select_for_update(of=("self",))
        .select_related("case__declared")
        .get(pk=result.verification_id)
    )
    answer = answers.answer_of(query_id=payload["query_id"], actor=MACHINE)
    result.state, result.as_of, result.received_at, result.answer = answer.state, answer.as_of, at, answer.rows
    result.save()
    if verification.results.filter(state=SourceResult.State.PENDING).exists():
        return
    is_first = verification.reported_at is None
    _compare(verification, at)
    audit.record(
        "assistance.report_verification",
        actor=MACHINE,
        at=at,
        target=verification.case.target,
        division=verification.case.division,
        conclusion=verification.conclusion,
        source=result.source,
    )
    if is_first:
        _end_step(verification, at)


def _compare(verification: Verification, at: datetime) -> None:
    """Compare what was found with what was declared; what differs waits for the applicant and an officer."""
    case = verification.case
    params = parameters(case.division, day_of(at))
    members = list(verification.results.filter(role="member").order_by("pk"))
    found = list(findings(members, case.declared.content, tolerance=params.money("assist.deposit_tolerance")))
    cases.report_findings(case_id=case.pk, findings=found, actor=MACHINE, at=at)
    silent = (SourceResult.State.FAILED, SourceResult.State.WAITING)
    verification.conclusion = (
        Verification.Conclusion.INCONSISTENT
        if any(one.differs for one in found)
        else Verification.Conclusion.INCOMPLETE
        if verification.results.filter(state__in=silent).exists()
        else Verification.Conclusion.CONSISTENT
    )
    verification.reported_at = at
    verification.usable_until = add_months(day_of(at), params.integer("assist.verification.usable_months"))
    verification.save()


def _end_step(verification: Verification, at: datetime) -> None:
    cases.complete_step(
        case_id=verification.case_id,
        step="verify",
        outcome=verification.conclusion.lower(),
        note="",
        facts={"verification": verification.pk},
        actor=MACHINE,
        at=at,
    )
