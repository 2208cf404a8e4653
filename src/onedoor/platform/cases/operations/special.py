"""Special procedures: a hearing, an expert review; their days do not count, and the applicant is told in writing."""

from datetime import date, datetime, timedelta
from typing import IO

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import clocks, documents, life, steps
from onedoor.platform.cases.grounds import SHORTEST_REASON
from onedoor.platform.cases.models import Case, CaseDocument, Hearing, Pause, StepPerformer
from onedoor.platform.cases.operations.hearings import refuse_while_right_runs
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.catalog.items import SpecialProcedure
from onedoor.platform.files import operations as files
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
    case, with a planned end, told to the applicant in writing. It may not take longer than the item allows it within
    one case, however often it is begun.

    :raises InvalidInput: another procedure, no reason, or an end that has passed or lies too far ahead.
    :raises ApproverHandles: the officer did a step of this case.
    :raises HearingRightRuns: the applicant may still ask for a hearing, which stands in no special procedure's way.
    """
    case = life.lock(case_id)
    actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    life.check_move(case, Kind.BEGIN_SPECIAL)
    refuse_while_right_runs(case)
    definition = case.item_version.item.special_procedure(procedure)
    problems = {}
    if definition is None:
        problems["procedure"] = "请从事项清单列出的特别程序中选择。"
    if len(reason.strip()) < SHORTEST_REASON:
        problems["reason"] = f"请写明为什么需要特别程序，不少于 {SHORTEST_REASON} 个字。"
    last = last_day(case, definition, at=at) if definition is not None else planned_end
    if not day_of(at) < planned_end <= last:
        problems["planned_end"] = f"计划结束日应在今天之后，最迟 {last.isoformat()}：事项规定的天数本件只能用一次。"
    if problems or definition is None:
        raise InvalidInput(problems)
    if StepPerformer.objects.filter(step__case=case, login_id=actor.require_login()).exists():
        raise ApproverHandles
    clocks.pause(
        case,
        kind=Pause.Kind.SPECIAL,
        procedure=procedure,
        reason=definition.title,
        basis=definition.basis,
        planned_end=planned_end,
        most_until=last,
        approved_by=actor.name,
        login_id=actor.login_id,
        at=at,
    )
    letter = documents.Letter(
        paragraphs=[
            f"您申请办理的“{case.item_version.title}”需要进行{definition.title}：{reason.strip()}",
            "这段时间不计入办理期限，结束后会告知您结果和新的办结日。",
        ],
        rows=[
            ("开始日期", day_of(at).isoformat()),
            ("计划结束日期", planned_end.isoformat()),
            ("最长到", f"{last.isoformat()}，到期没有结束的，办理期限从次日起恢复计算"),
        ],
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


def last_day(case: Case, definition: SpecialProcedure, *, at: datetime) -> date:
    """
    Return the last day this procedure may have if it began now: its days, less those it has had in this case.

    Every day on which the limits stood still for it has been had, also one that it began and ended on. Of the last one
    the day of its beginning does not count, as nowhere in a period.
    """
    today = day_of(at)
    earlier = case.pauses.filter(procedure=definition.code, to_at__isnull=False).values_list("from_at", "to_at")
    had = {
        day_of(begun) + timedelta(days=number)
        for begun, ended in earlier
        if ended is not None
        for number in range((day_of(ended) - day_of(begun)).days + 1)
    }
    return today + timedelta(days=definition.most_days - len(had - {today}))


@transaction.atomic
def end_special_procedure(
    *, case_id: int, result: str, proof: bytes | IO[bytes] | None, actor: Actor, at: datetime
) -> None:
    """
    Record what the special procedure found, with the paper that says so, and let the clocks go on; the day it ends
    still belongs to it.

    :raises InvalidInput: the result says too little, or its proof is missing.
    :raises FileRefused: the proof is no picture and no PDF.
    """
    case = life.lock(case_id)
    if not actor.may("cases.review", division=case.handled_in, line=case.line):
        actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    life.check_move(case, Kind.END_SPECIAL)
    if Hearing.objects.filter(case=case, state__in=["requested", "scheduled", "held"]).exists():
        raise life.MoveNotPossible(state="听证中", kind=Kind.END_SPECIAL.label)
    running = case.pauses.filter(kind=Pause.Kind.SPECIAL, to_at__isnull=True).first()
    if running is None:
        raise life.MoveNotPossible(state="没有在进行的特别程序", kind=Kind.END_SPECIAL.label)
    definition = case.item_version.item.special_procedure(running.procedure)
    title = definition.proof if definition is not None else "结果证明"
    problems = {}
    if len(result.strip()) < SHORTEST_REASON:
        problems["result"] = f"请写明特别程序的结果，不少于 {SHORTEST_REASON} 个字。"
    if proof is None:
        problems["evidence"] = f"请附上{title}的照片或者 PDF，没有它不能结束特别程序。"
    if problems or proof is None:
        raise InvalidInput(problems)
    running.proof = files.store_file(content=proof, name=title, target=case.target, actor=actor, at=at)
    running.save(update_fields=["proof"])
    clocks.resume(case, at=at)
    life.append(
        case,
        Kind.END_SPECIAL,
        actor=actor,
        at=at,
        to=steps.state_of_open_steps(case),
        note=result.strip(),
        facts={**_due(case), "proof": running.proof.digest},
    )
    audit.record("cases.end_special", actor=actor, at=at, target=case.target, division=case.division)


def _due(case: Case) -> dict[str, str]:
    due = {clock.kind: clocks.spoken(clock) for clock in case.clocks.filter(kind__in=clocks.DECISION_CLOCKS)}
    return {"promised_due": due.get("promised", ""), "statutory_due": due.get("statutory", "")}


@transaction.atomic
def run_again(*, case_id: int, actor: Actor, at: datetime) -> None:
    """
    Let the clocks of a case run again whose special procedure has had all the days it may have, and has not ended.

    The organ may finish it, but no longer at the cost of the applicant's time.
    """
    case = life.lock(case_id)
    actor.require("cases.machine", division=case.handled_in)
    overlong = case.pauses.filter(to_at__isnull=True, over_at__isnull=True, most_until__lt=day_of(at)).first()
    if overlong is None or case.state != State.SPECIAL:
        return
    clocks.let_go_on(case, overlong)
    facts = {**_due(case), "due_on": overlong.most_until.isoformat() if overlong.most_until else ""}
    life.append(case, Kind.RUN_AGAIN, actor=actor, at=at, facts=facts)
    audit.record("cases.run_again", actor=actor, at=at, target=case.target, division=case.division)
