"""Other ends of a case: nothing to be done, or nothing that can be done any more."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import documents, grounds, life, steps
from onedoor.platform.cases.models import Case, CaseDocument
from onedoor.platform.cases.states import Kind
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor


@transaction.atomic
def dispense_case(*, case_id: int, reason: str, basis: str, actor: Actor, at: datetime) -> CaseDocument:
    """
    Tell the applicant at once that the matter needs no such application (Licensing Law art. 32 no. 1).

    :raises InvalidInput: the reason says too little, or no basis is named.
    """
    case = life.lock(case_id)
    actor.require("cases.refuse", division=case.handled_in, line=case.line)
    life.check_move(case, Kind.DISPENSE)
    grounds.check_reason(reason, basis)
    letter = documents.Letter(
        paragraphs=[f"您申请办理的“{case.item_version.title}”，经审查依法不需要办理：{reason.strip()}"],
        points=[f"依据：{basis.strip()}"],
        remedies=documents.REMEDIES,
    )
    paper = _end(case, Kind.DISPENSE, CaseDocument.Kind.NO_NEED, letter, case.receiving_organization, reason, actor, at)
    audit.record("cases.dispense", actor=actor, at=at, target=case.target, division=case.division)
    return paper


@transaction.atomic
def terminate_case(*, case_id: int, reason: str, basis: str, actor: Actor, at: datetime) -> CaseDocument:
    """
    End a case that can no longer be decided: the applicant has died, the body has been dissolved.

    :raises InvalidInput: the reason says too little, or no basis is named.
    """
    case = life.lock(case_id)
    actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    life.check_move(case, Kind.TERMINATE)
    grounds.check_reason(reason, basis)
    letter = documents.Letter(
        paragraphs=[f"“{case.item_version.title}”申请因下列情形终止办理：{reason.strip()}"],
        points=[f"依据：{basis.strip()}"],
        remedies=documents.REMEDIES,
    )
    organ = case.deciding_organization
    paper = _end(case, Kind.TERMINATE, CaseDocument.Kind.TERMINATION, letter, organ, reason, actor, at)
    audit.record("cases.terminate", actor=actor, at=at, target=case.target, division=case.division)
    return paper


def _end(
    case: Case,
    kind: Kind,
    paper: CaseDocument.Kind,
    letter: documents.Letter,
    organ: Organization,
    reason: str,
    actor: Actor,
    at: datetime,
) -> CaseDocument:
    steps.end_all(case, outcome=str(kind), performers=[actor], at=at)
    document = documents.issue(case, paper, letter, organization=organ, at=at)
    life.append(case, kind, actor=actor, at=at, note=reason.strip(), facts={"document": document.number})
    return document
