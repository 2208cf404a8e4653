"""Record a visit: two officers at least, once, and the step of the case is done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Case
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.visits import checklists
from onedoor.platform.visits.models import TeamMember, Visit


@transaction.atomic
def record_visit(
    *,
    case_id: int,
    step: str,
    offline_id: UUID,
    visited_at: datetime,
    answers: Mapping[str, Any],
    findings: Sequence[str],
    note: str,
    signed_by_member: bool,
    team: Sequence[Actor],
    actor: Actor,
    at: datetime,
) -> Visit:
    """
    Record what a team found at a home and complete the step. Recording the same `offline_id` again changes nothing.

    :raises InvalidInput: a question or the conclusion is missing, or the visit lies in the future.
    :raises TooFewPeople, RoleSeparation, NotAllowed, StepNotOpen: as the step demands.
    """
    existing = Visit.objects.filter(offline_id=offline_id).first()
    if existing is not None:
        return existing
    case = Case.objects.get(pk=case_id)
    actor.require("cases.survey", division=case.division, line=case.line)
    checklist = checklists.for_item(case.item_code)
    _check(checklist, answers, findings, note, visited_at, at)
    visit = Visit.objects.create(
        case=case,
        offline_id=offline_id,
        checklist=checklist.code,
        checklist_version=checklist.version,
        visited_at=visited_at,
        answers=dict(answers),
        findings=list(findings),
        signed_by_member=signed_by_member,
        recorded_at=at,
        recorded_by=actor.name,
    )
    others = [member for member in team if member.login_id != actor.login_id]
    TeamMember.objects.bulk_create(
        TeamMember(visit=visit, login_id=member.require_login(), name=member.name) for member in [actor, *others]
    )
    cases.complete_step(
        case_id=case_id,
        step=step,
        outcome="surveyed",
        note=note,
        facts={"visit": visit.pk, "findings": list(findings), "digest": sm3(canonical_json(dict(answers))).hex()},
        actor=actor,
        together_with=others,
        at=at,
    )
    audit.record("visits.record", actor=actor, at=at, target=case.target, division=case.division, visit=visit.pk)
    return visit


def _check(
    checklist: checklists.Checklist,
    answers: Mapping[str, Any],
    findings: Sequence[str],
    note: str,
    visited_at: datetime,
    at: datetime,
) -> None:
    problems = {question.code: f"请填写“{question.label}”。" for question in checklist.missing(answers)}
    known = {code for code, _ in checklist.findings}
    if not findings or not set(findings) <= known:
        problems["findings"] = "请选择调查结论。"
    if len(note.strip()) < 10:
        problems["note"] = "请写明调查经过和所见，不少于 10 个字。"
    if visited_at > at:
        problems["visited_at"] = "入户时间不能晚于现在，请核对。"
    if problems:
        raise InvalidInput(problems)
