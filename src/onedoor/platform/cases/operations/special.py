"""Special procedures: a hearing, an expert review; their days do not count, and the applicant is told in writing."""

from datetime import date, datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import clocks, documents, life, steps
from onedoor.platform.cases.grounds import SHORTEST_REASON
from onedoor.platform.cases.models import CaseDocument, Hearing, StepPerformer
from onedoor.platform.cases.states import Kind
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class ApproverHandles(OneDoorError):
    code, http_status, message = (
        "cases.approver_handles",
        403,
        "特别程序须由没有经办本件的负责人批准，您办理过本件的环节，请转交他人批准。",
    )


@transaction.atomic
def begin_special_procedure(
    *, case_id: int, procedure: str, reason: str, planned_end: date, actor: Actor, at: datetime
) -> CaseDocument:
    """
    Stop both decision clocks for a procedure the item names (R-CLK-3): on its basis, by a head who did no step of the
    case, with a planned end, told to the applicant in writing.

    :raises InvalidInput: another procedure, no reason, or an end that has passed or lies too far ahead.
    :raises ApproverHandles: the officer did a step of this case.
    """
    case = life.lock(case_id)
    actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    life.check_move(case, Kind.BEGIN_SPECIAL)
    definition = case.item_version.item.special_procedure(procedure)
    problems = {}
    if definition is None:
        problems["procedure"] = "请从事项清单列出的特别程序中选择。"
    if len(reason.strip()) < SHORTEST_REASON:
        problems["reason"] = f"请写明为什么需要特别程序，不少于 {SHORTEST_REASON} 个字。"
    days = (planned_end - day_of(at)).days
    if days < 1 or (definition is not None and days > definition.most_days):
        problems["planned_end"] = "计划结束日应在今天之后，且不超过事项允许的天数。"
    if problems or definition is None:
        raise InvalidInput(problems)
    if StepPerformer.objects.filter(step__case=case, login_id=actor.require_login()).exists():
        raise ApproverHandles
    clocks.pause(
        case,
        reason=definition.title,
        basis=definition.basis,
        planned_end=planned_end,
        approved_by=actor.name,
        at=at,
    )
    letter = documents.Letter(
        paragraphs=[
            f"您申请办理的“{case.item_version.title}”需要进行{definition.title}：{reason.strip()}",
            "这段时间不计入办理期限，结束后会告知您结果和新的办结日。",
        ],
        rows=[("开始日期", day_of(at).isoformat()), ("计划结束日期", planned_end.isoformat())],
        points=[f"依据：{definition.basis}"],
    )
    document = documents.issue(case, CaseDocument.Kind.SPECIAL, letter, organization=case.deciding_organization, at=at)
    life.append(
        case,
        Kind.BEGIN_SPECIAL,
        actor=actor,
        at=at,
        note=reason.strip(),
        facts={"procedure": procedure, "planned_end": planned_end.isoformat(), "document": document.number},
    )
    audit.record("cases.begin_special", actor=actor, at=at, target=case.target, division=case.division)
    return document


@transaction.atomic
def end_special_procedure(*, case_id: int, result: str, actor: Actor, at: datetime) -> None:
    """
    Record what the special procedure found and let the clocks go on; the day it ends still belongs to it.

    :raises InvalidInput: the result says too little.
    """
    case = life.lock(case_id)
    if not actor.may("cases.review", division=case.division, line=case.line):
        actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    life.check_move(case, Kind.END_SPECIAL)
    if Hearing.objects.filter(case=case, state__in=["requested", "scheduled", "held"]).exists():
        raise life.MoveNotPossible(state="听证中", kind=Kind.END_SPECIAL.label)
    if len(result.strip()) < SHORTEST_REASON:
        raise InvalidInput({"result": f"请写明特别程序的结果，不少于 {SHORTEST_REASON} 个字。"})
    clocks.resume(case, at=at)
    due = {clock.kind: clocks.spoken(clock) for clock in case.clocks.filter(kind__in=clocks.DECISION_CLOCKS)}
    life.append(
        case,
        Kind.END_SPECIAL,
        actor=actor,
        at=at,
        to=steps.state_of_open_steps(case),
        note=result.strip(),
        facts={"promised_due": due.get("promised", ""), "statutory_due": due.get("statutory", "")},
    )
    audit.record("cases.end_special", actor=actor, at=at, target=case.target, division=case.division)
