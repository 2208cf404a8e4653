"""What the silence of an organ means when the law's limit has passed: a property of the item, carried out by the machine."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import clocks, documents, handlers, life, steps
from onedoor.platform.cases.models import Case, CaseDocument, CaseStep, Clock
from onedoor.platform.cases.operations.decisions import start_issuing, state_when_granted, store_judgement
from onedoor.platform.cases.operations.delivery import hand_over, way_of
from onedoor.platform.cases.operations.steps import open_next
from onedoor.platform.cases.states import Kind
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.steps import steps_ahead_of
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

# Reconsideration Law art. 20 with its Regulation art. 16; Litigation Law art. 47 with the Interpretation art. 66.
REMEDIES = (
    f"可以自期限届满之日起六十日内向{documents.REVIEW_ORGAN}申请行政复议，要求限期作出决定。",
    f"也可以自期限届满之日起六个月内依法向{documents.COURT}提起行政诉讼，要求限期作出决定。",
)
ADVICE = ("不用重新申请，材料也不用再交：这件申请仍在办理，机关仍须作出决定。",)


@transaction.atomic
def mind_silence(*, case_id: int, actor: Actor, at: datetime) -> CaseDocument | None:
    """
    Do what the silence of the organ means, once, when the law's limit of a case has passed: grant what the item says is
    granted then; else decide nothing and tell the applicant what they can do. None: the limit does not run out after all.
    """
    case = life.lock(case_id, "receiving_organization", "deciding_organization__division", "applicant")
    actor.require("cases.machine", division=case.handled_in)
    over = case.clocks.filter(clocks.overdue(at=at), kind=Clock.Kind.STATUTORY, state=Clock.State.RUNNING)
    clock = over.filter(provisional=False).first()  # no right ends on a provisional day without a human (readings 1)
    if clock is None or case.actions.filter(kind=Kind.MISS_LIMIT).exists():
        return None
    if case.item_version.item.silence.outcome == "grant":
        document = _grant(case, clock, actor=actor, at=at)
    else:
        document = _tell(case, clock, actor=actor, at=at)
    audit.record(
        "cases.mind_silence",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        granted=document.kind == CaseDocument.Kind.SILENT_GRANT,
        digest=document.digest,  # by which a decision is found in the sealed record
    )
    return document


def _tell(case: Case, clock: Clock, *, actor: Actor, at: datetime) -> CaseDocument:
    """Decide nothing; the applicant learns that the limit has passed and who makes the organ decide."""
    item = case.item_version.item
    day = clocks.spoken(clock)
    letter = documents.Letter(
        paragraphs=[
            f"您申请办理的“{item.title}”，法定办结期限到 {day} 已经届满，{case.deciding_organization.name}没有作出决定。",
            "依照规定，逾期不等于批准，也不等于不批准。",
        ],
        points=[f"依据：{item.limits.statutory.basis or item.legal_basis[0].law}"],
        advice=[*ADVICE, *([f"可以向 {item.elements.supervise} 投诉。"] if item.elements.supervise else [])],
        remedies=REMEDIES,
    )
    organ = case.deciding_organization
    document = documents.issue(case, CaseDocument.Kind.LIMIT_MISSED, letter, organization=organ, at=at)
    life.append(case, Kind.MISS_LIMIT, actor=actor, at=at, facts={"document": document.number, "due_on": day})
    return document


def _grant(case: Case, clock: Clock, *, actor: Actor, at: datetime) -> CaseDocument:
    """
    Grant what the law says is granted by silence, whatever the organ would have found (Licensing Law art. 50).

    The rule is asked and its answer stored all the same, so that supervision sees what was granted against it.
    """
    item, day = case.item_version.item, clocks.spoken(clock)
    handler = handlers.for_item(case.item_code)
    judgement = handlers.judge(case, day_of(at))
    stored = store_judgement(case, judgement, at=at)
    letter = documents.Letter(
        paragraphs=[
            f"您申请办理的“{item.title}”，法定办结期限到 {day} 已经届满，{case.deciding_organization.name}没有作出决定。",
            "依照规定，视为准予。本决定书与机关作出的准予决定具有同等效力。",
        ],
        rows=[("受理日期", day_of(case.accepted_at or at).isoformat()), ("法定办结期限", day)],
        points=[f"依据：{item.silence.basis}"],
    )
    organ = case.deciding_organization
    document = documents.issue(case, CaseDocument.Kind.SILENT_GRANT, letter, organization=organ, at=at)
    _pass_over_steps(case, item, at=at)
    told = life.append(
        case,
        Kind.GRANT_BY_SILENCE,
        actor=actor,
        at=at,
        step="decide",
        to=state_when_granted(case, steps.standing(case)),
        facts={
            "judgement": stored.pk,
            "digest": stored.digest,
            "document": document.number,
            "due_on": day,
            "delivery": way_of(case, at=at),
            "by_rule": bool(judgement.value["eligible"]),
        },
    )
    hand_over(case, document, told, at=at)
    handler.on_granted(case, judgement, actor=actor, at=at)
    open_next(case, at=at)
    start_issuing(case, at=at)
    return document


def _pass_over_steps(case: Case, item: ServiceItem, *, at: datetime) -> None:
    """Close every step that led to the decision, also those nobody has begun; what follows a grant opens then."""
    steps.end_all(case, outcome=CaseStep.PASSED_OVER, performers=[], at=at)
    known = set(case.steps.values_list("code", flat=True))
    leading = steps_ahead_of("decide", item.steps) | {"decide"}
    for step in item.steps:
        if step.code in leading and step.code not in known:
            row = steps.open_common(case, step, at=at, organ=case.deciding_organization)
            steps.end(row, outcome=CaseStep.PASSED_OVER, performers=[], at=at)
